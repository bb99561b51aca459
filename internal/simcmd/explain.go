package simcmd

import (
	"slices"

	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/explain"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// why says why nodes run pods of DaemonSets, or do not.
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
	world := explain.World{Nodes: slices.Collect(sh.sim.Nodes())}
	for obj := range sh.sim.Objects(daemonset.Kind, "") {
		world.Sets = append(world.Sets, obj.(*daemonset.DaemonSet))
	}
	text, err := query.Answer(world)
	if err != nil {
		return "", plainError(kubectl.Message(err))
	}
	if text == "" {
		return "No resources found\n", nil
	}
	return text, nil
}
