package simcmd

import (
	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const flapUsage = "sim flap [NODE...] [-l SELECTOR] [--zone ZONE] [--chance 1%] --up DELAY [--down DELAY], " +
	"or sim flap off"

// flap has nodes fall silent and answer again from now on. What was said of other nodes still holds; the latest word
// about a node counts.
func flap(sh *Shell, args []string) (string, error) {
	set := flags()
	chance, some := set.String("chance", "100%", ""), nodeFlags(set)
	up, down := set.String("up", "", ""), set.String("down", "", "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 1 && words[0] == "off" {
		if set.NFlag() > 0 {
			return "", misuse("nothing comes after sim flap off")
		}
		return "", sh.sim.SetFlapping()
	}
	rule, err := flapping(set, *chance, *up, *down)
	if err != nil {
		return "", err
	}
	if rule.Nodes, err = flappers(sh, some, words); err != nil {
		return "", err
	}
	return "", sh.sim.SetFlapping(append([]kubelet.Flapping{rule}, sh.sim.Flapping()...)...)
}

// flapping reads how nodes flap.
func flapping(set *pflag.FlagSet, chance, up, down string) (rule kubelet.Flapping, err error) {
	if rule.Chance, err = kubelet.ParseChance(chance); err != nil {
		return rule, &usageError{err}
	}
	if !set.Changed("up") {
		return rule, misuse("how long does a node answer until it falls silent?")
	}
	if rule.Up, err = delay(up); err != nil {
		return rule, err
	}
	if set.Changed("down") {
		rule.Down, err = delay(down)
	}
	return rule, err
}

// delay reads a distribution; a single duration is one in which nothing else is possible.
func delay(text string) (kubelet.Distribution, error) {
	fixed, drawn, err := kubelet.ParseDelay(text)
	if err != nil {
		return drawn, &usageError{err}
	}
	if drawn.Shape == kubelet.Nothing {
		drawn = kubelet.Uniform(fixed, fixed)
	}
	return drawn, nil
}

// flappers are the nodes that may flap. Those that are not named may still join.
func flappers(sh *Shell, some nodeChoice, words []string) (affinity.Selector, error) {
	if len(words) == 0 {
		return some.chosen()
	}
	names, err := some.names(sh, words)
	if err != nil {
		return affinity.Nothing(), err
	}
	if err := known(sh, names); err != nil {
		return affinity.Nothing(), err
	}
	return affinity.Compile(&affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{
		{Key: cluster.LabelHostname, Operator: affinity.LabelSelectorOpIn, Values: names},
	}})
}
