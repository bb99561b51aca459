package simcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/taints"
)

const nodeUsage = "sim node add NAME... [--labels KEY=VALUE,...] [--taints KEY=VALUE:EFFECT,...] " +
	"[--cpu 4] [--memory 16Gi] [--pods 110], or sim node remove NAME..."

// node adds nodes that are not plain, and removes nodes.
func node(sh *Shell, args []string) (string, error) {
	if len(args) == 0 {
		return "", misuse("add or remove?")
	}
	switch args[0] {
	case "add":
		return "", addNodes(sh, args[1:])
	case "remove":
		return "", removeNodes(sh, args[1:])
	}
	return "", misuse("a node is added or removed; %q is neither", args[0])
}

func addNodes(sh *Shell, args []string) error {
	set := flags()
	labels := set.StringSlice("labels", nil, "")
	marks := set.StringSlice("taints", nil, "")
	amounts := map[cluster.ResourceName]*string{
		cluster.ResourceCPU:    set.String("cpu", "", ""),
		cluster.ResourceMemory: set.String("memory", "", ""),
		cluster.ResourcePods:   set.String("pods", "", ""),
	}
	names, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return misuse("which node?")
	}
	var plain cluster.Node
	if plain.Labels, err = parseLabels(*labels); err != nil {
		return err
	}
	if plain.Spec.Taints, err = parseTaints(*marks); err != nil {
		return err
	}
	if plain.Status.Capacity, err = parseCapacity(sh, amounts); err != nil {
		return err
	}
	return createNodes(sh, &plain, names)
}

func parseLabels(pairs []string) (map[string]string, error) {
	labels := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, misuse("label %q has no value; an empty one is written %s=", pair, pair)
		}
		labels[key] = value
	}
	return labels, nil
}

func parseTaints(texts []string) ([]taints.Taint, error) {
	list := make([]taints.Taint, len(texts))
	for i, text := range texts {
		t, err := taints.ParseTaint(text)
		if err != nil {
			return nil, err
		}
		list[i] = t
	}
	return list, nil
}

// parseCapacity returns what a plain node has, with the given amounts in place; nil when none is given.
func parseCapacity(sh *Shell, amounts map[cluster.ResourceName]*string) (cluster.ResourceList, error) {
	var capacity cluster.ResourceList
	for _, name := range []cluster.ResourceName{
		cluster.ResourceCPU, cluster.ResourceMemory, cluster.ResourcePods,
	} {
		text := *amounts[name]
		if text == "" {
			continue
		}
		amount, err := quantity.Parse(text)
		if err != nil {
			return nil, misuse("--%s %q: %w", name, text, err)
		}
		if amount.Sign() < 0 {
			return nil, misuse("--%s %q is negative", name, text)
		}
		if capacity == nil {
			if capacity, err = plainCapacity(sh); err != nil {
				return nil, err
			}
		}
		capacity[name] = amount
	}
	return capacity, nil
}

// plainCapacity asks the cluster what it gives to a node that says nothing.
func plainCapacity(sh *Shell) (cluster.ResourceList, error) {
	const name = "plain-node-to-look-at"
	trial := sh.sim.Fork()
	if err := trial.AddNodes(name); err != nil {
		return nil, err
	}
	return trial.Node(name).Clone().(*cluster.Node).Status.Capacity, nil
}

// createNodes creates copies of a node under each of the names, or none.
func createNodes(sh *Shell, plain *cluster.Node, names []string) error {
	trial := sh.sim.Fork()
	for _, to := range []*cluster.Client{trial.Client, sh.sim.Client} {
		for _, name := range names {
			n := plain.Clone().(*cluster.Node)
			n.Name = name
			if _, err := to.Create(n); err != nil {
				return taken(err)
			}
		}
	}
	return nil
}

// removeNodes removes all of the nodes, or none.
func removeNodes(sh *Shell, args []string) error {
	names, err := noFlags(args)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return misuse("which node?")
	}
	for i, name := range names {
		if sh.sim.Node(name) == nil || slices.Contains(names[:i], name) {
			return fmt.Errorf("there is no node %q; kubectl get nodes lists them", name)
		}
	}
	for _, name := range names {
		if err := sh.sim.RemoveNode(name); err != nil {
			return err
		}
	}
	return nil
}
