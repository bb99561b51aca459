package scheduler

import (
	"github.com/daemonsim/daemonsim/cluster"
)

// Cycle is one attempt to find a node for a pod. Plugins read it, and leave in it what they have worked
// out in one step for the next.
type Cycle struct {
	// Pod is the pod.
	Pod *cluster.Pod
	// Snapshot is the cluster at the start of the attempt.
	Snapshot *Snapshot

	fw *framework
	// place is that of the plugin whose turn it is, states and scoreStates what the plugins have left.
	place               int
	scoring             bool
	states, scoreStates []any
	// skipped and skippedScores say, by place, which plugins have nothing to say.
	skipped, skippedScores []bool
	// choose asks which of equal candidates comes first; nil for the first in the natural order.
	choose func(cluster.Choice) int

	diagnosis diagnosis
	// one, named and feasible are working space.
	one             [1]string
	named, feasible []*NodeInfo
}

// State is what the plugin whose turn it is has left in this cycle with SetState: PreFilter for Filter,
// and PreScore for Score.
func (c *Cycle) State() any { return (*c.slots())[c.place] }

// SetState leaves a state for the plugin's next step. One that depends on pods of several nodes should
// be a PodCounter.
func (c *Cycle) SetState(state any) { (*c.slots())[c.place] = state }

func (c *Cycle) slots() *[]any {
	slots := &c.states
	if c.scoring {
		slots = &c.scoreStates
	}
	if *slots == nil {
		*slots = make([]any, len(c.fw.plugins))
	}
	return slots
}

// Choose asks which of several candidates comes next where Kubernetes leaves that open.
func (c *Cycle) Choose(ch cluster.Choice) int {
	if c.choose == nil || ch.N < 2 {
		return 0
	}
	return c.choose(ch)
}

// Unschedulable are the nodes that have been rejected so far and might fit if pods were removed.
func (c *Cycle) Unschedulable() []*NodeInfo { return c.diagnosis.resolvable }

// start makes the cycle ready for another pod.
func (c *Cycle) start(fw *framework, pod *cluster.Pod, snapshot *Snapshot) {
	c.Pod, c.Snapshot, c.fw = pod, snapshot, fw
	clear(c.states)
	clear(c.scoreStates)
	c.scoring = false
	if n := len(fw.plugins); len(c.skipped) != n {
		c.skipped, c.skippedScores = make([]bool, n), make([]bool, n)
	}
	clear(c.skipped)
	clear(c.skippedScores)
	c.diagnosis.reset(snapshot.Len())
}

// candidates are the nodes that come into question after PreFilter.
type candidates struct {
	// verdict rejects the pod as a whole, unless it fits.
	verdict Verdict
	// narrowed says that only names come into question.
	narrowed bool
	names    []string
	// by are the plugins that have narrowed or rejected.
	by rejecters
}

// preFilter asks the plugins about the pod. A rejection that nothing can resolve ends it at once; any
// other is kept in mind while the rest is asked.
func (c *Cycle) preFilter() candidates {
	var all candidates
	var rejecter rejecters
	for _, p := range c.fw.preFilters {
		c.place = p.place
		r := p.plugin.PreFilter(c)
		switch {
		case !r.Status.IsSuccess():
			rejecter = rejecters(0).with(p.place)
			all.verdict = Verdict{Plugin: p.plugin.Name(), Status: r.Status}
			if r.Status.Code == UnschedulableAndUnresolvable {
				all.by = rejecter
				return all
			}
		case r.Skip:
			c.skipped[p.place] = true
		case r.Narrowed:
			all.narrow(p.place, r.Nodes)
			if len(all.names) == 0 {
				all.verdict = c.fw.conflict(all.by)
				return all
			}
		}
	}
	all.by |= rejecter
	return all
}

// narrow leaves the nodes that are among names as well.
func (a *candidates) narrow(place int, names []string) {
	a.by = a.by.with(place)
	if len(names) > 1 {
		names = distinct(names)
	}
	if !a.narrowed {
		a.narrowed, a.names = true, names
		return
	}
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	var both []string
	for _, name := range a.names {
		if wanted[name] {
			both = append(both, name)
		}
	}
	a.names = both
}

// filter asks the plugins about a node. Where pods are nominated to the node that the pod may not
// displace, it must fit with them as well as without: they may never come.
func (c *Cycle) filter(node *NodeInfo) (place int, v Verdict) {
	if with, c2 := c.withNominated(node); c2 != nil {
		if place, v = c2.filterAlone(with); !v.Fits() {
			return place, v
		}
	}
	return c.filterAlone(node)
}

// filterAlone asks the plugins about a node, without regard to nominated pods.
func (c *Cycle) filterAlone(node *NodeInfo) (place int, v Verdict) {
	for _, p := range c.fw.filters {
		if c.skipped[p.place] {
			continue
		}
		c.place = p.place
		if s := p.plugin.Filter(c, node); !s.IsSuccess() {
			return p.place, Verdict{Node: node.Node.Name, Plugin: p.plugin.Name(), Status: s}
		}
	}
	return 0, Verdict{Node: node.Node.Name}
}

// withNominated returns the node with the pods that are nominated to it and are as important as the pod,
// and a cycle that takes them into account; nil when there are none.
func (c *Cycle) withNominated(node *NodeInfo) (*NodeInfo, *Cycle) {
	var trial *Cycle
	for _, p := range c.Snapshot.Nominated(node.Node.Name) {
		if samePod(p, c.Pod) || p.Priority < c.Pod.Priority {
			continue
		}
		if trial == nil {
			trial = c.trial()
		}
		node = trial.add(p, node)
	}
	return node, trial
}

// trial returns a copy of the cycle in which pods can be moved about.
func (c *Cycle) trial() *Cycle {
	t := &Cycle{Pod: c.Pod, Snapshot: c.Snapshot, fw: c.fw, skipped: c.skipped, choose: c.choose}
	t.states = make([]any, len(c.fw.plugins))
	for i, state := range c.states {
		if counter, ok := state.(PodCounter); ok {
			state = counter.Clone()
		}
		t.states[i] = state
	}
	return t
}

// add and remove return the node with a pod more or less, and tell the plugins.
func (c *Cycle) add(p *cluster.Pod, node *NodeInfo) *NodeInfo {
	for place, state := range c.states {
		if counter, ok := state.(PodCounter); ok {
			c.place = place
			counter.AddPod(c, p, node)
		}
	}
	return node.with(p)
}

func (c *Cycle) remove(p *cluster.Pod, node *NodeInfo) *NodeInfo {
	for place, state := range c.states {
		if counter, ok := state.(PodCounter); ok {
			c.place = place
			counter.RemovePod(c, p, node)
		}
	}
	return node.without(p)
}
