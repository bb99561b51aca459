package conformance_test

import (
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// guide is the chooser of a replay: of the candidates of a choice point it takes the one that the recording
// says came next. It keeps nothing of its own, so the forks of a cluster can share it.
type guide struct{ *player }

func (g guide) Fork() cluster.Chooser { return g }

func (g guide) Choose(c cluster.Choice) int {
	best, first := 0, len(g.ahead)
	for i := range c.N {
		text := ""
		if c.Describe != nil {
			text = c.Describe(i)
		}
		wanted := g.wanted(c.Point, text)
		if wanted == nil {
			continue
		}
		for place := range first {
			if !g.ahead[place].met && wanted(g.ahead[place].incident) {
				best, first = i, place
				break
			}
		}
	}
	return best
}

// wanted tells the incidents that a candidate may bring about; nil when it brings about none.
func (g guide) wanted(point, candidate string) func(incident) bool {
	switch point {
	case "rollout-candidate", "manage-node":
		return func(i incident) bool {
			return i.Node == candidate && (i.What == "delete-requested" || i.What == "create")
		}
	case "scheduler-pod":
		alias := g.tracer.byKey[candidate]
		return func(i incident) bool {
			return i.Pod == alias && (i.What == "bind" || i.What == "unschedulable")
		}
	case "next-task":
		return g.wantedTask(candidate)
	case "scheduler-node", "preemption-node":
		return func(i incident) bool { return i.Node == candidate && i.What == "bind" }
	}
	return nil
}

// wantedTask reads a task in words: when, whose, what, and the kind and key of its object.
func (g guide) wantedTask(task string) func(incident) bool {
	words := strings.Fields(task)
	if len(words) < 3 {
		return nil
	}
	kind, key := "", ""
	if len(words) >= 5 {
		kind, key = words[len(words)-2], words[len(words)-1]
	}
	switch actor := words[1]; {
	case kind == "Pod":
		alias := g.tracer.byKey[key]
		return func(i incident) bool { return i.Pod == alias && i.What != "create" && i.What != "bind" }
	case kind == "DaemonSet":
		_, name, _ := strings.Cut(key, "/")
		return func(i incident) bool {
			switch i.What {
			case "create", "delete-requested":
				owner, _, _ := strings.Cut(i.Pod, "@")
				return owner == name
			case "rev-add", "rev-change", "rev-gone", "owner":
				return i.Set == name || i.To == name
			}
			return false
		}
	case actor == "default-scheduler":
		return func(i incident) bool { return i.What == "bind" || i.What == "unschedulable" }
	}
	return nil
}
