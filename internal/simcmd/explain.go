package simcmd

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/explain"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// why says why nodes run pods of DaemonSets, or do not, and why rollouts stand where they do.
func why(sh *Shell, args []string) (string, error) {
	set := flags()
	namespace := set.StringP("namespace", "n", "", "")
	output := set.StringP("output", "o", "", "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	query, err := explain.Parse(words, *namespace, *output)
	if err != nil {
		return "", &usageError{err}
	}
	text, err := query.Answer(sh.world())
	if err != nil {
		return "", plainError(kubectl.Message(err))
	}
	if text == "" {
		return "No resources found\n", nil
	}
	return text, nil
}

// world is all that a query can be about.
func (sh *Shell) world() explain.World {
	world := explain.World{Sim: sh.sim, Nodes: slices.Collect(sh.sim.Nodes())}
	for obj := range sh.sim.Objects(daemonset.Kind, "") {
		world.Sets = append(world.Sets, obj.(*daemonset.DaemonSet))
	}
	for obj := range sh.sim.Objects(cluster.KindPod, "") {
		world.Pods = append(world.Pods, obj.(*cluster.Pod))
	}
	for _, kind := range []cluster.Kind{cluster.KindNamespace, cluster.KindPodDisruptionBudget} {
		world.Others = slices.AppendSeq(world.Others, sh.sim.Objects(kind, ""))
	}
	return world
}
