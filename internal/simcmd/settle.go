package simcmd

import "fmt"

// settle lets virtual time go on until nothing is left to do.
func settle(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) > 0 {
		return "", misuse("nothing comes after settle, but %q does", words[0])
	}
	output, err := sh.tell(sh.sim.Settle)
	if err != nil {
		return output, err
	}
	return output + fmt.Sprintf("t=%v  settled\n", sh.sim.Now()), nil
}
