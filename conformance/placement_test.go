package conformance_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

type verdict struct {
	Node                             string
	ShouldRun, ShouldContinueRunning bool
}

// TestPlacement asks both questions about every node, in the fast way and with reasons.
func TestPlacement(t *testing.T) {
	type input struct {
		Nodes     []nodeCase
		DaemonSet setCase
	}
	type answer struct{ Nodes []verdict }
	replay(t, "placement", func(in input, want answer) string {
		p := daemonset.NewPlacement(&in.DaemonSet.object().Spec.Template)
		var fast, explained answer
		for _, n := range in.Nodes {
			node := n.object()
			run, goOn := p.Verdict(node)
			fast.Nodes = append(fast.Nodes, verdict{node.Name, run, goOn})
			d := p.Explain(node)
			explained.Nodes = append(explained.Nodes, verdict{d.Node, d.ShouldRun, d.ShouldContinueRunning})
		}
		return cmp.Diff(want, fast) + cmp.Diff(want, explained)
	})
}

// TestTolerations puts the pod for one node together.
func TestTolerations(t *testing.T) {
	type input struct {
		DaemonSet      setCase
		NodeName, Hash string
	}
	type answer struct {
		Tolerations []taints.Toleration
		Affinity    *affinity.Affinity
		Labels      map[string]string
	}
	replay(t, "tolerations", func(in input, want answer) string {
		template := cluster.NewTemplate(daemonset.PodTemplate(in.DaemonSet.object(), in.Hash))
		spec := (&cluster.Pod{Template: template, Target: in.NodeName}).FullSpec()
		got := answer{spec.Tolerations, spec.Affinity, template.Meta().Labels}
		return cmp.Diff(asJSON(want), asJSON(got))
	})
}

// asJSON makes nil and empty the same.
func asJSON(v any) string {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(data)
}
