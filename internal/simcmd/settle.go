package simcmd

import "fmt"

// settle lets virtual time go on until nothing is left to do.
func settle(sh *Shell, args []string) (string, error) {
	if err := nothingAfter("settle", args); err != nil {
		return "", err
	}
	output, err := sh.tell(sh.sim.Settle)
	if err != nil {
		return output, err
	}
	return output + fmt.Sprintf("t=%v  settled\n", sh.sim.Now()), nil
}
