package conformance_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/taints"
)

var groundTruthDir = flag.String("ground-truth", "", "directory of recorded trajectories to replay")

// finding is one difference between a recording and its replay; its path is where that is.
type finding difference

func (f finding) String() string {
	want, got := show(f.want), show(f.got)
	if strings.Contains(want+got, "\n") {
		return f.path + ":\n" + marked("-", want) + marked("+", got)
	}
	return fmt.Sprintf("%s: recorded %s, replayed %s", f.path, want, got)
}

func show(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	if _, ok := v.(absent); ok {
		return "(nothing)"
	}
	return string(rawJSON(v))
}

func marked(mark, text string) string {
	if text == "" {
		return ""
	}
	return "    " + mark + " " + strings.ReplaceAll(text, "\n", "\n    "+mark+" ") + "\n"
}

// maxFindings bounds how many differences of a step are printed.
const maxFindings = 12

// TestGroundTruth replays the trajectories of a real control plane. See the package documentation.
func TestGroundTruth(t *testing.T) {
	names, recordings := groundTruth(t)
	var differ, inexpressible, unreadable int
	for _, name := range names {
		v := replayRecording(name, recordings[name])
		fmt.Println(v)
		switch {
		case v.unreadable != nil:
			unreadable++
			t.Error(v)
		case v.missing != "":
			inexpressible++
		case len(v.found) > 0:
			differ++
			var text []string
			for i, f := range v.found {
				if i == maxFindings {
					text = append(text, fmt.Sprintf("and %d more", len(v.found)-i))
					break
				}
				text = append(text, f.String())
			}
			t.Errorf("%s\n  %s", v, strings.Join(text, "\n  "))
		}
	}
	sum := fmt.Sprintf("ground truth: %d scenarios, %d differ, %d not yet expressible", len(names), differ, inexpressible)
	if unreadable > 0 {
		sum += fmt.Sprintf(", %d unreadable", unreadable)
	}
	fmt.Println(sum)
}

// replayRecording replays one recording. What is wrong with it does not keep the others from being replayed.
func replayRecording(name string, in files) (v comparison) {
	s, err := readScenario(name, in)
	if err != nil {
		return comparison{name: name, unreadable: err}
	}
	defer func() {
		if r := recover(); r != nil {
			v = comparison{name: name, found: []finding{{"the replay panics", absent{}, fmt.Sprint(r)}}}
		}
	}()
	return replayScenario(s)
}

// groundTruth finds the recordings: those in the directory that the flag names, else the full ones, else those
// in testdata.
func groundTruth(t *testing.T) ([]string, map[string]files) {
	t.Helper()
	dir := *groundTruthDir
	if dir == "" {
		dir = sharedTrajectories()
	}
	names, found, err := readFolders(os.DirFS(dir))
	require.NoError(t, err)
	if len(names) > 0 {
		return names, found
	}
	require.Empty(t, *groundTruthDir, "no recordings there: no folder with a steps.yaml")
	if names, found = readStored(t, storedTrajectories); len(names) == 0 {
		t.Skip("no recordings here; set DAEMONSIM_SHARED or give -ground-truth")
	}
	return names, found
}

func sharedTrajectories() string { return filepath.Join(filepath.Dir(sharedCases()), "ground-truth") }

// comparison is what came of one replay.
type comparison struct {
	name string
	// step is the first step that differs, and found how.
	step  int
	found []finding
	// unreadable is what is wrong with the recording itself.
	unreadable error
	// missing is what the scenario has that a simulation lacks.
	missing string
}

func (v comparison) String() string {
	switch {
	case v.unreadable != nil:
		return fmt.Sprintf("%s: unreadable: %s", v.name, strings.Join(strings.Fields(v.unreadable.Error()), " "))
	case v.missing != "":
		return fmt.Sprintf("%s: not yet expressible: %s", v.name, v.missing)
	case len(v.found) > 0:
		var where []string
		for _, f := range v.found {
			head, _, _ := strings.Cut(f.path, ":")
			if !slices.Contains(where, head) {
				where = append(where, head)
			}
		}
		text := strings.Join(where[:min(3, len(where))], "; ")
		if len(where) > 3 {
			text += fmt.Sprintf(" and %d more", len(where)-3)
		}
		return fmt.Sprintf("%s: differs at step %d in %s", v.name, v.step, text)
	}
	return v.name + ": same"
}

// replayScenario plays a scenario to its end or to the first step that differs.
func replayScenario(s *scenario) comparison {
	v := comparison{name: s.name}
	if v.missing = missingFrom(s); v.missing != "" {
		return v
	}
	p := newPlayer(s)
	for k := range s.seen {
		play := p.begin
		if k > 0 {
			play = func() error { return p.play(k) }
		}
		if err := play(); err != nil {
			v.step, v.found = k, []finding{{"the replay", "goes on", err.Error()}}
			return v
		}
		if v.missing = p.unknownCommand(&s.seen[k]); v.missing != "" {
			return v
		}
		v.found = p.diff(&s.seen[k])
		if len(v.found) > 0 {
			v.step = k
			return v
		}
	}
	return v
}

// diff lists all differences after a step.
func (p *player) diff(seen *observation) []finding {
	list := p.diffCommands(seen)
	list = append(list, p.diffOrder(seen)...)
	list = append(list, p.diffState(seen)...)
	list = append(list, p.diffTexts(seen)...)
	return slices.DeleteFunc(list, p.listed)
}

// listed reports whether the table of deliberate differences has a difference.
func (p *player) listed(f finding) bool {
	for _, l := range listings {
		if l.kind == "ground-truth" && l.covers(p, difference(f)) {
			return true
		}
	}
	return false
}

// diffState compares what is there.
func (p *player) diffState(seen *observation) []finding {
	got := p.state()
	var list []finding
	add := func(where string, want, got any) {
		for _, d := range diff(want, got) {
			list = append(list, finding{strings.Trim(where+"."+d.path, "."), d.want, d.got})
		}
	}
	add("nodes", tainted(seen.Nodes), tainted(got.Nodes))
	add("pods", inOrder(seen.DaemonPods), inOrder(got.DaemonPods))
	add("other pods", sortedPods(seen.OtherPods), sortedPods(got.OtherPods))
	add("daemonsets", seen.DaemonSets, got.DaemonSets)
	add("revisions", seen.Revisions, got.Revisions)
	return append(list, p.diffEvents(seen.Events, got.Events)...)
}

// tainted puts the taints of nodes in one order: theirs follows from who wrote first.
func tainted(nodes map[string]nodeState) map[string]nodeState {
	sorted := make(map[string]nodeState, len(nodes))
	for name, n := range nodes {
		n.Taints = slices.SortedFunc(slices.Values(n.Taints), func(a, b taints.Taint) int {
			return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Effect, b.Effect))
		})
		sorted[name] = n
	}
	return sorted
}

func inOrder(pods map[string][]podState) map[string][]podState {
	sorted := make(map[string][]podState, len(pods))
	for node, list := range pods {
		sorted[node] = sortedPods(list)
	}
	return sorted
}

func sortedPods(pods []podState) []podState {
	return slices.SortedFunc(slices.Values(pods), func(a, b podState) int { return strings.Compare(a.Pod, b.Pod) })
}

// diffEvents compares Events as a set: how many equal ones there were depends on how fast the machine was.
// When a kind of Event was so frequent that some were folded, which ones those are depends on the order of
// requests that ran side by side: then both sides must have folded some, or the replay has all.
func (p *player) diffEvents(want, got []eventState) []finding {
	folded, foldedHere := foldedGroups(want), foldedGroups(got)
	w, g := eventLines(want), eventLines(got)
	var list []finding
	for _, e := range w {
		if !(folded[e.group()] && foldedHere[e.group()]) && !slices.Contains(g, e) {
			list = append(list, finding{"events", e, absent{}})
		}
	}
	for _, e := range g {
		if !folded[e.group()] && !slices.Contains(w, e) {
			list = append(list, finding{"events", absent{}, e})
		}
	}
	return list
}

func foldedGroups(events []eventState) map[string]bool {
	groups := make(map[string]bool)
	for _, e := range events {
		if strings.HasPrefix(e.Message, combined) {
			groups[e.group()] = true
		}
	}
	return groups
}

func (e eventState) group() string { return e.Kind + " " + e.Object + " " + e.Type + " " + e.Reason }

func eventLines(events []eventState) []eventState {
	var list []eventState
	for _, e := range events {
		e.Message = strings.TrimPrefix(e.Message, combined)
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}
