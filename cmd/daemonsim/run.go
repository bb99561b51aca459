package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/daemonsim/daemonsim"
)

// runOptions are the flags of run.
type runOptions struct {
	world    worldOptions
	duration time.Duration
	output   string
}

func newRun(s streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run LESSON.md | run -f FILE...",
		Short: "Play a lesson, or run manifests and print the objects",
		Long: "Play a lesson: print the page with the answers that its commands get now.\n\n" +
			"With -f, apply manifests to an empty cluster, let it settle or run for a while, and " +
			"print the objects.\nKinds that are not simulated are named on standard error.",
		Example: "  daemonsim run examples/node-exporter.md\n" +
			"  daemonsim run -f agent.yaml --nodes 5 -o wide\n" +
			"  kustomize build . | daemonsim run -f - --for 90s -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(o.world.files) == 0 {
				return runLesson(s, cmd, args)
			}
			if err := o.validate(cmd); err != nil {
				return err
			}
			o.world.files = append(o.world.files, args...)
			return runManifests(s, o)
		},
	}
	o.world.addTo(cmd)
	cmd.Flags().DurationVar(&o.duration, "for", 0, "run for this much virtual time instead of until settled")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "what to print: wide, json, yaml or changes")
	return cmd
}

func (o *runOptions) validate(cmd *cobra.Command) error {
	if cmd.Flags().Changed("for") && o.duration <= 0 {
		return fmt.Errorf("--for %v is no length of time; write one such as --for 30s", o.duration)
	}
	switch o.output {
	case "", "wide", "json", "yaml", "changes":
	default:
		return fmt.Errorf("unknown output %q; choose wide, json, yaml or changes", o.output)
	}
	return o.world.validate()
}

func runLesson(s streams, cmd *cobra.Command, args []string) error {
	var given []string
	for _, name := range []string{"nodes", "seed", "for", "output"} {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	switch {
	case len(args) != 1:
		return errors.New("name one lesson, or manifests with -f")
	case len(given) > 0:
		return fmt.Errorf("%s: only for manifests; a lesson says everything itself",
			strings.Join(given, ", "))
	}
	return playLesson(s, args[0])
}

// runManifests builds the cluster, runs it and prints it, as far as it got.
func runManifests(s streams, o runOptions) error {
	var sim *daemonsim.Sim
	finish := func() error { return nil }
	err := o.world.build(s, func(made *daemonsim.Sim) {
		sim = made
		if o.output == "changes" {
			finish = made.LogChanges(s.out).Flush
		}
	})
	if err != nil {
		return &failure{err}
	}
	ran := advance(s, sim, o.duration)
	if err := errors.Join(finish(), printObjects(s.out, sim, o.output), ran); err != nil {
		return &failure{err}
	}
	return nil
}

// advance runs the simulation for d or, if that is zero, until it settles.
func advance(s streams, sim *daemonsim.Sim, d time.Duration) error {
	p := newProgress(s.err, sim)
	defer p.clear()
	if d > 0 {
		return sim.RunFor(d)
	}
	return sim.Settle()
}
