package kubelet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// airport is a cluster with kubelets alone. It writes down when nodes fall silent and answer again.
type airport struct {
	*cluster.Cluster
	t     *testing.T
	k     *kubelet.Kubelet
	lines []string
}

func newAirport(t *testing.T, seed uint64, rules ...kubelet.Flapping) *airport {
	a := &airport{t: t, k: kubelet.New(kubelet.Config{Flapping: rules})}
	a.Cluster = cluster.New(cluster.Config{Seed: seed}, a.k)
	a.OnChange(func(ch *cluster.Change) {
		before, _ := ch.Before.(*cluster.Node)
		after, _ := ch.After.(*cluster.Node)
		if before == nil || after == nil {
			return
		}
		_, was := before.Outage()
		if _, out := after.Outage(); out != was {
			a.lines = append(a.lines, fmt.Sprintf("%v %s%s", ch.Time, map[bool]string{true: "-", false: "+"}[out], after.Name))
		}
	})
	return a
}

func (a *airport) add(names ...string) {
	a.t.Helper()
	for _, name := range names {
		zone, _, _ := strings.Cut(name, "-")
		_, err := a.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{
			Name: name, Labels: map[string]string{"topology.kubernetes.io/zone": zone},
		}})
		require.NoError(a.t, err)
	}
}

// of are the lines about one node.
func (a *airport) of(name string) []string {
	var list []string
	for _, line := range a.lines {
		if strings.HasSuffix(line, name) {
			list = append(list, line)
		}
	}
	return list
}

func (a *airport) run(d time.Duration) {
	a.t.Helper()
	require.NoError(a.t, a.RunFor(d))
}

func always(d time.Duration) kubelet.Distribution { return kubelet.Uniform(d, d) }

func zone(name string) affinity.Selector {
	return affinity.SelectorFromSet(map[string]string{"topology.kubernetes.io/zone": name})
}

func TestFlapping(t *testing.T) {
	const minute = time.Minute
	every := kubelet.Flapping{Chance: kubelet.Always, Up: always(3 * minute), Down: always(minute)}
	t.Run("over and over", func(t *testing.T) {
		a := newAirport(t, 1, every)
		a.add("a-1")
		a.run(9 * minute)
		require.Equal(t, []string{"3m0s -a-1", "4m0s +a-1", "7m0s -a-1", "8m0s +a-1"}, a.lines)
		o, _ := a.Node("a-1").Outage()
		require.Zero(t, o)
		a.run(2*minute + 5*time.Second)
		o, out := a.Node("a-1").Outage()
		require.True(t, out)
		require.Equal(t, cluster.Outage{LastHeartbeat: 11 * minute, End: 12 * minute}, o)
	})
	t.Run("for good", func(t *testing.T) {
		silent := every
		silent.Down = kubelet.Distribution{}
		a := newAirport(t, 1, silent)
		a.add("a-1")
		a.run(time.Hour)
		require.Equal(t, []string{"3m0s -a-1"}, a.lines)
		require.Zero(t, a.Pending())
	})
	t.Run("by zone", func(t *testing.T) {
		other := every
		other.Nodes, other.Up = zone("b"), always(5*minute)
		never := kubelet.Flapping{Nodes: zone("c")}
		a := newAirport(t, 1, other, never, every)
		a.add("a-1", "b-1", "c-1")
		a.run(6*minute + 1)
		require.Equal(t, []string{"3m0s -a-1", "4m0s +a-1", "5m0s -b-1", "6m0s +b-1"}, a.lines, "the first rule counts")
	})
	t.Run("by chance", func(t *testing.T) {
		rule := every
		rule.Chance = kubelet.Always / 100
		flapping := func(seed uint64) string {
			a := newAirport(t, seed, rule)
			for i := range 1000 {
				a.add(fmt.Sprintf("a-%03d", i))
			}
			a.run(3 * minute)
			require.InDelta(t, 10, len(a.lines), 8)
			return strings.Join(a.lines, " ")
		}
		require.Equal(t, flapping(1), flapping(1))
		require.NotEqual(t, flapping(1), flapping(2))
	})
	t.Run("whatever else there is", func(t *testing.T) {
		rule := kubelet.Flapping{Chance: kubelet.Always, Up: kubelet.Memoryless(minute), Down: kubelet.Uniform(0, minute)}
		a, b := newAirport(t, 1, rule), newAirport(t, 1, rule)
		a.add("a-1", "a-2")
		b.add("b-1", "a-2", "b-2", "a-1")
		a.run(time.Hour)
		b.run(time.Hour)
		require.Greater(t, len(a.of("a-1")), 10)
		require.Equal(t, a.of("a-1"), b.of("a-1"))
		require.Equal(t, a.of("a-2"), b.of("a-2"))
		require.NotEqual(t, len(a.of("a-1")), 0)
	})
	t.Run("a fork", func(t *testing.T) {
		a := newAirport(t, 1, every)
		a.add("a-1", "a-2")
		a.run(200 * time.Second)
		f := a.Fork()
		require.Equal(t, a.Hash(), f.Hash())
		a.run(time.Hour)
		require.NoError(t, f.RunFor(time.Hour))
		require.Equal(t, a.Hash(), f.Hash())
	})
	t.Run("silent for a reason of its own", func(t *testing.T) {
		a := newAirport(t, 1, every)
		a.add("a-1")
		a.run(2 * minute)
		_, err := a.SetOutage(a.Node("a-1").UID, &cluster.Outage{LastHeartbeat: 2 * minute, End: 5 * minute})
		require.NoError(t, err)
		a.run(5 * minute)
		require.Equal(t, []string{"2m0s -a-1", "5m0s +a-1", "6m0s -a-1", "7m0s +a-1"}, a.lines)
	})
	t.Run("set", func(t *testing.T) {
		a := newAirport(t, 1)
		a.add("a-1", "b-1")
		a.run(minute)
		require.NoError(t, a.k.SetFlapping(a.Cluster, every))
		a.run(2 * minute)
		late := every
		late.Nodes, late.Up = zone("a"), always(10*minute)
		require.NoError(t, a.k.SetFlapping(a.Cluster, late))
		a.run(11*minute - 1)
		require.Equal(t, []string{"13m0s -a-1"}, a.lines, "what was planned by others is dropped")
		require.Len(t, a.k.Flapping(), 1)
		require.NoError(t, a.k.SetFlapping(a.Cluster))
		a.run(time.Hour)
		require.Equal(t, []string{"13m0s -a-1", "14m0s +a-1"}, a.lines)
		require.Zero(t, a.Pending())
	})
	t.Run("does not settle", func(t *testing.T) {
		a := newAirport(t, 1, every)
		a.add("a-1")
		var unsettled *cluster.UnsettledError
		require.ErrorAs(t, a.Settle(), &unsettled)
		require.Equal(t, []string{"Node a-1"}, unsettled.Objects)
	})
	t.Run("not valid", func(t *testing.T) {
		for want, rule := range map[string]kubelet.Flapping{
			"flapping nodes: [1]: Chance: 1000001 millionths is more than 100%":     {Chance: kubelet.Always + 1},
			"flapping nodes: [1]: Up: it takes some time until a node falls silent": {Chance: 1},
			"flapping nodes: [1]: Up: points without a shape":                       {Up: kubelet.Distribution{Points: make([]kubelet.Percentile, 1)}},
			"flapping nodes: [1]: Down: points without a shape":                     {Down: kubelet.Distribution{Points: make([]kubelet.Percentile, 1)}},
		} {
			require.EqualError(t, kubelet.Config{Flapping: []kubelet.Flapping{every, rule}}.Validate(), want)
			a := newAirport(t, 1, rule, every)
			require.EqualError(t, a.k.SetFlapping(a.Cluster, every, rule), want)
			require.Len(t, a.k.Flapping(), 2, "nothing has changed")
		}
	})
}

// TestFlappingBeginsOnce sets rules again before any time passes, and lets nodes join in between: each node falls
// silent at the times of the latest rules, and at no others.
func TestFlappingBeginsOnce(t *testing.T) {
	rule := kubelet.Flapping{Chance: kubelet.Always, Up: always(time.Minute), Down: always(10 * time.Second)}
	want := []string{"1m0s -a-1", "1m10s +a-1", "2m10s -a-1", "2m20s +a-1"}
	t.Run("a node joins at the same moment", func(t *testing.T) {
		a := newAirport(t, 1)
		require.NoError(t, a.k.SetFlapping(a.Cluster, rule))
		a.add("a-1")
		a.run(150 * time.Second)
		require.Equal(t, want, a.of("a-1"))
	})
	t.Run("rules are set twice", func(t *testing.T) {
		a := newAirport(t, 1)
		a.add("a-1")
		require.NoError(t, a.k.SetFlapping(a.Cluster, rule, rule))
		require.NoError(t, a.k.SetFlapping(a.Cluster))
		require.NoError(t, a.k.SetFlapping(a.Cluster, rule))
		require.NoError(t, a.k.SetFlapping(a.Cluster, rule, rule))
		a.run(150 * time.Second)
		require.Equal(t, want, a.of("a-1"))
	})
	t.Run("the kubelets hear late of a node", func(t *testing.T) {
		a := newAirport(t, 1)
		require.NoError(t, a.SetLag("kubelet", cluster.Lag{Delay: time.Second}))
		a.add("a-1")
		require.NoError(t, a.k.SetFlapping(a.Cluster, rule))
		a.run(65 * time.Second)
		require.Equal(t, []string{"1m1s -a-1"}, a.of("a-1"))
		require.Equal(t, 2, a.Pending(), "the end of the outage, and the next one")
	})
}
