package simcmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

const forecastUsage = "sim forecast daemonset/NAME [--image CONTAINER=IMAGE] [--runs 1000] [--within 30m] " +
	"[--available 99%] [--in 95%] [--search=false] [--limit 24h] [--seed 0] [--name-order] [-n NAMESPACE]"

// forecast looks at many futures of a rollout and, with a target, for the smallest budget that meets it.
func forecast(sh *Shell, args []string) (string, error) {
	set := flags()
	namespace := set.StringP("namespace", "n", cluster.DefaultNamespace, "")
	image := set.String("image", "", "")
	runs := set.Int("runs", 1000, "")
	within := set.Duration("within", 0, "")
	available := set.String("available", "0%", "")
	in := set.String("in", "95%", "")
	search := set.Bool("search", true, "")
	limit := set.Duration("limit", 0, "")
	seed := set.Uint64("seed", 0, "")
	nameOrder := set.Bool("name-order", false, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	name, err := forecastName(words)
	if err != nil {
		return "", err
	}
	config := daemonsim.ForecastConfig{
		Runs: *runs, Seed: *seed, Limit: *limit, NameOrder: *nameOrder,
		Target: daemonsim.Target{Within: *within},
	}
	if *runs < 1 || *runs > maxRuns {
		return "", misuse("--runs=%d: from 1 to %d futures can be looked at", *runs, maxRuns)
	}
	if *within < 0 || *limit < 0 {
		return "", misuse("a length of time is negative")
	}
	if config.Target.Available, err = daemonsim.ParseShare(*available); err != nil {
		return "", misuse("--available: %w", err)
	}
	if config.Target.In, err = daemonsim.ParseShare(*in); err != nil {
		return "", misuse("--in: %w", err)
	}
	if *image != "" {
		if config.Change, err = sh.setImage(*namespace, name, *image); err != nil {
			return "", err
		}
	}
	return sh.forecast(*namespace, name, config, *search)
}

// maxRuns bounds how many futures one command looks at: a slip of the finger should not take all day.
const maxRuns = 100_000

// forecastName reads the one word that is no flag.
func forecastName(words []string) (string, error) {
	if len(words) != 1 {
		return "", misuse("the rollout of which DaemonSet?")
	}
	kind, name, ok := strings.Cut(words[0], "/")
	switch kind {
	case "daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps":
	default:
		ok = false
	}
	if !ok || name == "" {
		return "", misuse("%q is no daemonset/NAME", words[0])
	}
	return name, nil
}

// setImage is the change of one container's image, as kubectl set image makes it.
func (sh *Shell) setImage(namespace, name, text string) (func(*daemonset.DaemonSet), error) {
	container, image, ok := strings.Cut(text, "=")
	if !ok || container == "" || image == "" {
		return nil, misuse("--image: %q is no CONTAINER=IMAGE", text)
	}
	is := func(c cluster.Container) bool { return container == "*" || c.Name == container }
	set := sh.sim.DaemonSet(namespace, name)
	if set != nil && !slices.ContainsFunc(set.Spec.Template.Spec.Containers, is) {
		return nil, fmt.Errorf("unable to find container named %q", container)
	}
	return func(d *daemonset.DaemonSet) {
		for i, c := range d.Spec.Template.Spec.Containers {
			if is(c) {
				d.Spec.Template.Spec.Containers[i].Image = image
			}
		}
	}, nil
}

func (sh *Shell) forecast(
	namespace, name string, config daemonsim.ForecastConfig, searches bool,
) (string, error) {
	f, err := sh.sim.Forecast(namespace, name, config)
	if errors.Is(err, daemonsim.ErrNothingToRoll) {
		return "", fmt.Errorf("%w; give a DaemonSet with RollingUpdate another image, as in --image "+
			"CONTAINER=IMAGE", err)
	}
	if err != nil {
		return "", plainError(kubectl.Message(err))
	}
	if config.Target.String() == "" || !searches {
		return f.String(), nil
	}
	search, err := sh.sim.SearchBudget(namespace, name, config)
	if errors.Is(err, daemonsim.ErrBudgetIgnored) {
		return f.String(), fmt.Errorf("%w; --search=false leaves the search out", err)
	}
	if err != nil {
		return f.String(), plainError(kubectl.Message(err))
	}
	return f.String() + "\n" + search.String(), nil
}
