package kubectl_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// lines are the lines of an output.
func lines(output string) []string {
	if output == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(output, "\n"), "\n")
}

// TestWatchTellsOfEveryChange compares what a watch prints with what has happened.
func TestWatchTellsOfEveryChange(t *testing.T) {
	for _, tt := range []struct{ args, kind string }{
		{"get pods --watch-only --no-headers", string(cluster.KindPod)},
		{"get pods --watch-only -o name", string(cluster.KindPod)},
		{"get pods --watch-only --no-headers -o custom-columns=A:.metadata.name", string(cluster.KindPod)},
		{"get ds --watch-only --no-headers -A", string(daemonset.Kind)},
		{"get ds agent --watch-only --no-headers -o wide", string(daemonset.Kind)},
		{"get pods -n other --watch-only --no-headers", "none"},
		{"get ds nope -w --ignore-not-found", "none"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			sim := rolling(t, "img:v2")
			changes := 0
			sim.OnChange(func(ch *cluster.Change) {
				if string(ch.Object().Kind()) == tt.kind {
					changes++
				}
			})
			output := run(t, sim, 0, strings.Fields(tt.args)...)
			require.Len(t, lines(output), changes, output)
			require.Equal(t, tt.kind != "none", changes > 0)
		})
	}
}

// TestWatchSelects watches pods whose labels change.
func TestWatchSelects(t *testing.T) {
	relabel := func(value string) func(*cluster.Client) {
		return func(cl *cluster.Client) {
			p := cl.Object(cluster.KindPod, "default", "agent-7jf88").Clone()
			p.Meta().Labels["team"] = value
			_, _ = cl.Update(p)
		}
	}
	sim := populated(t).sim
	sim.AddActor(&intruder{after: time.Second, do: relabel("a")})
	require.NoError(t, sim.Wake("intruder", cluster.Task{}))
	same(t, "NAME          READY   STATUS    RESTARTS   AGE   TEAM\n"+
		"agent-7jf88   1/1     Running   0          3s    a\n",
		run(t, sim, 0, "get", "pods", "-l", "team=a", "-w", "-L", "team"))

	sim = populated(t).sim
	run(t, sim, 0, "label", "pod", "agent-7jf88", "team=a")
	sim.AddActor(&intruder{after: time.Second, do: relabel("b")})
	require.NoError(t, sim.Wake("intruder", cluster.Task{}))
	same(t, "agent-7jf88   1/1   Running   0     3s    a\n",
		run(t, sim, 0, "get", "pods", "-l", "team=a", "--watch-only", "-L", "team", "--no-headers"))
}

// TestWatchEnds looks at the time that a watch has moved on, and at what it does once it is over.
func TestWatchEnds(t *testing.T) {
	for _, tt := range []struct {
		name, args string
		within     time.Duration
	}{
		{"a bound is reached, not less", "get pods -w --request-timeout=1500ms", 1500 * time.Millisecond},
		{"a number is seconds", "get pods -w --request-timeout=90", 90 * time.Second},
		{"a bound is reached though nothing happens", "get nodes -w --request-timeout=1h", time.Hour},
		{"what is long over is over", "get nodes -w --request-timeout=-5", 6 * time.Second},
		{"no bound ends at rest", "get nodes -w", 6 * time.Second},
		{"no watch takes no time", "get pods --request-timeout=5s", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := rolling(t, "img:v2")
			begin := sim.Now()
			run(t, sim, 0, strings.Fields(tt.args)...)
			require.Equal(t, tt.within, sim.Now()-begin)
		})
	}
	t.Run("a container that crashes for ever", func(t *testing.T) {
		sim := rolling(t, "img:crash")
		fork := sim.Fork()
		require.ErrorIs(t, fork.Settle(), cluster.ErrUnsettled)
		run(t, sim, 0, "get", "pods", "-w")
		require.Equal(t, fork.Now(), sim.Now())
	})
	t.Run("too many steps", func(t *testing.T) {
		sim := daemonsim.New(daemonsim.Config{Seed: 1, MaxSteps: 3})
		require.NoError(t, sim.AddNodes("n1", "n2"))
		require.NoError(t, sim.ApplyYAML("agent.yaml", agentManifest))
		output := run(t, sim, 1, "get", "pods", "-w")
		require.Contains(t, output, "error: too many steps: ")
	})
}

// TestWatchedEvents compares the Events that a watch has told of with those that there are.
func TestWatchedEvents(t *testing.T) {
	sim := rolling(t, "img:v2")
	before := len(lines(run(t, sim, 0, "get", "events", "-o", "name")))
	output := run(t, sim, 0, "get", "events", "-w", "-o", "name")
	after := run(t, sim, 0, "get", "events", "-o", "name")
	told := lines(output)
	require.Greater(t, len(told), before)
	require.ElementsMatch(t, lines(after), told, "each is new but once")
	sim = rolling(t, "img:v2")
	require.Equal(t, told[before:], lines(run(t, sim, 0, "get", "events", "--watch-only", "-o", "name")))
}
