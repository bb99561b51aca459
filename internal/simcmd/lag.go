package simcmd

import (
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	lagUsage = "sim lag ACTOR with a DURATION for all kinds, or KIND=DURATION for one, or both, " +
		"as in sim lag daemonset-controller 1s Pod=5s; 0s ends it; with --stale-list an actor that starts " +
		"anew lists what is as old as that"
	relistUsage = "sim relist ACTOR KIND, as in sim relist daemonset-controller Pod"
)

// lag says how far behind the cluster an actor is from now on.
func lag(sh *Shell, args []string) (string, error) {
	set := flags()
	l := cluster.Lag{Kinds: make(map[cluster.Kind]time.Duration)}
	set.BoolVar(&l.StaleList, "stale-list", false, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) < 2 {
		return "", misuse("which actor lags, and by how much?")
	}
	for _, word := range words[1:] {
		kind, text, named := strings.Cut(word, "=")
		if !named {
			text = word
		}
		delay, err := time.ParseDuration(text)
		if err != nil || delay < 0 {
			return "", misuse("%q is no lag", word)
		}
		if named {
			l.Kinds[cluster.Kind(kind)] = delay
		} else {
			l.Delay = delay
		}
	}
	return "", sh.sim.SetLag(words[0], l)
}

// relist lets an actor begin a watch anew: of what is on its way it learns how things are now, at once.
func relist(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) != 2 {
		return "", misuse("which actor lists anew, and which kind?")
	}
	return "", sh.sim.Relist(words[0], cluster.Kind(words[1]))
}
