package kubelet

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// Usage is what a running container takes of its node, for as long as it runs. The zero Usage takes as much memory
// and disk as the container requests, and one process.
type Usage struct {
	// Memory and Disk are in bytes.
	Memory, Disk int64
	// Processes counts processes.
	Processes int64
}

// validate reports the first amount that is negative.
func (u Usage) validate() error {
	for _, amount := range [...]struct {
		name  string
		value int64
	}{{"Memory", u.Memory}, {"Disk", u.Disk}, {"Processes", u.Processes}} {
		if amount.value < 0 {
			return fmt.Errorf("Usage: %s: %d is negative", amount.name, amount.value)
		}
	}
	return nil
}

// PodUsage is what a pod takes of a resource, and what a kubelet compares that with.
type PodUsage struct {
	Pod *cluster.Pod
	// Used is what the containers of the pod take together, Requested what the pod has asked for. They are in
	// bytes, or processes, of which none can be requested.
	Used, Requested int64
}

// RankForEviction sorts pods into the order in which a kubelet ends them under a pressure, given by the type of its
// condition. For memory and disk, those come first that take more than they have requested, then those of lower
// priority, then those that take more above what they have requested. For processes only priority and number
// count. Equals stay in the order in which they are.
func RankForEviction(condition string, pods []PodUsage) {
	slices.SortStableFunc(pods, func(a, b PodUsage) int { return compareForEviction(condition, a, b) })
}

func compareForEviction(condition string, a, b PodUsage) int {
	if condition != cluster.NodePIDPressure {
		switch exceeds := a.Used > a.Requested; {
		case exceeds == (b.Used > b.Requested):
		case exceeds:
			return -1
		default:
			return +1
		}
	}
	return cmp.Or(
		cmp.Compare(a.Pod.Priority, b.Pod.Priority),
		cmp.Compare(b.Used-b.Requested, a.Used-a.Requested),
	)
}

// usage is what a pod takes of a resource. A pod that does not run takes nothing.
func (k *Kubelet) usage(cl *cluster.Client, condition string, p *cluster.Pod) PodUsage {
	u := PodUsage{Pod: p}
	asked := p.Template.Requests()
	if name := starved(condition); condition != cluster.NodePIDPressure {
		u.Requested = asked.Amount(name)
	}
	if p.Terminal() {
		return u
	}
	for i := range p.ContainerCount() {
		c, _ := p.ContainerAt(i)
		if r := p.Record(i); r.Running {
			u.Used += min(k.containerUsage(cl, condition, p, c), math.MaxInt64-u.Used)
		}
	}
	return u
}

// containerUsage is what one running container takes.
func (k *Kubelet) containerUsage(
	cl *cluster.Client, condition string, p *cluster.Pod, c *cluster.Container,
) int64 {
	u := k.behaviour(cl, p, c.Image).Usage
	switch condition {
	case cluster.NodePIDPressure:
		return max(1, u.Processes)
	case cluster.NodeDiskPressure:
		if u.Disk > 0 {
			return u.Disk
		}
	case cluster.NodeMemoryPressure:
		if u.Memory > 0 {
			return u.Memory
		}
	}
	return c.Resources.Requests[starved(condition)].Value()
}

// starved is the resource of which a pressure says that there is too little, as a kubelet calls it.
func starved(condition string) cluster.ResourceName {
	switch condition {
	case cluster.NodeMemoryPressure:
		return cluster.ResourceMemory
	case cluster.NodeDiskPressure:
		return cluster.ResourceEphemeralStorage
	}
	return "pids"
}

// threshold is how much a kubelet wants to be available, unless it is told otherwise: 100Mi of memory and a tenth
// of the disk. For processes it has none.
func threshold(condition string, n *cluster.Node) int64 {
	switch condition {
	case cluster.NodeMemoryPressure:
		return 100 << 20
	case cluster.NodeDiskPressure:
		return n.Status.Capacity[cluster.ResourceEphemeralStorage].Value() / 10
	}
	return 0
}

// evictionMessage is what a kubelet says of a pod that it ends because a resource is short.
func (k *Kubelet) evictionMessage(
	cl *cluster.Client, condition string, n *cluster.Node, p *cluster.Pod, short int64,
) string {
	var b strings.Builder
	resource := starved(condition)
	fmt.Fprintf(&b, "The node was low on resource: %s. ", resource)
	if condition == cluster.NodePIDPressure {
		return b.String()
	}
	wanted := threshold(condition, n)
	available := int64(0)
	if short > 0 {
		available = max(0, wanted-short)
	}
	fmt.Fprintf(&b, "Threshold quantity: %s, available: %s. ",
		quantity.NewBinary(wanted), quantity.NewBinary(available))
	for i := range p.ContainerCount() {
		c, _ := p.ContainerAt(i)
		r := p.Record(i)
		used, requested := k.containerUsage(cl, condition, p, c), c.Resources.Requests[resource]
		if r.Running && used > requested.Value() {
			fmt.Fprintf(&b, "Container %s was using %s, request is %s, has larger consumption of %s. ",
				c.Name, quantity.NewBinary(used), requested, resource)
		}
	}
	return b.String()
}
