package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// Usage is how a query about objects is written after the name of the command, and RunningUsage how one about
// a simulation is, in which there are rollouts.
const (
	Usage        = "[daemonset/NAME [NODE] | pod/NAME [NODE]] [-n NAMESPACE] [-o wide|json]"
	RunningUsage = "[daemonset/NAME [NODE] | pod/NAME [NODE] | rollout/NAME [NODE]] " +
		"[-n NAMESPACE] [-o wide|json]"
)

// World is what a query is about.
type World struct {
	Sets  []*daemonset.DaemonSet
	Nodes []*cluster.Node
	Pods  []*cluster.Pod
	// Others are what the scheduler looks at besides: namespaces and disruption budgets.
	Others []cluster.Object
	// Sim is the simulation that all of it is in; nil for objects that are in none. A rollout can only be
	// explained in one.
	Sim *daemonsim.Sim
}

// Query is what somebody wants to know. The zero Query asks about every DaemonSet and every node.
type Query struct {
	// Kind is the kind of what is asked about, a DaemonSet, a Pod or a Rollout; empty means every DaemonSet.
	Kind cluster.Kind
	// Name is its name, and Node that of the node; empty means all of them.
	Name, Node string
	// Namespace is where the object is looked for; empty means everywhere.
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
		return Query{}, fmt.Errorf("one object and one node at most, but then comes %q", words[2])
	}
	if len(words) > 0 {
		kind, name, ok := strings.Cut(words[0], "/")
		q.Kind, q.Name = kindNamed(kind), name
		if !ok || name == "" || q.Kind == "" {
			return Query{}, fmt.Errorf("%q names no DaemonSet, pod or rollout; "+
				"write daemonset/NAME, pod/NAME or rollout/NAME", words[0])
		}
		if strings.Contains(name, "/") {
			return Query{}, fmt.Errorf("%q has more than a type and a name; write %s/NAME and -n NAMESPACE",
				words[0], kind)
		}
	}
	if len(words) > 1 {
		if q.Node = nodeName(words[1]); q.Node == "" {
			return Query{}, fmt.Errorf("%q does not name a node; write NODE", words[1])
		}
	}
	return q, nil
}

// kindNamed is the kind that a word means, in kubectl's spellings; "" for other kinds.
func kindNamed(word string) cluster.Kind {
	switch strings.ToLower(word) {
	case "daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps",
		"daemonset.v1.apps", "daemonsets.v1.apps":
		return daemonset.Kind
	case "pod", "pods", "po":
		return cluster.KindPod
	case "rollout", "rollouts":
		return kindRollout
	}
	return ""
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

// sets returns the DaemonSets that are asked about, by namespace and name.
func (q *Query) sets(world World) ([]*daemonset.DaemonSet, error) {
	return named(q, daemonset.Kind, world.Sets)
}

// pod returns the pod that is asked about.
func (q *Query) pod(world World) (*cluster.Pod, error) {
	found, err := named(q, cluster.KindPod, world.Pods)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// named returns the objects that a query names: all of them without a name, else the one.
func named[T cluster.Object](q *Query, kind cluster.Kind, objects []T) ([]T, error) {
	var found []T
	for _, obj := range objects {
		m := obj.Meta()
		if (q.Namespace == "" || m.Namespace == q.Namespace) && (q.Name == "" || m.Name == q.Name) {
			found = append(found, obj)
		}
	}
	slices.SortFunc(found, func(a, b T) int {
		return cmp.Or(cmp.Compare(a.Meta().Namespace, b.Meta().Namespace), cmp.Compare(a.Meta().Name, b.Meta().Name))
	})
	switch {
	case q.Name != "" && len(found) == 0:
		return nil, notFound(kind, q.Name)
	case q.Name != "" && len(found) > 1:
		var where []string
		for _, obj := range found {
			where = append(where, obj.Meta().Namespace)
		}
		return nil, fmt.Errorf("%s %q is in several namespaces; choose one with -n: %s",
			strings.ToLower(string(kind)), q.Name, strings.Join(where, ", "))
	}
	return found, nil
}

// nodes returns the nodes that are asked about, by name.
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
