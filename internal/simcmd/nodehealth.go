package simcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

const (
	failUsage     = "sim fail NODE... [--for 10m]"
	recoverUsage  = "sim recover NODE..."
	notReadyUsage = "sim not-ready NODE... [--message TEXT]"
	reportUsage   = "sim report NODE TYPE=STATUS..., as in sim report node-1 MemoryPressure=True"
)

// failNodes lets nodes fall silent, for a time or until they are recovered.
func failNodes(sh *Shell, args []string) (string, error) {
	set := flags()
	d := set.Duration("for", 0, "")
	names, err := parse(set, args)
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
	names, err := noFlags(args)
	if err != nil {
		return "", err
	}
	return "", toNodes(sh, names, (*daemonsim.Sim).RecoverNode)
}

// notReady lets the kubelets of nodes report that the nodes are not ready.
func notReady(sh *Shell, args []string) (string, error) {
	set := flags()
	message := set.String("message", "", "")
	names, err := parse(set, args)
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
	for _, name := range names {
		if sh.sim.Node(name) == nil {
			return fmt.Errorf("there is no node %q; kubectl get nodes lists them", name)
		}
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
