package simcmd

import (
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const slowUsage = "sim slow CHANCE FACTOR, as in sim slow 5% 4x; sim slow 0% 1x ends it"

// slow makes some of the nodes slow from now on.
func slow(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) != 2 {
		return "", misuse("how many nodes are slow, and how slow?")
	}
	chance, err := kubelet.ParseChance(words[0])
	if err != nil {
		return "", &usageError{err}
	}
	factor, err := parseFactor(words[1])
	if err != nil {
		return "", err
	}
	return "", sh.sim.SetSlowNodes(kubelet.SlowNodes{Chance: chance, Factor: factor})
}

// parseFactor reads how many times as long something takes.
func parseFactor(text string) (int, error) {
	digits, ok := strings.CutSuffix(text, "x")
	factor, err := strconv.Atoi(digits)
	if !ok || err != nil || factor < 1 {
		return 0, misuse("%q is no factor", text)
	}
	return factor, nil
}
