package simcmd

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const skewUsage = "sim clock [NODE...] [-l SELECTOR] [--zone ZONE] with --ahead DELAY, --behind 30s or --within 2s, " +
	"or sim clock right"

// skew puts the clocks of nodes off from now on. What was said of other nodes still holds; the latest word about a
// node counts.
func skew(sh *Shell, args []string) (string, error) {
	set := flags()
	ahead, some := set.String("ahead", "", ""), nodeFlags(set)
	behind, within := set.Duration("behind", 0, ""), set.Duration("within", 0, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 1 && words[0] == "right" {
		if set.NFlag() > 0 {
			return "", misuse("nothing comes after sim clock right")
		}
		return "", sh.sim.SetClocks()
	}
	rule, err := skewed(set, *ahead, *behind, *within)
	if err != nil {
		return "", err
	}
	if rule.Nodes, err = flappers(sh, some, words); err != nil {
		return "", err
	}
	return "", sh.sim.SetClocks(append([]kubelet.ClockSkew{rule}, sh.sim.Clocks()...)...)
}

// skewed reads by how much clocks are off.
func skewed(set *pflag.FlagSet, ahead string, behind, within time.Duration) (rule kubelet.ClockSkew, err error) {
	given := 0
	for _, name := range [...]string{"ahead", "behind", "within"} {
		if set.Changed(name) {
			given++
		}
	}
	switch {
	case given != 1:
		return rule, misuse("are clocks ahead, behind, or right within some time?")
	case behind < 0:
		return rule, misuse("--behind %v is negative; --ahead is the opposite", behind)
	case within < 0:
		return rule, misuse("--within %v is negative", within)
	case set.Changed("behind"):
		rule.Ahead = -behind
	case set.Changed("within"):
		rule.Ahead, rule.Random = -within, kubelet.Uniform(0, 2*within)
	default:
		if rule.Ahead, rule.Random, err = kubelet.ParseDelay(ahead); err != nil {
			return rule, misuse("--ahead: %w", err)
		}
	}
	return rule, nil
}
