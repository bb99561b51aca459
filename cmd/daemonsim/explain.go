package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/daemonsim/daemonsim/internal/explain"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/manifest"
)

func newExplain(s streams) *cobra.Command {
	var world worldOptions
	var namespace, output string
	var strict bool
	cmd := &cobra.Command{
		Use:   "explain -f FILE... " + explain.Usage,
		Short: "Say why nodes run pods of DaemonSets, or do not",
		Long: "Answer for DaemonSets and nodes in manifests whether a pod should run there and whether one " +
			"may go on\nthere: for one of each with every check that was made and what would change the " +
			"answers, for all of\nthem as a table or JSON. Of a pod, say what the scheduler would make of it " +
			"and each node.\nObjects are taken as the manifests state them; nothing is run. What " +
			"an API server would refuse\nis a warning: the controller and the scheduler have an answer for it.",
		Example: "  daemonsim explain -f agent.yaml -f nodes.yaml daemonset/agent gpu-1\n" +
			"  daemonsim explain -f web.yaml -f nodes.yaml pod/web -o json\n" +
			"  kubectl get nodes,daemonsets -A -o json | daemonsim explain -f - -o wide",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(world.files) == 0 {
				return errors.New("give manifests with -f")
			}
			query, err := explain.Parse(args, namespace, output)
			if err != nil {
				return err
			}
			if err := world.validate(); err != nil {
				return err
			}
			return runExplain(s, &world, query, strict)
		},
	}
	world.addObjectsTo(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&namespace, "namespace", "n", "", "where the DaemonSets or the pod are; everywhere without it")
	flags.BoolVar(&strict, "strict", false,
		"refuse objects that an API server would refuse; without it they are explained as they stand, "+
			"with a warning")
	flags.StringVarP(&output, "output", "o", "", "how to print the answers: wide or json")
	return cmd
}

func runExplain(s streams, options *worldOptions, query explain.Query, strict bool) error {
	set, err := options.load(s, manifest.Options{KeepInvalid: !strict})
	if err != nil {
		return &failure{err}
	}
	world, err := options.stated(set, query)
	if err != nil {
		return &failure{err}
	}
	text, err := query.Answer(world)
	switch {
	case err != nil:
		return &failure{refusal{err}}
	case text == "":
		fmt.Fprintln(s.err, "No resources found")
	}
	if _, err := io.WriteString(s.out, text); err != nil {
		return &failure{err}
	}
	return nil
}

// refusal is an error of a command that speaks as kubectl does.
type refusal struct{ error }

func (e refusal) Error() string { return kubectl.Message(e.error) }
func (e refusal) Unwrap() error { return e.error }
