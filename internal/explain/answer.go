package explain

import (
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// Answer answers a query. The text is empty when there is nothing to tell of, and an array without
// elements in JSON.
func (q *Query) Answer(world World) (string, error) {
	switch q.Kind {
	case cluster.KindPod:
		return q.answerPod(world)
	case kindRollout:
		return q.answerRollout(world)
	}
	sets, err := q.sets(world)
	if err != nil {
		return "", err
	}
	nodes, err := q.nodes(world)
	switch {
	case err != nil:
		return "", err
	case q.Output == "json":
		return jsonText(sets, nodes), nil
	case q.Node != "" && q.Name != "" && q.Output == "":
		return daemonset.Explain(sets[0], nodes[0]).String(), nil
	case len(sets) == 0 || len(nodes) == 0:
		return "", nil
	}
	return q.table(sets, nodes), nil
}

// table prints a line for each pair. The namespace is a column unless the query says it.
func (q *Query) table(sets []*daemonset.DaemonSet, nodes []*cluster.Node) string {
	spaces, wide := q.Name == "" && q.Namespace == "", q.Output == "wide"
	row := func(namespace, reasons string, cells ...string) []string {
		if spaces {
			cells = append([]string{namespace}, cells...)
		}
		if wide {
			cells = append(cells, reasons)
		}
		return cells
	}
	rows := [][]string{row("NAMESPACE", "REASONS", "DAEMONSET", "NODE", "SHOULD RUN", "SHOULD CONTINUE")}
	for _, set := range sets {
		placement := daemonset.NewPlacement(&set.Spec.Template)
		for _, node := range nodes {
			d := placement.Explain(node)
			rows = append(rows, row(set.Namespace, failures(&d),
				set.Name, d.Node, yesNo(d.ShouldRun), yesNo(d.ShouldContinueRunning)))
		}
	}
	var b strings.Builder
	kubectl.WriteTable(&b, rows)
	return b.String()
}

// failures are the checks that did not pass.
func failures(d *daemonset.Decision) string {
	var texts []string
	for _, r := range d.Reasons {
		if !r.Passed {
			texts = append(texts, r.String())
		}
	}
	if len(texts) == 0 {
		return "<none>"
	}
	return strings.Join(texts, "; ")
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
