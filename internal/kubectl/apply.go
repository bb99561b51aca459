package kubectl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/patch"
)

// lastAppliedAnnotation holds what apply was given last, so that apply can take away what is no longer
// asked for.
const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

// apply creates or changes the objects of files.
func apply(c *call) error {
	var shown []any
	note := func(obj cluster.Object, doc any, word string) error {
		if c.form.write == nil {
			return c.report(obj, word)
		}
		if doc == nil {
			doc = c.values(obj)
		}
		shown = append(shown, doc)
		return nil
	}
	err := c.eachEntry("apply", func(e entry) error {
		m := e.object.Meta()
		if m.Name == "" {
			return fmt.Errorf("from %s: cannot use generate name with apply", m.GenerateName)
		}
		wish, err := wishOf(e)
		if err != nil {
			return err
		}
		before := c.sim.Object(e.object.Kind(), m.Namespace, m.Name)
		if before == nil {
			return c.createOne(e, wish.annotated(e.object), wish.doc, note)
		}
		if err := e.strict(fmt.Sprintf("error when patching %q: ", e.file)); err != nil {
			return err
		}
		after, doc, outcome, err := c.applyTo(before, wish)
		if err != nil {
			return during("error when applying %q", e.file, err)
		}
		return note(after, doc, outcome)
	})
	if err != nil || len(shown) == 0 {
		return err
	}
	// All that has been applied is shown at the end, and as a List when it is more than one object.
	if len(shown) == 1 {
		return c.form.write(shown[0])
	}
	return c.form.write(listOf(shown))
}

// wish is what a file asks for: the object as it stands there, and the text of that for the annotation.
type wish struct {
	doc  map[string]any
	text string
}

func wishOf(e entry) (wish, error) {
	doc, err := documentOf(e)
	if err != nil {
		return wish{}, err
	}
	meta := doc["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	if annotations == nil {
		annotations = make(map[string]any, 1)
		meta["annotations"] = annotations
	}
	delete(annotations, lastAppliedAnnotation)
	text, err := json.Marshal(doc)
	if err != nil {
		return wish{}, err
	}
	w := wish{doc, string(text) + "\n"}
	annotations[lastAppliedAnnotation] = w.text
	return w, nil
}

// documentOf is the object of a file as it stands there, with its namespace.
func documentOf(e entry) (map[string]any, error) {
	doc, _ := decodeJSON(e.source.JSON()).(map[string]any)
	meta, ok := doc["metadata"].(map[string]any)
	if !ok {
		return nil, errors.New("not an object")
	}
	if ns := e.object.Meta().Namespace; ns != "" {
		meta["namespace"] = ns
	}
	return doc, nil
}

// annotated returns a copy of a new object that carries the wish.
func (w wish) annotated(obj cluster.Object) cluster.Object {
	next := obj.Clone()
	m := next.Meta()
	if m.Annotations = maps.Clone(m.Annotations); m.Annotations == nil {
		m.Annotations = make(map[string]string, 1)
	}
	m.Annotations[lastAppliedAnnotation] = w.text
	return next
}

const missingAnnotation = "Warning: resource %s/%s is missing the " + lastAppliedAnnotation +
	" annotation which is required by kubectl apply. kubectl apply should only be used on resources created " +
	"declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be " +
	"patched automatically."

// applyTo changes an object to what a file asks for. What was asked for before, and is not now, goes;
// what others have added stays. It returns the object and, when only a client has done it, the document that the
// client has made.
func (c *call) applyTo(before cluster.Object, w wish) (
	after cluster.Object, doc any, word string, err error,
) {
	m := before.Meta()
	text, ok := m.Annotations[lastAppliedAnnotation]
	if !ok {
		c.warn(missingAnnotation, c.resourceOf(before.Kind()).plural, m.Name)
	}
	var last map[string]any
	if ok && json.Valid([]byte(text)) {
		last, _ = decodeJSON([]byte(text)).(map[string]any)
	}
	live := c.values(before).(map[string]any)
	next, changed := patch.Apply(last, w.doc, live, patch.SchemaOf(string(before.Kind())))
	after = before
	if changed {
		if after, err = c.store(before, next, ""); err != nil {
			return nil, nil, "", err
		}
	}
	if m.Terminating() {
		c.warn("Warning: Detected changes to resource %s which is currently being deleted.", m.Name)
	}
	if c.opts.dryRun == "client" {
		doc = next
	}
	if changed {
		return after, doc, string(daemonsim.OutcomeConfigured), nil
	}
	return after, doc, string(daemonsim.OutcomeUnchanged), nil
}

// create creates the objects of files, or the one that the command line names.
func create(c *call) error {
	if len(c.args) > 0 && !c.opts.filesGiven {
		return c.createNamed()
	}
	return c.eachEntry("create", func(e entry) error {
		given := e.object
		doc, err := documentOf(e)
		if err != nil {
			return err
		}
		if c.opts.saveConfig {
			wish, err := wishOf(e)
			if err != nil {
				return err
			}
			given, doc = wish.annotated(given), wish.doc
		}
		return c.createOne(e, given, doc, c.reportAs)
	})
}

// createOne creates an object and has what became of it reported. doc is what a client knows of it.
func (c *call) createOne(
	e entry, given cluster.Object, doc any, report func(obj cluster.Object, doc any, word string) error,
) error {
	kind := e.object.Kind()
	version := given.APIVersion()[strings.IndexByte(given.APIVersion(), '/')+1:]
	if err := e.strict(fmt.Sprintf("error when creating %q: %s in version %q cannot be handled as a %s: ",
		e.file, kind, version, kind)); err != nil {
		return err
	}
	obj, err := c.create(given)
	if err != nil {
		return during("error when creating %q", e.file, err)
	}
	if c.opts.dryRun != "client" {
		doc = nil
	}
	return report(obj, doc, "created")
}

// eachEntry does something with every object of the files that is simulated. What goes wrong with one
// of them does not keep the others from being done.
func (c *call) eachEntry(what string, do func(entry) error) error {
	if !c.opts.filesGiven {
		return errors.New("must specify one of -f and -k")
	}
	list, err := c.entries()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("no objects passed to %s", what)
	}
	var errs []error
	for _, e := range list {
		if e.object == nil {
			c.printf("%s not simulated\n", e.other)
			continue
		}
		errs = append(errs, do(e))
	}
	return errors.Join(errs...)
}

func during(format, file string, err error) error {
	return &duringError{fmt.Sprintf(format, file), err}
}

// change stores the changed copy of an object. It reports whether that made a difference, and what there is to show:
// the object as stored or, when only a client has done it, the copy.
func (c *call) change(obj cluster.Object, edit func(cluster.Object)) (
	shown cluster.Object, changed bool, err error,
) {
	next := obj.Clone()
	edit(next)
	after, err := c.update(next)
	if c.opts.dryRun == "client" {
		return next, after != obj, err
	}
	return after, after != obj, err
}
