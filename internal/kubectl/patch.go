package kubectl

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/patch"
	"github.com/daemonsim/daemonsim/manifest"
)

// patchObjects changes some fields of objects.
func patchObjects(c *call) error {
	change, err := c.readPatch()
	if err != nil {
		return err
	}
	list, others, err := c.patchTargets()
	if err != nil {
		return err
	}
	objects, missing := c.find(list)
	var errs []error
	for _, obj := range objects {
		errs = append(errs, c.patchOne(obj, change))
	}
	for _, other := range others {
		c.printf("%s not simulated\n", other)
	}
	return errors.Join(errors.Join(errs...), missing)
}

func (c *call) patchTargets() (list []target, others []string, err error) {
	if c.opts.filesGiven {
		return c.fileTargets()
	}
	list, err = c.targets(c.args)
	switch {
	case err != nil:
		return nil, nil, err
	case len(list) == 0:
		return nil, nil, errors.New("must specify one of -f and -k")
	case list[0].name == "":
		return nil, nil, errors.New("resource(s) were provided, but no name was specified")
	}
	return list, nil, nil
}

// change is a patch that has been read.
type change struct {
	// apply makes of a document what that becomes.
	apply func(kind string, doc map[string]any) (map[string]any, error)
	// shown is what messages show of it. If empty they show what has become of the document.
	shown string
}

// readPatch reads the patch that the flags give, as far as it can be read without an object.
func (c *call) readPatch() (*change, error) {
	o := &c.opts
	switch {
	case o.patch != "" && o.patchFile != "":
		return nil, errors.New("cannot specify --patch and --patch-file together")
	case o.patch == "" && o.patchFile == "":
		return nil, errors.New("must specify --patch or --patch-file containing the contents of the patch")
	}
	kind := strings.ToLower(o.patchType)
	if !slices.Contains([]string{"", "json", "merge", "strategic"}, kind) {
		return nil, fmt.Errorf("--type must be one of [json merge strategic], not %q", o.patchType)
	}
	text := []byte(o.patch)
	if o.patchFile != "" {
		data, ok := []byte(nil), false
		if c.files != nil {
			data, ok = c.files(o.patchFile)
		}
		if !ok {
			return nil, fmt.Errorf("unable to read patch file: open %s: no such file or directory", o.patchFile)
		}
		text = data
	}
	converted, err := manifest.ToJSON("patch", text)
	if err != nil {
		return nil, fmt.Errorf("unable to parse %q: %w", text, err)
	}
	value := decodeJSON(converted)
	switch kind {
	case "json":
		return jsonPatch(value)
	case "merge":
		return mergePatch(value)
	}
	return strategicPatch(value)
}

// unfit is how an API server refuses a patch of another form than its type.
func unfit(prefix string, value any, want string) error {
	form := "number"
	switch value.(type) {
	case map[string]any:
		form = "object"
	case []any:
		form = "array"
	case string:
		form = "string"
	case bool:
		form = "bool"
	}
	return badRequest(fmt.Sprintf("%sjson: cannot unmarshal %s into Go value of type %s", prefix, form, want))
}

func badRequest(text string) error { return raw("Error from server (BadRequest): " + text) }

const (
	decodingPatch = "error decoding patch: "
	goObject      = "map[string]interface {}"
)

func mergePatch(value any) (*change, error) {
	fields, ok := value.(map[string]any)
	if !ok && value != nil {
		return nil, unfit(decodingPatch, value, goObject)
	}
	return &change{apply: func(_ string, doc map[string]any) (map[string]any, error) {
		return patch.Merge(doc, fields).(map[string]any), nil
	}}, nil
}

func strategicPatch(value any) (*change, error) {
	fields, ok := value.(map[string]any)
	if !ok && value != nil {
		return nil, unfit("", value, goObject)
	}
	apply := func(kind string, doc map[string]any) (map[string]any, error) {
		patched, err := patch.Strategic(doc, fields, patch.SchemaOf(kind))
		switch {
		case errors.Is(err, patch.ErrFormat):
			return nil, badRequest(err.Error())
		case err != nil:
			return nil, raw("Error from server: " + err.Error())
		}
		return patched, nil
	}
	return &change{apply, fmt.Sprint(fields)}, nil
}

func jsonPatch(value any) (*change, error) {
	list, ok := value.([]any)
	if !ok && value != nil {
		return nil, unfit(decodingPatch, value, "[]handlers.jsonPatchOp")
	}
	operations := make([]patch.Operation, len(list))
	for i, item := range list {
		fields, ok := item.(map[string]any)
		if !ok {
			return nil, unfit(decodingPatch, item, "handlers.jsonPatchOp")
		}
		text := func(name string) string { s, _ := fields[name].(string); return s }
		operations[i] = patch.Operation{
			Op: text("op"), Path: text("path"), From: text("from"), Value: fields["value"],
		}
	}
	return &change{apply: func(_ string, doc map[string]any) (map[string]any, error) {
		patched, err := patch.JSON(doc, operations)
		if err != nil {
			return nil, refusedPatch(err)
		}
		fields, ok := patched.(map[string]any)
		if !ok {
			return nil, refusedPatch(errors.New("what is left is not an object"))
		}
		return fields, nil
	}}, nil
}

// refusedPatch says that a JSON patch does not apply. An API server keeps the reason to itself.
func refusedPatch(error) error {
	return raw("The request is invalid: the server rejected our request due to an error in our request")
}

// patchOne changes one object and says what became of it.
func (c *call) patchOne(obj cluster.Object, change *change) error {
	doc, ok := c.values(obj).(map[string]any)
	if !ok || obj.Kind() == kindEvent {
		return fmt.Errorf("%s cannot be patched here", resourceOf(obj.Kind()).plural)
	}
	patched, err := change.apply(string(obj.Kind()), doc)
	if err != nil {
		return err
	}
	after, err := c.store(obj, patched, change.shown)
	if err != nil {
		return err
	}
	word := "patched"
	if after == obj {
		word = "patched (no change)"
	}
	if c.opts.dryRun == "client" {
		return c.reportAs(after, patched, word)
	}
	return c.report(after, word)
}

// store puts a document in the place of an object, as an API server does with what a patch has made:
// fields that nobody knows are left out, with a warning. A message about what cannot be read shows the
// document, unless shown is not empty.
func (c *call) store(before cluster.Object, doc map[string]any, shown string) (cluster.Object, error) {
	if err := c.sameObject(before, doc); err != nil {
		return nil, err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	opts := manifest.Options{
		Namespace: before.Meta().Namespace, Epoch: c.sim.Epoch(), LeaveUnknown: true,
		Definitions: c.sim.Definitions(),
	}
	set, err := manifest.Decode("patch", text, opts)
	if list, ok := errors.AsType[manifest.ErrorList](err); ok {
		return nil, raw(fmt.Sprintf("The request is invalid: patch: Invalid value: %q: %s: %s",
			cmp.Or(shown, string(text)), list[0].Field, list[0].Msg))
	}
	if err != nil || len(set.Items) != 1 {
		return nil, errors.Join(err, errors.New("the patch leaves no object"))
	}
	for _, d := range set.Items[0].Unknown {
		c.warn("Warning: unknown field %q", d.Field)
	}
	return c.update(set.Items[0].Object)
}

// sameObject refuses a document that is about another object, or about another version of it.
func (c *call) sameObject(before cluster.Object, doc map[string]any) error {
	meta, _ := doc["metadata"].(map[string]any)
	was := c.values(before).(map[string]any)["metadata"].(map[string]any)
	for _, part := range [...]struct{ field, what string }{{"name", "name"}, {"namespace", "namespace"}} {
		if meta[part.field] != was[part.field] {
			return badRequest(fmt.Sprintf("the %s of the object (%v) does not match the %s on the URL (%v)",
				part.what, orEmpty(meta[part.field]), part.what, orEmpty(was[part.field])))
		}
	}
	if doc["kind"] != string(before.Kind()) || doc["apiVersion"] != before.APIVersion() {
		return badRequest(fmt.Sprintf("the object is a %v of %v and must stay one",
			before.Kind(), before.APIVersion()))
	}
	for _, field := range [...]string{"resourceVersion", "uid"} {
		if given, ok := meta[field]; ok && given != was[field] {
			return &cluster.ObjectError{
				Op: "update", Kind: before.Kind(), Key: before.Meta().Key(), Err: cluster.ErrConflict,
			}
		}
	}
	return nil
}

func orEmpty(value any) any {
	if value == nil {
		return ""
	}
	return value
}
