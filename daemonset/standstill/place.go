package standstill

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// unbound says what a pod without a node waits for.
func (x *inquiry) unbound(c *Cause, p *cluster.Pod) *Cause {
	trouble := p.Status.Trouble
	switch {
	case len(p.Spec().SchedulingGates) > 0:
		c.Kind = PodGated
	case p.NominatedNodeName() != "":
		c.Kind, c.Because = PodPreempting, x.victim(p.NominatedNodeName())
	case trouble == nil || trouble.Unschedulable == "":
		c.Kind = PodQueued
	default:
		c.Kind, c.Message, c.Since = PodUnschedulable, trouble.Unschedulable, p.CreationTimestamp
		if c.Because = x.obstacle(p); c.Because == nil {
			c.Kind = PodQueued
		}
	}
	return c
}

// victim is the first pod on a node that has been asked to make room; nil when none is left.
func (x *inquiry) victim(node string) *Cause {
	for p := range x.Reader.PodsOn(node) {
		if _, asked := p.Disruption(); asked && p.Terminating() {
			return x.leaving(p)
		}
	}
	return nil
}

// obstacle is what keeps a pod off its node as things are now; nil when nothing does any more.
func (x *inquiry) obstacle(p *cluster.Pod) *Cause {
	node := x.Reader.Node(p.TargetNode())
	if node == nil {
		return &Cause{Kind: NodeGone, Node: p.TargetNode(), Pod: p.Name}
	}
	there := slices.DeleteFunc(slices.Collect(x.Reader.PodsOn(node.Name)), (*cluster.Pod).Terminal)
	for _, fresh := range [2]bool{false, true} {
		v := x.verdicts.of(p, fresh)
		if v.Fits() && fresh {
			return nil
		}
		c := &Cause{Node: node.Name, Plugin: v.Plugin}
		switch v.Plugin {
		case scheduler.NodePorts{}.Name():
			x.takenPort(c, p, there)
		case scheduler.NodeResourcesFit{}.Name():
			x.shortage(c, p, node, there)
		case scheduler.TaintToleration{}.Name():
			untolerated(c, p, node)
		default:
			if !v.Fits() {
				c.Kind, c.Message = Rejected, strings.Join(v.Status.Reasons, "; ")
			}
		}
		if c.Kind != "" {
			return c
		}
	}
	return nil
}

// takenPort finds the pod that has the port which another wants.
func (x *inquiry) takenPort(c *Cause, p *cluster.Pod, there []*cluster.Pod) {
	for _, other := range there {
		for _, want := range p.Template.HostPorts() {
			if !slices.ContainsFunc(other.Template.HostPorts(), want.Conflicts) {
				continue
			}
			c.Kind, c.Port, c.Pod, c.Own = HostPortTaken, &want, x.nameOf(other), x.owns(other)
			if other.Terminating() {
				c.Because = x.leaving(other)
			}
			return
		}
	}
}

// shortage finds the resources of which a node has too little left.
func (x *inquiry) shortage(c *Cause, p *cluster.Pod, node *cluster.Node, there []*cluster.Pod) {
	c.Shortages = shortages(p, node, there)
	if len(c.Shortages) == 0 {
		return
	}
	c.Kind = NoRoom
	others := slices.DeleteFunc(slices.Clone(there), x.owns)
	c.Own = len(others) < len(there) && len(shortages(p, node, others)) == 0
	for _, other := range there {
		// Room that is about to be given back is worth waiting for, if it is enough.
		if other.Terminating() {
			rest := slices.DeleteFunc(slices.Clone(there), (*cluster.Pod).Terminating)
			if len(shortages(p, node, rest)) == 0 {
				c.Own, c.Because = false, x.leaving(other)
			}
			return
		}
	}
}

func shortages(p *cluster.Pod, node *cluster.Node, there []*cluster.Pod) []Shortage {
	request, allocatable := p.Template.Requests(), node.Status.Allocatable.Resources()
	free := allocatable
	for _, other := range there {
		free = free.Minus(other.Template.Requests())
	}
	var list []Shortage
	check := func(name cluster.ResourceName, want, have, all int64) {
		if want > 0 && want > have {
			list = append(list, Shortage{name, want, have, all})
		}
	}
	pods := node.Status.Allocatable[cluster.ResourcePods]
	check(cluster.ResourcePods, 1, pods.Value()-int64(len(there)), pods.Value())
	check(cluster.ResourceCPU, request.MilliCPU, free.MilliCPU, allocatable.MilliCPU)
	check(cluster.ResourceMemory, request.Memory, free.Memory, allocatable.Memory)
	check(cluster.ResourceEphemeralStorage,
		request.EphemeralStorage, free.EphemeralStorage, allocatable.EphemeralStorage)
	for _, s := range request.Scalars {
		check(s.Name, s.Value, free.Scalar(s.Name), allocatable.Scalar(s.Name))
	}
	return list
}

// untolerated finds the taint that keeps a pod off.
func untolerated(c *Cause, p *cluster.Pod, node *cluster.Node) {
	for _, effect := range [2]taints.Effect{taints.EffectNoSchedule, taints.EffectNoExecute} {
		i, found := taints.FirstUntolerated(node.Spec.Taints, p.Spec().Tolerations, effect)
		if found {
			c.Kind, c.Taint = TaintNotTolerated, &node.Spec.Taints[i]
			return
		}
	}
}

// owns reports whether a pod is one of the DaemonSet's.
func (x *inquiry) owns(p *cluster.Pod) bool {
	ref := p.Controller()
	return ref != nil && ref.UID == x.Set.UID
}

// nameOf is a pod's name, with its namespace unless that is the DaemonSet's.
func (x *inquiry) nameOf(p *cluster.Pod) string {
	if p.Namespace == x.Set.Namespace {
		return p.Name
	}
	return p.Key()
}

// verdicts are what the scheduler makes of pods and their nodes. Pods about which it has said the same are
// kept off by the same, so it is asked about one of them unless that turns out to be wrong.
type verdicts struct {
	profile   scheduler.Profile
	reader    cluster.Reader
	snapshot  *scheduler.Snapshot
	byMessage map[string]scheduler.Verdict
}

func (v *verdicts) of(p *cluster.Pod, fresh bool) scheduler.Verdict {
	message := p.Status.Trouble.Unschedulable
	if known, ok := v.byMessage[message]; ok && !fresh {
		return known
	}
	if v.snapshot == nil {
		v.snapshot = scheduler.ReadSnapshot(v.reader)
		v.byMessage = make(map[string]scheduler.Verdict)
		if v.profile == nil {
			v.profile = scheduler.DefaultProfile()
		}
	}
	e := v.profile.Evaluate(p, v.snapshot)
	verdict := scheduler.Verdict{}
	for i := range e.Nodes {
		if e.Nodes[i].Node == p.TargetNode() {
			verdict = e.Nodes[i].Verdict
		}
	}
	v.byMessage[message] = verdict
	return verdict
}
