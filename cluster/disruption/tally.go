package disruption

import (
	"cmp"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Tally is what the pods that a budget selects come to. The zero Tally is no pods.
type Tally struct {
	// Pods is how many there are.
	Pods int32
	// Healthy is how many of them are healthy: see the function Healthy.
	Healthy int32
	// Bare is how many have no controller.
	Bare int32
	// Controllers are the controllers of the others, by UID.
	Controllers []Controlled
}

// Controlled is a controller and how many of the pods are its own.
type Controlled struct {
	Controller cluster.OwnerReference
	Pods       int32
}

// Healthy reports whether a pod counts as healthy: it is ready, has not ended and is not terminating.
func Healthy(p *cluster.Pod) bool { return p.Status.Ready && !p.Terminal() && !p.Terminating() }

// Add counts a pod.
func (t *Tally) Add(p *cluster.Pod) { t.count(p, +1) }

// Remove takes a pod back that has been counted as it is.
func (t *Tally) Remove(p *cluster.Pod) { t.count(p, -1) }

func (t *Tally) count(p *cluster.Pod, n int32) {
	t.Pods += n
	if Healthy(p) {
		t.Healthy += n
	}
	ref := p.Controller()
	if ref == nil {
		t.Bare += n
		return
	}
	i, found := slices.BinarySearchFunc(t.Controllers, ref.UID, func(c Controlled, uid cluster.UID) int {
		return cmp.Compare(c.Controller.UID, uid)
	})
	if !found {
		t.Controllers = slices.Insert(t.Controllers, i, Controlled{Controller: *ref})
	}
	t.Controllers[i].Pods += n
	if t.Controllers[i].Pods == 0 {
		t.Controllers = slices.Delete(t.Controllers, i, i+1)
	}
}

// clone returns an independent copy.
func (t *Tally) clone() Tally {
	c := *t
	c.Controllers = slices.Clone(t.Controllers)
	return c
}
