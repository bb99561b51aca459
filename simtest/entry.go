package simtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// entry is one node as a DaemonSet sees it: the answers to the two questions, and its pods there.
type entry struct {
	node      string
	run, goOn bool
	// pods are in survivor order, without those that are terminal and terminating.
	pods []*cluster.Pod
}

// entries puts together the entries of all nodes, and of all places where the DaemonSet has a pod.
func entries(r cluster.Reader, set *daemonset.DaemonSet) []*entry {
	byName := make(map[string]*entry)
	var list []*entry
	get := func(name string) *entry {
		e := byName[name]
		if e == nil {
			e = &entry{node: name}
			byName[name] = e
			list = append(list, e)
		}
		return e
	}
	for node := range r.Nodes() {
		e := get(node.Name)
		e.run, e.goOn = shouldRun(set, node)
	}
	for p := range r.Pods(set.Namespace) {
		if owns(set, p) && p.TargetNode() != "" {
			get(p.TargetNode()).add(set, p)
		}
	}
	for _, e := range list {
		e.sort()
	}
	slices.SortFunc(list, func(a, b *entry) int { return strings.Compare(a.node, b.node) })
	return list
}

func (e *entry) add(set *daemonset.DaemonSet, p *cluster.Pod) {
	if owns(set, p) && !(p.Terminating() && p.Terminal()) {
		e.pods = append(e.pods, p)
	}
}

func (e *entry) sort() { slices.SortFunc(e.pods, survivor) }

// survivor orders pods: bound ones first, then older ones by whole seconds, then by name.
func survivor(a, b *cluster.Pod) int {
	bound := func(p *cluster.Pod) int {
		if p.NodeName != "" {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(bound(a), bound(b)),
		cmp.Compare(a.CreationTimestamp/time.Second, b.CreationTimestamp/time.Second),
		cmp.Compare(a.Name, b.Name))
}

// live are the entry's pods that are not terminating.
func (e *entry) live() []*cluster.Pod {
	var list []*cluster.Pod
	for _, p := range e.pods {
		if !p.Terminating() {
			list = append(list, p)
		}
	}
	return list
}

// running are the live pods that have not come to their end.
func (e *entry) running() []*cluster.Pod {
	return slices.DeleteFunc(e.live(), (*cluster.Pod).Terminal)
}

// owns reports whether the DaemonSet is the controller of an object.
func owns(set *daemonset.DaemonSet, obj cluster.Object) bool {
	ref := obj.Meta().Controller()
	return ref != nil && ref.UID == set.UID
}

// isNew reports whether a pod is of the revision with that hash, or carries the DaemonSet's template
// generation.
func isNew(set *daemonset.DaemonSet, hash string, p *cluster.Pod) bool {
	if p.Labels[rollout.HashLabel] == hash {
		return true
	}
	want, err := strconv.ParseInt(set.Annotations[daemonset.TemplateGenerationAnnotation], 10, 64)
	if err != nil {
		return false
	}
	got, err := strconv.ParseInt(p.Labels[daemonset.TemplateGenerationLabel], 10, 64)
	return err == nil && got == want
}

// isAvailable reports whether a pod has been ready for long enough, by what its status says of that. Where nothing is
// asked for, it does not matter since when.
func isAvailable(set *daemonset.DaemonSet, p *cluster.Pod, now time.Duration) bool {
	return p.Status.Ready && (set.Spec.MinReadySeconds == 0 ||
		p.Status.ReadySince+time.Duration(set.Spec.MinReadySeconds)*time.Second <= now)
}

// currentRevision is the revision that holds the DaemonSet's template, nil when there is none. One that is
// left from a deleted DaemonSet of the same name will do, as long as it is there.
func currentRevision(r cluster.Reader, set *daemonset.DaemonSet) *rollout.ControllerRevision {
	want := string(rollout.Encode(&set.Spec.Template))
	var current, foreign *rollout.ControllerRevision
	for obj := range r.Objects(rollout.KindControllerRevision, set.Namespace) {
		rev := obj.(*rollout.ControllerRevision)
		if string(rev.Data) != want {
			continue
		}
		switch ref := rev.Controller(); {
		case ref == nil:
		case ref.UID != set.UID && ref.Name == set.Name:
			foreign = rev
		case ref.UID == set.UID && (current == nil || rev.Revision >= current.Revision):
			current = rev
		}
	}
	if current == nil {
		return foreign
	}
	return current
}
