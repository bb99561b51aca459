package conformance_test

import (
	"fmt"
	"slices"
	"strings"
)

// lateness is how much later than in the replay a decision may come in a recording, seconds: real
// controllers hear of a change after milliseconds, and on a busy machine after some more. It is less than any
// delay of the simulated kubelets, so that a decision which waits for one of those shows.
const lateness = 0.15

// diffOrder holds the order of what happened against the recorded order, as far as causes make it one:
//
//   - at one place, which is a DaemonSet's pods on one node, everything has one order;
//   - of one DaemonSet, deletions and new revisions have one order;
//   - such a decision comes no earlier than what had to happen first, and not long after it.
//
// Other incidents overtake each other freely: a controller sees several changes in one sync or each in its
// own, and requests of one sync run side by side.
func (p *player) diffOrder(seen *observation) []finding {
	want, got := relevant(seen.trace), relevant(p.tracer.list)
	list := diffChains("at ", byKey(want, incident.place), byKey(got, incident.place))
	if len(list) > 0 {
		return list
	}
	decided, replayed := decisions(want, got), decisions(got, got)
	list = diffChains("decisions for ", byKey(decided, setOf), byKey(replayed, setOf))
	if len(list) > 0 {
		return list
	}
	return diffCauses(want, got)
}

// relevant leaves out what is not compared, and puts what happened in one write in one order.
func relevant(trace []incident) []incident {
	var list []incident
	for _, i := range trace {
		switch i.What {
		case "create", "bind", "phase", "ready", "unready", "owner", "disruption-target", "delete-requested",
			"gone", "rev-add", "rev-gone", "ds-add", "ds-spec", "ds-gone", "unschedulable":
			list = append(list, i)
		}
	}
	return list
}

func setOf(i incident) string {
	if i.Set != "" {
		return i.Set
	}
	owner, _, _ := strings.Cut(i.Pod, "@")
	return owner
}

// chain is the incidents that have one order.
type chain struct {
	key  string
	list []incident
}

func byKey(trace []incident, key func(incident) string) []chain {
	var chains []chain
	for _, i := range trace {
		k := key(i)
		at := slices.IndexFunc(chains, func(c chain) bool { return c.key == k })
		if at < 0 {
			at = len(chains)
			chains = append(chains, chain{key: k})
		}
		chains[at].list = append(chains[at].list, i)
	}
	slices.SortFunc(chains, func(a, b chain) int { return strings.Compare(a.key, b.key) })
	return chains
}

func diffChains(what string, want, got []chain) []finding {
	var list []finding
	for _, c := range want {
		if c.key == "" {
			continue
		}
		at := slices.IndexFunc(got, func(g chain) bool { return g.key == c.key })
		var there []incident
		if at >= 0 {
			there = got[at].list
		}
		list = append(list, diffChain(what+c.key, c.list, there)...)
	}
	for _, c := range got {
		if c.key != "" && !slices.ContainsFunc(want, func(w chain) bool { return w.key == c.key }) {
			list = append(list, diffChain(what+c.key, nil, c.list)...)
		}
	}
	return list
}

// diffChain shows two orders from the first difference on.
func diffChain(what string, want, got []incident) []finding {
	w, g := lines(want), lines(got)
	if slices.Equal(w, g) {
		return nil
	}
	same := 0
	for same < len(w) && same < len(g) && w[same] == g[same] {
		same++
	}
	show := func(l []string) string { return strings.Join(l[same:min(len(l), same+6)], "\n") }
	return []finding{{what, show(w), show(g)}}
}

func lines(trace []incident) []string {
	var list []string
	for _, i := range trace {
		list = append(list, i.String())
	}
	return list
}

// decisions are what a controller does about a whole DaemonSet rather than about one place: deletions and
// new revisions. What the user has deleted is no decision of a controller; the replay knows.
func decisions(trace, replayed []incident) []incident {
	return slices.DeleteFunc(slices.Clone(trace), func(i incident) bool {
		if i.What == "rev-add" {
			return false
		}
		at := find(replayed, i)
		return i.What != "delete-requested" || at >= 0 && replayed[at].by == "user"
	})
}

// diffCauses looks at every decision: whatever happened before it in the replay has to have happened before
// it in the recording, and the last of that not long before.
func diffCauses(want, got []incident) []finding {
	var list []finding
	for k, d := range got {
		if d.What != "delete-requested" || d.by == "user" {
			continue
		}
		at := find(want, d)
		if at < 0 {
			continue
		}
		for _, cause := range got[:k] {
			if isCause(cause, d) && find(want, cause) > at {
				list = append(list, finding{"causes of " + d.String(),
					"comes before " + cause.String(), "comes after it"})
			}
		}
		last := lastCause(got[:k], d)
		if last < 0 {
			continue
		}
		waited := d.At - got[last].At
		recorded := want[at].At - want[find(want, got[last])].At
		if recorded-waited > lateness {
			list = append(list, finding{"time of " + d.String(),
				fmt.Sprintf("%.3fs after %s", recorded, got[last]), fmt.Sprintf("%.3fs after it", waited)})
		}
	}
	return list
}

// isCause reports whether something that happened may be why a decision was made: something about the same
// DaemonSet that the one who decides did not do itself.
func isCause(i, d incident) bool {
	switch i.What {
	case "ready", "unready", "gone", "ds-spec", "ds-add", "phase":
		return setOf(i) == setOf(d) && i.by != d.by
	}
	return false
}

func lastCause(trace []incident, d incident) int {
	for i := len(trace) - 1; i >= 0; i-- {
		if isCause(trace[i], d) {
			return i
		}
	}
	return -1
}

func find(trace []incident, i incident) int {
	text := i.String()
	return slices.IndexFunc(trace, func(other incident) bool { return other.String() == text })
}
