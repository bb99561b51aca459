package simcmd

import "github.com/daemonsim/daemonsim/daemonset"

const placementUsage = "sim placement direct, or sim placement scheduler"

// placement says how pods of DaemonSets get to their nodes from now on.
func placement(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	modes := map[string]daemonset.Mode{"direct": daemonset.Direct, "scheduler": daemonset.ViaScheduler}
	if len(words) != 1 {
		return "", misuse("direct or through the scheduler?")
	}
	mode, ok := modes[words[0]]
	if !ok {
		return "", misuse("there is no placement %q", words[0])
	}
	sh.sim.SetMode(mode)
	return "", nil
}
