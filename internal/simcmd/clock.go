package simcmd

import "fmt"

// clock says how late it is.
func clock(sh *Shell, args []string) (string, error) {
	if err := nothingAfter("time", args); err != nil {
		return "", err
	}
	return fmt.Sprintf("t=%v\n", sh.sim.Now()), nil
}
