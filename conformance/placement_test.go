package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

type placementCase struct {
	Nodes     []nodeCase `json:"nodes"`
	DaemonSet setCase    `json:"daemonSet"`
}

type verdict struct {
	Node                  string `json:"node"`
	ShouldRun             bool   `json:"shouldRun"`
	ShouldContinueRunning bool   `json:"shouldContinueRunning"`
}

type placementAnswer struct {
	Nodes []verdict `json:"nodes"`
}

// TestPlacement asks both questions about every node, in the fast way and with reasons.
func TestPlacement(t *testing.T) {
	replay(t, runner[placementCase, placementAnswer]{
		kind: "placement",
		check: func(in placementCase, want placementAnswer) []difference {
			p := daemonset.NewPlacement(&in.DaemonSet.object().Spec.Template)
			var fast, explained placementAnswer
			for _, n := range in.Nodes {
				node := n.object()
				run, goOn := p.Verdict(node)
				fast.Nodes = append(fast.Nodes, verdict{node.Name, run, goOn})
				d := p.Explain(node)
				explained.Nodes = append(explained.Nodes, verdict{d.Node, d.ShouldRun,
					d.ShouldContinueRunning})
			}
			return append(diff(want, fast), diff(want, explained)...)
		},
		part: func(in placementCase, d difference) any {
			var i int
			if _, err := fmt.Sscanf(d.path, "nodes[%d]", &i); err == nil && i < len(in.Nodes) {
				in.Nodes = in.Nodes[i : i+1]
			}
			return in
		},
		why: func(piece placementCase, _ difference) string {
			if len(piece.Nodes) != 1 {
				return ""
			}
			p := daemonset.NewPlacement(&piece.DaemonSet.object().Spec.Template)
			var failed []string
			for _, r := range p.Explain(piece.Nodes[0].object()).Reasons {
				if !r.Passed {
					failed = append(failed, r.String())
				}
			}
			return strings.Join(failed, "; ")
		},
	})
}

// TestTolerations puts the pod for one node together.
func TestTolerations(t *testing.T) {
	type input struct {
		DaemonSet setCase `json:"daemonSet"`
		NodeName  string  `json:"nodeName"`
		Hash      string  `json:"hash"`
	}
	type answer struct {
		Tolerations []taints.Toleration `json:"tolerations"`
		Affinity    *affinity.Affinity  `json:"affinity"`
		Labels      map[string]string   `json:"labels"`
	}
	replay(t, runner[input, answer]{
		kind: "tolerations",
		check: func(in input, want answer) []difference {
			template := cluster.NewTemplate(daemonset.PodTemplate(in.DaemonSet.object(), in.Hash))
			spec := (&cluster.Pod{Template: template, Target: in.NodeName}).FullSpec()
			return diff(want, answer{spec.Tolerations, spec.Affinity, template.Meta().Labels})
		},
	})
}
