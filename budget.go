package daemonsim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// ErrBudgetIgnored says that there is no budget to search for, as the strategy makes nothing of it.
var ErrBudgetIgnored = errors.New("every maxUnavailable and maxSurge comes to the same")

// Budget is a limit of a rolling update, in nodes: one of its fields is zero.
type Budget struct{ MaxUnavailable, MaxSurge int }

// size is the limit that counts.
func (b Budget) size() int { return b.MaxUnavailable + b.MaxSurge }

// Percent is the smallest percentage that comes to this limit for a number of desired pods; 0 when none does.
func (b Budget) Percent(desired int) int {
	if desired <= 0 || b.size() <= 0 {
		return 0
	}
	percent := (b.size()-1)*100/desired + 1
	if (percent*desired+99)/100 != b.size() || percent > 100 {
		return 0
	}
	return percent
}

// set makes it the limit of a DaemonSet.
func (b Budget) set(d *daemonset.DaemonSet) {
	unavailable, surge := cluster.FromInt(int32(b.MaxUnavailable)), cluster.FromInt(int32(b.MaxSurge))
	d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{
		MaxUnavailable: &unavailable, MaxSurge: &surge,
	}
}

// BudgetSearch is which limits a rollout needs to keep to a target.
type BudgetSearch struct {
	// Target is that of the ForecastConfig, with its In filled in.
	Target Target
	// Desired is the number of desired pods at the start.
	Desired int
	// Unavailable and Surge are the smallest maxUnavailable and the smallest maxSurge that meet the target;
	// nil when none does.
	Unavailable, Surge *Budget
	// Trials are the forecasts that were made, those with maxUnavailable first, by size.
	Trials []Trial
	// Futures is how many futures they have together.
	Futures int
}

// Trial is the forecast for a budget.
type Trial struct {
	Budget   Budget
	Forecast *Forecast
}

// SearchBudget looks for the smallest maxUnavailable, without surge, and the smallest maxSurge, without
// unavailability, with which enough futures of a rollout meet the target. Every budget is tried with the same
// futures: nodes draw the same for all of them.
//
// How many futures are in time rises with the budget, or nearly so: a rollout with more room starts no node
// later. So the search doubles the budget until enough are in time and halves the interval after that. How
// many stay available falls with maxUnavailable. So from there it goes on one by one only until too few do.
// The budgets between those in Trials have not been looked at.
//
// A strategy of somebody's own may make of the budget what it likes, and the search then finds what it is worth
// with that strategy. With one that makes nothing of it the error is ErrBudgetIgnored.
func (s *Sim) SearchBudget(namespace, name string, config ForecastConfig) (*BudgetSearch, error) {
	if err := config.validate(); err != nil {
		return nil, forecastError(namespace, name, err)
	}
	if config.Target.In == 0 {
		config.Target.In = Whole * 95 / 100
	}
	base, set, err := s.begin(namespace, name, config.Change)
	if err != nil {
		return nil, err
	}
	search := &BudgetSearch{Target: config.Target, Desired: int(set.Status.DesiredNumberScheduled)}
	seek := seeker{sim: s, namespace: namespace, name: name, config: config, search: search}
	if p, own := base.ownPlanner(set); own {
		if err := seek.heeded(p); err != nil {
			return nil, err
		}
	}
	search.Unavailable, err = seek.smallest(func(n int) Budget { return Budget{MaxUnavailable: n} })
	if err != nil {
		return nil, err
	}
	search.Surge, err = seek.smallest(func(n int) Budget { return Budget{MaxSurge: n} })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(search.Trials, func(a, b Trial) int {
		return cmp.Or(cmp.Compare(a.Budget.MaxSurge, b.Budget.MaxSurge),
			cmp.Compare(a.Budget.MaxUnavailable, b.Budget.MaxUnavailable))
	})
	return search, nil
}

// seeker makes the forecasts of a search.
type seeker struct {
	sim             *Sim
	namespace, name string
	config          ForecastConfig
	search          *BudgetSearch
}

// heeded makes sure that a strategy of somebody's own heeds the budget: that the smallest and the largest do not
// come to the same. For one pod they are the same.
func (k *seeker) heeded(p rollout.Planner) error {
	most := k.search.Desired
	if most < 2 {
		return nil
	}
	probe := seeker{sim: k.sim, namespace: k.namespace, name: k.name, config: k.config, search: new(BudgetSearch)}
	probe.config.Runs = min(k.config.runs(), probeRuns)
	for _, b := range [...][2]Budget{
		{{MaxUnavailable: 1}, {MaxUnavailable: most}}, {{MaxSurge: 1}, {MaxSurge: most}},
	} {
		small, err := probe.try(b[0])
		if err != nil {
			return err
		}
		large, err := probe.try(b[1])
		if err != nil {
			return err
		}
		if !slices.EqualFunc(small.Futures, large.Futures, alike) {
			return nil
		}
	}
	return forecastError(k.namespace, k.name, fmt.Errorf("%w: strategy %s", ErrBudgetIgnored, rollout.Describe(p)))
}

// probeRuns is how many futures tell whether a strategy heeds the budget.
const probeRuns = 10

// alike reports whether the same has happened in two futures.
func alike(a, b Future) bool {
	a.Root, b.Root = nil, nil
	return a == b
}

// smallest finds the smallest budget of a kind that meets the target.
func (k *seeker) smallest(of func(int) Budget) (*Budget, error) {
	desired := max(1, k.search.Desired)
	late, high := 0, 1
	for {
		f, err := k.try(of(high))
		if err != nil {
			return nil, err
		}
		if k.enough(f, (*Future).inTime) {
			break
		}
		if late = high; late == desired {
			return nil, nil
		}
		high = min(2*high, desired)
	}
	for late+1 < high {
		middle := (late + high) / 2
		f, err := k.try(of(middle))
		if err != nil {
			return nil, err
		}
		if k.enough(f, (*Future).inTime) {
			high = middle
		} else {
			late = middle
		}
	}
	for ; high <= desired; high++ {
		f, err := k.try(of(high))
		switch {
		case err != nil:
			return nil, err
		case k.enough(f, (*Future).Meets):
			found := of(high)
			return &found, nil
		case !k.enough(f, (*Future).staysAvailable):
			return nil, nil
		}
	}
	return nil, nil
}

func (f *Future) staysAvailable(t Target) bool { return f.Lowest >= t.Available }

// enough reports whether enough futures of a forecast pass.
func (k *seeker) enough(f *Forecast, passes func(*Future, Target) bool) bool {
	n := 0
	for i := range f.Futures {
		if passes(&f.Futures[i], k.config.Target) {
			n++
		}
	}
	return int64(n)*int64(Whole) >= int64(len(f.Futures))*int64(k.config.Target.In)
}

// try makes a forecast for a budget, unless there is one.
func (k *seeker) try(b Budget) (*Forecast, error) {
	for _, t := range k.search.Trials {
		if t.Budget == b {
			return t.Forecast, nil
		}
	}
	config := k.config
	config.Change = func(d *daemonset.DaemonSet) {
		if k.config.Change != nil {
			k.config.Change(d)
		}
		b.set(d)
	}
	f, err := k.sim.Forecast(k.namespace, k.name, config)
	if err != nil {
		return nil, fmt.Errorf("with %v: %w", b, err)
	}
	k.search.Trials = append(k.search.Trials, Trial{b, f})
	k.search.Futures += len(f.Futures)
	return f, nil
}

// String is the budget as the field of a manifest.
func (b Budget) String() string {
	if b.MaxSurge > 0 {
		return fmt.Sprintf("maxSurge %d", b.MaxSurge)
	}
	return fmt.Sprintf("maxUnavailable %d", b.MaxUnavailable)
}
