package simcmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

const strategyUsage = "sim strategy daemonset/NAME and one of " +
	"canary [--partition 90%] [--selector tier=canary] [--paused], zones [--label KEY] [--order a,b], " +
	"strict, and spec for that of its spec; canary and zones take --of strict"

// strategyOf says which rollout strategy a DaemonSet has, or gives it another.
func strategyOf(sh *Shell, args []string) (string, error) {
	set := flags()
	var f strategyFlags
	f.add(set)
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 0 || len(words) > 2 {
		return "", misuse("which DaemonSet, and which strategy?")
	}
	name, err := daemonSetName(words[0])
	if err != nil {
		return "", err
	}
	there := sh.sim.DaemonSet(f.namespace, name)
	if there == nil {
		return "", fmt.Errorf("there is no DaemonSet %q in namespace %q", name, f.namespace)
	}
	if len(words) == 1 {
		return rollout.Describe(sh.sim.Planner(there)) + "\n", nil
	}
	planner, err := f.planner(set, words[1])
	if err != nil {
		return "", err
	}
	return "", sh.sim.SetPlanner(f.namespace, name, planner)
}

// strategyFlags are the settings of all strategies.
type strategyFlags struct {
	namespace, partition, selector, label, of string
	order                                     []string
	paused                                    bool
}

func (f *strategyFlags) add(set *pflag.FlagSet) {
	set.StringVarP(&f.namespace, "namespace", "n", cluster.DefaultNamespace, "")
	set.StringVar(&f.partition, "partition", "0", "")
	set.StringVar(&f.selector, "selector", "", "")
	set.BoolVar(&f.paused, "paused", false, "")
	set.StringVar(&f.label, "label", "", "")
	set.StringSliceVar(&f.order, "order", nil, "")
	set.StringVar(&f.of, "of", "", "")
}

// planner is the strategy of that name with the flags that were given; nil is that of the spec.
func (f *strategyFlags) planner(set *pflag.FlagSet, name string) (rollout.Planner, error) {
	known := map[string][]string{
		"canary": {"partition", "selector", "paused", "of"},
		"zones":  {"label", "order", "of"},
		"strict": nil, "spec": nil,
	}
	allowed, ok := known[name]
	if !ok {
		return nil, misuse("there is no strategy %q", name)
	}
	if err := onlyFlags(set, name, append(allowed, "namespace")); err != nil {
		return nil, err
	}
	var base rollout.Planner
	switch f.of {
	case "", "spec":
	case "strict":
		base = strategy.Strict{}
	default:
		return nil, misuse("--of %q: it is strict or spec", f.of)
	}
	switch name {
	case "canary":
		selector, err := affinity.ParseSelector(f.selector)
		if err != nil {
			return nil, misuse("--selector %q: %w", f.selector, err)
		}
		partition, ok := parsePartition(f.partition)
		if !ok {
			return nil, misuse("--partition %q is neither a number of pods nor a percentage", f.partition)
		}
		return strategy.Canary{Partition: partition, Selector: selector, Paused: f.paused, Base: base}, nil
	case "zones":
		return strategy.Zones{Key: f.label, Order: f.order, Base: base}, nil
	case "strict":
		return strategy.Strict{}, nil
	}
	return nil, nil
}

// onlyFlags refuses flags that a strategy does not have.
func onlyFlags(set *pflag.FlagSet, name string, allowed []string) error {
	var odd string
	set.Visit(func(f *pflag.Flag) {
		if !slices.Contains(allowed, f.Name) {
			odd = f.Name
		}
	})
	if odd != "" {
		return misuse("%s has no --%s", name, odd)
	}
	return nil
}

// parsePartition reads a number of pods or a percentage.
func parsePartition(text string) (cluster.IntOrString, bool) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return cluster.FromInt(int32(n)), n >= 0
	}
	v := cluster.FromString(text)
	_, ok := v.Percent()
	return v, ok
}

// daemonSetName reads daemonset/NAME.
func daemonSetName(word string) (string, error) {
	kind, name, ok := strings.Cut(word, "/")
	switch kind {
	case "daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps":
		if ok && name != "" {
			return name, nil
		}
	}
	return "", misuse("%q is no DaemonSet; write daemonset/NAME", word)
}
