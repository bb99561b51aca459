package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/scheduler"
)

// answerPod says what the scheduler would make of a pod and each node. The pod itself takes no room.
func (q *Query) answerPod(world World) (string, error) {
	pod, err := q.pod(world)
	if err != nil {
		return "", err
	}
	asked, err := q.nodes(world)
	if err != nil {
		return "", err
	}
	e := scheduler.DefaultProfile().Explain(pod, world.objects()...)
	results := slices.DeleteFunc(e.Nodes, func(r scheduler.NodeResult) bool {
		return !slices.ContainsFunc(asked, func(n *cluster.Node) bool { return n.Name == r.Node })
	})
	switch {
	case q.Output == "json":
		return podJSONText(pod, &e, results), nil
	case q.Node != "" && q.Output == "":
		return nodeStory(&e, &results[0]), nil
	}
	return q.podTable(&e, results), nil
}

// objects are all that the scheduler looks at.
func (w *World) objects() []cluster.Object {
	list := slices.Clone(w.Others)
	for _, node := range w.Nodes {
		list = append(list, node)
	}
	for _, pod := range w.Pods {
		list = append(list, pod)
	}
	return list
}

// podTable prints a line for each node and, when the pod fits nowhere, what the scheduler says then.
func (q *Query) podTable(e *scheduler.Evaluation, results []scheduler.NodeResult) string {
	var b strings.Builder
	if len(results) > 0 {
		rows := [][]string{{"NODE", "FITS", "SCORE", "REJECTED BY", "REASONS"}}
		if q.Output == "wide" {
			rows[0] = append(rows[0], "SCORES")
		}
		for i := range results {
			rows = append(rows, q.podRow(e, &results[i]))
		}
		kubectl.WriteTable(&b, rows)
	}
	writeEnd(&b, e)
	return b.String()
}

func (q *Query) podRow(e *scheduler.Evaluation, r *scheduler.NodeResult) []string {
	score := "<none>"
	if r.Fits() && e.ScoreErr == nil {
		score = fmt.Sprint(r.Total)
	}
	row := []string{r.Node, yesNo(r.Fits()), score, orNone(r.Plugin), orNone(strings.Join(r.Status.Reasons, "; "))}
	if q.Output == "wide" {
		var scores []string
		for _, s := range r.Scores {
			scores = append(scores, fmt.Sprintf("%s=%d", s.Plugin, s.Weighted))
		}
		row = append(row, orNone(strings.Join(scores, ",")))
	}
	return row
}

func orNone(text string) string {
	if text == "" {
		return "<none>"
	}
	return text
}

// nodeStory tells of one node: what rejected it and why, or what each plugin gives to it.
func nodeStory(e *scheduler.Evaluation, r *scheduler.NodeResult) string {
	var b strings.Builder
	if r.Fits() {
		b.WriteString("fits: yes\n")
		if e.ScoreErr == nil {
			fmt.Fprintf(&b, "score: %d\n", r.Total)
		}
	} else {
		fmt.Fprintf(&b, "fits: no, by %s\n", r.Plugin)
	}
	for _, reason := range r.Status.Reasons {
		fmt.Fprintf(&b, "  %s\n", reason)
	}
	for _, s := range r.Scores {
		fmt.Fprintf(&b, "  %4d  %s\n", s.Weighted, s.Plugin)
	}
	writeEnd(&b, e)
	return b.String()
}

// writeEnd writes what became of the pod as a whole, unless it is a list of nodes that fit.
func writeEnd(b *strings.Builder, e *scheduler.Evaluation) {
	if e.Message != "" {
		fmt.Fprintf(b, "%s\n", e.Message)
	}
	if e.ScoreErr != nil {
		fmt.Fprintf(b, "the nodes that fit cannot be ranked: %v\n", e.ScoreErr)
	}
}
