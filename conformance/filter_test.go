package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// filterCase is a pod on its way, the nodes, and the pods that are there.
type filterCase struct {
	Pod          fullPod     `json:"pod"`
	Nodes        []fullNode  `json:"nodes"`
	ExistingPods []fullPod   `json:"existingPods"`
	Namespaces   []spaceCase `json:"namespaces"`
}

type spaceCase struct {
	Metadata metadata `json:"metadata"`
}

type fullPod struct {
	Metadata metadata        `json:"metadata"`
	Spec     cluster.PodSpec `json:"spec"`
	Status   struct {
		Phase cluster.PodPhase `json:"phase,omitempty"`
	} `json:"status"`
}

type fullNode struct {
	Metadata metadata         `json:"metadata"`
	Spec     cluster.NodeSpec `json:"spec"`
	Status   struct {
		Allocatable cluster.ResourceList     `json:"allocatable,omitempty"`
		Images      []cluster.ContainerImage `json:"images,omitempty"`
	} `json:"status"`
}

type filterAnswer struct {
	PreFilter  *nodeAnswer   `json:"preFilter,omitempty"`
	Nodes      []nodeAnswer  `json:"nodes"`
	Scores     []scoreAnswer `json:"scores,omitempty"`
	Best       []string      `json:"best,omitempty"`
	ScoreError string        `json:"scoreError,omitempty"`
}

type nodeAnswer struct {
	Node        string       `json:"node,omitempty"`
	Plugin      string       `json:"plugin"`
	Code        string       `json:"code"`
	Reasons     []string     `json:"reasons,omitempty"`
	ByPreFilter bool         `json:"byPreFilter,omitempty"`
	Each        []nodeAnswer `json:"each,omitempty"`
}

type scoreAnswer struct {
	Node     string           `json:"node"`
	Raw      map[string]int64 `json:"raw"`
	Weighted map[string]int64 `json:"weighted"`
	Total    int64            `json:"total"`
}

// TestFilter asks the default profile about a pod and all nodes, and each of its plugins alone.
func TestFilter(t *testing.T) {
	replay(t, runner[filterCase, filterAnswer]{
		kind: "filter",
		check: func(in filterCase, want filterAnswer) []difference {
			return diff(want, in.answer())
		},
		part: func(in filterCase, d difference) any {
			name := in.nodeAt(d.path)
			if name == "" || strings.Contains(d.path, "core") {
				return in
			}
			in.Nodes = slices.DeleteFunc(slices.Clone(in.Nodes), func(n fullNode) bool {
				return n.Metadata.Name != name
			})
			return in
		},
	})
}

// nodeAt is the node that a part of the answer is about; "" when it is about all.
func (c *filterCase) nodeAt(path string) string {
	var i int
	if _, err := fmt.Sscanf(path, "nodes[%d]", &i); err != nil {
		return ""
	}
	names := make([]string, 0, len(c.Nodes))
	for _, n := range c.Nodes {
		names = append(names, n.Metadata.Name)
	}
	slices.Sort(names)
	if i >= len(names) {
		return ""
	}
	return names[i]
}

func (c *filterCase) answer() filterAnswer {
	pod, snapshot := c.Pod.object(), c.snapshot()
	profile := scheduler.DefaultProfile()
	e := profile.Evaluate(pod, snapshot)
	var answer filterAnswer
	if e.Rejected != nil {
		v := answerOf(*e.Rejected)
		v.ByPreFilter = true
		answer.PreFilter = &v
	}
	for _, r := range e.Nodes {
		answer.Nodes = append(answer.Nodes, answerOf(r.Verdict))
		if r.Scores != nil {
			answer.Scores = append(answer.Scores, scoresOf(r))
		}
	}
	answer.Best = e.Best
	if e.ScoreErr != nil {
		answer.ScoreError = e.ScoreErr.Error()
	}
	for _, plugin := range profile {
		alone := scheduler.Profile{plugin}.Evaluate(pod, snapshot)
		for i, r := range alone.Nodes {
			if r.Fits() {
				continue
			}
			v := answerOf(r.Verdict)
			v.Node, v.Plugin = "", plugin.Plugin.Name()
			if v.ByPreFilter {
				v.Reasons = nil
			}
			answer.Nodes[i].Each = append(answer.Nodes[i].Each, v)
		}
	}
	return answer
}

func answerOf(v scheduler.Verdict) nodeAnswer {
	return nodeAnswer{
		Node: v.Node, Plugin: v.Plugin, Code: v.Status.Code.String(), Reasons: v.Status.Reasons,
		ByPreFilter: v.ByPreFilter,
	}
}

func scoresOf(r scheduler.NodeResult) scoreAnswer {
	s := scoreAnswer{Node: r.Node, Raw: map[string]int64{}, Weighted: map[string]int64{}, Total: r.Total}
	for _, p := range r.Scores {
		s.Raw[p.Plugin], s.Weighted[p.Plugin] = p.Raw, p.Weighted
	}
	return s
}

func (c *filterCase) snapshot() *scheduler.Snapshot {
	var objects []cluster.Object
	for _, n := range c.Nodes {
		objects = append(objects, n.object())
	}
	for _, p := range c.ExistingPods {
		objects = append(objects, p.object())
	}
	for _, ns := range c.Namespaces {
		objects = append(objects, &cluster.Namespace{ObjectMeta: ns.Metadata.object()})
	}
	return scheduler.NewSnapshot(objects...)
}

func (p *fullPod) object() *cluster.Pod {
	meta := cluster.TemplateMeta{Labels: p.Metadata.Labels}
	pod := &cluster.Pod{
		ObjectMeta: p.Metadata.object(),
		Template:   cluster.NewTemplate(cluster.PodTemplateSpec{ObjectMeta: meta, Spec: p.Spec}),
		NodeName:   p.Spec.NodeName,
	}
	pod.PrepareCreate()
	pod.Status.Phase = p.Status.Phase
	if p.Spec.Priority != nil {
		pod.Priority = *p.Spec.Priority
	}
	if p.Metadata.DeletionTimestamp != nil {
		pod.DeletionTimestamp = new(time.Duration)
	}
	return pod
}

func (n *fullNode) object() *cluster.Node {
	return &cluster.Node{
		ObjectMeta: n.Metadata.object(),
		Spec:       n.Spec,
		Status:     cluster.NodeStatus{Allocatable: n.Status.Allocatable, Images: n.Status.Images},
	}
}
