package simcmd

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// explain says why a node runs a pod of a DaemonSet, or does not.
func explain(sh *Shell, args []string) (string, error) {
	set := flags()
	namespace := set.StringP("namespace", "n", cluster.DefaultNamespace, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) != 2 {
		return "", misuse("which DaemonSet, and which node?")
	}
	name, err := DaemonSetName(words[0])
	if err != nil {
		return "", &usageError{err}
	}
	return Explain(sh.sim, *namespace, name, words[1])
}

// DaemonSetName reads the name from an argument of the form daemonset/NAME, in kubectl's spellings.
func DaemonSetName(arg string) (string, error) {
	kind, name, ok := strings.Cut(arg, "/")
	switch kind, _, _ := strings.Cut(strings.ToLower(kind), "."); {
	case !ok, kind != "daemonset" && kind != "daemonsets" && kind != "ds", name == "":
		return "", fmt.Errorf("%q does not name a DaemonSet; write daemonset/NAME", arg)
	}
	return name, nil
}

// Explain answers both questions about a DaemonSet and a node, each on a line, and then lists the
// checks in the order in which they were made.
func Explain(sim *daemonsim.Sim, namespace, name, node string) (string, error) {
	decision, err := sim.Explain(namespace, name, node)
	if err != nil {
		return "", err
	}
	return decisionText(decision), nil
}

func decisionText(d daemonset.Decision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "shouldRun: %s\n", yesNo(d.ShouldRun))
	fmt.Fprintf(&b, "shouldContinueRunning: %s\n", yesNo(d.ShouldContinueRunning))
	for _, r := range d.Reasons {
		fmt.Fprintf(&b, "  %-3s  %s\n", yesNo(r.Passed), reasonText(r))
	}
	if len(d.Reasons) == 0 {
		b.WriteString("  no selector, affinity or taint has a say\n")
	}
	return b.String()
}

// reasonText is the reason's own text, named after the check where the text does not name it.
func reasonText(r daemonset.Reason) string {
	if r.Check == daemonset.CheckNodeAffinity {
		return "node affinity: " + r.String()
	}
	return r.String()
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
