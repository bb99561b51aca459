package simcmd

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
)

// maxNodes bounds how many nodes one command adds: a slip of the finger should not take all memory.
const maxNodes = 100_000

// nodes adds plain nodes: so many, or by name.
func nodes(sh *Shell, args []string) (string, error) {
	names, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", misuse("how many nodes?")
	}
	if n, err := strconv.Atoi(names[0]); err == nil {
		if len(names) > 1 {
			return "", misuse("a number of nodes or names, not both")
		}
		if n < 1 || n > maxNodes {
			return "", misuse("%d nodes: from 1 to %d can be added at once", n, maxNodes)
		}
		names = Names(n)
	}
	return "", taken(sh.sim.AddNodes(names...))
}

// Names are the names that a number of plain nodes get: node-1, node-2 and so on.
func Names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("node-%d", i+1)
	}
	return names
}

// taken adds the remedy to the error that a name is taken.
func taken(err error) error {
	if errors.Is(err, cluster.ErrAlreadyExists) {
		return fmt.Errorf("%w; give it another name with sim node add NAME", err)
	}
	return err
}
