package daemonsim

import (
	"fmt"
	"maps"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/manifest"
)

// Outcome is what became of an applied object, in kubectl's words.
type Outcome string

// The outcomes.
const (
	OutcomeCreated    Outcome = "created"
	OutcomeConfigured Outcome = "configured"
	OutcomeUnchanged  Outcome = "unchanged"
)

// ApplyYAML applies all objects of a manifest, YAML or JSON. The name is the file's, for messages. Either
// all of it is applied or nothing: the error lists every mistake with file, line, field and value.
// Objects of kinds that are not simulated do no harm; manifest.Parse lists them.
func (s *Sim) ApplyYAML(name, text string) error {
	opts := manifest.Options{Definitions: s.config.Definitions}
	set, err := manifest.Parse(opts, manifest.File{Name: name, Data: []byte(text)})
	if err != nil {
		return err
	}
	return s.ApplyAll(set.Objects()...)
}

// ApplyAll applies objects in their order, all or nothing.
func (s *Sim) ApplyAll(objects ...cluster.Object) error {
	// What is refused shows on a fork, before anything has been done here.
	trial := s.Fork()
	for _, obj := range objects {
		if _, err := trial.Apply(obj); err != nil {
			return err
		}
	}
	for _, obj := range objects {
		if _, err := s.Apply(obj); err != nil {
			return err
		}
	}
	return nil
}

// Apply creates an object or, when it is there, changes it to what is given, as kubectl apply does. Labels
// and annotations that others have added stay, as do the cordon and the taints of a node when obj
// has none. The object needs a name: a generated one would be another each time.
func (s *Sim) Apply(obj cluster.Object) (Outcome, error) {
	m := obj.Meta()
	namespace := m.Namespace
	if namespace == "" && obj.Scope() == cluster.Namespaced {
		namespace = cluster.DefaultNamespace
	}
	if m.Name == "" {
		return "", &cluster.ObjectError{
			Op: "apply", Kind: obj.Kind(), Key: namespace + "/" + m.GenerateName,
			Err: fmt.Errorf("%w: metadata.name is required", cluster.ErrInvalid),
		}
	}
	before := s.Object(obj.Kind(), namespace, m.Name)
	if before == nil {
		if _, err := s.Create(obj); err != nil {
			return "", err
		}
		return OutcomeCreated, nil
	}
	after, err := s.Update(merge(before, obj))
	if err != nil {
		return "", err
	}
	if after == before {
		return OutcomeUnchanged, nil
	}
	return OutcomeConfigured, nil
}

// merge returns obj with what apply keeps of the object before.
func merge(before, obj cluster.Object) cluster.Object {
	next := obj.Clone()
	m, was := next.Meta(), before.Meta()
	m.Labels = mergeMap(was.Labels, m.Labels)
	m.Annotations = mergeMap(was.Annotations, m.Annotations)
	m.ResourceVersion, m.UID = 0, 0
	m.OwnerReferences, m.Finalizers = was.OwnerReferences, was.Finalizers
	switch next := next.(type) {
	case *cluster.Node:
		spec := before.(*cluster.Node).Spec
		next.Spec.Unschedulable = next.Spec.Unschedulable || spec.Unschedulable
		if next.Spec.Taints == nil {
			next.Spec.Taints = spec.Taints
		}
	case *cluster.Pod:
		if next.NodeName == "" {
			next.NodeName = before.(*cluster.Pod).NodeName
		}
	}
	return next
}

func mergeMap(old, new map[string]string) map[string]string {
	merged := maps.Clone(old)
	if merged == nil {
		return maps.Clone(new)
	}
	maps.Copy(merged, new)
	return merged
}
