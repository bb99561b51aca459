package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// TestConstantDrawsNothing runs a behaviour in which nothing is left to chance with two seeds.
func TestConstantDrawsNothing(t *testing.T) {
	b := kubelet.Typical()
	require.Equal(t, startups(t, 1, b, 30), startups(t, 2, b, 30))
	random := pulling(kubelet.Uniform(0, time.Hour))
	require.NotEqual(t, startups(t, 1, random, 30), startups(t, 2, random, 30))
	require.Equal(t, startups(t, 1, random, 30), startups(t, 1, random, 30))
}

// TestDrawnByNode leaves out a node: the others draw what they did.
func TestDrawnByNode(t *testing.T) {
	b := pulling(kubelet.Uniform(0, time.Hour))
	many := startups(t, 1, b, 10)
	require.Equal(t, many[:4], startups(t, 1, b, 4))
	require.NotEqual(t, many[0], many[1])
}

// TestDrawnByTurn replaces a pod: the next one on the node draws anew.
func TestDrawnByTurn(t *testing.T) {
	c := cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{
		Default: pulling(kubelet.Uniform(0, time.Hour)),
	}))
	var took []time.Duration
	for range 3 {
		bound := c.Now()
		bind(t, c, "a")
		require.NoError(t, c.RunFor(2*time.Hour))
		took = append(took, c.Pod("default", "a").Status.StartedAt-bound)
		require.NoError(t, c.Delete(cluster.KindPod, "default", "a", cluster.DeleteOptions{}))
		require.NoError(t, c.RunFor(time.Hour))
	}
	require.NotEqual(t, took[0], took[1])
	require.NotEqual(t, took[1], took[2])
}

// TestForkKeepsDraws forks a cluster before a pod is bound: both sides draw the same.
func TestForkKeepsDraws(t *testing.T) {
	c := cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{
		Default: kubelet.Behaviour{Random: kubelet.Random{
			Start: kubelet.Uniform(0, time.Hour), CrashAfter: kubelet.Memoryless(time.Minute),
		}},
	}))
	bind(t, c, "a")
	fork := c.Fork()
	for _, side := range []*cluster.Cluster{c, fork} {
		bind(t, side, "b")
		require.NoError(t, side.RunFor(10*time.Hour))
	}
	require.NotZero(t, c.Pod("default", "b").Status.Restarts)
	require.Equal(t, c.Hash(), fork.Hash())
}

// TestHashSeesTurns has two clusters that will draw differently.
func TestHashSeesTurns(t *testing.T) {
	hash := func(b kubelet.Behaviour) uint64 {
		c := cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{Images: map[string]kubelet.Behaviour{"agent:v1": b}}))
		bind(t, c, "a")
		require.NoError(t, c.RunFor(time.Hour))
		require.NoError(t, c.Actor("kubelet").(*kubelet.Kubelet).SetImage("agent:v1", pulling(measured)))
		return c.Hash()
	}
	require.NotEqual(t, hash(kubelet.Behaviour{}), hash(pulling(kubelet.Uniform(0, 0))),
		"the second node has had a pod for which was drawn")
}

// TestChances counts what comes up among many pods.
func TestChances(t *testing.T) {
	const n = 2000
	count := func(r kubelet.Random, b kubelet.Behaviour, what func(*cluster.Pod) bool) int {
		b.Random = r
		c := cluster.New(cluster.Config{Seed: 3}, kubelet.New(kubelet.Config{Default: b}))
		for i := range n {
			bind(t, c, nodeName(i))
		}
		require.NoError(t, c.RunFor(time.Minute))
		hits := 0
		for p := range c.Pods("") {
			if what(p) {
				hits++
			}
		}
		return hits
	}
	unready := func(p *cluster.Pod) bool { return !p.Status.Ready }
	restarted := func(p *cluster.Pod) bool { return p.Status.Restarts > 0 }
	require.InDelta(t, n/10, count(kubelet.Random{NeverReady: 100_000}, kubelet.Behaviour{}, unready), 60)
	require.Equal(t, n, count(kubelet.Random{NeverReady: kubelet.Always}, kubelet.Behaviour{}, unready))
	require.InDelta(t, n/4,
		count(kubelet.Random{Crash: 250_000}, kubelet.Behaviour{CrashAfter: 40 * s}, restarted), 80)
	require.Zero(t, count(kubelet.Random{Crash: 250_000}, kubelet.Behaviour{}, restarted), "there is no CrashAfter")
	require.Equal(t, n, count(kubelet.Random{CrashAfter: kubelet.Uniform(0, 30*s)}, kubelet.Behaviour{}, restarted))
}

// TestCrashComesRight has containers that crash every other time: in the end all run.
func TestCrashComesRight(t *testing.T) {
	b := kubelet.Behaviour{ReadyAfter: 2 * s, CrashAfter: s}
	b.Random.Crash = kubelet.Always / 2
	c := cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{Default: b}))
	for i := range 50 {
		bind(t, c, nodeName(i))
	}
	require.NoError(t, c.RunFor(24*time.Hour))
	restarts := make(map[int32]int)
	for p := range c.Pods("") {
		require.True(t, p.Status.Ready, p.Name)
		restarts[p.Status.Restarts]++
	}
	require.Greater(t, len(restarts), 3, "each start is drawn anew: %v", restarts)
}

// TestSlowNodes expects a share of the nodes to be slower by the factor, whatever the pods.
func TestSlowNodes(t *testing.T) {
	const n = 1000
	slow := kubelet.SlowNodes{Chance: 200_000, Factor: 3}
	c := cluster.New(cluster.Config{Seed: 5}, kubelet.New(kubelet.Config{
		Default: kubelet.Behaviour{Pull: 2 * s, Start: s, Stop: s}, Slow: slow,
	}))
	kubelets := c.Actor("kubelet").(*kubelet.Kubelet)
	require.Equal(t, slow, kubelets.Slow())
	slowest := func() map[string]bool {
		names := make(map[string]bool)
		bound := c.Now()
		for i := range n {
			bind(t, c, nodeName(i))
		}
		require.NoError(t, c.RunFor(time.Minute))
		for p := range c.Pods("") {
			switch p.Status.StartedAt - bound {
			case 9 * s:
				names[p.Name] = true
			case 3 * s:
			default:
				t.Fatalf("%s started at %v", p.Name, p.Status.StartedAt)
			}
			require.NoError(t, c.Delete(cluster.KindPod, "default", p.Name, cluster.DeleteOptions{}))
		}
		require.NoError(t, c.RunFor(time.Minute))
		return names
	}
	first := slowest()
	require.InDelta(t, n/5, len(first), 60)
	require.Equal(t, first, slowest(), "a node stays slow")

	require.EqualError(t, kubelets.SetSlow(kubelet.SlowNodes{Factor: -1}), "slow nodes: Factor: -1 is negative")
	require.EqualError(t, kubelets.SetSlow(kubelet.SlowNodes{Chance: kubelet.Always + 1}),
		"slow nodes: Chance: 1000001 millionths is more than 100%")
	require.Equal(t, slow, kubelets.Slow(), "a failed call changes nothing")
	require.NoError(t, kubelets.SetSlow(kubelet.SlowNodes{}))
	require.Empty(t, slowest())
}

// TestSeveralContainersDraw has two containers of one image: each draws for itself, the slower decides.
func TestSeveralContainersDraw(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: pulling(kubelet.Uniform(0, time.Hour))})
	w.addPod("p", nil, "x")
	w.addPod("q", nil, "x", "x", "x", "x", "x", "x", "x", "x")
	require.NoError(t, w.RunFor(time.Hour))
	require.Greater(t, w.Pod("default", "q").Status.StartedAt, 30*time.Minute)
}

func TestRandomValidate(t *testing.T) {
	for _, row := range []struct {
		random kubelet.Random
		want   string
	}{
		{kubelet.Random{NeverReady: kubelet.Always + 1}, "Random.NeverReady: 1000001 millionths is more than 100%"},
		{kubelet.Random{Crash: kubelet.Always + 1}, "Random.Crash: 1000001 millionths is more than 100%"},
		{kubelet.Random{Stop: kubelet.Uniform(s, 0)}, "Random.Stop: p100 is 0s, less than the 1s of p0"},
	} {
		require.EqualError(t, kubelet.Behaviour{Random: row.random}.Validate(), row.want)
	}
	require.EqualError(t, kubelet.Config{Slow: kubelet.SlowNodes{Factor: -2}}.Validate(),
		"slow nodes: Factor: -2 is negative")
}

// TestPointsAreCopied writes to the points after handing them in.
func TestPointsAreCopied(t *testing.T) {
	d := kubelet.Uniform(s, s)
	k := kubelet.New(kubelet.Config{Default: pulling(d)})
	require.NoError(t, k.SetImage("x", pulling(d)))
	d.Points[0].Value = time.Hour
	require.Equal(t, "1s..1s", k.Image("x").Random.Pull.String())
	require.Equal(t, "1s..1s", k.Image("y").Random.Pull.String())
}
