package daemonset

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// claim settles who owns which pods: pods that no longer match the selector are released, and pods
// without a controller that match it are adopted.
func (c *Controller) claim(cl *cluster.Client, t *tracked) error {
	if !t.reclaim {
		return nil
	}
	t.reclaim = false
	err := errors.Join(c.release(cl, t), c.adopt(cl, t))
	// What has failed has to be tried again.
	t.reclaim = t.reclaim || err != nil
	return err
}

func (c *Controller) adopt(cl *cluster.Client, t *tracked) error {
	var errs []error
	asked := false
	for _, p := range slices.Collect(cl.OrphansMatching(t.set.Namespace, t.selector)) {
		if p.Terminating() {
			continue
		}
		if !asked {
			asked = true
			if err := mayAdopt(cl, t.set); err != nil {
				return cannotAdopt(p, err)
			}
		}
		owner := t.set.ownerReference()
		stored, err := patchOwners(cl, p, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
			return append(slices.Clip(withoutOwner(refs, t.set.UID)), owner)
		})
		if err != nil {
			errs = append(errs, cannotAdopt(p, err))
		} else if stored != nil {
			adopted := stored.(*cluster.Pod)
			c.claimed(cl, t, adopted, t.set.UID)
			c.wrote(cl, &t.wrote.pod, adopted)
		}
	}
	return errors.Join(errs...)
}

func cannotAdopt(obj cluster.Object, err error) error {
	return fmt.Errorf("can't adopt %s %s (%v): %w", obj.Kind(), obj.Meta().Key(), obj.Meta().UID, err)
}

// errReplaced says that a DaemonSet is not the one that the controller knows.
var errReplaced = errors.New("the DaemonSet is gone, another or terminating")

// mayAdopt looks at the DaemonSet as it is before anything is adopted for it: in a view that lags it may be
// there when it is not any more.
func mayAdopt(cl *cluster.Client, set *DaemonSet) error {
	live := Get(cl.Live(), set.Namespace, set.Name)
	if live == nil || live.UID != set.UID || live.Terminating() {
		return fmt.Errorf("%s %s (%v): %w", Kind, set.Key(), set.UID, errReplaced)
	}
	return nil
}

// hasStrangers reports whether any owned pod no longer matches the selector.
func hasStrangers(cl *cluster.Client, t *tracked) bool {
	for labels := range cl.LabelSetsOwnedBy(t.set.Namespace, t.set.UID) {
		if !t.selector.Matches(labels) {
			return true
		}
	}
	return false
}

// release lets go of the pods that do not match. It does not matter when that is not allowed.
func (c *Controller) release(cl *cluster.Client, t *tracked) error {
	if !hasStrangers(cl, t) {
		return nil
	}
	var errs []error
	for _, p := range slices.Collect(cl.PodsOwnedBy(t.set.Namespace, t.set.UID)) {
		if t.selector.Matches(p.Labels) {
			continue
		}
		stored, err := patchOwners(cl, p, func(refs []cluster.OwnerReference) []cluster.OwnerReference {
			return withoutOwner(refs, t.set.UID)
		})
		switch {
		case stored != nil:
			c.claimed(cl, t, stored.(*cluster.Pod), 0)
		case err == nil:
			// It is gone, and counts no more than one that has been released.
			t.mark(p.TargetID())
			c.claims.Set(p.UID, podClaim{version: math.MaxUint64})
		case !errors.Is(err, cluster.ErrInvalid):
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func withoutOwner(refs []cluster.OwnerReference, owner cluster.UID) []cluster.OwnerReference {
	return slices.DeleteFunc(slices.Clone(refs), func(r cluster.OwnerReference) bool { return r.UID == owner })
}

// patchOwners changes the owners of an object as it is stored now, whatever the view shows of it, and returns
// what is stored then. An object that is gone has no owners: that is no error, and nil.
func patchOwners(
	cl *cluster.Client, obj cluster.Object, edit func([]cluster.OwnerReference) []cluster.OwnerReference,
) (cluster.Object, error) {
	live := cl.Live().ByUID(obj.Meta().UID)
	if live == nil {
		return nil, nil
	}
	next := live
	if p, ok := live.(*cluster.Pod); ok {
		own := *p
		next = &own
	} else {
		next = live.Clone()
	}
	next.Meta().OwnerReferences = edit(live.Meta().OwnerReferences)
	stored, err := cl.Update(next)
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// podClaim is who controls a pod since a version of it that the view does not show yet.
type podClaim struct {
	owner   cluster.UID
	version uint64
}

// claimed notes who controls a pod, unless the view shows it.
func (c *Controller) claimed(cl *cluster.Client, t *tracked, p *cluster.Pod, owner cluster.UID) {
	t.mark(p.TargetID())
	if seen := cl.PodByUID(p.UID); seen != nil && seen.ResourceVersion < p.ResourceVersion {
		c.claims.Set(p.UID, podClaim{owner, p.ResourceVersion})
	}
}

// confirmClaim drops the note about a pod when the view shows it, or shows that the pod is gone. A version that
// the view shows before that does not tell whose the pod is, so the claimant looks at its place for every one.
func (c *Controller) confirmClaim(p *cluster.Pod, verb cluster.Verb) {
	if c.claims.Len() == 0 {
		return
	}
	claim, ok := c.claims.Get(p.UID)
	if !ok {
		return
	}
	if t, tracked := c.sets.Get(claim.owner); tracked {
		t.mark(p.TargetID())
	}
	if verb == cluster.Deleted || p.ResourceVersion >= claim.version {
		c.claims.Delete(p.UID)
	}
}

// claimedPods lists the DaemonSet's pods as the view shows them: those that it owns there, but for the ones
// that it has released since, and those that it has adopted since.
func (c *Controller) claimedPods(cl *cluster.Client, t *tracked) []*cluster.Pod {
	var list []*cluster.Pod
	for p := range cl.PodsOwnedBy(t.set.Namespace, t.set.UID) {
		if c.owns(t, p) {
			list = append(list, p)
		}
	}
	c.claims.Scan(func(pod cluster.UID, claim podClaim) bool {
		if p := cl.PodByUID(pod); p != nil && claim.owner == t.set.UID && !t.controls(&p.ObjectMeta) {
			list = append(list, p)
		}
		return true
	})
	return list
}

// disown gives up the pods that have been adopted and are gone since. To Kubernetes, which adopts anew whenever
// it looks at its pods, they are no more than orphans that it fails to adopt.
func (c *Controller) disown(cl *cluster.Client, t *tracked) {
	var gone []cluster.UID
	c.claims.Scan(func(pod cluster.UID, claim podClaim) bool {
		if claim.owner == t.set.UID && cl.Live().PodByUID(pod) == nil {
			gone = append(gone, pod)
		}
		return true
	})
	for _, pod := range gone {
		c.claims.Set(pod, podClaim{version: math.MaxUint64})
		if p := cl.PodByUID(pod); p != nil {
			t.mark(p.TargetID())
		}
	}
}

// owns reports whether a pod belongs to a DaemonSet.
func (c *Controller) owns(t *tracked, p *cluster.Pod) bool {
	if c.claims.Len() > 0 {
		if claim, ok := c.claims.Get(p.UID); ok {
			return claim.owner == t.set.UID
		}
	}
	return t.controls(&p.ObjectMeta)
}
