package scheduler

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Profile is a list of plugins in the order in which they are asked, with the weights of their scores.
type Profile []Enabled

// Enabled is one plugin of a profile.
type Enabled struct {
	// Plugin is the plugin.
	Plugin Plugin
	// Weight is what its scores are multiplied with. Zero means one; it has no meaning for a plugin
	// that does not score.
	Weight int64
}

// DefaultProfile returns the plugins of the default scheduler that matter to pods without volumes and
// claims, in its order and with its weights.
func DefaultProfile() Profile {
	return Profile{
		{Plugin: NodeName{}},
		{Plugin: NodeUnschedulable{}},
		{Plugin: TaintToleration{}, Weight: 3},
		{Plugin: NodeAffinity{}, Weight: 2},
		{Plugin: NodePorts{}},
		{Plugin: NodeResourcesFit{}},
		{Plugin: VolumeBinding{}},
		{Plugin: PodTopologySpread{}, Weight: 2},
		{Plugin: InterPodAffinity{}, Weight: 2},
		{Plugin: DynamicResources{}, Weight: 2},
		{Plugin: NodeResourcesBalancedAllocation{}},
		{Plugin: ImageLocality{}},
		{Plugin: DefaultPreemption{}},
	}
}

// With returns a profile in which plugins take the places of those with the same names; new ones come
// last, with weight one. A plugin that is nil is passed over.
func (p Profile) With(plugins ...Plugin) Profile {
	next := slices.Clone(p)
	for _, plugin := range plugins {
		if plugin == nil {
			continue
		}
		i := slices.IndexFunc(next, func(e Enabled) bool { return e.named(plugin.Name()) })
		if i < 0 {
			next = append(next, Enabled{Plugin: plugin})
			continue
		}
		next[i].Plugin = plugin
	}
	return next
}

// Without returns a profile without the plugins of those names.
func (p Profile) Without(names ...string) Profile {
	return slices.DeleteFunc(slices.Clone(p), func(e Enabled) bool {
		return slices.ContainsFunc(names, e.named)
	})
}

func (e Enabled) named(name string) bool { return e.Plugin != nil && e.Plugin.Name() == name }

// Validate reports what is wrong with a profile: no plugin at all in a place, a name that occurs twice, a
// negative weight, or weights with which a total could overflow.
func (p Profile) Validate() error {
	seen, left := make(map[string]bool), math.MaxInt64/MaxNodeScore
	for i, e := range p {
		switch {
		case e.Plugin == nil:
			return fmt.Errorf("profile[%d]: no plugin", i)
		case seen[e.Plugin.Name()]:
			return fmt.Errorf("profile[%d]: plugin %q is in the profile already", i, e.Plugin.Name())
		case e.Weight < 0:
			return fmt.Errorf("profile[%d]: plugin %q has the weight %d", i, e.Plugin.Name(), e.Weight)
		case max(1, e.Weight) > left:
			return fmt.Errorf("profile[%d]: with the weight %d of plugin %q a total of scores could overflow",
				i, e.Weight, e.Plugin.Name())
		}
		left -= max(1, e.Weight)
		seen[e.Plugin.Name()] = true
	}
	return nil
}

// at is a plugin that takes part in a step, and its place in the profile.
type at[P Plugin] struct {
	place  int
	plugin P
}

// framework is a profile sorted by steps.
type framework struct {
	plugins     Profile
	preFilters  []at[PreFilterPlugin]
	filters     []at[FilterPlugin]
	postFilters []at[PostFilterPlugin]
	preScores   []at[PreScorePlugin]
	scores      []at[ScorePlugin]
	hinters     []QueueingHinter
	// allHint reports whether every plugin that rejects is a hinter.
	allHint bool
}

func newFramework(p Profile) *framework {
	f := &framework{allHint: true}
	for _, e := range p {
		if e.Plugin == nil {
			continue
		}
		if e.Weight <= 0 {
			e.Weight = 1
		}
		place := len(f.plugins)
		f.plugins = append(f.plugins, e)
		f.preFilters = join(f.preFilters, place, e.Plugin)
		f.filters = join(f.filters, place, e.Plugin)
		f.postFilters = join(f.postFilters, place, e.Plugin)
		f.preScores = join(f.preScores, place, e.Plugin)
		f.scores = join(f.scores, place, e.Plugin)
		hinter, hints := e.Plugin.(QueueingHinter)
		f.hinters = append(f.hinters, hinter)
		f.allHint = f.allHint && (hints || !rejects(e.Plugin))
	}
	return f
}

func join[P Plugin](list []at[P], place int, plugin Plugin) []at[P] {
	if p, ok := plugin.(P); ok {
		list = append(list, at[P]{place, p})
	}
	return list
}

// rejects reports whether a plugin can keep a pod off a node.
func rejects(plugin Plugin) bool {
	_, filters := plugin.(FilterPlugin)
	_, preFilters := plugin.(PreFilterPlugin)
	return filters || preFilters
}

// names lists the plugins that are in a set, sorted.
func (f *framework) names(set rejecters) []string {
	var names []string
	for place, e := range f.plugins {
		if set.has(place) {
			names = append(names, e.Plugin.Name())
		}
	}
	slices.Sort(names)
	return names
}

// conflict rejects a pod that several plugins have narrowed to different nodes, or one to none.
func (f *framework) conflict(by rejecters) Verdict {
	names := f.names(by)
	text := fmt.Sprintf("node(s) didn't satisfy plugin(s) [%s] simultaneously", strings.Join(names, " "))
	if len(names) == 1 {
		text = "node(s) didn't satisfy plugin " + names[0]
	}
	return Verdict{
		Plugin: strings.Join(names, ","), Status: reject(UnschedulableAndUnresolvable, text),
	}
}

// absent is the status of the nodes that plugins have ruled out before they were looked at.
func (f *framework) absent(by rejecters) Verdict {
	names := f.names(by)
	text := fmt.Sprintf("node(s) didn't satisfy plugin(s) [%s]", strings.Join(names, " "))
	return Verdict{
		Plugin: strings.Join(names, ","), Status: reject(UnschedulableAndUnresolvable, text),
		ByPreFilter: true,
	}
}
