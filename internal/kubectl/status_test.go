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

// intruder is somebody else who does one thing, some time after being woken.
type intruder struct {
	after time.Duration
	do    func(*cluster.Client)
}

func (i *intruder) Name() string                             { return "intruder" }
func (i *intruder) Observe(*cluster.Client, *cluster.Change) {}
func (i *intruder) Fork() cluster.Actor                      { return i }

func (i *intruder) Run(cl *cluster.Client, t cluster.Task) {
	if t.Kind == 0 {
		cl.After(i.after, cluster.Task{Kind: 1})
		return
	}
	i.do(cl)
}

// rolling is a cluster of two nodes whose DaemonSet has just got another image.
func rolling(t *testing.T, image string) *daemonsim.Sim {
	t.Helper()
	sim := populated(t).sim
	run(t, sim, 0, "set", "image", "ds/agent", "main="+image)
	return sim
}

func TestRolloutStatus(t *testing.T) {
	t.Run("D-233 a line for every event", func(t *testing.T) {
		sim := rolling(t, "img:v2")
		events := 1 // the DaemonSet as it is found
		sim.OnChange(func(ch *cluster.Change) {
			if ch.Object().Kind() == daemonset.Kind {
				events++
			}
		})
		lines := strings.Split(strings.TrimSuffix(run(t, sim, 0, "rollout", "status", "ds/agent"), "\n"), "\n")
		require.Len(t, lines, events)
		repeated := 0
		for i := 1; i < len(lines); i++ {
			if lines[i] == lines[i-1] {
				repeated++
			}
		}
		require.NotZero(t, repeated, "the same line may repeat: %q", lines)
	})
	t.Run("D-233 watch=false prints once, finished or not", func(t *testing.T) {
		sim := rolling(t, "img:v2")
		before := sim.Now()
		require.Equal(t, "Waiting for daemon set spec update to be observed...\n",
			run(t, sim, 0, "rollout", "status", "ds/agent", "--watch=false"))
		require.Equal(t, before, sim.Now())
	})
	t.Run("D-233 timeout", func(t *testing.T) {
		sim := rolling(t, "img:never")
		end := sim.Now() + time.Hour
		output := run(t, sim, 1, "rollout", "status", "ds/agent", "--timeout=1h")
		require.True(t, strings.HasSuffix(output, "\nerror: timed out waiting for the condition\n"), output)
		require.Equal(t, end, sim.Now(), "D-234 there is no deadline but the user's")
	})
	t.Run("D-233 revision has no effect", func(t *testing.T) {
		sim := rolling(t, "img:v2")
		fork := sim.Fork()
		same(t, run(t, sim, 0, "rollout", "status", "ds/agent"),
			run(t, fork, 0, "rollout", "status", "ds/agent", "--revision=7"))
	})
}

func TestRolloutStatusOfDeleted(t *testing.T) {
	remove := func(cl *cluster.Client) {
		_ = cl.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{})
	}
	for _, tt := range []struct {
		name string
		do   func(*cluster.Client)
	}{
		{"D-233 deleted", remove},
		{"D-233 deleted and made again", func(cl *cluster.Client) {
			set := daemonset.Get(cl.Reader, "default", "agent")
			remove(cl)
			again := set.Clone().(*daemonset.DaemonSet)
			again.UID, again.ResourceVersion = 0, 0
			_, _ = cl.Create(again)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := rolling(t, "img:v2")
			sim.AddActor(&intruder{after: 1500 * time.Millisecond, do: tt.do})
			require.NoError(t, sim.Wake("intruder", cluster.Task{}))
			output := run(t, sim, 1, "rollout", "status", "ds/agent")
			require.True(t, strings.HasPrefix(output, "Waiting for daemon set spec update"), output)
			require.True(t, strings.HasSuffix(output, "\nerror: object has been deleted\n"), output)
		})
	}
}

// TestRolloutStatusOfUndesired rolls out past a node that has lost its claim to a pod.
func TestRolloutStatusOfUndesired(t *testing.T) {
	t.Run("D-234 success while an old pod still runs", func(t *testing.T) {
		sim := populated(t).sim
		run(t, sim, 0, "taint", "nodes", "n2", "broken:NoSchedule")
		require.NoError(t, sim.Settle())
		run(t, sim, 0, "set", "image", "ds/agent", "main=img:v2")
		output := run(t, sim, 0, "rollout", "status", "ds/agent")
		require.True(t, strings.HasSuffix(output, "\ndaemon set \"agent\" successfully rolled out\n"), output)
		images := run(t, sim, 0, "get", "pods", "--field-selector=status.phase=Running", "--sort-by=.spec.nodeName",
			"-o", `jsonpath={range .items[*]}{.spec.nodeName} {.spec.containers[0].image}{"\n"}{end}`)
		same(t, "n1 img:v2\nn2 img:v1\n", images)
	})
}
