package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

// signs stand for situations. An 'r' is an old pod that is ready and not available yet, an 'o' one that is
// not ready.
var signs = map[byte]rollout.Situation{
	'.': rollout.Vacant, 'l': rollout.Leaving, 'c': rollout.Crowded,
	'N': rollout.NewAvailable, 'n': rollout.NewUnavailable,
	'O': rollout.OldAvailable, 'o': rollout.OldUnavailable, 'r': rollout.OldUnavailable,
	'A': rollout.BothAvailable, 'B': rollout.BothOldAvailable,
	'D': rollout.BothNewAvailable, 'U': rollout.BothUnavailable,
}

// nodes makes the nodes of a state from a short text, a sign for each. After a "-" comes a node that should
// not run a pod, after "x/" one of zone x, and so are those after it up to the next zone; after "|" come nodes
// without one.
func nodes(text string) []rollout.Node {
	var list []rollout.Node
	run, zone := true, ""
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '-':
			run = false
			continue
		case text[i] == '|':
			zone = ""
			continue
		case i+1 < len(text) && text[i+1] == '/':
			zone = text[i : i+1]
			i++
			continue
		}
		list = append(list, node(fmt.Sprintf("n%02d", len(list)), text[i], run, zone))
		run = true
	}
	return list
}

func node(name string, sign byte, run bool, zone string) rollout.Node {
	object := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: map[string]string{}}}
	if zone != "" {
		object.Labels[strategy.ZoneLabel] = zone
	}
	situation, ok := signs[sign]
	if !ok {
		panic("no such sign: " + string(sign))
	}
	n := rollout.Node{Name: name, Exists: true, ShouldRun: run, Situation: situation, Object: object}
	if situation.HasOld() {
		n.Old = &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "old-" + name}}
		n.Old.Status.Ready = strings.IndexByte("OrAB", sign) >= 0
	}
	if strings.IndexByte("NnABDU", sign) >= 0 {
		n.New = &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "new-" + name}}
		n.New.Status.Ready = strings.IndexByte("NAD", sign) >= 0
	}
	return n
}

func limits(unavailable, surge string) rollout.RollingUpdate {
	amount := func(text string) cluster.IntOrString {
		var n int32
		if _, err := fmt.Sscanf(text, "%d", &n); err == nil && fmt.Sprint(n) == text {
			return cluster.FromInt(n)
		}
		return cluster.FromString(text)
	}
	return rollout.RollingUpdate{MaxUnavailable: amount(unavailable), MaxSurge: amount(surge)}
}

func state(text string, budget rollout.RollingUpdate) rollout.State {
	return rollout.NewStateUnder(rollout.Terms{Budget: budget}, nodes(text), nil)
}

// moves is what a plan does: "-n00" deletes the old pod there, "+n01" creates a new one.
func moves(p rollout.Plan) string {
	var list []string
	for _, c := range p.Create {
		list = append(list, "+"+c.Node.Name)
	}
	for _, d := range p.Delete {
		list = append(list, "-"+d.Node.Name)
	}
	return strings.Join(list, " ")
}

// told is what waits say: "node: reason (the nodes it is about)".
func told(p rollout.Planner, s rollout.State) []string {
	var texts []string
	for _, w := range rollout.Waits(p, s, p.Plan(s)) {
		text := w.Node.Name + ": " + string(w.Reason)
		var on []string
		for _, n := range w.For {
			on = append(on, n.Name)
		}
		if len(on) > 0 {
			text += " (" + strings.Join(on, " ") + ")"
		}
		texts = append(texts, text)
	}
	return texts
}

// drawText draws the text of a state.
func drawText(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(0, 10).Draw(t, "nodes") {
		b.WriteString(rapid.SampledFrom([]string{"", "", "", "a/", "b/", "|"}).Draw(t, "zone"))
		b.WriteString(rapid.SampledFrom([]string{
			"O", "O", "O", "o", "r", "n", "N", ".", "l", "c", "A", "B", "D", "U",
			"-O", "-o", "-r", "-n", "-N", "-l", "-c", "-A", "-B", "-D", "-U",
		}).Draw(t, "node"))
	}
	return b.String()
}

func drawLimits(t *rapid.T) rollout.RollingUpdate {
	return rapid.SampledFrom([]rollout.RollingUpdate{
		limits("1", "0"), limits("2", "0"), limits("34%", "0"), limits("100%", "0"), limits("0", "0"),
		limits("0", "1"), limits("0", "2"), limits("0", "50%"), limits("1", "1"),
	}).Draw(t, "limits")
}

// TestSettingsInWords makes sure that what differs in a setting differs in words.
func TestSettingsInWords(t *testing.T) {
	for _, tt := range []struct {
		planner rollout.Planner
		want    string
	}{
		{strategy.Strict{}, "Strict"},
		{strategy.Canary{}, "Canary partition 0 of RollingUpdate"},
		{strategy.Canary{
			Partition: cluster.FromString("90%"), Selector: selector(t, "tier=canary,!gpu"), Paused: true,
			Base: strategy.Strict{},
		}, `Canary partition 90% selector "!gpu,tier=canary" paused of Strict`},
		{strategy.Zones{}, "Zones by topology.kubernetes.io/zone of RollingUpdate"},
		{strategy.Zones{Key: "rack", Order: []string{"r2", "r1"}, Base: limits("10%", "0")},
			"Zones by rack first r2,r1 of RollingUpdate maxUnavailable 10% maxSurge 0"},
	} {
		require.Equal(t, tt.want, rollout.Describe(tt.planner))
		require.True(t, strings.HasPrefix(tt.want, tt.planner.Name()))
	}
}
