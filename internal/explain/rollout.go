package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// kindRollout is what a query calls a rollout. There is no object of that kind: it is a DaemonSet's.
const kindRollout cluster.Kind = "Rollout"

// ErrNotRunning is why a rollout cannot be explained from manifests: what becomes of it must be tried.
var ErrNotRunning = errors.New("a rollout is explained in a running simulation: write sim explain in a lesson")

// answerRollout says why a rollout stands where it does.
func (q *Query) answerRollout(world World) (string, error) {
	if world.Sim == nil {
		return "", ErrNotRunning
	}
	sets, err := named(q, daemonset.Kind, world.Sets)
	if err != nil {
		return "", err
	}
	e, err := world.Sim.ExplainRollout(sets[0].Namespace, sets[0].Name)
	if err != nil {
		return "", err
	}
	if q.Node != "" && world.Sim.Node(q.Node) == nil {
		if _, waits := e.Now.Wait(q.Node); !waits {
			return "", notFound(cluster.KindNode, q.Node)
		}
	}
	switch {
	case q.Output == "json":
		return rolloutJSONText(&e, q.Node), nil
	case q.Output == "wide":
		return q.rolloutTable(&e.Now), nil
	case q.Node != "":
		return nodeChain(&e.Now, q.Node), nil
	}
	return e.String(), nil
}

// rolloutTable prints a line for each node that has not moved.
func (q *Query) rolloutTable(e *standstill.Explanation) string {
	rows := [][]string{{"NODE", "SITUATION", "WAITS FOR", "ROOT CAUSE"}}
	for _, w := range e.Waits {
		if q.Node != "" && w.Node != q.Node {
			continue
		}
		chain := e.Chain(w.Node)
		rows = append(rows, []string{
			w.Node, w.Situation.String(), w.Cause.String(), chain[len(chain)-1].Cause.String(),
		})
	}
	if len(rows) == 1 {
		return ""
	}
	var b strings.Builder
	kubectl.WriteTable(&b, rows)
	return b.String()
}

// nodeChain tells of one node: the chain from it down to what is to blame, and what else is that it waits for.
func nodeChain(e *standstill.Explanation, node string) string {
	w, waits := e.Wait(node)
	if !waits {
		return fmt.Sprintf("%s has moved, or needs no pod\n", node)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s has not moved: %s\n", node, w.Situation)
	at, own := node, 0
	for i, link := range e.Chain(node) {
		where := ""
		if link.Node != at {
			at, where = link.Node, "on "+link.Node+": "
		} else if at == node {
			own = i + 1
		}
		fmt.Fprintf(&b, "%s%s%s\n", strings.Repeat("  ", i+1), where, link.Cause)
	}
	for _, root := range e.Roots {
		if !slices.Contains(root.Waiting, node) || slices.Contains(root.Nodes, at) {
			continue
		}
		where := "on " + standstill.Names(root.Nodes) + ": "
		for i, c := range root.Chain {
			fmt.Fprintf(&b, "%s%s%s\n", strings.Repeat("  ", own+i+1), where, c)
			where = ""
		}
	}
	return b.String()
}
