package simtest_test

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// Nodes that run short, shut down, start anew, shrink and flap.

var pressures = []string{cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure}

func (m *machine) NodeRunsShort(t *rapid.T) {
	m.strained = true
	name, kind := m.node(t), rapid.SampledFrom(pressures).Draw(t, "condition")
	shortage := cluster.Shortage{By: rapid.Int64Range(0, 1).Draw(t, "by")}
	if rapid.Bool().Draw(t, "ends") {
		shortage.End = m.sim().Now() + 30*time.Second
	}
	m.do(t, fmt.Sprintf("node %s runs short for %s %+v", name, kind, shortage), func(sim *daemonsim.Sim) error {
		return sim.PressNode(name, kind, shortage)
	})
}

func (m *machine) NodeIsRelieved(t *rapid.T) {
	name, kind := m.node(t), rapid.SampledFrom(pressures).Draw(t, "condition")
	m.do(t, fmt.Sprintf("node %s has enough for %s", name, kind), func(sim *daemonsim.Sim) error {
		return sim.RelieveNode(name, kind)
	})
}

func (m *machine) NodeShutsDown(t *rapid.T) {
	m.strained = true
	how := cluster.Shutdown{Off: rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "off")}
	if rapid.Bool().Draw(t, "graceful") {
		how.Phases = kubelet.ShutdownPhases(20*time.Second, 5*time.Second)
	}
	name := m.node(t)
	m.do(t, fmt.Sprintf("node %s shuts down %+v", name, how), func(sim *daemonsim.Sim) error {
		return unless(cluster.ErrConflict, sim.ShutDownNode(name, how))
	})
}

func (m *machine) NodeReboots(t *rapid.T) {
	m.strained = true
	name := m.node(t)
	d := rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 2 * time.Minute}).Draw(t, "time")
	m.do(t, fmt.Sprintf("node %s reboots for %v", name, d), func(sim *daemonsim.Sim) error {
		return sim.RebootNode(name, d)
	})
}

func (m *machine) KubeletRestarts(t *rapid.T) {
	m.strained = true
	name := m.node(t)
	m.do(t, "the kubelet of "+name+" restarts", func(sim *daemonsim.Sim) error { return sim.RestartKubelet(name) })
}

// NodeShrinks leaves a node room for so many pods: a kubelet turns away what does not fit.
func (m *machine) NodeShrinks(t *rapid.T) {
	m.strained = true
	pods := rapid.SampledFrom([]int64{0, 1, 2, 110}).Draw(t, "pods")
	m.updateNode(t, m.node(t), fmt.Sprintf("has room for %d pods", pods), room(pods))
}

func room(pods int64) func(*cluster.Node) {
	return func(n *cluster.Node) {
		n.Status.Capacity["pods"], n.Status.Allocatable["pods"] = quantity.New(pods), quantity.New(pods)
	}
}

// NodesFlap has some of the nodes fall silent over and over, or none.
func (m *machine) NodesFlap(t *rapid.T) {
	var rules []kubelet.Flapping
	if rapid.Bool().Draw(t, "flap") {
		rules = append(rules, kubelet.Flapping{
			Chance: kubelet.Always / 2,
			Up:     kubelet.Uniform(time.Second, time.Minute), Down: kubelet.Uniform(time.Second, 2*time.Minute),
		})
	}
	m.do(t, fmt.Sprintf("%d rules of flapping", len(rules)), func(sim *daemonsim.Sim) error {
		return sim.SetFlapping(rules...)
	})
}

// strengthen ends all of this; the nodes have still to recover.
func (m *machine) strengthen(t *rapid.T) {
	m.do(t, "nodes are strong", func(sim *daemonsim.Sim) error {
		err := sim.SetFlapping()
		for n := range sim.Nodes() {
			for _, kind := range pressures {
				err = errors.Join(err, sim.RelieveNode(n.Name, kind))
			}
			err = errors.Join(err, sim.UpdateNode(n.Name, room(110)))
		}
		return err
	})
}
