package kubectl

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/manifest"
)

// entry is one object of a file: one that is simulated or the name of one that is not.
type entry struct {
	file   string
	line   int
	object cluster.Object
	other  string
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
	opts := manifest.Options{Namespace: c.opts.namespace, Epoch: c.sim.Epoch()}
	set, err := manifest.Parse(opts, files...)
	if err != nil {
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
		files = append(files, manifest.File{Name: name, Data: data})
	}
	return files, errors.Join(errs...)
}

// inOrder lists the objects in the order of the files.
func (c *call) inOrder(set *manifest.Set) []entry {
	var list []entry
	for _, item := range set.Items {
		list = append(list, entry{file: item.Source.File, line: item.Source.Line(""), object: item.Object})
	}
	for _, n := range set.NotSimulated {
		list = append(list, entry{file: n.File, line: n.Line, other: foreignTitle(n)})
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		place := func(name string) int { return slices.Index(c.opts.filenames, name) }
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
		list = append(list, target{resourceOf(e.object.Kind()), m.Name, m.Namespace})
	}
	return list, others, nil
}

// manifestError puts the mistakes of manifests into words. If all of them are about the substance of
// objects they read as an API server's; otherwise each has its file and line.
func manifestError(err error) error {
	list, ok := errors.AsType[manifest.ErrorList](err)
	if !ok {
		return err
	}
	var errs []error
	var subjects []string
	found := make(map[string]field.ErrorList)
	for _, e := range list {
		var finding *field.Error
		if !errors.As(e.Err, &finding) {
			return raw(mistakes(list))
		}
		subject := e.File + "\x00" + e.Object
		if found[subject] == nil {
			subjects = append(subjects, subject)
		}
		found[subject] = append(found[subject], finding)
	}
	for _, subject := range subjects {
		_, object, _ := strings.Cut(subject, "\x00")
		kind, name, _ := strings.Cut(object, "/")
		errs = append(errs, raw(invalidMessage(kind, name, found[subject])))
	}
	return errors.Join(errs...)
}

func mistakes(list manifest.ErrorList) string {
	if len(list) == 1 {
		return "error: " + list[0].Error()
	}
	return fmt.Sprintf("error: %d mistakes, and nothing has been done:\n%v", len(list), list)
}
