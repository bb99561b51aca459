package conformance_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
)

type manifestCase struct {
	Manifest json.RawMessage `json:"manifest"`
}

// options leave out nothing and add nothing.
var options = manifest.Options{}

// decode reads one DaemonSet as a user's file. Unknown fields, which are mistakes there, are left out, as
// the API server does when it is not asked to be strict.
func decode(text json.RawMessage) (*daemonset.DaemonSet, error) {
	file := manifest.File{Name: "case", Data: text}
	set, err := manifest.Decode(file.Name, file.Data, options)
	if unknown := unknownFields(err); len(unknown) > 0 {
		tree := parseTree(text)
		for _, path := range unknown {
			strip(tree, path)
		}
		set, err = manifest.Decode(file.Name, []byte(inline(tree)), options)
	}
	if err != nil {
		return nil, err
	}
	for _, obj := range set.Objects() {
		if d, ok := obj.(*daemonset.DaemonSet); ok {
			return d, nil
		}
	}
	return nil, errors.New("no DaemonSet")
}

// unknownFields are the paths of the fields that a manifest should not have.
func unknownFields(err error) []string {
	var paths []string
	var list manifest.ErrorList
	errors.As(err, &list)
	for _, e := range list {
		if strings.HasPrefix(e.Msg, "unknown field") {
			paths = append(paths, e.Field)
		}
	}
	return paths
}

// strip takes the member at a path such as spec.template.spec.containers[0].imagee out of a tree.
func strip(tree any, path string) {
	steps := strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
	for _, step := range steps[:len(steps)-1] {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i < len(v) {
				tree = v[i]
			}
		}
	}
	if m, ok := tree.(map[string]any); ok {
		delete(m, steps[len(steps)-1])
	}
}

// written is a stored object as JSON, without what every cluster fills in its own way.
func written(obj cluster.Object) map[string]any {
	tree := parseTree(manifest.JSON(obj, options)).(map[string]any)
	meta := tree["metadata"].(map[string]any)
	for _, key := range []string{"uid", "resourceVersion", "creationTimestamp"} {
		delete(meta, key)
	}
	return tree
}

// TestDefaults decodes manifests and looks at them with their defaults, and once more when they are stored.
func TestDefaults(t *testing.T) {
	type answer struct {
		Defaulted   json.RawMessage `json:"defaulted"`
		Stored      json.RawMessage `json:"stored"`
		DecodeError string          `json:"decodeError"`
	}
	replay(t, runner[manifestCase, answer]{kind: "defaults", check: func(in manifestCase, want answer) []difference {
		d, err := decode(in.Manifest)
		if err != nil {
			return diffDecoding(want.DecodeError, err)
		}
		defaulted := d.Clone()
		defaulted.Default()
		if errs := fieldErrors(asStored(d).Validate()); unreadable(errs) {
			return diffDecoding(want.DecodeError, asError(errs[0].Message))
		}
		found := diffAt("defaulted", inNamespace(parseTree(want.Defaulted)), written(defaulted))
		found = append(found, diffAt("stored", parseTree(want.Stored), written(asStored(d)))...)
		// Those that are not valid are recorded too, though nobody stores them.
		if stored, err := cluster.New(cluster.Config{}).Create(d); err == nil && d.Name != "" {
			found = append(found, diffAt("door", written(asStored(d)), written(stored))...)
		}
		return found
	}})
}

// inNamespace gives an object without a namespace the one that reading a manifest gives it, where
// Kubernetes has it from the request.
func inNamespace(tree any) any {
	if object, ok := tree.(map[string]any); ok {
		if meta, ok := object["metadata"].(map[string]any); ok && meta["namespace"] == nil {
			meta["namespace"] = cluster.DefaultNamespace
		}
	}
	return tree
}

// diffDecoding compares whether something could be read; the words are a decoder's own.
func diffDecoding(want string, err error) []difference {
	switch {
	case want == "" && err != nil:
		return []difference{{"decodeError", absent{}, err.Error()}}
	case want != "" && err == nil:
		return []difference{{"decodeError", want, absent{}}}
	}
	return nil
}

// judged is what a user who gives a manifest learns of it.
type judged struct {
	Accepted     bool         `json:"accepted"`
	DecodeError  string       `json:"decodeError,omitempty"`
	StrictErrors []string     `json:"strictErrors,omitempty"`
	Errors       []fieldError `json:"errors"`
}

// judge loads a manifest and reports all mistakes: those of form, which a strict API server refuses
// as well, and those of substance.
func judge(text json.RawMessage) judged {
	var got judged
	set, err := manifest.Parse(options, manifest.File{Name: "case", Data: text})
	if err == nil && len(set.Items) == 0 {
		got.DecodeError = "no DaemonSet"
	}
	var list manifest.ErrorList
	errors.As(err, &list)
	for _, e := range list {
		var rule *field.Error
		switch {
		case errors.As(e.Err, &rule):
			got.Errors = append(got.Errors, fieldErrors(field.ErrorList{rule})...)
		case strings.HasPrefix(e.Msg, "unknown field"):
			got.StrictErrors = append(got.StrictErrors, `unknown field "`+e.Field+`"`)
		default:
			got.DecodeError = e.Error()
		}
	}
	if unreadable(got.Errors) {
		got.DecodeError = got.Errors[0].Message
	}
	got.Accepted = got.DecodeError == "" && len(got.Errors) == 0
	return got
}

// TestValidate loads manifests and creates the objects that load.
func TestValidate(t *testing.T) {
	replay(t, runner[manifestCase, judged]{kind: "validate", check: func(in manifestCase, want judged) []difference {
		got := judge(in.Manifest)
		if want.DecodeError != "" || got.DecodeError != "" {
			return diffDecoding(want.DecodeError, asError(got.DecodeError))
		}
		found := diffSets("strictErrors", want.StrictErrors, got.StrictErrors, strings.ToLower)
		found = append(found, diffErrors(want.Errors, got.Errors)...)
		found = append(found, diffAt("accepted", want.Accepted, got.Accepted)...)
		d, err := decode(in.Manifest)
		if err != nil {
			return append(found, failed(err)...)
		}
		if d.Name == "" && d.GenerateName != "" {
			d.Name = d.GenerateName + "xxxxx"
		}
		_, err = cluster.New(cluster.Config{}).Create(d)
		// The door judges as the loading of the manifest did.
		return append(found, diffSets("door", got.Errors, doorErrors(err), fieldError.name)...)
	}})
}

func asError(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

// doorErrors are the field errors with which the store refused an object.
func doorErrors(err error) []fieldError {
	var list field.ErrorList
	if errors.As(err, &list) {
		return fieldErrors(list)
	}
	if err != nil {
		return []fieldError{{Message: err.Error()}}
	}
	return nil
}

func diffErrors(want, got []fieldError) []difference {
	return diffSets("errors", want, got, fieldError.name)
}

type updateCase struct {
	Old json.RawMessage `json:"old"`
	New json.RawMessage `json:"new"`
}

type updateAnswer struct {
	judged
	GenerationBumped         bool `json:"generationBumped"`
	TemplateGenerationBumped bool `json:"templateGenerationBumped"`
}

// TestUpdate replaces one manifest by another.
func TestUpdate(t *testing.T) {
	replay(t, runner[updateCase, updateAnswer]{kind: "update", check: func(in updateCase, want updateAnswer) []difference {
		before, err := decode(in.Old)
		if err != nil {
			return failed(err)
		}
		after, err := decode(in.New)
		if err != nil {
			return diffDecoding(want.DecodeError, err)
		}
		was := asStored(before)
		next := after.Clone().(*daemonset.DaemonSet)
		next.Generation = was.Generation
		next.Default()
		next.PrepareUpdate(was)
		errs := fieldErrors(next.ValidateUpdate(was))
		if unreadable(errs) {
			return diffDecoding(want.DecodeError, asError(errs[0].Message))
		}
		if want.DecodeError != "" {
			return diffDecoding(want.DecodeError, nil)
		}
		found := diffErrors(want.Errors, errs)
		found = append(found, diffAt("accepted", want.Accepted, len(errs) == 0)...)
		found = append(found, diffAt("generationBumped", want.GenerationBumped,
			next.Generation > was.Generation)...)
		found = append(found, diffAt("templateGenerationBumped", want.TemplateGenerationBumped,
			next.TemplateGeneration() > was.TemplateGeneration())...)
		if after.Key() != before.Key() {
			// Through the door this is another object.
			return found
		}
		c := cluster.New(cluster.Config{})
		if _, err := c.Create(before); err != nil {
			// The recorded one was taken as stored, though it is not valid.
			return found
		}
		_, err = c.Update(after)
		return append(found, diffSets("door", errs, doorErrors(err), fieldError.name)...)
	}})
}

// asStored is a DaemonSet as the API server stores it.
func asStored(d *daemonset.DaemonSet) *daemonset.DaemonSet {
	d = d.Clone().(*daemonset.DaemonSet)
	d.Default()
	d.PrepareCreate()
	return d
}

// unreadable reports whether the errors say that an object cannot be read: Kubernetes finds out when it
// decodes the annotation with the template generation.
func unreadable(errs []fieldError) bool {
	return len(errs) == 1 && strings.Contains(errs[0].Field, daemonset.TemplateGenerationAnnotation)
}
