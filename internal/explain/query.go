package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// Usage is how a query is written after the name of the command.
const Usage = "[daemonset/NAME [NODE]] [-n NAMESPACE] [-o wide|json]"

// World is what a query is about.
type World struct {
	Sets  []*daemonset.DaemonSet
	Nodes []*cluster.Node
}

// Query is what somebody wants to know. The zero Query asks about every DaemonSet and every node.
type Query struct {
	// Name is the name of the DaemonSet, and Node that of the node; empty means all of them.
	Name, Node string
	// Namespace is where DaemonSets are looked for; empty means everywhere.
	Namespace string
	// Output is how the answer is printed: "", "wide" or "json".
	Output string
}

// Parse reads a query from the words and the flags of a command line.
func Parse(words []string, namespace, output string) (Query, error) {
	q := Query{Namespace: namespace, Output: output}
	switch output {
	case "", "wide", "json":
	default:
		return Query{}, fmt.Errorf("unknown output %q; choose wide or json", output)
	}
	if len(words) > 2 {
		return Query{}, fmt.Errorf("one DaemonSet and one node at most, but then comes %q", words[2])
	}
	if len(words) > 0 {
		kind, name, ok := strings.Cut(words[0], "/")
		if !ok || name == "" || !namesDaemonSet(kind) {
			return Query{}, fmt.Errorf("%q does not name a DaemonSet; write daemonset/NAME", words[0])
		}
		if strings.Contains(name, "/") {
			return Query{}, fmt.Errorf("%q has more than a type and a name; write daemonset/NAME and -n NAMESPACE",
				words[0])
		}
		q.Name = name
	}
	if len(words) > 1 {
		if q.Node = nodeName(words[1]); q.Node == "" {
			return Query{}, fmt.Errorf("%q does not name a node; write NODE", words[1])
		}
	}
	return q, nil
}

// namesDaemonSet reports whether a word means the type, in kubectl's spellings.
func namesDaemonSet(word string) bool {
	switch strings.ToLower(word) {
	case "daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps",
		"daemonset.v1.apps", "daemonsets.v1.apps":
		return true
	}
	return false
}

// nodeName is the name in NODE or node/NODE.
func nodeName(word string) string {
	kind, name, ok := strings.Cut(word, "/")
	if !ok {
		return word
	}
	switch strings.ToLower(kind) {
	case "node", "nodes", "no":
		return name
	}
	return ""
}

func (q *Query) sets(world World) ([]*daemonset.DaemonSet, error) {
	var found []*daemonset.DaemonSet
	for _, set := range world.Sets {
		if (q.Namespace == "" || set.Namespace == q.Namespace) && (q.Name == "" || set.Name == q.Name) {
			found = append(found, set)
		}
	}
	slices.SortFunc(found, func(a, b *daemonset.DaemonSet) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	switch {
	case q.Name != "" && len(found) == 0:
		return nil, notFound(daemonset.Kind, q.Name)
	case q.Name != "" && len(found) > 1:
		var where []string
		for _, set := range found {
			where = append(where, set.Namespace)
		}
		return nil, fmt.Errorf("daemonset %q is in several namespaces; choose one with -n: %s",
			q.Name, strings.Join(where, ", "))
	}
	return found, nil
}

func (q *Query) nodes(world World) ([]*cluster.Node, error) {
	var found []*cluster.Node
	for _, node := range world.Nodes {
		if q.Node == "" || node.Name == q.Node {
			found = append(found, node)
		}
	}
	if q.Node != "" && len(found) == 0 {
		return nil, notFound(cluster.KindNode, q.Node)
	}
	slices.SortFunc(found, func(a, b *cluster.Node) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

func notFound(kind cluster.Kind, name string) error {
	return &cluster.ObjectError{Op: "explain", Kind: kind, Key: name, Err: cluster.ErrNotFound}
}
