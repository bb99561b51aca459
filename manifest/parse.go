package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// File is the content of a file and the name that messages give it.
type File struct {
	Name string
	Data []byte
}

// Parse reads files as [Decode] does and also has every object judge itself, defaults filled in, as
// the cluster would on creation. An object that is there twice is a mistake too. Every mistake of
// every file comes in one [ErrorList]; without any the Set holds the objects of all files.
func Parse(opts Options, files ...File) (*Set, error) {
	l := loading{opts: opts, first: make(map[identity]*Source)}
	for _, f := range files {
		l.read(f)
	}
	return l.result()
}

// Load reads files from disk as [Parse] does. Of a directory it reads the files that end in .yaml,
// .yml and .json, in the order of their names, and none of the directories within.
func Load(opts Options, paths ...string) (*Set, error) {
	l := loading{opts: opts, first: make(map[identity]*Source)}
	stdin := opts.Stdin
	for _, path := range paths {
		if path == "-" && opts.Stdin != nil {
			l.readStdin(stdin)
			stdin = nil
			continue
		}
		names, err := expand(path)
		if err != nil {
			l.fail(path, err)
		}
		for _, name := range names {
			data, err := readFile(name)
			if err != nil {
				l.fail(name, err)
				continue
			}
			l.read(File{Name: name, Data: data})
		}
	}
	return l.result()
}

const stdinName = "standard input"

// readStdin reads standard input; nil stands for one that has been read before.
func (l *loading) readStdin(r io.Reader) {
	if r == nil {
		l.fail(stdinName, errors.New("named twice"))
		return
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		l.fail(stdinName, err)
		return
	}
	l.read(File{Name: stdinName, Data: data})
}

// loading is a load under way.
type loading struct {
	opts  Options
	set   Set
	errs  ErrorList
	first map[identity]*Source
}

// identity is what only one object may have.
type identity struct {
	kind cluster.Kind
	key  string
}

func (l *loading) result() (*Set, error) {
	if err := l.errs.err(); err != nil {
		return nil, err
	}
	return &l.set, nil
}

// fail adds a file that cannot be read.
func (l *loading) fail(name string, err error) {
	reason := err
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		reason = p.Err
	}
	l.errs = append(l.errs, &Error{File: name, Msg: reason.Error(), Err: err})
}

func (l *loading) read(in File) {
	f := decodeFile(in, l.opts)
	formed := len(f.errs) == 0
	var invalid ErrorList
	for _, item := range f.set.Items {
		for _, e := range judge(item) {
			if l.opts.KeepInvalid && formed {
				invalid = append(invalid, e)
			} else {
				f.addError(e)
			}
		}
		l.checkTwice(f, item)
	}
	l.set.Invalid = append(l.set.Invalid, invalid.sorted()...)
	l.errs = append(l.errs, f.mistakes()...)
	l.set.Items = append(l.set.Items, f.set.Items...)
	l.set.NotSimulated = append(l.set.NotSimulated, f.set.NotSimulated...)
}

// judge lists what is wrong with an object that is well-formed. What follows from a mistake of form
// in the same field is left out.
func judge(item Item) ErrorList {
	obj := item.Object.Clone()
	if m := obj.Meta(); m.Name == "" && m.GenerateName != "" {
		// Creation draws a name, and judges it.
		m.Name = m.GenerateName + "xxxxx"
	}
	obj.Default()
	var list ErrorList
	for _, e := range obj.Validate() {
		path := item.Source.fullPath(e.Field)
		if !slices.ContainsFunc(item.failed, func(p string) bool { return overlap(p, path) }) {
			list = append(list, item.locate(e))
		}
	}
	return list
}

// locate turns a field error into one with a position.
func (i Item) locate(e *field.Error) *Error {
	line, column := i.Source.Position(e.Field)
	return &Error{
		File: i.Source.File, Line: line, Column: column, Object: i.title(),
		Field: i.Source.fullPath(e.Field), Value: e.BadValue, Msg: ruleMessage(e), Err: e,
	}
}

// title is "Kind/name".
func (i Item) title() string {
	meta := i.Object.Meta()
	if meta.Name == "" {
		return string(i.Object.Kind())
	}
	return string(i.Object.Kind()) + "/" + meta.Name
}

// overlap reports whether one of two paths leads to or through the other.
func overlap(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	rest, ok := strings.CutPrefix(b, a)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// checkTwice adds an object that was there before.
func (l *loading) checkTwice(f *file, item Item) {
	meta := item.Object.Meta()
	if meta.Name == "" {
		return
	}
	id := identity{item.Object.Kind(), meta.Key()}
	first, twice := l.first[id]
	if !twice {
		l.first[id] = item.Source
		return
	}
	const path = "metadata.name"
	line, column := item.Source.Position(path)
	f.addError(&Error{
		File: f.name, Line: line, Column: column, Object: item.title(),
		Field: item.Source.fullPath(path), Value: meta.Name,
		Msg: fmt.Sprintf("%s %s is already at %s:%d",
			id.kind, quote(id.key), first.File, first.Line(path)),
	})
}

// Errors gives the field errors in err, which the cluster returned for the item's object, their
// positions in the file. It returns err itself when there are none.
func (i Item) Errors(err error) error {
	found, ok := errors.AsType[field.ErrorList](err)
	if !ok {
		return err
	}
	list := make(ErrorList, len(found))
	for n, e := range found {
		list[n] = i.locate(e)
	}
	return list.sorted().err()
}

// expand lists the files that a path stands for.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, nil // reading it says what is wrong
	}
	found, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range found {
		switch filepath.Ext(entry.Name()) {
		case ".yaml", ".yml", ".json":
			if !entry.IsDir() {
				names = append(names, filepath.Join(path, entry.Name()))
			}
		}
	}
	return names, nil
}

// readFile reads no more of a file than it takes to see that it is too large.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	return data, errors.Join(err, f.Close())
}
