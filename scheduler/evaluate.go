package scheduler

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Verdict is the answer for one pod and one node.
type Verdict struct {
	// Node is the node's name.
	Node string
	// Plugin is the one that rejected the node; empty on success. Where several had ruled the node out
	// together before it was looked at, their names are joined by commas.
	Plugin string
	// Status is what the plugin said.
	Status Status
	// ByPreFilter says that the node was not looked at: other nodes alone came into question.
	ByPreFilter bool
}

// Fits reports whether nothing rejected the node.
func (v Verdict) Fits() bool { return v.Status.IsSuccess() }

// PluginScore is what one plugin thinks of a node.
type PluginScore struct {
	// Plugin is its name.
	Plugin string
	// Raw is what Score said, Weighted what is left of it after normalization and weighting.
	Raw, Weighted int64
}

// NodeResult is everything that is known of one node at the end of an attempt.
type NodeResult struct {
	Verdict
	// Scores are in the order of the profile; plugins that had nothing to say are left out, and nodes
	// that do not fit have none.
	Scores []PluginScore
	// Total is the sum of the weighted scores.
	Total int64
}

// Evaluation is what a profile thinks of a pod and all nodes.
type Evaluation struct {
	// Nodes are by name.
	Nodes []NodeResult
	// Rejected is set when the pod was rejected as a whole, before any node was looked at.
	Rejected *Verdict
	// Best are the nodes with the highest total, by name. Kubernetes takes one of them.
	Best []string
	// ScoreErr is set when the nodes that fit could not be ranked; the scheduler would try again.
	ScoreErr error
	// Message is why the pod fits nowhere, as the scheduler tells it, preemption included; empty when
	// there is a node.
	Message string
}

// Evaluate asks what would become of a pod. It looks at every node, where the scheduler stops when it has
// found enough of them, and ranks the nodes that fit even if there is but one. It changes nothing.
func (p Profile) Evaluate(pod *cluster.Pod, snapshot *Snapshot) Evaluation {
	if pod == nil || pod.Template == nil || snapshot == nil {
		return Evaluation{Message: "no pod to schedule, or no cluster"}
	}
	var c Cycle
	c.start(newFramework(p), pod, snapshot)
	found := c.preFilter()
	e := Evaluation{}
	if !found.verdict.Fits() {
		e.Rejected = &found.verdict
	}
	var feasible []*NodeInfo
	for _, node := range snapshot.Nodes() {
		v := c.judge(&found, node)
		if v.Fits() {
			feasible = append(feasible, node)
		}
		e.Nodes = append(e.Nodes, NodeResult{Verdict: v})
	}
	slices.SortFunc(e.Nodes, func(a, b NodeResult) int { return cmp.Compare(a.Node, b.Node) })
	if len(feasible) == 0 {
		e.Message = c.message(&found, c.postFilter(&found))
		return e
	}
	e.rank(&c, feasible)
	return e
}

// judge is the verdict on a node after PreFilter. It takes note of it for the diagnosis.
func (c *Cycle) judge(found *candidates, node *NodeInfo) Verdict {
	switch {
	case !found.verdict.Fits():
		v := found.verdict
		v.Node, v.ByPreFilter = node.Node.Name, true
		return v
	case found.narrowed && !slices.Contains(found.names, node.Node.Name):
		v := c.fw.absent(found.by)
		v.Node = node.Node.Name
		return v
	}
	place, v := c.filter(node)
	c.diagnosis.add(place, v, node)
	return v
}

func (e *Evaluation) rank(c *Cycle, feasible []*NodeInfo) {
	table, err := c.score(feasible)
	if err != nil {
		e.ScoreErr = err
		return
	}
	best := int64(-1)
	for i, node := range feasible {
		at, _ := slices.BinarySearchFunc(e.Nodes, node.Node.Name, func(r NodeResult, name string) int {
			return cmp.Compare(r.Node, name)
		})
		r := &e.Nodes[at]
		r.Scores, r.Total = table.of(i)
		if r.Total > best {
			best = r.Total
		}
	}
	for _, r := range e.Nodes {
		if r.Fits() && r.Total == best {
			e.Best = append(e.Best, r.Node)
		}
	}
}

// scoreTable is what the plugins think of the feasible nodes. Rows are plugins.
type scoreTable struct {
	plugins       []string
	raw, weighted [][]int64
	totals        []int64
}

// of returns the scores of a node, and their sum.
func (t *scoreTable) of(node int) ([]PluginScore, int64) {
	var scores []PluginScore
	for i, name := range t.plugins {
		scores = append(scores, PluginScore{name, t.raw[i][node], t.weighted[i][node]})
	}
	return scores, t.totals[node]
}

// score ranks nodes. A plugin that skips gives nothing to any of them.
func (c *Cycle) score(feasible []*NodeInfo) (*scoreTable, error) {
	c.scoring = true
	defer func() { c.scoring = false }()
	for _, p := range c.fw.preScores {
		c.place = p.place
		skip, err := p.plugin.PreScore(c, feasible)
		if err != nil {
			return nil, fmt.Errorf("running PreScore plugin %q: %w", p.plugin.Name(), err)
		}
		c.skippedScores[p.place] = skip
	}
	t := &scoreTable{totals: make([]int64, len(feasible))}
	for _, p := range c.fw.scores {
		if c.skippedScores[p.place] {
			continue
		}
		c.place = p.place
		if err := t.add(c, p.plugin, c.fw.plugins[p.place].Weight, feasible); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *scoreTable) add(c *Cycle, plugin ScorePlugin, weight int64, feasible []*NodeInfo) error {
	raw := make([]int64, len(feasible))
	for i, node := range feasible {
		s, err := plugin.Score(c, node)
		if err != nil {
			return fmt.Errorf("running Score plugin %q: %w", plugin.Name(), err)
		}
		raw[i] = s
	}
	weighted := slices.Clone(raw)
	if n, ok := plugin.(ScoreNormalizer); ok {
		n.NormalizeScore(c, feasible, weighted)
	}
	for i, s := range weighted {
		if s < 0 || s > MaxNodeScore {
			return fmt.Errorf("plugin %q scores node %q with %d, which is not from 0 to %d",
				plugin.Name(), feasible[i].Node.Name, s, MaxNodeScore)
		}
		weighted[i] = s * weight
		t.totals[i] += weighted[i]
	}
	t.plugins = append(t.plugins, plugin.Name())
	t.raw = append(t.raw, raw)
	t.weighted = append(t.weighted, weighted)
	return nil
}

// postFilter asks for a way out: the first plugin that has one, or the last that has something to say.
// A pod that PreFilter has rejected for the time being might fit on any node if pods were removed.
func (c *Cycle) postFilter(found *candidates) PostFilterResult {
	if found.verdict.Status.Code == Unschedulable {
		c.diagnosis.resolvable = append(c.diagnosis.resolvable[:0], c.Snapshot.Nodes()...)
	}
	result := PostFilterResult{Clear: len(c.fw.postFilters) == 0}
	for _, p := range c.fw.postFilters {
		c.place = p.place
		if result = p.plugin.PostFilter(c); result.NominatedNode != "" {
			break
		}
	}
	return result
}
