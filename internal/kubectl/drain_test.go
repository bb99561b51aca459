package kubectl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

func TestDrainFilters(t *testing.T) {
	t.Run("N-54 an error keeps everything", func(t *testing.T) {
		w := newDrainWorld(t)
		agent := w.withAgents()
		w.pod("a", nil)
		w.pod("b", bare)
		w.pod("c", scratch)
		w.pod("d", bare)
		w.settle()
		w.drain(1, "", fmt.Sprintf(`
node/n1 cordoned
error: unable to drain node "n1" due to error: [cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/%[1]s, cannot delete Pods that declare no controller (use --force to override): default/b, default/d, cannot delete Pods with local storage (use --delete-emptydir-data to override): default/c], continuing command...
There are pending nodes to be drained:
 n1
cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/%[1]s
cannot delete Pods that declare no controller (use --force to override): default/b, default/d
cannot delete Pods with local storage (use --delete-emptydir-data to override): default/c
`, agent))
		w.wantNothingDone("a", agent, "b", "c", "d")
	})
	t.Run("N-54 the first filter that says no", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("both", both)
		w.pod("mirror", mirror)
		w.settle()
		w.drain(1, "--force", `
node/n1 cordoned
error: unable to drain node "n1" due to error: cannot delete Pods with local storage (use --delete-emptydir-data to override): default/both, continuing command...
There are pending nodes to be drained:
 n1
cannot delete Pods with local storage (use --delete-emptydir-data to override): default/both
`)
		w.drain(1, "--delete-emptydir-data", `
node/n1 already cordoned
error: unable to drain node "n1" due to error: cannot delete Pods that declare no controller (use --force to override): default/both, continuing command...
There are pending nodes to be drained:
 n1
cannot delete Pods that declare no controller (use --force to override): default/both
`)
		w.wantNothingDone("both", "mirror")
		w.drain(0, "--delete-emptydir-data --force", `
node/n1 already cordoned
Warning: deleting Pods that declare no controller: default/both
evicting pod default/both
pod/both evicted
node/n1 drained
`)
		require.Equal(t, []string{"mirror"}, w.left(), "it is skipped silently")
	})
	t.Run("N-54 deleted long ago", func(t *testing.T) {
		w := newDrainWorld(t)
		p := w.pod("stuck", both)
		w.settle()
		require.NoError(t, w.FailNode("n1", 0))
		require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
		require.NoError(t, w.RunFor(35*time.Second))
		w.drain(1, "--skip-wait-for-delete-timeout=5", `
node/n1 cordoned
error: unable to drain node "n1" due to error: cannot delete Pods with local storage (use --delete-emptydir-data to override): default/stuck, continuing command...
There are pending nodes to be drained:
 n1
cannot delete Pods with local storage (use --delete-emptydir-data to override): default/stuck
`)
		w.drain(0, "--skip-wait-for-delete-timeout=4", "node/n1 already cordoned\nnode/n1 drained\n")
		w.drain(0, "--skip-wait-for-delete-timeout=7 --delete-emptydir-data --force", `
node/n1 already cordoned
Warning: deleting Pods that declare no controller: default/stuck
evicting pod default/stuck
pod "stuck" has DeletionTimestamp older than 7 seconds, skipping
node/n1 drained
`)
		require.Equal(t, 38*time.Second, w.Now()-2*time.Second, "the pod has been due for 8 s by then")
	})
	t.Run("N-55", func(t *testing.T) {
		w := newDrainWorld(t)
		agent := w.withAgents()
		w.drain(1, "", fmt.Sprintf(`
node/n1 cordoned
error: unable to drain node "n1" due to error: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/%[1]s, continuing command...
There are pending nodes to be drained:
 n1
cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/%[1]s
`, agent))
		w.drain(0, "--ignore-daemonsets", fmt.Sprintf(`
node/n1 already cordoned
Warning: ignoring DaemonSet-managed Pods: default/%s
node/n1 drained
`, agent))
		w.wantNothingDone(agent)
	})
	t.Run("N-55 ended, and of nobody", func(t *testing.T) {
		w := newDrainWorld(t)
		agent := w.withAgents()
		w.pod("late", orphaned)
		w.pod("other", foreign)
		w.settle()
		w.drain(1, "--ignore-daemonsets", `
node/n1 cordoned
error: unable to drain node "n1" due to error: cannot delete daemonsets.apps "late" not found: default/late, continuing command...
There are pending nodes to be drained:
 n1
cannot delete daemonsets.apps "late" not found: default/late
`)
		w.wantNothingDone(agent, "late", "other")
		for p := range w.PodsOn("n1") {
			if p.Name == agent {
				_, err := w.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed})
				require.NoError(t, err)
			}
		}
		// NB: what the last filter says counts, and it has nothing against the orphan.
		w.drain(0, "--force", fmt.Sprintf(`
node/n1 already cordoned
evicting pod default/%[1]s
evicting pod default/late
evicting pod default/other
pod/%[1]s evicted
pod/late evicted
pod/other evicted
node/n1 drained
`, agent))
	})
	t.Run("N-56", func(t *testing.T) {
		w := newDrainWorld(t)
		agent := w.withAgents()
		w.drain(0, "--ignore-daemonsets", fmt.Sprintf(
			"node/n1 cordoned\nWarning: ignoring DaemonSet-managed Pods: default/%s\nnode/n1 drained\n", agent))
		require.NoError(t, w.Delete(cluster.KindPod, "default", agent, cluster.DeleteOptions{}))
		w.settle()
		require.Len(t, w.left(), 1, "somebody who deletes it all the same gets another one")
		require.NotEqual(t, agent, w.left()[0])
	})
	t.Run("N-57", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("bare", bare)
		w.pod("scratch", scratch)
		w.pod("ended", both)
		w.settle()
		_, err := w.SetPodStatus(w.Pod("default", "ended").UID, cluster.PodStatus{Phase: cluster.PodSucceeded})
		require.NoError(t, err)
		w.drain(1, "", `
node/n1 cordoned
error: unable to drain node "n1" due to error: [cannot delete Pods that declare no controller (use --force to override): default/bare, cannot delete Pods with local storage (use --delete-emptydir-data to override): default/scratch], continuing command...
There are pending nodes to be drained:
 n1
cannot delete Pods that declare no controller (use --force to override): default/bare
cannot delete Pods with local storage (use --delete-emptydir-data to override): default/scratch
`)
		w.wantNothingDone("bare", "ended", "scratch")
		w.drain(0, "--force --delete-emptydir-data", `
node/n1 already cordoned
Warning: deleting Pods that declare no controller: default/bare
evicting pod default/bare
evicting pod default/ended
evicting pod default/scratch
pod/ended evicted
pod/bare evicted
pod/scratch evicted
node/n1 drained
`)
	})
	t.Run("N-54 a selector of pods", func(t *testing.T) {
		w := newDrainWorld(t)
		agent := w.withAgents()
		w.pod("a", nil)
		w.settle()
		w.drain(0, "--pod-selector=app=web", "node/n1 cordoned\nevicting pod default/a\npod/a evicted\nnode/n1 drained\n")
		require.Equal(t, []string{agent}, w.left())
	})
}

func TestDrainEvicts(t *testing.T) {
	const refused = `(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.`
	t.Run("N-58", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("a", nil)
		w.pod("b", nil)
		w.pod("elsewhere", func(p *cluster.Pod, _ *cluster.PodTemplateSpec) { p.NodeName = "n2" })
		w.budget(2)
		w.settle()
		// Somebody has another pod ready 12 seconds later.
		w.AddActor(&intruder{after: 12 * time.Second, do: func(cl *cluster.Client) {
			p := w.Pod("default", "elsewhere").Clone().(*cluster.Pod)
			p.Name = "late"
			require.NoError(t, cl.CreateOwned(p))
		}})
		require.NoError(t, w.Wake("intruder", cluster.Task{}))
		begin := w.Now()
		w.drain(0, "", strings.ReplaceAll(`
node/n1 cordoned
evicting pod default/a
evicting pod default/b
error when evicting pods/"b" -n "default" REFUSED
pod/a evicted
evicting pod default/b
error when evicting pods/"b" -n "default" REFUSED
evicting pod default/b
error when evicting pods/"b" -n "default" REFUSED
evicting pod default/b
pod/b evicted
node/n1 drained
`, "REFUSED", refused))
		require.Equal(t, 16*time.Second, w.Now()-begin, "three retries, and a poll a second later")
		require.Empty(t, w.left())
	})
	t.Run("N-58 polls", func(t *testing.T) {
		w := newDrainWorld(t)
		require.NoError(t, w.SetImageBehaviour("img:v1", kubelet.Behaviour{Stop: 2500 * time.Millisecond}))
		w.pod("a", nil)
		w.settle()
		begin := w.Now()
		w.drain(0, "", "node/n1 cordoned\nevicting pod default/a\npod/a evicted\nnode/n1 drained\n")
		require.Equal(t, 3*time.Second, w.Now()-begin)
	})
	t.Run("N-58 grace period", func(t *testing.T) {
		for _, row := range []struct {
			flags string
			want  time.Duration
		}{
			{"", 30 * time.Second}, {"--grace-period=-1", 30 * time.Second}, {"--grace-period=7", 7 * time.Second},
			{"--grace-period=7 --disable-eviction", 7 * time.Second}, {"--grace-period=0", 0},
		} {
			w := newDrainWorld(t)
			require.NoError(t, w.SetImageBehaviour("img:v1", kubelet.Behaviour{Stop: time.Hour}))
			w.pod("a", nil)
			w.settle()
			begin := w.Now()
			run(t, w.Sim, 0, append([]string{"drain", "n1"}, strings.Fields(row.flags)...)...)
			require.Equal(t, row.want, w.Now()-begin, row.flags)
		}
	})
	t.Run("N-58 --disable-eviction", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("a", nil)
		w.pod("b", nil)
		w.budget(2)
		w.settle()
		w.drain(0, "--disable-eviction", "node/n1 cordoned\npod/a deleted\npod/b deleted\nnode/n1 drained\n")
	})
	t.Run("N-58 --timeout", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("a", nil)
		w.budget(1)
		w.settle()
		begin := w.Now()
		w.drain(1, "--timeout=8s", strings.ReplaceAll(`
node/n1 cordoned
evicting pod default/a
error when evicting pods/"a" -n "default" REFUSED
evicting pod default/a
error when evicting pods/"a" -n "default" REFUSED
evicting pod default/a
There are pending pods in node "n1" when an error occurred: error when evicting pods/"a" -n "default": global timeout reached: 8s
pod/a
error: unable to drain node "n1" due to error: error when evicting pods/"a" -n "default": global timeout reached: 8s, continuing command...
There are pending nodes to be drained:
 n1
error when evicting pods/"a" -n "default": global timeout reached: 8s
`, "REFUSED", refused))
		require.Equal(t, 10*time.Second, w.Now()-begin, "it is found out at the next attempt")
	})
	t.Run("N-58 --timeout of what goes slowly", func(t *testing.T) {
		w := newDrainWorld(t)
		require.NoError(t, w.SetImageBehaviour("img:v1", kubelet.Behaviour{Stop: time.Hour}))
		w.pod("a", nil)
		w.settle()
		begin := w.Now()
		w.drain(1, "--timeout=2500ms", `
node/n1 cordoned
evicting pod default/a
There are pending pods in node "n1" when an error occurred: error when waiting for pod "a" in namespace "default" to terminate: context deadline exceeded
pod/a
error: unable to drain node "n1" due to error: error when waiting for pod "a" in namespace "default" to terminate: context deadline exceeded, continuing command...
There are pending nodes to be drained:
 n1
error when waiting for pod "a" in namespace "default" to terminate: context deadline exceeded
`)
		require.Equal(t, 2500*time.Millisecond, w.Now()-begin)
		w.drain(1, "--timeout=3s --disable-eviction", `
node/n1 already cordoned
There are pending pods in node "n1" when an error occurred: context deadline exceeded
pod/a
error: unable to drain node "n1" due to error: context deadline exceeded, continuing command...
There are pending nodes to be drained:
 n1
error: context deadline exceeded
`)
	})
	t.Run("N-59 two budgets", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("a", nil)
		w.budget(0)
		second := w.Object(cluster.KindPodDisruptionBudget, "default", "web").Clone()
		second.Meta().Name = "second"
		_, err := w.Create(second)
		require.NoError(t, err)
		w.settle()
		const text = `error when evicting pods/"a" -n "default": This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.`
		w.drain(1, "", strings.ReplaceAll(`
node/n1 cordoned
evicting pod default/a
There are pending pods in node "n1" when an error occurred: TEXT
pod/a
error: unable to drain node "n1" due to error: TEXT, continuing command...
There are pending nodes to be drained:
 n1
TEXT
`, "TEXT", text))
	})
}

func TestDrainStandsStill(t *testing.T) {
	w := newDrainWorld(t)
	w.pod("a", nil)
	w.budget(1)
	w.settle()
	output := run(t, w.Sim, 1, "drain", "n1")
	require.Contains(t, output, `error: unable to drain node "n1" due to error: the drain of node "n1" does not go on by itself: `+
		"nothing is left to happen; change something, or let time pass with --timeout, continuing command...\n")
	require.Equal(t, 2, strings.Count(output, "evicting pod default"), "the node is tainted in between")

	// Something happens, but nothing that helps.
	w.pod("crash", func(p *cluster.Pod, s *cluster.PodTemplateSpec) {
		p.Labels, p.NodeName = nil, "n2"
		s.Spec.Containers[0].Image = "img:crash"
	})
	output = run(t, w.Sim, 1, "drain", "n1")
	require.Contains(t, output, "it has stood still since t=7s and nothing but retries and far-off timers is left; ")
	require.LessOrEqual(t, w.Now(), cluster.FarOff+7*time.Second)
	require.Equal(t, "5m27s", w.Now().String(), "the next restart is more than ten minutes after the drain began")
}

func TestDrainNodes(t *testing.T) {
	t.Run("N-54 several nodes", func(t *testing.T) {
		w := newDrainWorld(t)
		w.pod("a", nil)
		w.pod("b", bare)
		w.pod("c", func(p *cluster.Pod, _ *cluster.PodTemplateSpec) { p.NodeName = "n2" })
		w.settle()
		same(t, `node/n1 cordoned
node/n2 cordoned
error: unable to drain node "n1" due to error: cannot delete Pods that declare no controller (use --force to override): default/b, continuing command...
evicting pod default/c
pod/c evicted
node/n2 drained
There are pending nodes to be drained:
 n1
cannot delete Pods that declare no controller (use --force to override): default/b
`, run(t, w.Sim, 1, "drain", "n1", "node/n2"))
		w.pod("d", func(p *cluster.Pod, s *cluster.PodTemplateSpec) { both(p, s); p.NodeName = "n2" })
		w.pod("e", func(p *cluster.Pod, s *cluster.PodTemplateSpec) { bare(p, s); p.NodeName = "n2" })
		same(t, `node/n1 already cordoned
node/n2 already cordoned
error: unable to drain node "n1" due to error: cannot delete Pods that declare no controller (use --force to override): default/b, continuing command...
error: unable to drain node "n2" due to error: [cannot delete Pods with local storage (use --delete-emptydir-data to override): default/d, cannot delete Pods that declare no controller (use --force to override): default/e], continuing command...
There are pending nodes to be drained:
 n1
 n2
cannot delete Pods that declare no controller (use --force to override): default/b
[cannot delete Pods with local storage (use --delete-emptydir-data to override): default/d, cannot delete Pods that declare no controller (use --force to override): default/e]
`, run(t, w.Sim, 1, "drain", "-l", "kubernetes.io/os=linux"))
	})
	t.Run("N-54 a node that is missing", func(t *testing.T) {
		w := newDrainWorld(t)
		for _, verb := range []string{"drain", "cordon"} {
			same(t, "Error from server (NotFound): nodes \"n9\" not found\n", run(t, w.Sim, 1, verb, "n1", "n9"))
			require.False(t, w.Node("n1").Spec.Unschedulable)
		}
		require.Empty(t, run(t, w.Sim, 0, "drain", "-l", "none"))
	})
	t.Run("N-54 uncordon", func(t *testing.T) {
		w := newDrainWorld(t)
		w.drain(0, "", "node/n1 cordoned\nnode/n1 drained\n")
		same(t, "node/n1 uncordoned\n", run(t, w.Sim, 0, "uncordon", "n1"))
		same(t, "node/n1 already uncordoned\n", run(t, w.Sim, 0, "uncordon", "n1"))
		require.False(t, w.Node("n1").Spec.Unschedulable)
	})
}

func TestDrainDryRun(t *testing.T) {
	w := newDrainWorld(t)
	agent := w.withAgents()
	w.pod("a", nil)
	w.pod("b", nil)
	w.budget(1)
	w.settle()
	hash, now := w.Hash(), w.Now()
	for _, row := range []struct{ flags, want string }{
		{"--dry-run=client", `node/n1 cordoned (dry run)
Warning: ignoring DaemonSet-managed Pods: default/AGENT
evicting pod default/a (dry run)
evicting pod default/b (dry run)
node/n1 drained (dry run)
`},
		{"--dry-run=server", `node/n1 cordoned (server dry run)
Warning: ignoring DaemonSet-managed Pods: default/AGENT
evicting pod default/a (server dry run)
evicting pod default/b (server dry run)
node/n1 drained (server dry run)
`},
		{"--dry-run=server --disable-eviction", `node/n1 cordoned (server dry run)
Warning: ignoring DaemonSet-managed Pods: default/AGENT
node/n1 drained (server dry run)
`},
	} {
		w.drain(0, "--ignore-daemonsets "+row.flags, strings.ReplaceAll(row.want, "AGENT", agent))
		require.Equal(t, hash, w.Hash())
		require.Equal(t, now, w.Now())
	}
}
