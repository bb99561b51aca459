package simcmd

import (
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

const (
	pressureUsage = "sim pressure NODE... memory|disk|pid [--by 500Mi] [--for 10m]"
	relieveUsage  = "sim relieve NODE... memory|disk|pid"
	shutdownUsage = "sim shutdown NODE... [--grace 30s [--critical 10s]] [--for 2m]"
	rebootUsage   = "sim reboot NODE... [--for 2m]"
	restartUsage  = "sim restart kubelet NODE..."
)

// pressure lets nodes run short of something.
func pressure(sh *Shell, args []string) (string, error) {
	set := flags()
	by := set.String("by", "", "")
	d := set.Duration("for", 0, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	names, condition, err := pressed(words)
	if err != nil {
		return "", err
	}
	var shortage cluster.Shortage
	if set.Changed("by") {
		amount, err := quantity.Parse(*by)
		if err != nil || amount.Value() <= 0 {
			return "", misuse("--by %s is no amount; one is such as 500Mi", *by)
		}
		shortage.By = amount.Value()
	}
	if set.Changed("for") {
		if *d <= 0 {
			return "", misuse("--for %v is no time", *d)
		}
		shortage.End = cluster.AddTime(sh.sim.Now(), *d)
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error {
		return sim.PressNode(name, condition, shortage)
	})
}

// relieve ends what pressure has begun.
func relieve(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	names, condition, err := pressed(words)
	if err != nil {
		return "", err
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error {
		return sim.RelieveNode(name, condition)
	})
}

// pressed splits the words into nodes and the condition that the last word stands for.
func pressed(words []string) (names []string, condition string, err error) {
	if len(words) < 2 {
		return nil, "", misuse("which node is short of what?")
	}
	switch last := words[len(words)-1]; last {
	case "memory":
		condition = cluster.NodeMemoryPressure
	case "disk":
		condition = cluster.NodeDiskPressure
	case "pid":
		condition = cluster.NodePIDPressure
	default:
		return nil, "", misuse("a node runs short of memory, disk or pid, not of %q", last)
	}
	return words[:len(words)-1], condition, nil
}

// shutdown shuts nodes down.
func shutdown(sh *Shell, args []string) (string, error) {
	set := flags()
	grace := set.Duration("grace", 0, "")
	critical := set.Duration("critical", 0, "")
	d := set.Duration("for", 0, "")
	names, err := parse(set, args)
	switch {
	case err != nil:
		return "", err
	case *grace < 0 || *critical < 0 || set.Changed("for") && *d <= 0:
		return "", misuse("no time can be negative, nor can --for be 0")
	case *critical > *grace:
		return "", misuse("--critical %v is a part of --grace, which is %v", *critical, *grace)
	}
	how := cluster.Shutdown{Phases: kubelet.ShutdownPhases(*grace, *critical), Off: *d}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error { return sim.ShutDownNode(name, how) })
}

// rebootTime is how long a node is off that reboots.
const rebootTime = time.Minute

// reboot switches nodes off and on again.
func reboot(sh *Shell, args []string) (string, error) {
	set := flags()
	d := set.Duration("for", rebootTime, "")
	names, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if *d <= 0 {
		return "", misuse("--for %v is no time", *d)
	}
	return "", toNodes(sh, names, func(sim *daemonsim.Sim, name string) error { return sim.RebootNode(name, *d) })
}

// restart starts the kubelets of nodes anew.
func restart(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) == 0 || words[0] != "kubelet" {
		return "", misuse("what restarts on nodes is their kubelet; sim stop and sim start are for the control plane")
	}
	return "", toNodes(sh, words[1:], (*daemonsim.Sim).RestartKubelet)
}
