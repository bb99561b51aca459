package daemonset

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// RestartedAtAnnotation is the annotation of the template that a restart sets.
const RestartedAtAnnotation = "kubectl.kubernetes.io/restartedAt"

// Undo sets the template of a DaemonSet back to that of an earlier revision: the one with that number
// or, for 0, the one before the current. It reports false when the template is that already. The error
// is rollout.ErrNoRevision or rollout.ErrFewRevisions when there is no such revision.
func Undo(cl *cluster.Client, set *DaemonSet, number int64) (changed bool, err error) {
	target, err := rollout.UndoTarget(History(cl.Reader, set), number)
	if err != nil {
		return false, fmt.Errorf("undo %s: %w", set.Key(), err)
	}
	if bytes.Equal(target.Data, rollout.Encode(&set.Spec.Template)) {
		return false, nil
	}
	template, err := rollout.Decode(target.Data)
	if err != nil {
		return false, fmt.Errorf("undo %s to revision %d: %w", set.Key(), target.Revision, err)
	}
	next := set.Clone().(*DaemonSet)
	next.Spec.Template = *template
	_, err = cl.Update(next)
	return err == nil, err
}

// History returns the ControllerRevisions that kubectl takes for the history of a DaemonSet, lowest number
// first: those that the DaemonSet controls and whose labels its selector matches. A selector that cannot be
// read matches none.
func History(r cluster.Reader, set *DaemonSet) []*rollout.ControllerRevision {
	selector, err := affinity.Compile(set.Spec.Selector)
	if err != nil {
		return nil
	}
	var list []*rollout.ControllerRevision
	for _, rev := range Revisions(r, set) {
		if ref := rev.Controller(); ref != nil && ref.UID == set.UID && selector.Matches(rev.Labels) {
			list = append(list, rev)
		}
	}
	return list
}

// Restart changes nothing about the template but an annotation, so that all pods are replaced. It
// reports false when the annotation says the same second already.
func Restart(cl *cluster.Client, set *DaemonSet, at time.Time) (changed bool, err error) {
	next := set.Clone().(*DaemonSet)
	meta := &next.Spec.Template.ObjectMeta
	if meta.Annotations == nil {
		meta.Annotations = make(map[string]string, 1)
	}
	text := at.UTC().Format(time.RFC3339)
	if meta.Annotations[RestartedAtAnnotation] == text {
		return false, nil
	}
	meta.Annotations[RestartedAtAnnotation] = text
	_, err = cl.Update(next)
	return err == nil, err
}

// SetImage gives containers of the template other images, by container name; "*" means all of them. It
// reports whether anything changed, and fails for a container that the template does not have.
func SetImage(cl *cluster.Client, set *DaemonSet, container, image string) (changed bool, err error) {
	next := set.Clone().(*DaemonSet)
	spec := &next.Spec.Template.Spec
	found := false
	for _, list := range [][]cluster.Container{spec.Containers, spec.InitContainers} {
		for i := range list {
			if container != "*" && list[i].Name != container {
				continue
			}
			found = true
			changed = changed || list[i].Image != image
			list[i].Image = image
		}
	}
	if !found {
		return false, fmt.Errorf("container %q: %w", container, cluster.ErrNotFound)
	}
	if !changed {
		return false, nil
	}
	_, err = cl.Update(next)
	return err == nil, err
}

// Get returns the DaemonSet of that name, or nil.
func Get(r cluster.Reader, namespace, name string) *DaemonSet {
	set, _ := r.Object(Kind, namespace, name).(*DaemonSet)
	return set
}

// All returns the DaemonSets of a namespace by name; an empty namespace means all.
func All(r cluster.Reader, namespace string) []*DaemonSet {
	objects := slices.Collect(r.Objects(Kind, namespace))
	sets := make([]*DaemonSet, len(objects))
	for i, obj := range objects {
		sets[i] = obj.(*DaemonSet)
	}
	return sets
}
