package simcmd

import "time"

// runFor lets virtual time go on.
func runFor(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) != 1 {
		return "", misuse("for how long?")
	}
	d, err := time.ParseDuration(words[0])
	if err != nil || d <= 0 {
		return "", misuse("%q is not a length of time", words[0])
	}
	return sh.tell(func() error { return sh.sim.RunFor(d) })
}

// tell runs the simulation and returns what happened meanwhile.
func (sh *Shell) tell(run func() error) (string, error) {
	sh.narrator.start()
	err := run()
	return sh.narrator.stop(), err
}
