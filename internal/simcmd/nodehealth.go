package simcmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

const (
	failUsage      = "sim fail NODE... [--for 10m]; -l SELECTOR or --zone ZONE stands for NODE..."
	partitionUsage = "sim partition NODE... [--for 10m]; -l SELECTOR or --zone ZONE stands for NODE..."
	recoverUsage   = "sim recover NODE...; -l SELECTOR or --zone ZONE stands for NODE..."
	healUsage      = "sim heal [NODE...]; -l SELECTOR or --zone ZONE stands for NODE..."
	notReadyUsage  = "sim not-ready NODE... [--message TEXT]; -l SELECTOR or --zone ZONE stands for NODE..."
	reportUsage    = "sim report NODE TYPE=STATUS..., as in sim report node-1 MemoryPressure=True"
)

// failNodes lets nodes fall silent, for a time or until they are recovered.
func failNodes(sh *Shell, args []string) (string, error) {
	set := flags()
	d, some := set.Duration("for", 0, ""), nodeFlags(set)
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	names, err := some.names(sh, words)
	if err != nil {
		return "", err
	}
	if set.Changed("for") && *d <= 0 {
		return "", misuse("--for %v is no time", *d)
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error { return sim.FailNode(name, *d) })
}

// recoverNodes lets nodes answer again and be ready.
func recoverNodes(sh *Shell, args []string) (string, error) {
	set := flags()
	some := nodeFlags(set)
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	names, err := some.names(sh, words)
	if err != nil {
		return "", err
	}
	return "", toNodes(sh, names, (*daemonsim.Sim).RecoverNode)
}

// heal lets nodes answer again that do not: those that are named, or all.
func heal(sh *Shell, args []string) (string, error) {
	set := flags()
	some := nodeFlags(set)
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 0 && !some.given() {
		words = silent(sh.sim)
		if len(words) == 0 {
			return "", errors.New("every node answers; sim partition cuts some off")
		}
	}
	names, err := some.names(sh, words)
	if err != nil {
		return "", err
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error {
		if _, out := sim.Node(name).Outage(); !out {
			// What it reports is for sim recover to take back.
			return nil
		}
		return sim.RecoverNode(name)
	})
}

// silent are the names of the nodes that do not answer.
func silent(sim *daemonsim.Sim) []string {
	var names []string
	for n := range sim.Nodes() {
		if _, out := n.Outage(); out {
			names = append(names, n.Name)
		}
	}
	return names
}

// notReady lets the kubelets of nodes report that the nodes are not ready.
func notReady(sh *Shell, args []string) (string, error) {
	set := flags()
	message, some := set.String("message", "", ""), nodeFlags(set)
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	names, err := some.names(sh, words)
	if err != nil {
		return "", err
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error {
		return sim.ReportNotReady(name, *message)
	})
}

// report lets the kubelet of a node report conditions.
func report(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) < 2 {
		return "", misuse("which node reports what?")
	}
	var conditions []cluster.NodeCondition
	for _, word := range words[1:] {
		kind, status, ok := strings.Cut(word, "=")
		if !ok || kind == "" || !slices.Contains([]string{
			cluster.ConditionTrue, cluster.ConditionFalse, cluster.ConditionUnknown,
		}, status) {
			return "", misuse("%q is no condition; its status is True, False or Unknown", word)
		}
		conditions = append(conditions, cluster.NodeCondition{Type: kind, Status: status})
	}
	return "", toNodes(sh, words[:1], func(sim *daemonsim.Sim, name string) error {
		for _, c := range conditions {
			if err := sim.ReportCondition(name, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// toNodes does something to all of the nodes, or to none.
func toNodes(sh *Shell, names []string, do func(sim *daemonsim.Sim, name string) error) error {
	if len(names) == 0 {
		return misuse("which node?")
	}
	if err := known(sh, names); err != nil {
		return err
	}
	trial := sh.sim.Fork()
	for _, sim := range []*daemonsim.Sim{trial, sh.sim} {
		for _, name := range names {
			if err := do(sim, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// known reports the first name that no node has.
func known(sh *Shell, names []string) error {
	for _, name := range names {
		if sh.sim.Node(name) == nil {
			return fmt.Errorf("there is no node %q; kubectl get nodes lists them", name)
		}
	}
	return nil
}
