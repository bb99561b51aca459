package simcmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// settle lets virtual time go on until nothing is left to do.
func settle(sh *Shell, args []string) (string, error) {
	if err := nothingAfter("settle", args); err != nil {
		return "", err
	}
	output, err := sh.tell(sh.sim.Settle)
	var loop *cluster.LoopError
	switch {
	case errors.As(err, &loop):
		return beginning(output), err
	case err != nil:
		return output, err
	}
	return output + fmt.Sprintf("t=%v  settled\n", sh.sim.Now()), nil
}

// enough is how many lines tell of what goes round in circles.
const enough = 15

// beginning is the beginning of a story that repeats itself.
func beginning(story string) string {
	lines := strings.SplitAfter(story, "\n")
	if len(lines) <= enough+1 {
		return story
	}
	return strings.Join(lines[:enough], "") + fmt.Sprintf("... %d more lines\n", len(lines)-1-enough)
}
