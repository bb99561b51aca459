package daemonset

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
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
		if err := c.merge(cl, t, &h); err != nil {
			return err
		}
	}
	switch {
	case h.Current == nil:
		h.Current, err = c.createRevision(cl, t, data, h.Number)
	case h.Current.Revision != h.Number:
		h.Current, err = updateRevision(cl, h.Current, func(r *rollout.ControllerRevision) { r.Revision = h.Number })
	}
	if err != nil {
		return err
	}
	// A revision of a DaemonSet of the same name that has just been deleted goes without anybody telling, and so does
	// one that the controller does not see yet when its watch begins anew: the next sync has to look again.
	owner := h.Current.Controller()
	t.reconstruct = owner == nil || owner.UID != set.UID || cl.ByUID(h.Current.UID) == nil
	t.current, t.old = h.Current, h.Old
	t.setTemplate(h.Current.Hash())
	return nil
}

// merge keeps one of several revisions with the current template. All pods get its hash, those of other
// templates too, as in Kubernetes.
func (c *Controller) merge(cl *cluster.Client, t *tracked, h *rollout.History) error {
	if err := c.claim(cl, t); err != nil {
		return err
	}
	hash := h.Current.Hash()
	for _, p := range c.claimedPods(cl, t) {
		if p.Labels[rollout.HashLabel] != hash {
			if err := relabel(cl, p, hash); err != nil {
				return err
			}
		}
	}
	for _, d := range h.Duplicates {
		if err := cl.Delete(d.Kind(), d.Namespace, d.Name, cluster.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// relabel gives a pod another hash, as it is stored now.
func relabel(cl *cluster.Client, p *cluster.Pod, hash string) error {
	live := cl.Live().PodByUID(p.UID)
	if live == nil {
		return &cluster.ObjectError{Op: "update", Kind: p.Kind(), Key: p.Key(), Err: cluster.ErrNotFound}
	}
	next := *live
	next.Labels = withLabel(live.Labels, rollout.HashLabel, hash)
	_, err := cl.Update(&next)
	return err
}

// updateRevision writes a revision that the controller has read, and returns what is stored. It fails when
// somebody has written it since, were it the controller itself.
func updateRevision(
	cl *cluster.Client, r *rollout.ControllerRevision, edit func(*rollout.ControllerRevision),
) (*rollout.ControllerRevision, error) {
	next := *r
	edit(&next)
	stored, err := cl.Update(&next)
	if err != nil {
		return nil, err
	}
	return stored.(*rollout.ControllerRevision), nil
}

// createRevision stores the current template. When its name is taken by another template, the
// collision count goes up, so that the next attempt has another name.
func (c *Controller) createRevision(
	cl *cluster.Client, t *tracked, data []byte, number int64,
) (*rollout.ControllerRevision, error) {
	set := t.set
	hash := c.config.Hash(data, set.Status.CollisionCount)
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
	if err := c.countCollision(cl, set); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", rollout.ErrCollision, err)
}

// countCollision raises the collision count of a DaemonSet, unless that has been done already and the view
// does not show it.
func (c *Controller) countCollision(cl *cluster.Client, set *DaemonSet) error {
	live := Get(cl.Live(), set.Namespace, set.Name)
	if live == nil {
		return &cluster.ObjectError{Op: "read", Kind: Kind, Key: set.Key(), Err: cluster.ErrNotFound}
	}
	known, counted := set.Status.CollisionCount, live.Status.CollisionCount
	if (known == nil) != (counted == nil) || countOf(known) != countOf(counted) {
		return fmt.Errorf("found a stale collision count (%d, expected %d) of DaemonSet %q while processing: %w",
			countOf(known), countOf(counted), set.Name, cluster.ErrConflict)
	}
	next, count := *live, countOf(counted)+1
	next.Status.CollisionCount = &count
	if _, err := cl.UpdateStatus(&next); err != nil {
		return err
	}
	c.notes.noteStatus()
	return nil
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
	if t.view.Hash != hash {
		// The label of a revision can be edited too: pods become old or new although they are as they were.
		t.rebuild = true
	}
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

func withLabel(labels map[string]string, key, value string) map[string]string {
	all := make(map[string]string, len(labels)+1)
	maps.Copy(all, labels)
	all[key] = value
	return all
}

// claimRevisions returns the DaemonSet's revisions, after letting go of those that no longer match the
// selector and taking over those that match it and have no controller. A revision without a hash gets
// its name for one. What it takes over it goes on with as it was found.
func (c *Controller) claimRevisions(cl *cluster.Client, t *tracked) ([]*rollout.ControllerRevision, error) {
	if t.selectorErr != nil {
		return nil, t.selectorErr
	}
	var list []*rollout.ControllerRevision
	var errs []error
	for _, r := range c.claimable(cl, t.set) {
		switch mine, err := t.claimRevision(cl, r); {
		case err != nil:
			errs = append(errs, err)
		case mine:
			list = append(list, r)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for i, r := range list {
		if _, ok := r.Labels[rollout.HashLabel]; ok {
			continue
		}
		labelled, err := updateRevision(cl, r, func(r *rollout.ControllerRevision) {
			r.Labels = withLabel(r.Labels, rollout.HashLabel, r.Name)
		})
		if err != nil {
			return nil, err
		}
		list[i] = labelled
	}
	return list, nil
}

// claimRevision settles whether a revision belongs to the DaemonSet.
func (t *tracked) claimRevision(cl *cluster.Client, r *rollout.ControllerRevision) (mine bool, err error) {
	owner, matches, uid := r.Controller(), t.selector.Matches(r.Labels), t.set.UID
	switch {
	case owner != nil && owner.UID != uid:
		return false, nil
	case owner != nil && matches:
		return true, nil
	case owner != nil:
		_, err := patchOwners(cl, r, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
			return withoutOwner(refs, uid)
		})
		return false, err
	case !matches || r.Terminating():
		return false, nil
	}
	if err := mayAdopt(cl, t.set); err != nil {
		return false, cannotAdopt(r, err)
	}
	stored, err := patchOwners(cl, r, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
		return append(withoutOwner(refs, uid), t.set.ownerReference())
	})
	if err != nil {
		return false, cannotAdopt(r, err)
	}
	return stored != nil, nil
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
func (c *Controller) trimHistory(cl *cluster.Client, t *tracked) error {
	limit := 10
	if n := t.set.Spec.RevisionHistoryLimit; n != nil {
		limit = int(*n)
	}
	if len(t.old) <= limit {
		return nil
	}
	for _, r := range rollout.Surplus(t.old, limit, func(hash string) bool { return c.isLive(cl, t, hash) }) {
		if err := cl.Delete(r.Kind(), r.Namespace, r.Name, cluster.DeleteOptions{}); err != nil {
			return err
		}
		t.old = slices.DeleteFunc(slices.Clone(t.old), func(o *rollout.ControllerRevision) bool { return o == r })
	}
	return nil
}

// isLive reports whether any of the DaemonSet's pods has a hash.
func (c *Controller) isLive(cl *cluster.Client, t *tracked, hash string) bool {
	if c.claims.Len() > 0 {
		return slices.ContainsFunc(c.claimedPods(cl, t), func(p *cluster.Pod) bool {
			return p.Labels[rollout.HashLabel] == hash
		})
	}
	for labels := range cl.LabelSetsOwnedBy(t.set.Namespace, t.set.UID) {
		if labels[rollout.HashLabel] == hash {
			return true
		}
	}
	return false
}
