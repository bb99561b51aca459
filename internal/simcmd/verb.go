package simcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/internal/explain"
)

// verb is one verb of sim.
type verb struct {
	name, usage string
	// run does it. The output counts also when there is an error.
	run func(sh *Shell, args []string) (output string, err error)
}

// verbs lists the verbs in the order of the package comment.
func verbs() []verb {
	return []verb{
		{"nodes", "sim nodes COUNT, or sim nodes NAME...", nodes},
		{"node", nodeUsage, node},
		{"fail", failUsage, failNodes},
		{"recover", recoverUsage, recoverNodes},
		{"partition", partitionUsage, failNodes},
		{"heal", healUsage, heal},
		{"flap", flapUsage, flap},
		{"not-ready", notReadyUsage, notReady},
		{"report", reportUsage, report},
		{"pressure", pressureUsage, pressure},
		{"relieve", relieveUsage, relieve},
		{"shutdown", shutdownUsage, shutdown},
		{"reboot", rebootUsage, reboot},
		{"restart", restartUsage, restart},
		{"run", "sim run DURATION, as in sim run 30s", runFor},
		{"settle", "sim settle", settle},
		{"image", imageUsage, image},
		{"slow", slowUsage, slow},
		{"clock", skewUsage, skew},
		{"pod", podUsage, pod},
		{"placement", placementUsage, placement},
		{"strategy", strategyUsage, strategyOf},
		{"lag", lagUsage, lag},
		{"relist", relistUsage, relist},
		{"api-fault", apiFaultUsage, apiFault},
		{"stop", stopUsage, stop},
		{"start", startUsage, start},
		{"explain", "sim explain " + explain.RunningUsage, why},
		{"forecast", forecastUsage, forecast},
		{"time", "sim time", clock},
		{"changes", "sim changes", changes},
		{"reset", "sim reset", reset},
	}
}

// verb runs the verb that the arguments start with.
func (sh *Shell) verb(args []string) (string, error) {
	var names []string
	for _, v := range verbs() {
		if len(args) > 0 && args[0] == v.name {
			output, err := v.run(sh, args[1:])
			if wrong, ok := err.(*usageError); ok {
				return output, &commandError{codeUsage, fmt.Errorf("%w\nusage: %s", wrong.err, v.usage)}
			}
			return output, err
		}
		names = append(names, v.name)
	}
	known := strings.Join(names, ", ")
	if len(args) == 0 {
		return "", &commandError{codeUsage, fmt.Errorf("sim needs a verb: %s", known)}
	}
	return "", &commandError{codeUsage, fmt.Errorf("unknown verb %q of sim; there are %s", args[0], known)}
}

// usageError is a mistake in the words after a verb; the usage of the verb is the remedy.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }

func misuse(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// flags returns an empty set of flags that keeps its opinions to itself.
func flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("sim", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// parse reads the flags from args and returns the other words.
func parse(set *pflag.FlagSet, args []string) (words []string, err error) {
	if err := set.Parse(args); err != nil {
		return nil, &usageError{err}
	}
	return set.Args(), nil
}

// noFlags is parse for a verb that has no flags.
func noFlags(args []string) (words []string, err error) { return parse(flags(), args) }

// nothingAfter refuses words after a verb that takes none.
func nothingAfter(verb string, args []string) error {
	words, err := noFlags(args)
	if err == nil && len(words) > 0 {
		return misuse("nothing comes after %s, but %q does", verb, words[0])
	}
	return err
}
