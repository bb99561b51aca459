package simcmd

import "fmt"

// clock says how late it is.
func clock(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) > 0 {
		return "", misuse("nothing comes after time, but %q does", words[0])
	}
	return fmt.Sprintf("t=%v\n", sh.sim.Now()), nil
}
