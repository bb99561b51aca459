package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/simcmd"
)

func newExplain(s streams) *cobra.Command {
	var world worldOptions
	var namespace string
	cmd := &cobra.Command{
		Use:   "explain -f FILE... daemonset/NAME NODE",
		Short: "Say why a node runs a pod of a DaemonSet, or does not",
		Long: "Apply manifests to an empty cluster and answer, with every check that was made, whether " +
			"a node should\nrun a pod of a DaemonSet and whether one may go on there.",
		Example: "  daemonsim explain -f agent.yaml -f nodes.yaml daemonset/agent gpu-1",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(world.files) == 0 || len(args) != 2 {
				return errors.New("give manifests with -f, and then daemonset/NAME and NODE")
			}
			name, err := simcmd.DaemonSetName(args[0])
			if err != nil {
				return err
			}
			if err := world.validate(); err != nil {
				return err
			}
			return explain(s, &world, namespace, name, args[1])
		},
	}
	world.addTo(cmd)
	cmd.Flags().StringVarP(&namespace, "namespace", "n", cluster.DefaultNamespace,
		"the namespace of the DaemonSet")
	return cmd
}

func explain(s streams, world *worldOptions, namespace, name, node string) error {
	var sim *daemonsim.Sim
	err := world.build(s, func(made *daemonsim.Sim) { sim = made })
	if err != nil {
		return &failure{err}
	}
	text, err := simcmd.Explain(sim, namespace, name, node)
	if err != nil {
		return &failure{err}
	}
	fmt.Fprint(s.out, text)
	return nil
}
