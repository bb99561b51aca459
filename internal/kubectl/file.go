package kubectl

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/manifest"
)

// entry is one object of a file: one that is simulated or the name of one that is not.
type entry struct {
	file   string
	line   int
	object cluster.Object
	source *manifest.Source
	// unknown are the fields that the kind does not have.
	unknown []string
	other   string
}

// strict refuses an object with fields that its kind does not have, as an API server does: doing is what was
// being done when it found them.
func (e *entry) strict(doing string) error {
	if len(e.unknown) == 0 {
		return nil
	}
	texts := make([]string, len(e.unknown))
	for i, field := range e.unknown {
		texts[i] = fmt.Sprintf("unknown field %q", field)
	}
	return badRequest(doing + "strict decoding error: " + strings.Join(texts, ", "))
}

// entries reads all files of -f. Either all of them can be read or the error tells every mistake.
func (c *call) entries() ([]entry, error) {
	if len(c.args) > 0 && c.opts.filesGiven {
		return nil, fmt.Errorf("unexpected args: [%s]; objects come from the files", strings.Join(c.args, " "))
	}
	files, err := c.readFiles()
	if err != nil {
		return nil, err
	}
	opts := manifest.Options{
		Namespace: c.opts.namespace, Epoch: c.sim.Epoch(), KeepInvalid: true, LeaveUnknown: true,
		Definitions: c.sim.Definitions(),
	}
	set, err := manifest.Parse(opts, files...)
	if err != nil {
		// What an API server would leave out is a mistake among others then.
		opts.KeepInvalid, opts.LeaveUnknown = false, false
		_, err = manifest.Parse(opts, files...)
		return nil, manifestError(err)
	}
	list := c.inOrder(set)
	return list, c.checkNamespaces(list)
}

func (c *call) readFiles() ([]manifest.File, error) {
	var files []manifest.File
	var errs []error
	for _, name := range c.opts.filenames {
		data, ok := []byte(nil), false
		if c.files != nil {
			data, ok = c.files(name)
		}
		if !ok {
			errs = append(errs, fmt.Errorf("the path %q does not exist", name))
		}
		files = append(files, manifest.File{Name: fileTitle(name), Data: data})
	}
	return files, errors.Join(errs...)
}

// fileTitle is what messages call a file.
func fileTitle(name string) string {
	if name == "-" {
		return "STDIN"
	}
	return name
}

// inOrder lists the objects in the order of the files.
func (c *call) inOrder(set *manifest.Set) []entry {
	var list []entry
	for _, item := range set.Items {
		e := entry{
			file: item.Source.File, line: item.Source.Line(""), object: item.Object, source: item.Source,
		}
		for _, d := range item.Unknown {
			e.unknown = append(e.unknown, d.Field)
		}
		list = append(list, e)
	}
	for _, n := range set.NotSimulated {
		list = append(list, entry{file: n.File, line: n.Line, other: foreignTitle(n)})
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		place := func(title string) int {
			return slices.IndexFunc(c.opts.filenames, func(name string) bool { return fileTitle(name) == title })
		}
		return cmp.Or(cmp.Compare(place(a.file), place(b.file)), cmp.Compare(a.line, b.line))
	})
	return list
}

// foreignTitle is an object that is not simulated as kubectl would report on it.
func foreignTitle(n manifest.NotSimulated) string {
	kind := strings.ToLower(n.Kind)
	if group, _, ok := strings.Cut(n.APIVersion, "/"); ok {
		kind += "." + group
	}
	return kind + "/" + n.Name
}

// checkNamespaces reports objects that name another namespace than the flag.
func (c *call) checkNamespaces(list []entry) error {
	if !c.opts.namespaceGiven {
		return nil
	}
	var errs []error
	for _, e := range list {
		if e.object == nil || e.object.Scope() == cluster.ClusterScoped {
			continue
		}
		if ns := e.object.Meta().Namespace; ns != c.opts.namespace {
			errs = append(errs, raw(fmt.Sprintf("error: the namespace from the provided object %q does not match "+
				"the namespace %q. You must pass '--namespace=%s' to perform this operation.",
				ns, c.opts.namespace, ns)))
		}
	}
	return errors.Join(errs...)
}

// fileTargets are the objects that the files of -f name. Others are those that are not simulated.
func (c *call) fileTargets() (list []target, others []string, err error) {
	entries, err := c.entries()
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if e.object == nil {
			others = append(others, e.other)
			continue
		}
		m := e.object.Meta()
		list = append(list, target{c.resourceOf(e.object.Kind()), m.Name, m.Namespace})
	}
	return list, others, nil
}

// manifestError lists the mistakes of manifests that cannot be read, each with its file and line. What API
// servers would say of objects that can be read is for them to say.
func manifestError(err error) error {
	list, ok := errors.AsType[manifest.ErrorList](err)
	switch {
	case !ok:
		return err
	case len(list) == 1:
		return raw("error: " + list[0].Error())
	}
	return raw(fmt.Sprintf("error: %d mistakes, and nothing has been done:\n%v", len(list), list))
}
