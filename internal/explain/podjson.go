package explain

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// podNodeJSON is what the scheduler makes of a pod and one node.
type podNodeJSON struct {
	Pod         string           `json:"pod"`
	Namespace   string           `json:"namespace"`
	Node        string           `json:"node"`
	Plugin      string           `json:"plugin"`
	Code        string           `json:"code"`
	ByPreFilter bool             `json:"byPreFilter,omitempty"`
	Reasons     []string         `json:"reasons"`
	Scores      map[string]int64 `json:"scores"`
	RawScores   map[string]int64 `json:"rawScores"`
	Total       int64            `json:"total"`
	Best        bool             `json:"best"`
}

func podJSONText(pod *cluster.Pod, e *scheduler.Evaluation, results []scheduler.NodeResult) string {
	nodes := make([]podNodeJSON, len(results))
	for i, r := range results {
		nodes[i] = podNodeJSON{
			Pod: pod.Name, Namespace: pod.Namespace, Node: r.Node,
			Plugin: r.Plugin, Code: r.Status.Code.String(), ByPreFilter: r.ByPreFilter,
			Reasons: append([]string{}, r.Status.Reasons...),
			Scores:  make(map[string]int64), RawScores: make(map[string]int64), Total: r.Total,
			Best: slices.Contains(e.Best, r.Node),
		}
		for _, s := range r.Scores {
			nodes[i].Scores[s.Plugin], nodes[i].RawScores[s.Plugin] = s.Weighted, s.Raw
		}
	}
	return indented(nodes)
}
