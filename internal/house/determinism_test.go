package house

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// bannedImports are the packages, with everything below them, that bring the outside world or
// concurrency into a simulation.
var bannedImports = []string{
	"sync", "math/rand", "crypto/rand", "os", "net", "unsafe",
}

// bannedTime are the functions of package time that read the wall clock or wait for it.
var bannedTime = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true,
	"AfterFunc": true, "Tick": true, "NewTimer": true, "NewTicker": true,
}

// A walker judges one file of a deterministic package.
type walker struct {
	*tree
	info   *types.Info
	sorted map[*ast.Ident]bool // names of functions whose result goes straight into a sort
}

// checkDeterminism judges the non-test files of one package. A nil info means that the package
// has no types here: then the rules that need them are left out.
func (t *tree) checkDeterminism(p *pkg, info *types.Info) {
	for _, src := range p.files {
		if src.test {
			continue
		}
		for _, spec := range src.file.Imports {
			t.checkBannedImport(spec)
		}
		w := &walker{tree: t, info: info, sorted: make(map[*ast.Ident]bool)}
		ast.Inspect(src.file, func(n ast.Node) bool {
			w.checkConcurrency(n)
			if src.built && info != nil {
				w.checkOrder(n)
				w.checkVariables(n)
			}
			return true
		})
	}
}

func (t *tree) checkBannedImport(spec *ast.ImportSpec) {
	importPath, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return // the type checker says so
	}
	if importPath == "net/netip" {
		// Addresses as values, without a network.
		return
	}
	for _, banned := range bannedImports {
		if importPath == banned || strings.HasPrefix(importPath, banned+"/") {
			t.findAt(spec.Pos(), "imports %s (a simulation is a value of its own)", importPath)
		}
	}
}

// checkConcurrency needs no types.
func (w *walker) checkConcurrency(n ast.Node) {
	switch n := n.(type) {
	case *ast.GoStmt:
		w.findAt(n.Pos(), "go statement (a simulation is one goroutine)")
	case *ast.SelectStmt:
		w.findAt(n.Pos(), "select statement (a simulation is one goroutine)")
	case *ast.ChanType:
		w.findAt(n.Pos(), "channel type (a simulation is one goroutine)")
	case *ast.SendStmt:
		w.findAt(n.Arrow, "channel send (a simulation is one goroutine)")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			w.findAt(n.Pos(), "channel receive (a simulation is one goroutine)")
		}
	}
}

// checkOrder finds what depends on the wall clock or on the order of a map.
func (w *walker) checkOrder(n ast.Node) {
	switch n := n.(type) {
	case *ast.RangeStmt:
		switch {
		case hasCore[*types.Map](w.info.TypeOf(n.X)):
			w.findAt(n.Pos(), "range over a map (sort the keys first)")
		case hasCore[*types.Chan](w.info.TypeOf(n.X)):
			w.findAt(n.Pos(), "range over a channel (a simulation is one goroutine)")
		}
	case *ast.CallExpr:
		if pkg, name := w.function(calleeName(n)); pkg == "slices" && strings.HasPrefix(name, "Sorted") {
			if arg, ok := ast.Unparen(n.Args[0]).(*ast.CallExpr); ok {
				w.sorted[calleeName(arg)] = true
			}
		}
	case *ast.Ident:
		pkg, name := w.function(n)
		switch {
		case pkg == "time" && bannedTime[name]:
			w.findAt(n.Pos(), "time.%s (virtual time is in the cluster's clock)", name)
		case pkg == "maps" && (name == "Keys" || name == "Values" || name == "All") && !w.sorted[n]:
			w.findAt(n.Pos(), "maps.%s in map order (wrap it in slices.Sorted)", name)
		}
	}
}

// hasCore reports whether a type, or a type that a type parameter stands for, is a T below.
func hasCore[T types.Type](typ types.Type) bool {
	if typ == nil {
		return false
	}
	if param, ok := types.Unalias(typ).(*types.TypeParam); ok {
		return unionHas[T](param.Constraint())
	}
	_, ok := typ.Underlying().(T)
	return ok
}

// unionHas looks for a T among the terms of a constraint.
func unionHas[T types.Type](constraint types.Type) bool {
	iface, ok := constraint.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for embedded := range iface.EmbeddedTypes() {
		union, ok := embedded.(*types.Union)
		if !ok {
			if hasCore[T](embedded) || unionHas[T](embedded) {
				return true
			}
			continue
		}
		for term := range union.Terms() {
			if hasCore[T](term.Type()) {
				return true
			}
		}
	}
	return false
}

// calleeName returns the identifier that names the function of a call, or nil.
func calleeName(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	switch index := fun.(type) {
	case *ast.IndexExpr:
		fun = index.X
	case *ast.IndexListExpr:
		fun = index.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun
	case *ast.SelectorExpr:
		return fun.Sel
	}
	return nil
}

// function returns the package and the name of the package-level function that an identifier
// uses, or two empty strings.
func (w *walker) function(id *ast.Ident) (pkg, name string) {
	if id == nil {
		return "", ""
	}
	fn, ok := w.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return "", ""
	}
	return fn.Pkg().Path(), fn.Name()
}

// checkVariables finds changes to package-level variables, and addresses through which they
// could be changed.
func (w *walker) checkVariables(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			w.checkVariable(left, "assigned")
		}
	case *ast.RangeStmt:
		w.checkVariable(n.Key, "assigned")
		w.checkVariable(n.Value, "assigned")
	case *ast.IncDecStmt:
		w.checkVariable(n.X, "changed")
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			w.checkVariable(n.X, "its address taken")
		}
	case *ast.CallExpr:
		w.checkBuiltin(n)
	case *ast.SelectorExpr:
		if w.takesAddress(n) {
			w.checkVariable(n.X, "its address taken by method "+n.Sel.Name)
		}
	}
}

// checkBuiltin finds the built-in functions that write to their first argument.
func (w *walker) checkBuiltin(call *ast.CallExpr) {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || len(call.Args) == 0 {
		return
	}
	builtin, ok := w.info.Uses[id].(*types.Builtin)
	if !ok {
		return
	}
	switch builtin.Name() {
	case "delete", "clear", "copy":
		w.checkVariable(call.Args[0], "changed by "+builtin.Name())
	}
}

// takesAddress reports whether a selector calls a pointer method on a variable of the value type.
func (w *walker) takesAddress(sel *ast.SelectorExpr) bool {
	selection := w.info.Selections[sel]
	if selection == nil || selection.Kind() != types.MethodVal || selection.Indirect() {
		return false
	}
	recv := selection.Obj().(*types.Func).Signature().Recv().Type()
	return hasCore[*types.Pointer](recv) && !hasCore[*types.Pointer](selection.Recv())
}

// checkVariable reports the package-level variable that an expression is a part of.
func (w *walker) checkVariable(expr ast.Expr, what string) {
	if v := w.packageVariable(expr); v != nil {
		w.findAt(expr.Pos(), "package-level variable %s is %s (state belongs to the simulation)",
			v.Name(), what)
	}
}

// packageVariable follows fields, elements and pointers back to a package-level variable, or nil.
func (w *walker) packageVariable(expr ast.Expr) *types.Var {
	switch expr := expr.(type) {
	case *ast.ParenExpr:
		return w.packageVariable(expr.X)
	case *ast.StarExpr:
		return w.packageVariable(expr.X)
	case *ast.IndexExpr:
		return w.packageVariable(expr.X)
	case *ast.SliceExpr:
		return w.packageVariable(expr.X)
	case *ast.SelectorExpr:
		if w.info.Selections[expr] != nil {
			return w.packageVariable(expr.X)
		}
		return w.packageVariable(expr.Sel)
	case *ast.Ident:
		v, ok := w.info.Uses[expr].(*types.Var)
		if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
			return v
		}
	}
	return nil
}
