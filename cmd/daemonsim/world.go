package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/simcmd"
	"github.com/daemonsim/daemonsim/manifest"
)

// worldOptions are the flags that say what is in the cluster at the start.
type worldOptions struct {
	files []string
	nodes int
	seed  uint64
	// counted says that the number of nodes was given.
	counted func() bool
}

const (
	defaultNodes = 3
	maxNodes     = 5_000_000
)

func (o *worldOptions) addTo(cmd *cobra.Command) {
	o.addObjectsTo(cmd)
	cmd.Flags().Uint64Var(&o.seed, "seed", simcmd.Seed, "what the names of pods are drawn from")
}

// addObjectsTo adds the flags that name objects.
func (o *worldOptions) addObjectsTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.files, "filename", "f", nil,
		"a manifest, a directory of them, or - for standard input; may be given several times")
	flags.IntVar(&o.nodes, "nodes", defaultNodes,
		"how many plain nodes to add; none by default if a manifest holds a Node")
	o.counted = func() bool { return flags.Changed("nodes") }
}

func (o *worldOptions) validate() error {
	if o.nodes < 0 || o.nodes > maxNodes {
		return fmt.Errorf("--nodes %d: from 0 to %d are possible", o.nodes, maxNodes)
	}
	return nil
}

// build reads the manifests and applies them to a new simulation, of which watch is told before
// anything is in it. The error holds all mistakes of all files.
func (o *worldOptions) build(s streams, watch func(*daemonsim.Sim)) error {
	set, err := o.load(s, manifest.Options{})
	if err != nil {
		return err
	}
	// What the cluster refuses shows on a trial, before anybody watches.
	if err := apply(daemonsim.New(daemonsim.Config{Seed: o.seed}), set); err != nil {
		return mistakes{err}
	}
	sim := daemonsim.New(daemonsim.Config{Seed: o.seed})
	watch(sim)
	if err := sim.AddNodes(simcmd.Names(o.count(set))...); err != nil {
		return err
	}
	return apply(sim, set)
}

// load reads the manifests and names what in them is not simulated, or not what an API server would take.
func (o *worldOptions) load(s streams, options manifest.Options) (*manifest.Set, error) {
	options.Stdin = s.in
	set, err := manifest.Load(options, o.files...)
	if err != nil {
		return nil, mistakes{err}
	}
	for _, e := range set.Invalid {
		fmt.Fprintf(s.err, "warning: %v\n", e)
	}
	for _, other := range set.NotSimulated {
		if other.Kind == "Event" {
			// Our own output holds them; what happened elsewhere does no harm here.
			continue
		}
		fmt.Fprintf(s.err, "%s:%d: not simulated: %s %s\n",
			other.File, other.Line, other.Kind, other.Name)
	}
	return set, nil
}

// count is how many plain nodes there are to be.
func (o *worldOptions) count(set *manifest.Set) int {
	if !o.counted() {
		for _, item := range set.Items {
			if item.Object.Kind() == cluster.KindNode {
				return 0
			}
		}
	}
	return o.nodes
}

// apply applies the objects in their order. It goes on after a mistake, to find them all.
func apply(sim *daemonsim.Sim, set *manifest.Set) error {
	var errs []error
	for _, item := range set.Items {
		if _, err := sim.Apply(item.Object); err != nil {
			errs = append(errs, located(item, err))
		}
	}
	return errors.Join(errs...)
}

// located gives an error of the cluster about an item its place in the file.
func located(item manifest.Item, err error) error {
	if at := item.Errors(err); at != err {
		return at
	}
	return fmt.Errorf("%s:%d: %w", item.Source.File, item.Source.Line(""), err)
}
