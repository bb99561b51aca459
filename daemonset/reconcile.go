package daemonset

import (
	"fmt"
	"math"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Reconcile does for a state what the controller does when the DaemonSet's turn comes, once. It is the sync of a
// running Controller and none of its own: what it reads stands still while it works, as with a controller whose
// watch takes longer than its sync, and what it writes is judged as always, so that a pod that no API server
// accepts is not created. Objects that carry resource versions are written to only if they are as they were
// read; to the others that does not apply.
//
// Equal states have equal outcomes. Nothing that is handed in is changed or kept. The error is about a state
// that makes no sense: no DaemonSet, or two objects of one name.
func Reconcile(found Found) (*Outcome, error) {
	if found.DaemonSet == nil {
		return nil, fmt.Errorf("reconcile: %w: there is no DaemonSet", cluster.ErrInvalid)
	}
	if found.Now < 0 {
		return nil, fmt.Errorf("reconcile: %w: the present is %v, before the start", cluster.ErrInvalid, found.Now)
	}
	r := newReconciler(found.Config)
	if err := r.restore(&found); err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	return r.run(&found), nil
}

// reconciler is a controller in a cluster of its own, which has what was found and does no more than one sync.
type reconciler struct {
	*Controller
	world  *cluster.Cluster
	client *cluster.Client
	set    *DaemonSet
	// owners are the UIDs that the owners have here, strangers how many of them are not here. abroad is the
	// way back.
	owners, abroad map[cluster.UID]cluster.UID
	strangers      cluster.UID
	// given are the pods as they were handed in, by the UIDs that they have here.
	given   map[cluster.UID]*cluster.Pod
	outcome Outcome
}

func newReconciler(config Config) *reconciler {
	r := &reconciler{
		Controller: New(config),
		owners:     make(map[cluster.UID]cluster.UID),
		abroad:     make(map[cluster.UID]cluster.UID),
		given:      make(map[cluster.UID]*cluster.Pod),
	}
	r.world = cluster.New(cluster.Config{}, r)
	return r
}

// Observe tells the controller, and keeps its access to the cluster.
func (r *reconciler) Observe(cl *cluster.Client, ch *cluster.Change) {
	r.client = cl
	r.Controller.Observe(cl, ch)
}

var errNone = fmt.Errorf("%w: it is nil", cluster.ErrInvalid)

// restore builds the cluster.
func (r *reconciler) restore(found *Found) error {
	if err := r.world.RunFor(found.Now); err != nil {
		return err
	}
	set := found.DaemonSet.Clone().(*DaemonSet)
	set.Default()
	obj, err := r.world.Restore(set)
	if err != nil {
		return err
	}
	r.set = obj.(*DaemonSet)
	r.meet(found.DaemonSet.UID, r.set.UID)
	for i, n := range found.Nodes {
		if n == nil {
			return fmt.Errorf("node %d: %w", i, errNone)
		}
		if _, err := r.world.Restore(n); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
	}
	for i, rev := range found.Revisions {
		if rev == nil {
			return fmt.Errorf("revision %d: %w", i, errNone)
		}
		if _, err := r.restoreOwned(rev); err != nil {
			return fmt.Errorf("revision %d: %w", i, err)
		}
	}
	for i, p := range found.Pods {
		if p == nil {
			return fmt.Errorf("pod %d: %w", i, errNone)
		}
		stored, err := r.restoreOwned(p)
		if err != nil {
			return fmt.Errorf("pod %d: %w", i, err)
		}
		r.given[stored.Meta().UID] = p
	}
	return nil
}

// restoreOwned restores an object that may have owners, under the UIDs that they have here.
func (r *reconciler) restoreOwned(obj cluster.Object) (cluster.Object, error) {
	own := obj.Clone()
	refs := own.Meta().OwnerReferences
	for i := range refs {
		uid, known := r.owners[refs[i].UID]
		if !known {
			// No object here has such a number.
			uid = math.MaxUint64 - r.strangers
			r.strangers++
			r.meet(refs[i].UID, uid)
		}
		refs[i].UID = uid
	}
	return r.world.Restore(own)
}

// meet notes which UID an owner has here.
func (r *reconciler) meet(abroad, here cluster.UID) {
	r.owners[abroad], r.abroad[here] = here, abroad
}

// run lets the controller do its sync.
func (r *reconciler) run(found *Found) *Outcome {
	t, _ := r.sets.Get(r.set.UID)
	for _, b := range found.Backoff {
		if b.Failures > 0 {
			r.remember(t, b, found.Now)
		}
	}
	t.expected = expectations{
		creations: found.Expected.Creations, deletions: found.Expected.Deletions,
		since: found.Now - found.Expected.Since,
	}
	// From here on nothing that is written is seen.
	_ = r.world.SetLag(Name, cluster.Lag{Delay: math.MaxInt64})
	r.world.OnChange(r.takeDown)
	r.notes = &r.outcome
	r.sync(r.client, t)
	return r.result()
}

// remember enters a back-off.
func (r *reconciler) remember(t *tracked, b NodeBackoff, now time.Duration) {
	node := r.world.Node(b.Node)
	if node == nil {
		return
	}
	t.backoff.nodes.Set(node.ID(), backoffEntry{t.set.Status.ObservedGeneration, delayAfter(b.Failures), now - b.Since})
}

// takeDown notes what a write does that the controller itself has no word for.
func (r *reconciler) takeDown(ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *cluster.Pod:
		if ch.Verb == cluster.Updated {
			r.takePod(ch.Before.(*cluster.Pod), obj)
		}
	case *rollout.ControllerRevision:
		before, _ := ch.Before.(*rollout.ControllerRevision)
		r.takeRevision(ch.Verb, before, obj)
	}
}

func (r *reconciler) takePod(before, p *cluster.Pod) {
	o, given := &r.outcome, r.given[p.UID]
	had, has := r.isController(&before.ObjectMeta), r.isController(&p.ObjectMeta)
	if !had && has {
		o.Adopted = append(o.Adopted, given)
	}
	if had && !has {
		o.Released = append(o.Released, given)
	}
	if before.Labels[rollout.HashLabel] != p.Labels[rollout.HashLabel] {
		o.Relabelled = append(o.Relabelled, given)
	}
}

func (r *reconciler) takeRevision(verb cluster.Verb, before, rev *rollout.ControllerRevision) {
	note := func(effect RevisionEffect) {
		r.outcome.History = append(r.outcome.History, RevisionChange{effect, rev})
	}
	switch verb {
	case cluster.Created:
		note(RevisionMade)
		return
	case cluster.Deleted:
		note(RevisionDeleted)
		return
	}
	if before.Revision != rev.Revision {
		note(RevisionRenumbered)
	}
	if before.Labels[rollout.HashLabel] != rev.Labels[rollout.HashLabel] {
		note(RevisionLabelled)
	}
	had, has := r.isController(&before.ObjectMeta), r.isController(&rev.ObjectMeta)
	if !had && has {
		note(RevisionAdopted)
	}
	if had && !has {
		note(RevisionReleased)
	}
}

func (r *reconciler) isController(m *cluster.ObjectMeta) bool {
	ref := m.Controller()
	return ref != nil && ref.UID == r.set.UID
}

// result is the outcome, when the sync is over.
func (r *reconciler) result() *Outcome {
	o := &r.outcome
	for i := range o.Created {
		o.Created[i].Pod = r.export(o.Created[i].Pod).(*cluster.Pod)
	}
	for i := range o.Deleted {
		o.Deleted[i].Pod = r.given[o.Deleted[i].Pod.UID]
	}
	for i := range o.History {
		o.History[i].Revision = r.export(o.History[i].Revision).(*rollout.ControllerRevision)
	}
	var list []*rollout.ControllerRevision
	for obj := range r.world.Objects(rollout.KindControllerRevision, r.set.Namespace) {
		list = append(list, r.export(obj).(*rollout.ControllerRevision))
	}
	o.Revisions = rollout.Sorted(list)
	o.Status = Get(r.world.Reader, r.set.Namespace, r.set.Name).Status
	return o
}

// export copies an object for the caller, who knows the owners by other UIDs.
func (r *reconciler) export(obj cluster.Object) cluster.Object {
	own := obj.Clone()
	refs := own.Meta().OwnerReferences
	for i := range refs {
		if uid, known := r.abroad[refs[i].UID]; known {
			refs[i].UID = uid
		}
	}
	return own
}
