package daemonset_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// failing fails every pod when it is bound, as a kubelet that rejects it does.
type failing struct{}

func (failing) Name() string { return "failing" }

func (failing) Fork() cluster.Actor { return failing{} }

func (failing) Observe(cl *cluster.Client, ch *cluster.Change) {
	if p, ok := ch.After.(*cluster.Pod); ok && p.Bound() && !p.Terminal() && !p.Terminating() {
		cl.After(0, cluster.Task{Kind: 1, Object: p.UID})
	}
}

func (failing) Run(cl *cluster.Client, task cluster.Task) {
	if p := cl.PodByUID(task.Object); p != nil && !p.Terminal() {
		_, _ = cl.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed})
	}
}

func deletionTimes(actions []string) []string {
	var times []string
	for _, a := range actions {
		if at, ok := strings.CutSuffix(a, " delete n"); ok {
			times = append(times, at)
		}
	}
	return times
}

// TestBackOff is about failed pods, which are deleted less and less often.
func TestBackOff(t *testing.T) {
	t.Run("D-87, N-89", checkBackOffDelay)
	t.Run("D-88", checkBackOffIsForgotten)
	t.Run("D-89", checkSpecChangeResetsBackOff)
	t.Run("D-90, N-89", checkBackOffTimes)
	t.Run("D-93", checkRollingUpdateIgnoresBackOff)
}

// checkBackOffDelay lets a pod fail while its node is in back-off: the controller looks again after the whole
// delay, not after what is left of it, and says nothing meanwhile.
func checkBackOffDelay(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent())
	w.settle()
	w.fail(w.only("n"))
	w.run(400 * time.Millisecond)
	w.take()
	before := len(w.events())
	w.fail(w.only("n"))
	w.run(999 * time.Millisecond)
	require.Empty(t, w.take(), "left alone")
	require.Len(t, w.events(), before, "and nothing is said")
	w.run(time.Millisecond)
	require.Equal(t, []string{"1.4s delete n", "1.4s create n"}, w.take())
}

// checkBackOffTimes looks at when the pods of a node are deleted that fail at once.
func checkBackOffTimes(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.AddActor(failing{})
	w.create(agent())
	w.run(2900 * time.Second)
	want := []string{
		"0s", "1s", "3s", "7s", "15s", "31s", "1m3s", "2m7s", "4m15s", "8m31s", "17m3s", "32m3s", "47m3s",
	}
	if diff := cmp.Diff(want, deletionTimes(w.take())); diff != "" {
		t.Errorf("D-90 (-want +got):\n%s", diff)
	}
}

// checkBackOffIsForgotten leaves a node alone: after more than 30 minutes it starts over, and a pod that
// works in between changes nothing.
func checkBackOffIsForgotten(t *testing.T) {
	tests := []struct {
		name   string
		quiet  time.Duration
		want   string
		reason string
	}{
		{"short", 30 * time.Minute, "4s", "the fourth deletion has a delay of 8 s before the next"},
		{"long", 30*time.Minute + time.Second, "1s", "starts over"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(agent())
			w.settle()
			for range 2 {
				w.run(10 * time.Second)
				w.fail(w.only("n"))
				w.instant()
			}
			w.run(tt.quiet)
			w.fail(w.only("n"))
			w.instant()
			start := w.Now()
			w.take()
			w.fail(w.only("n"))
			w.run(time.Minute)
			times := deletionTimes(w.take())
			require.Len(t, times, 1)
			at, err := time.ParseDuration(times[0])
			require.NoError(t, err)
			require.Equal(t, tt.want, (at - start).String(), tt.reason)
		})
	}
}

// checkSpecChangeResetsBackOff is about a new generation, which starts over, one sync later: the first one
// stores that it has been observed, and that queues the next.
func checkSpecChangeResetsBackOff(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete))
	w.settle()
	for range 4 {
		w.fail(w.only("n"))
		w.run(20 * time.Second)
	}
	w.fail(w.only("n"))
	w.instant()
	w.fail(w.only("n"))
	w.take()
	w.instant()
	require.Empty(t, w.take(), "D-87: left alone while in back-off")
	w.change(minReady(1))
	w.Step()
	require.Empty(t, w.take(), "the sync that first handles the generation still uses the old key")
	w.instant()
	require.Equal(t, []string{w.Now().String() + " delete n", w.Now().String() + " create n"}, w.take())
}

// TestOneFailedPodAtATime covers D-91 and KP-43.
func TestOneFailedPodAtATime(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete))
	w.settle()
	w.take()
	w.create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "orphan", Labels: map[string]string{"app": "agent"}},
		Template:   cluster.NewTemplate(*template(nil)), NodeName: "n",
	})
	for _, p := range w.on("n") {
		w.fail(p)
	}
	w.run(3 * time.Second)
	require.Equal(t, []string{"0s delete n", "1s delete n", "1s create n"}, w.take())
}

// TestSurgeDoesNotWaitForBackOff covers D-92 and KP-41: with surge failed pods pile up.
func TestSurgeDoesNotWaitForBackOff(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(surge("1")))
	w.settle()
	for range 4 {
		for _, p := range w.on("n") {
			if !p.Terminal() {
				w.fail(p)
			}
		}
		w.instant()
	}
	require.Len(t, w.on("n"), 4, "three failed ones in back-off, the first was deleted, and the latest")
}

func checkRollingUpdateIgnoresBackOff(t *testing.T) {
	tests := []struct {
		name string
		edit func(*daemonset.DaemonSet)
		want int
	}{
		{"RollingUpdate deletes a failed old pod", unavailable("1"), 1},
		{"OnDelete does not", onDelete, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(agent(tt.edit))
			w.settle()
			w.fail(w.only("n"))
			w.instant()
			w.fail(w.only("n"))
			w.instant()
			w.take()
			w.image("agent:v2")
			w.Step()
			require.Len(t, deletionTimes(w.take()), tt.want, "in the sync that first sees the new template")
		})
	}
}

// TestSucceededPodsHaveNoBackOff covers D-94 and KP-32.
func TestSucceededPodsHaveNoBackOff(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent())
	w.settle()
	w.take()
	for range 3 {
		w.status(w.only("n"), func(s *cluster.PodStatus) { s.Phase, s.Ready = cluster.PodSucceeded, false })
		w.instant()
	}
	require.Len(t, deletionTimes(w.take()), 3)
}

// TestPutOffSyncsDoNotAddUp_D208 makes sure that however often a sync finds a pod in back-off, one more
// is asked for.
func TestPutOffSyncsDoNotAddUp_D208(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c")
	w.AddActor(failing{})
	w.create(agent())
	w.run(40 * time.Second)
	require.LessOrEqual(t, w.Pending(), 2)
}

// TestAppendState makes sure that the hash of a cluster knows of back-offs and failed syncs, and that a
// fork has the same.
func TestAppendState(t *testing.T) {
	state := func(c *cluster.Cluster) []byte {
		return c.Actor(daemonset.Name).(*daemonset.Controller).AppendState(nil)
	}
	w := newWorld(t, setup{}, "n")
	require.Empty(t, state(w.Cluster))
	w.create(agent())
	w.settle()
	rest := state(w.Cluster)
	w.fail(w.only("n"))
	w.settle()
	failed := state(w.Cluster)
	require.NotEqual(t, rest, failed, "the back-off of node n")
	w.change(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" }))
	w.run(time.Minute)
	require.NotEqual(t, failed, state(w.Cluster), "a sync that is put off")
	fork := w.Fork()
	require.Equal(t, state(w.Cluster), state(fork))
	require.Equal(t, w.Hash(), fork.Hash())
}
