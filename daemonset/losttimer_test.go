package daemonset_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLostTimer has a wait for availability that is lost, as in Kubernetes. The old pod hides the new one in the
// status, so the only timer is that of the pod that became ready, and an earlier one takes its place.
func TestLostTimer(t *testing.T) {
	start := func(t *testing.T) *world {
		w := newWorld(t, setup{noKubelet: true}, "a", "b")
		w.create(agent(minReady(20), surge("2")))
		w.instant()
		for _, n := range []string{"a", "b"} {
			w.ready(w.only(n), true)
		}
		w.run(sec(60))
		w.image("agent:v2")
		w.instant()
		require.Equal(t, []int{2, 2}, w.podsOn("a", "b"))
		return w
	}
	ready := func(w *world, node string) { w.ready(w.on(node)[1], true) }
	t.Run("D-117 a second after it is available", func(t *testing.T) {
		w := start(t)
		ready(w, "a")
		w.run(sec(21) - 1)
		require.Zero(t, w.terminating("a"))
		w.run(1)
		require.Equal(t, 1, w.terminating("a"))
	})
	t.Run("D-208 the earlier wait stays, and the later is lost", func(t *testing.T) {
		w := start(t)
		ready(w, "a")
		w.run(sec(5))
		ready(w, "b")
		w.run(sec(16))
		require.Equal(t, 1, w.terminating("a"))
		w.run(sec(3600))
		require.Zero(t, w.terminating("b"), "D-188: ready and available are equal in the status")
		w.touch()
		require.Equal(t, 1, w.terminating("b"), "anything wakes it")
	})
}

// terminating counts the pods on a node that are terminating.
func (w *world) terminating(node string) int {
	n := 0
	for _, p := range w.on(node) {
		if p.Terminating() {
			n++
		}
	}
	return n
}
