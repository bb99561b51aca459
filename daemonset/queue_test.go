package daemonset_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestQueue is about when a DaemonSet is looked at, and how often.
func TestQueue(t *testing.T) {
	t.Run("D-206", checkQueuedOnce)
	t.Run("D-210", checkNothingWithoutEvents)
}

// syncs runs what is due now, and counts the syncs.
func (w *world) syncs() int {
	w.t.Helper()
	n, start := 0, w.Now()
	for {
		due := w.Next()
		if len(due) == 0 || due[0].At > start {
			return n
		}
		task, _ := w.Step()
		if strings.Contains(w.TaskString(task), "sync DaemonSet") {
			n++
		}
	}
}

// checkQueuedOnce changes a DaemonSet several times before its turn comes.
func checkQueuedOnce(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent(onDelete))
	w.settle()
	for _, label := range []string{"x", "y", "z"} {
		w.node("a", func(n *cluster.Node) { n.Labels["l"] = label })
		w.status(w.only("a"), func(s *cluster.PodStatus) { s.Ready = label == "y" })
	}
	require.Equal(t, 2, w.syncs(), "one for all of them, and one after the status that it writes")
}

// checkNothingWithoutEvents leaves a cluster alone.
func checkNothingWithoutEvents(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent())
	w.settle()
	require.Zero(t, w.Pending())
	version := w.Version()
	w.run(1000 * time.Hour)
	require.Equal(t, version, w.Version())
}
