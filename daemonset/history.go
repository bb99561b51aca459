package daemonset

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

// constructHistory makes sure that the current template is stored as the revision with the highest
// number, and works out what new pods look like.
func (c *Controller) constructHistory(cl *cluster.Client, t *tracked) error {
	if !t.reconstruct {
		return nil
	}
	set := t.set
	data := rollout.Encode(&set.Spec.Template)
	revisions, err := c.claimRevisions(cl, t)
	if err != nil {
		return err
	}
	h := rollout.Reconcile(revisions, data)
	if len(h.Duplicates) > 0 {
		if err := relabel(cl, t, h.Current.Hash()); err != nil {
			return err
		}
	}
	for _, d := range h.Duplicates {
		if err := cl.Delete(d.Kind(), d.Namespace, d.Name, cluster.DeleteOptions{}); err != nil {
			return err
		}
	}
	switch {
	case h.Current == nil:
		h.Current, err = createRevision(cl, t, data, h.Number)
	case h.Current.Revision != h.Number:
		next := *h.Current
		next.Revision = h.Number
		var obj cluster.Object
		if obj, err = cl.Update(&next); err == nil {
			h.Current = obj.(*rollout.ControllerRevision)
		}
	}
	if err != nil {
		return err
	}
	// A revision of a DaemonSet of the same name that has just been deleted goes without anybody
	// telling: the next sync has to look again.
	owner := h.Current.Controller()
	t.reconstruct = owner == nil || owner.UID != set.UID
	t.current, t.old = h.Current, h.Old
	t.setTemplate(h.Current.Hash())
	return nil
}

// createRevision stores the current template. When its name is taken by another template, the
// collision count goes up, so that the next attempt has another name.
func createRevision(
	cl *cluster.Client, t *tracked, data []byte, number int64,
) (*rollout.ControllerRevision, error) {
	set := t.set
	hash := rollout.Hash(data, set.Status.CollisionCount)
	labels := maps.Clone(set.Spec.Template.ObjectMeta.Labels)
	if labels == nil {
		labels = make(map[string]string, 1)
	}
	labels[rollout.HashLabel] = hash
	r := &rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: set.Name + "-" + hash, Namespace: set.Namespace,
			Labels: labels, Annotations: set.Annotations,
			OwnerReferences: []cluster.OwnerReference{set.ownerReference()},
		},
		Data: data, Revision: number,
	}
	obj, err := cl.Create(r)
	if err == nil {
		return obj.(*rollout.ControllerRevision), nil
	}
	if !errors.Is(err, cluster.ErrAlreadyExists) {
		return nil, err
	}
	there, _ := cl.Live().Object(r.Kind(), r.Namespace, r.Name).(*rollout.ControllerRevision)
	if there != nil && bytes.Equal(there.Data, data) {
		return there, nil
	}
	return nil, errors.Join(rollout.ErrCollision, err, countCollision(cl, set))
}

// countCollision raises the collision count of a DaemonSet, unless that has been done already and the view
// does not show it.
func countCollision(cl *cluster.Client, set *DaemonSet) error {
	live := Get(cl.Live(), set.Namespace, set.Name)
	if live == nil || collisions(live) != collisions(set) {
		return cluster.ErrConflict
	}
	next, count := *live, collisions(live)+1
	next.Status.CollisionCount = &count
	_, err := cl.UpdateStatus(&next)
	return err
}

func collisions(set *DaemonSet) int32 {
	if n := set.Status.CollisionCount; n != nil {
		return *n
	}
	return 0
}

// ownerReference is the mark that the DaemonSet leaves on what it owns.
func (d *DaemonSet) ownerReference() cluster.OwnerReference {
	yes := true
	return cluster.OwnerReference{
		APIVersion: d.APIVersion(), Kind: Kind, Name: d.Name, UID: d.UID,
		Controller: &yes, BlockOwnerDeletion: &yes,
	}
}

// setTemplate works out the template of new pods: that of the DaemonSet with the revision's labels, the
// tolerations that every pod of a DaemonSet gets, and without the required node affinity, which the
// pinned node replaces.
func (t *tracked) setTemplate(hash string) {
	t.view.Hash = hash
	t.view.TemplateGeneration = t.set.TemplateGeneration()
	t.view.template = cluster.NewTemplate(
		PodTemplate(t.set, hash), t.set.ownerReference())
}

// PodTemplate is what the pods of a DaemonSet are made from, for the revision with that hash. The node
// that a pod is pinned to is not part of it.
func PodTemplate(set *DaemonSet, hash string) cluster.PodTemplateSpec {
	pt := set.Spec.Template.Clone()
	labels := pt.ObjectMeta.Labels
	if labels == nil {
		labels = make(map[string]string, 2)
	}
	if hash != "" {
		labels[rollout.HashLabel] = hash
	}
	if text, ok := set.Annotations[TemplateGenerationAnnotation]; ok {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			labels[TemplateGenerationLabel] = strconv.FormatInt(n, 10)
		}
	}
	pt.ObjectMeta.Labels = labels
	pt.Spec.Tolerations = taints.WithDaemonTolerations(pt.Spec.Tolerations, pt.Spec.HostNetwork)
	if a := pt.Spec.Affinity; a != nil && a.NodeAffinity != nil {
		a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = nil
	}
	return pt
}

// relabel gives all pods the hash of the one revision that stays of several with the same template. The
// pods of other templates get it too, as in Kubernetes.
func relabel(cl *cluster.Client, t *tracked, hash string) error {
	for _, p := range slices.Collect(cl.PodsOwnedBy(t.set.Namespace, t.set.UID)) {
		if p.Labels[rollout.HashLabel] != hash {
			next := *p
			next.Labels = withLabel(p.Labels, rollout.HashLabel, hash)
			if _, err := cl.Update(&next); err != nil {
				return err
			}
		}
	}
	return nil
}

func withLabel(labels map[string]string, key, value string) map[string]string {
	all := make(map[string]string, len(labels)+1)
	maps.Copy(all, labels)
	all[key] = value
	return all
}

// claimRevisions returns the DaemonSet's revisions, after letting go of those that no longer match the
// selector and taking over those that match it and have no controller. A revision without a hash gets
// its name for one.
func (c *Controller) claimRevisions(cl *cluster.Client, t *tracked) ([]*rollout.ControllerRevision, error) {
	var list []*rollout.ControllerRevision
	for _, obj := range c.claimable(cl, t.set) {
		r, err := t.claimRevision(cl, obj)
		if err != nil {
			return nil, err
		}
		if r != nil {
			list = append(list, r)
		}
	}
	return rollout.Sorted(list), nil
}

// claimRevision settles whether a revision belongs to the DaemonSet, and returns it as it is then; nil when
// it does not.
func (t *tracked) claimRevision(
	cl *cluster.Client, r *rollout.ControllerRevision,
) (*rollout.ControllerRevision, error) {
	owner, matches, uid := r.Controller(), t.selector.Matches(r.Labels), t.set.UID
	switch {
	case owner == nil && matches && !r.Terminating():
		if err := mayAdopt(cl, t.set); err != nil {
			return nil, cannotAdopt(r, err)
		}
		stored, err := patchOwners(cl, r, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
			return append(withoutOwner(refs, uid), t.set.ownerReference())
		})
		if stored == nil {
			return nil, err
		}
		r = stored.(*rollout.ControllerRevision)
	case owner != nil && owner.UID == uid && !matches:
		_, err := patchOwners(cl, r, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
			return withoutOwner(refs, uid)
		})
		return nil, err
	case owner == nil || owner.UID != uid:
		return owned(r, uid), nil
	}
	if r.Labels[rollout.HashLabel] != "" {
		return r, nil
	}
	next := *r
	next.Labels = withLabel(r.Labels, rollout.HashLabel, r.Name)
	stored, err := cl.Update(&next)
	if err != nil {
		return nil, err
	}
	return stored.(*rollout.ControllerRevision), nil
}

// owned is the revision if it lists the owner at all, if only beside its controller.
func owned(r *rollout.ControllerRevision, owner cluster.UID) *rollout.ControllerRevision {
	if slices.ContainsFunc(r.OwnerReferences, func(ref cluster.OwnerReference) bool { return ref.UID == owner }) {
		return r
	}
	return nil
}

// claimable lists the revisions of a DaemonSet and those of its namespace that nobody controls, by name.
func (c *Controller) claimable(cl *cluster.Client, set *DaemonSet) []*rollout.ControllerRevision {
	list := Revisions(cl.Reader, set)
	c.orphans.Scan(func(uid cluster.UID) bool {
		r, ok := cl.ByUID(uid).(*rollout.ControllerRevision)
		if ok && r.Namespace == set.Namespace && !slices.Contains(list, r) {
			list = append(list, r)
		}
		return true
	})
	slices.SortFunc(list, func(a, b *rollout.ControllerRevision) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Revisions returns the ControllerRevisions of a DaemonSet, lowest number first.
func Revisions(r cluster.Reader, set *DaemonSet) []*rollout.ControllerRevision {
	var list []*rollout.ControllerRevision
	for obj := range r.OwnedBy(set.UID) {
		if rev, ok := obj.(*rollout.ControllerRevision); ok {
			list = append(list, rev)
		}
	}
	return rollout.Sorted(list)
}

// trimHistory deletes old revisions beyond the limit, unless pods still run them.
func trimHistory(cl *cluster.Client, t *tracked) error {
	limit := 10
	if n := t.set.Spec.RevisionHistoryLimit; n != nil {
		limit = int(*n)
	}
	if len(t.old) <= limit {
		return nil
	}
	live := func(hash string) bool {
		for labels := range cl.LabelSetsOwnedBy(t.set.Namespace, t.set.UID) {
			if labels[rollout.HashLabel] == hash {
				return true
			}
		}
		return false
	}
	for _, r := range rollout.Surplus(t.old, limit, live) {
		if err := cl.Delete(r.Kind(), r.Namespace, r.Name, cluster.DeleteOptions{}); err != nil {
			return err
		}
		t.old = slices.DeleteFunc(slices.Clone(t.old), func(o *rollout.ControllerRevision) bool { return o == r })
	}
	return nil
}
