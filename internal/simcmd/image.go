package simcmd

import "github.com/spf13/pflag"

const imageUsage = "sim image IMAGE with any of --pull 2s, --start 1s, --ready-after 5s, --never-ready, " +
	"--crash-after 3s, --stop 4s"

// image says how an image behaves from now on. What no flag speaks of stays as it is.
func image(sh *Shell, args []string) (string, error) {
	set := flags()
	pull := set.Duration("pull", 0, "")
	start := set.Duration("start", 0, "")
	readyAfter := set.Duration("ready-after", 0, "")
	neverReady := set.Bool("never-ready", false, "")
	crashAfter := set.Duration("crash-after", 0, "")
	stop := set.Duration("stop", 0, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) != 1 {
		return "", misuse("which image?")
	}
	if set.NFlag() == 0 {
		return "", misuse("how does %s behave?", words[0])
	}
	b := sh.sim.ImageBehaviour(words[0])
	given(set, "pull", &b.Pull, *pull)
	given(set, "start", &b.Start, *start)
	given(set, "ready-after", &b.ReadyAfter, *readyAfter)
	given(set, "never-ready", &b.NeverReady, *neverReady)
	given(set, "crash-after", &b.CrashAfter, *crashAfter)
	given(set, "stop", &b.Stop, *stop)
	return "", sh.sim.SetImageBehaviour(words[0], b)
}

// given sets field to the value of a flag that was on the command line.
func given[T any](set *pflag.FlagSet, name string, field *T, value T) {
	if set.Changed(name) {
		*field = value
	}
}
