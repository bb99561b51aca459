package standstill

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Root is one thing that is to blame, the same on all of its nodes, with all that wait for it.
type Root struct {
	// Cause is the last link on the first of the nodes, and Chain leads there from what that node waits for.
	Cause *Cause
	Chain []*Cause
	// Nodes are those that the cause is on, by name.
	Nodes []string
	// Waiting are the nodes that wait for those, by name; Via is what the first of them waits for, nil
	// without any.
	Waiting []string
	Via     *Cause
}

// findRoots follows every node's chain to its end. Ends that say the same are one root.
func findRoots(waits []Wait) []Root {
	f := rootFinder{waits: waits, byKey: make(map[string]int)}
	for i := range waits {
		w := &waits[i]
		if len(w.Cause.Root().By) == 0 {
			f.add(w)
		}
	}
	ends := make(map[*Cause][]int)
	for i := range waits {
		w := &waits[i]
		c := w.Cause.Root()
		if len(c.By) == 0 {
			continue
		}
		at, known := ends[c]
		if !known {
			at = f.endsOf(c)
			ends[c] = at
		}
		if len(at) == 0 {
			at = f.circle(w)
		}
		for _, r := range at {
			root := &f.roots[r]
			root.Waiting, root.Via = append(root.Waiting, w.Node), cmp.Or(root.Via, w.Cause)
		}
	}
	slices.SortStableFunc(f.roots, func(a, b Root) int {
		return cmp.Or(cmp.Compare(len(b.Waiting), len(a.Waiting)), cmp.Compare(len(b.Nodes), len(a.Nodes)),
			strings.Compare(a.first(), b.first()))
	})
	return f.roots
}

func (r *Root) first() string {
	if len(r.Nodes) == 0 {
		return ""
	}
	return r.Nodes[0]
}

type rootFinder struct {
	waits []Wait
	roots []Root
	byKey map[string]int
}

// of is what a node waits for; nil for one that does not wait.
func (f *rootFinder) of(node string) *Cause {
	w, _ := find(f.waits, node)
	return w.Cause
}

// add counts a node that the chain ends on.
func (f *rootFinder) add(w *Wait) {
	end := w.Cause.Root()
	i := f.root(end, w.Cause)
	f.roots[i].Nodes = append(f.roots[i].Nodes, w.Node)
}

// root finds the root that says the same as the end of a chain.
func (f *rootFinder) root(end, start *Cause) int {
	key := end.sameAs()
	i, known := f.byKey[key]
	if !known {
		i = len(f.roots)
		f.byKey[key] = i
		f.roots = append(f.roots, Root{Cause: end, Chain: start.chain()})
	}
	return i
}

// endsOf are the roots that a cause leads to by way of other nodes, each once. There are none if all that it
// leads to wait for each other, or for nodes that wait for nothing, as a strategy of somebody's own can have it.
func (f *rootFinder) endsOf(c *Cause) []int {
	var ends []int
	seen := map[*Cause]bool{c: true}
	queue := []*Cause{c}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, name := range next.By {
			found := f.of(name)
			if found == nil || seen[found] {
				continue
			}
			seen[found] = true
			end := found.Root()
			if len(end.By) > 0 {
				queue = append(queue, end)
			} else if i := f.byKey[end.sameAs()]; !slices.Contains(ends, i) {
				ends = append(ends, i)
			}
		}
	}
	return ends
}

// circle makes the nodes a root that a chain without an end goes round in, and returns it for the node if that
// is not one of them, but waits for them.
func (f *rootFinder) circle(w *Wait) []int {
	at := map[string]int{}
	var path []string
	for name := w.Node; name != ""; name = f.next(name) {
		if from, been := at[name]; been {
			path = path[from:]
			break
		}
		at[name] = len(path)
		path = append(path, name)
	}
	if f.next(path[len(path)-1]) == "" {
		// It does not go round: the last one waits for nobody of whom anything is known.
		path = path[len(path)-1:]
	}
	first := f.of(slices.Min(path))
	i := f.root(first.Root(), first)
	if !slices.Contains(path, w.Node) {
		return []int{i}
	}
	f.roots[i].Nodes = append(f.roots[i].Nodes, w.Node)
	return nil
}

// next is the first node that keeps another waiting and waits itself; "" without one.
func (f *rootFinder) next(node string) string {
	for _, name := range f.of(node).Root().By {
		if f.of(name) != nil {
			return name
		}
	}
	return ""
}

// chain lists the links down to the end.
func (c *Cause) chain() []*Cause {
	var links []*Cause
	for ; c != nil; c = c.Because {
		links = append(links, c)
	}
	return links
}

// sameAs is equal for causes that say the same about different nodes and pods.
func (c *Cause) sameAs() string {
	parts := []string{string(c.Kind), c.Images, c.Plugin}
	switch c.Kind {
	case Rejected, Strategy, PlanFails, Finalizers, ControllerFails, PodCrashing, PodStarting:
		parts = append(parts, c.Message)
	}
	if c.Own {
		parts = append(parts, "own")
	}
	if len(c.By) > 0 {
		parts = append(parts, "by others")
	}
	if c.Port != nil {
		parts = append(parts, c.Port.Protocol, c.Port.IP, strconv.Itoa(int(c.Port.Port)))
	}
	if c.Taint != nil {
		parts = append(parts, c.Taint.String())
	}
	for _, s := range c.Shortages {
		parts = append(parts, string(s.Resource))
	}
	return strings.Join(parts, "\x00")
}
