package daemonset_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

var errQuota = errors.New("exceeded quota")

// TestExecution has a test for each rule about one execution.
func TestExecution(t *testing.T) {
	t.Run("D-96 the caps are separate", func(t *testing.T) {
		s := bare()
		s.config.BurstReplicas = 3
		w := newWorld(t, s)
		for i := range 5 {
			w.create(node(fmt.Sprintf("a%d", i), map[string]string{"side": "old"}))
			w.create(node(fmt.Sprintf("b%d", i), map[string]string{"side": "new"}))
		}
		w.create(agent(onDelete, spec(selector("side", "old"))))
		w.instant()
		w.take()
		w.change(spec(selector("side", "new")))
		w.instantUntilActed()
		require.Equal(t, []string{
			"0s create b0", "0s create b1", "0s create b2", "0s delete a0", "0s delete a1", "0s delete a2",
		}, w.take(), "the first of each list")
	})
	t.Run("D-97 the caps hold for the rolling update", func(t *testing.T) {
		s := bare()
		s.config.BurstReplicas = 2
		w := newWorld(t, s, "a", "b", "c")
		w.create(agent(unavailable("100%")))
		w.instant()
		w.take()
		w.image("agent:v2")
		w.instantUntilActed()
		require.Equal(t, []string{"0s delete a", "0s delete b"}, w.take())
	})
	for n, want := range map[int]string{
		0: "[]", 1: "[1]", 5: "[1 2 2]", 10: "[1 2 4 3]", 50: "[1 2 4 8 16 19]", 100: "[1 2 4 8 16 32 37]",
		250: "[1 2 4 8 16 32 64 123]",
	} {
		t.Run(fmt.Sprint("D-99 batches of ", n), func(t *testing.T) {
			// The calls that are still made after one has failed are those of its batch.
			sizes, done := []int{}, 0
			for done < n {
				calls, failing := 0, done
				daemonset.SlowStart(n, func(i int) error {
					require.Equal(t, calls, i)
					if calls++; i == failing {
						return errQuota
					}
					return nil
				})
				sizes, done = append(sizes, calls-done), calls
			}
			require.Equal(t, want, fmt.Sprint(sizes))
		})
	}
	t.Run("D-100 deletions are done all the same, and nothing that was skipped is expected", func(t *testing.T) {
		w := newWorld(t, bare(), "a", "b", "c", "d")
		w.create(agent(spec(selector(cluster.LabelHostname, "d"))))
		w.instant()
		w.take()
		w.change(spec(func(s *cluster.PodSpec) {
			s.NodeSelector = nil
			s.PriorityClassName = "later"
		}))
		w.taint("d", noExecute("out"))
		w.instantUntilActed()
		require.Equal(t, []string{"0s delete d"}, w.take())
		require.Equal(t, 1, attempts(w), "two nodes are skipped")
		w.create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "later"}, Value: 10})
		w.run(sec(10))
		require.Equal(t, []int{1, 1, 1}, w.podsOn("a", "b", "c"), "long before five minutes are over")
	})
	t.Run("D-101 a quota of 10 for 100 nodes", func(t *testing.T) {
		calls, made := 0, 0
		errs := daemonset.SlowStart(100, func(int) error {
			if calls++; made == 10 {
				return errQuota
			}
			made++
			return nil
		})
		require.Equal(t, []int{15, 10, 5}, []int{calls, made, len(errs)})
	})
	t.Run("D-102 a failed creation is not expected and fails the sync", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.create(agent(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
		w.instant()
		require.True(t, strings.HasPrefix(last(w.events()), "Warning FailedCreate Error creating: "))
		before := attempts(w)
		w.run(10 * time.Millisecond)
		require.Greater(t, attempts(w), before, "tried again after some milliseconds, not after five minutes")
	})
	t.Run("D-104 what is gone cannot be deleted, and is not expected", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, time.Hour), "a", "b")
		w.create(agent())
		w.run(2 * time.Hour)
		before := w.events()
		w.remove(w.only("a"))
		w.remove(w.only("b"))
		w.taint("a", noExecute("out"))
		w.instant()
		if diff := cmp.Diff(before, w.events()); diff != "" {
			t.Errorf("events (-before +after):\n%s", diff)
		}
		w.join("c")
		w.instant()
		require.Len(t, w.on("c"), 1, "nothing is waited for")
		require.Equal(t, 3, w.Pending(), "no retry: two deletions and a creation are on their way")
	})
}
