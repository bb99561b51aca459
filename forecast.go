package daemonsim

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// ErrNothingToRoll says that there is no rollout to forecast: it is done already, or the strategy is OnDelete.
var ErrNothingToRoll = errors.New("nothing to roll out")

// maxRuns bounds the futures of one forecast, which are all kept.
const maxRuns = 1_000_000

// Target is what a rollout is wanted to keep to. The zero Target is kept by every rollout that ends.
type Target struct {
	// Within is how long the rollout may take. Zero means any time.
	Within time.Duration
	// Available is the share of the desired pods that has to be available all the time. Zero means any.
	Available Share
	// In is the share of the futures that has to keep to it, for a search. Zero means 95%.
	In Share
}

// ForecastConfig says which rollout is looked at, and how. The zero ForecastConfig looks at a thousand
// futures of the rollout that is under way.
type ForecastConfig struct {
	// Change, when set, is made to the DaemonSet at the start of every future, such as another image. It
	// edits a copy, as with UpdateDaemonSet.
	Change func(*daemonset.DaemonSet)
	// Runs is how many futures are looked at, a million at most. Zero means 1000.
	Runs int
	// Seed selects the futures: of equal seeds they are the same.
	Seed uint64
	// Target is what the rollout is wanted to keep to.
	Target Target
	// Limit is how long a future is followed. Zero means a day.
	Limit time.Duration
	// NameOrder takes the nodes in the order of their names. Otherwise each future has a random order, as in
	// Kubernetes, unless the simulation has a chooser of its own.
	NameOrder bool
	// Workers is how many goroutines work on it. The result does not depend on it, as long as planners,
	// scheduler plugins and actors of the user's own keep nothing that forks share. Zero means
	// runtime.GOMAXPROCS.
	Workers int

	_ struct{}
}

// Forecast is what many futures of a rollout come to.
type Forecast struct {
	// Namespace and Name are those of the DaemonSet.
	Namespace, Name string
	// Desired is its number of desired pods at the start, Limits the limits of its strategy.
	Desired int
	Limits  rollout.RollingUpdate
	// Strategy is the planner that replaces that of the DaemonSet's spec, in words; "" if none does. It may make
	// of the limits what it likes.
	Strategy string
	// Target is that of the ForecastConfig.
	Target Target
	// Futures are in the order of their numbers.
	Futures []Future
	// Duration is within which time so many of the futures are done.
	Duration Spread[time.Duration]
	// Lowest is at least which share of pods was available all the time in so many of them.
	Lowest Spread[Share]
	// Unavailable is the greatest number of pods that were unavailable at a time, Replaced the greatest
	// number of pods that went.
	Unavailable, Replaced int
	// Causes are why futures were not done, the most frequent first.
	Causes []CauseCount
	// OnTarget is how many futures meet the target.
	OnTarget int
}

// CauseCount is how many futures a cause has.
type CauseCount struct {
	Cause Cause
	Count int
}

// Stuck is how many futures were not done.
func (f *Forecast) Stuck() int {
	n := 0
	for _, c := range f.Causes {
		n += c.Count
	}
	return n
}

// Forecast looks at many futures of a DaemonSet's rollout: forks of the simulation as it stands, each with
// random streams of its own. What is left to chance is what the behaviours of images and nodes leave to it.
// The simulation is not changed. Its forks run in goroutines of their own while Forecast does.
//
// A rollout is done when kubectl rollout status says so. The error is ErrNothingToRoll when it is done to
// begin with, and under OnDelete; a config that makes no sense is ErrInvalid, with the path of each mistake.
func (s *Sim) Forecast(namespace, name string, config ForecastConfig) (*Forecast, error) {
	if err := config.validate(); err != nil {
		return nil, forecastError(namespace, name, err)
	}
	base, set, err := s.begin(namespace, name, config.Change)
	if err != nil {
		return nil, err
	}
	limits, _ := set.Planner().(rollout.RollingUpdate)
	f := &Forecast{
		Namespace: namespace, Name: name, Desired: int(set.Status.DesiredNumberScheduled),
		Limits: limits, Target: config.Target, Futures: make([]Future, config.runs()),
	}
	if p, own := base.ownPlanner(set); own {
		f.Strategy = rollout.Describe(p)
	}
	config.play(base, set, f.Futures)
	f.sum()
	return f, nil
}

// begin returns a fork in which the change has been made.
func (s *Sim) begin(
	namespace, name string, change func(*daemonset.DaemonSet),
) (*Sim, *daemonset.DaemonSet, error) {
	if _, err := s.set("forecast", namespace, name); err != nil {
		return nil, nil, err
	}
	base := s.Fork()
	if change != nil {
		if err := base.UpdateDaemonSet(namespace, name, change); err != nil {
			return nil, nil, err
		}
	}
	set := base.DaemonSet(namespace, name)
	if set == nil {
		return nil, nil, forecastError(namespace, name, fmt.Errorf("%w by its own change", cluster.ErrNotFound))
	}
	var err error
	planner, _ := base.ownPlanner(set)
	_, byHand := planner.(rollout.OnDelete)
	switch {
	case byHand:
		err = fmt.Errorf("%w: the strategy is %s", ErrNothingToRoll, planner.Name())
	case set.RolledOut():
		err = fmt.Errorf("%w: all pods are up to date and available", ErrNothingToRoll)
	default:
		return base, set, nil
	}
	return nil, nil, forecastError(namespace, name, err)
}

func forecastError(namespace, name string, err error) error {
	return &cluster.ObjectError{Op: "forecast", Kind: daemonset.Kind, Key: namespace + "/" + name, Err: err}
}

// ownPlanner is the strategy that rolls a DaemonSet out, and whether it is another than that of its spec.
func (s *Sim) ownPlanner(set *daemonset.DaemonSet) (planner rollout.Planner, own bool) {
	planner = s.Planner(set)
	switch planner.(type) {
	case rollout.RollingUpdate, rollout.OnDelete:
		return planner, false
	}
	return planner, true
}

// validate finds everything that makes no sense.
func (c *ForecastConfig) validate() error {
	var errs field.ErrorList
	target := field.NewPath("target")
	refuse := func(wrong bool, path *field.Path, value any, detail string) {
		if wrong {
			errs = append(errs, field.Invalid(path, value, detail))
		}
	}
	const negative, share = "must not be negative", "must be at most 100%"
	refuse(c.Runs < 0 || c.Runs > maxRuns, field.NewPath("runs"), c.Runs, fmt.Sprintf("must be from 1 to %d", maxRuns))
	refuse(c.Target.Within < 0, target.Child("within"), c.Target.Within.String(), negative)
	refuse(c.Target.Available > Whole, target.Child("available"), c.Target.Available.String(), share)
	refuse(c.Target.In > Whole, target.Child("in"), c.Target.In.String(), share)
	refuse(c.Limit < 0, field.NewPath("limit"), c.Limit.String(), negative)
	refuse(c.Workers < 0, field.NewPath("workers"), c.Workers, negative)
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", cluster.ErrInvalid, errs)
}

func (c *ForecastConfig) runs() int {
	if c.Runs == 0 {
		return 1000
	}
	return c.Runs
}

// play fills in the futures. Each worker forks a fork of its own, since Fork writes to what it forks.
func (c *ForecastConfig) play(base *Sim, set *daemonset.DaemonSet, futures []Future) {
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	limit := c.Limit
	if limit == 0 {
		limit = 24 * time.Hour
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, len(futures)) {
		own := base.Fork()
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(futures) {
					return
				}
				seed := c.seed(i)
				futures[i] = play(own.future(seed, c.NameOrder), set, limit)
				futures[i].Seed = seed
			}
		})
	}
	wait.Wait()
}

// seed is that of a future.
func (c *ForecastConfig) seed(i int) uint64 {
	stream := cluster.NewStream(c.Seed, "future "+strconv.Itoa(i))
	return stream.Uint64()
}

// future is a fork with other random streams.
func (s *Sim) future(seed uint64, nameOrder bool) *Sim {
	fork := s.Fork()
	fork.Reseed(seed)
	if !nameOrder && !fork.Chooses() {
		fork.SetChooser(NewRolloutOrder(seed))
	}
	return fork
}

// sum works out what the futures come to.
func (f *Forecast) sum() {
	var durations []time.Duration
	lowest := make([]Share, 0, len(f.Futures))
	causes := make(map[Cause]int)
	for i := range f.Futures {
		future := &f.Futures[i]
		lowest = append(lowest, future.Lowest)
		f.Unavailable = max(f.Unavailable, future.Unavailable)
		f.Replaced = max(f.Replaced, future.Replaced)
		if future.Meets(f.Target) {
			f.OnTarget++
		}
		if !future.Done() {
			causes[future.Cause]++
			continue
		}
		durations = append(durations, future.Duration/time.Millisecond)
	}
	slices.Sort(durations)
	slices.SortFunc(lowest, func(a, b Share) int { return cmp.Compare(b, a) })
	f.Duration = spread(durations, len(f.Futures)-len(durations), Never)
	for _, d := range [...]*time.Duration{&f.Duration.P50, &f.Duration.P90, &f.Duration.P99, &f.Duration.All} {
		if *d != Never {
			*d *= time.Millisecond
		}
	}
	f.Lowest = spread(lowest, 0, 0)
	for c, n := range causes {
		f.Causes = append(f.Causes, CauseCount{c, n})
	}
	slices.SortFunc(f.Causes, func(a, b CauseCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Cause, b.Cause))
	})
}
