package simtest_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// What happens to nodes.

func drawLabels(t *rapid.T) map[string]string {
	labels := make(map[string]string)
	for _, l := range [...]struct {
		key    string
		values []string
	}{
		{"zone", []string{"", "a", "b"}},
		{"rank", []string{"", "1", "2", "x"}},
	} {
		if v := rapid.SampledFrom(l.values).Draw(t, l.key); v != "" {
			labels[l.key] = v
		}
	}
	return labels
}

var taintKeys = []string{
	"dedicated", taints.KeyNotReady, taints.KeyUnschedulable, taints.KeyDiskPressure, "other",
}

var effects = []taints.Effect{
	taints.EffectNoSchedule, taints.EffectNoExecute, taints.EffectPreferNoSchedule,
}

func drawTaint(t *rapid.T) taints.Taint {
	return taints.Taint{
		Key:    rapid.SampledFrom(taintKeys).Draw(t, "key"),
		Value:  rapid.SampledFrom([]string{"", "v"}).Draw(t, "value"),
		Effect: rapid.SampledFrom(effects).Draw(t, "effect"),
	}
}

func (m *machine) NodeJoins(t *rapid.T) {
	name := fmt.Sprintf("n%d", rapid.IntRange(0, 7).Draw(t, "node"))
	if m.sim().Node(name) != nil {
		t.Skip("there is such a node")
	}
	node := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: drawLabels(t)}}
	if rapid.IntRange(0, 3).Draw(t, "tainted") == 0 {
		node.Spec.Taints = []taints.Taint{drawTaint(t)}
	}
	m.do(t, fmt.Sprintf("node %s joins with %v %v", name, node.Labels, node.Spec.Taints),
		func(sim *daemonsim.Sim) error {
			_, err := sim.Create(node)
			return err
		})
}

func (m *machine) NodeLeaves(t *rapid.T) {
	name := m.node(t)
	m.do(t, "node "+name+" leaves", func(sim *daemonsim.Sim) error { return sim.RemoveNode(name) })
}

// NodeComesBack deletes a node and creates it again under its name, now or after a while.
func (m *machine) NodeComesBack(t *rapid.T) {
	name := m.node(t)
	labels := m.sim().Node(name).Labels
	d := rapid.SampledFrom([]time.Duration{0, 5 * time.Second, 30 * time.Second}).Draw(t, "time")
	m.do(t, fmt.Sprintf("node %s is away for %v", name, d), func(sim *daemonsim.Sim) error {
		if err := errors.Join(sim.RemoveNode(name), sim.RunFor(d)); err != nil {
			return err
		}
		_, err := sim.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: labels}})
		return err
	})
}

func (m *machine) NodeFails(t *rapid.T) {
	name := m.node(t)
	d := rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 2 * time.Minute}).Draw(t, "time")
	m.do(t, fmt.Sprintf("node %s fails for %v", name, d), func(sim *daemonsim.Sim) error {
		return sim.FailNode(name, d)
	})
}

func (m *machine) NodeRecovers(t *rapid.T) {
	var unwell []string
	for n := range m.sim().Nodes() {
		if _, failed := n.Outage(); failed || !n.Ready() {
			unwell = append(unwell, n.Name)
		}
	}
	name := pick(t, unwell, "node")
	m.do(t, "node "+name+" recovers", func(sim *daemonsim.Sim) error { return sim.RecoverNode(name) })
}

func (m *machine) NodeNotReady(t *rapid.T) {
	var answering []string
	for n := range m.sim().Nodes() {
		if _, failed := n.Outage(); !failed {
			answering = append(answering, n.Name)
		}
	}
	name := pick(t, answering, "node")
	m.do(t, "node "+name+" reports not to be ready", func(sim *daemonsim.Sim) error {
		return sim.ReportNotReady(name, "")
	})
}

func (m *machine) NodeRelabelled(t *rapid.T) {
	name, labels := m.node(t), drawLabels(t)
	m.updateNode(t, name, fmt.Sprintf("relabelled %v", labels), func(n *cluster.Node) {
		n.Labels = make(map[string]string, len(labels))
		for _, key := range [...]string{"zone", "rank"} {
			if v, ok := labels[key]; ok {
				n.Labels[key] = v
			}
		}
	})
}

func (m *machine) NodeTainted(t *rapid.T) {
	name, taint := m.node(t), drawTaint(t)
	m.updateNode(t, name, "tainted "+taint.String(), func(n *cluster.Node) {
		n.Spec.Taints = append(slices.DeleteFunc(n.Spec.Taints, taint.Same), taint)
	})
}

func (m *machine) NodeUntainted(t *rapid.T) {
	var tainted []string
	for n := range m.sim().Nodes() {
		if len(n.Spec.Taints) > 0 {
			tainted = append(tainted, n.Name)
		}
	}
	m.updateNode(t, pick(t, tainted, "node"), "untainted", func(n *cluster.Node) { n.Spec.Taints = nil })
}

func (m *machine) NodeCordoned(t *rapid.T) {
	name := m.node(t)
	cordon := !m.sim().Node(name).Spec.Unschedulable
	m.do(t, fmt.Sprintf("node %s cordoned %v", name, cordon), func(sim *daemonsim.Sim) error {
		if cordon {
			return sim.Cordon(name)
		}
		return sim.Uncordon(name)
	})
}

func (m *machine) updateNode(t *rapid.T, name, what string, change func(*cluster.Node)) {
	m.do(t, "node "+name+" "+what, func(sim *daemonsim.Sim) error { return sim.UpdateNode(name, change) })
}
