package nodelifecycle_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/taints"
)

func TestZoneState_N37(t *testing.T) {
	const normal, partial, full = nodelifecycle.Normal, nodelifecycle.PartialDisruption, nodelifecycle.FullDisruption
	for _, row := range []struct {
		ready, bad int
		want       nodelifecycle.ZoneState
	}{
		{0, 0, normal}, {1, 0, normal}, {0, 1, full}, {0, 40, full}, {1, 2, normal}, {2, 3, partial}, {9, 11, partial},
		{5, 6, normal}, {30, 10, normal}, {45, 55, partial}, {46, 54, normal},
	} {
		require.Equal(t, row.want, nodelifecycle.Config{}.State(row.ready, row.bad), "%d ready, %d not", row.ready, row.bad)
	}
	require.Equal(t, partial, nodelifecycle.Config{UnhealthyPercent: 30}.State(7, 3), "another threshold")
}

func TestZoneInterval_N38(t *testing.T) {
	for _, row := range []struct {
		state nodelifecycle.ZoneState
		nodes int
		want  time.Duration
		some  bool
	}{
		{nodelifecycle.Normal, 10, 10 * s, true},
		{nodelifecycle.Normal, 1000, 10 * s, true},
		{nodelifecycle.PartialDisruption, 50, 0, false},
		{nodelifecycle.PartialDisruption, 51, 100 * s, true},
		{nodelifecycle.FullDisruption, 10, 10 * s, true},
	} {
		got, some := nodelifecycle.Config{}.Interval(row.state, row.nodes)
		require.Equal(t, row.some, some, "%v of %d", row.state, row.nodes)
		require.Equal(t, row.want, got, "%v of %d", row.state, row.nodes)
	}
}

// region is a cluster in zones with the controller alone. It writes down when a node gets or loses a taint of effect
// NoExecute.
type region struct {
	*cluster.Cluster
	t     *testing.T
	lines []string
}

func newRegion(t *testing.T) *region {
	r := &region{t: t}
	r.Cluster = cluster.New(cluster.Config{}, nodelifecycle.New(nodelifecycle.Config{}))
	r.OnChange(func(ch *cluster.Change) {
		before, _ := ch.Before.(*cluster.Node)
		after, _ := ch.After.(*cluster.Node)
		if before == nil || after == nil || executing(before) == executing(after) {
			return
		}
		sign := "+"
		if !executing(after) {
			sign = "-"
		}
		r.lines = append(r.lines, fmt.Sprintf("%v %s%s", ch.Time, sign, after.Name))
	})
	return r
}

func executing(n *cluster.Node) bool {
	for _, t := range n.Spec.Taints {
		if t.Effect == taints.EffectNoExecute {
			return true
		}
	}
	return false
}

// last takes the last candidate of every choice but those of tasks.
type last struct{}

func (last) Choose(c cluster.Choice) int {
	if c.Point == "next-task" {
		return 0
	}
	return c.N - 1
}

func (last) Fork() cluster.Chooser { return last{} }

// label gives a node labels.
func (r *region) label(name string, labels map[string]string) {
	r.t.Helper()
	n := r.Node(name).Clone().(*cluster.Node)
	maps.Copy(n.Labels, labels)
	_, err := r.Update(n)
	require.NoError(r.t, err)
}

// add adds nodes of a zone, named by it and a number from 0.
func (r *region) add(zone string, n int, labels ...string) {
	r.t.Helper()
	r.addFrom(zone, 0, n, labels...)
}

// addFrom adds nodes whose numbers begin later.
func (r *region) addFrom(zone string, first, n int, labels ...string) {
	r.t.Helper()
	for i := first; i < first+n; i++ {
		node := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: fmt.Sprintf("%s%02d", zone, i), Labels: map[string]string{}}}
		if zone != "plain" {
			node.Labels["topology.kubernetes.io/zone"] = zone
		}
		for _, l := range labels {
			node.Labels[l] = ""
		}
		_, err := r.Create(node)
		require.NoError(r.t, err)
	}
}

// set has nodes report a status of Ready, those of a zone with numbers from first to last.
func (r *region) set(zone string, first, last int, status string) {
	r.t.Helper()
	for i := first; i <= last; i++ {
		n := r.Node(fmt.Sprintf("%s%02d", zone, i))
		_, err := r.SetNodeConditions(n.UID, []cluster.NodeCondition{ready(status)})
		require.NoError(r.t, err)
	}
}

func (r *region) run(until time.Duration) {
	r.t.Helper()
	require.NoError(r.t, r.RunFor(until-r.Now()))
}

func (r *region) want(reason, want string) {
	r.t.Helper()
	require.Equal(r.t, want, strings.Join(r.lines, ", "), reason)
	r.lines = nil
}

func TestZones(t *testing.T) {
	t.Run("N-33 N-38 one after the other", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 10)
		r.run(7 * s)
		r.set("a", 0, 2, "False")
		r.run(time.Minute)
		r.want("the first at the next pass, the others 10 s apart", "10s +a00, 20s +a01, 30s +a02")
		require.Zero(t, r.Pending())
	})
	t.Run("N-33 ready again in the queue", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 20)
		r.set("a", 0, 2, "False")
		r.run(16 * s)
		r.want("", "0s +a00, 10s +a01")
		r.set("a", 2, 2, "True")
		r.set("a", 3, 3, "False")
		r.run(time.Minute)
		r.want("it costs no token when a pass sees it first", "20s +a03")
		r.set("a", 4, 6, "False")
		r.run(69 * s)
		r.want("", "1m0s +a04")
		r.run(69*s + 900*time.Millisecond)
		r.set("a", 5, 5, "True")
		r.run(75 * s)
		r.want("the pass of the same moment comes first", "1m10s +a06")
	})
	t.Run("N-36 zones", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 5)
		r.add("b", 5)
		r.add("plain", 5)
		for _, zone := range []string{"a", "b", "plain"} {
			r.set(zone, 0, 1, "False")
		}
		r.run(time.Minute)
		r.want("each zone has its own tokens, and those without labels are one",
			"0s +a00, 0s +b00, 0s +plain00, 10s +a01, 10s +b01, 10s +plain01")
	})
	t.Run("N-36 left out", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 2)
		r.add("x", 1, "node.kubernetes.io/exclude-disruption")
		r.set("x", 0, 0, "False")
		r.run(time.Minute)
		r.want("its taints are handled as usual", "0s +x00")
		r.set("a", 0, 1, "False")
		r.run(2 * time.Minute)
		r.want("all that count are down, whatever that node is", "1m0s -x00")
	})
	t.Run("N-38 partial disruption", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 10)
		r.add("b", 60)
		r.set("a", 0, 5, "False")
		r.set("b", 0, 39, "False")
		r.run(4 * time.Minute)
		r.want("none in a small zone, one in 100 s in a large one, of which the first token is used up",
			"0s +b00, 1m40s +b01, 3m20s +b02")
	})
	t.Run("N-38 full disruption of one zone", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 3)
		r.add("b", 1)
		r.set("a", 0, 2, "False")
		r.run(time.Minute)
		r.want("goes on as usual while another has a node", "0s +a00, 10s +a01, 20s +a02")
	})
	t.Run("N-39", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 3)
		r.add("b", 1)
		r.set("a", 0, 2, "False")
		r.run(17 * s)
		r.want("", "0s +a00, 10s +a01")
		r.set("b", 0, 0, "Unknown")
		r.run(time.Hour)
		r.want("all are taken off, and none is put on any more", "20s -a00, 20s -a01")
		require.Equal(t, "Ready=False not-ready:NoSchedule", state(r.Node("a00")), "the other taint stays")
		require.Zero(t, r.Pending())
	})
	t.Run("N-40 N-41", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 3)
		r.set("a", 0, 2, "False")
		_, err := r.SetOutage(r.Node("a01").UID, &cluster.Outage{LastHeartbeat: 90 * s})
		require.NoError(t, err)
		r.run(101 * s)
		r.want("all are down", "")
		r.set("a", 2, 2, "True")
		r.run(154 * s)
		r.want("the queue is served from 10 s after the end on, since its bucket was empty", "1m55s +a00, 2m5s +a01")
		require.Equal(t, "False", r.Node("a01").ConditionStatus(cluster.NodeReady), "each node gets a fresh grace period")
		r.run(200 * s)
		require.Equal(t, "Unknown", r.Node("a01").ConditionStatus(cluster.NodeReady))
	})
	t.Run("N-40 not by a new zone", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 3)
		r.set("a", 0, 2, "False")
		r.run(s)
		_, err := r.SetOutage(r.Node("a01").UID, &cluster.Outage{})
		require.NoError(t, err)
		r.add("b", 1)
		r.run(time.Hour)
		r.want("a node of a zone that has not been seen before ends nothing for the others: none is tainted", "")
		require.Equal(t, "Unknown", r.Node("a01").ConditionStatus(cluster.NodeReady))
		r.set("a", 2, 2, "True")
		r.run(time.Hour + 30*s)
		r.want("until they are in another state", "1h0m10s +a00, 1h0m20s +a01")
	})
	t.Run("N-39 a new zone that is down", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 2)
		r.set("a", 0, 1, "False")
		r.run(s)
		r.add("b", 1)
		r.set("b", 0, 0, "False")
		r.run(time.Hour)
		r.want("its nodes are not tainted either", "")
		require.Zero(t, r.Pending())
	})
	t.Run("N-38 a zone that grows", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 40)
		r.set("a", 0, 29, "False")
		r.run(s)
		r.want("", "")
		r.addFrom("a", 40, 20)
		r.set("a", 40, 49, "False")
		r.run(time.Hour)
		r.want("the rate is that of the size at which it came to its state", "")
		require.Zero(t, r.Pending(), "nothing is to come, so nothing is on the agenda")
	})
	t.Run("N-38 a zone that comes again", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 1)
		r.add("b", 1)
		r.set("b", 0, 0, "False")
		r.run(s)
		r.want("", "0s +b00")
		require.NoError(t, r.Delete(cluster.KindNode, "", "b00", cluster.DeleteOptions{}))
		r.run(6 * s)
		r.add("b", 1)
		r.set("b", 0, 0, "False")
		r.run(time.Minute)
		r.want("has a new bucket", "10s +b00")
		require.NoError(t, r.Delete(cluster.KindNode, "", "b00", cluster.DeleteOptions{}))
		r.add("b", 1)
		r.set("b", 0, 0, "False")
		r.run(2 * time.Minute)
		r.want("and the old one when no pass has seen it empty", "1m0s +b00")
	})
	t.Run("N-33 tainted by somebody else", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 9)
		r.set("a", 0, 0, "False")
		_, err := r.SetNodeTaints(r.Node("a00").UID, []taints.Taint{{Key: taints.KeyNotReady, Effect: taints.EffectNoExecute}})
		require.NoError(t, err)
		r.run(s)
		r.set("a", 1, 1, "False")
		r.run(time.Minute)
		r.want("it has its turn like the others", "0s +a00, 10s +a01")
	})
	t.Run("N-33 it moves while it waits", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 9)
		r.add("b", 9)
		r.set("a", 0, 2, "False")
		r.run(s)
		r.want("", "0s +a00")
		r.label("a01", map[string]string{"topology.kubernetes.io/zone": "b"})
		r.run(time.Minute)
		r.want("it waits in the new zone, and has its turn in the old one all the same", "5s +a01, 20s +a02")
	})
	t.Run("N-33 gone while it waits", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 9)
		r.set("a", 0, 2, "False")
		r.run(s)
		require.NoError(t, r.Delete(cluster.KindNode, "", "a01", cluster.DeleteOptions{}))
		r.run(time.Minute)
		r.want("it costs a token", "0s +a00, 20s +a02")
	})
	t.Run("N-33 any of those that wait", func(t *testing.T) {
		r := newRegion(t)
		r.SetChooser(last{})
		r.add("a", 9)
		r.set("a", 0, 2, "False")
		r.run(time.Minute)
		r.want("is a choice", "0s +a02, 10s +a01, 20s +a00")
	})
	t.Run("N-34 the queue is empty", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 9)
		r.set("a", 0, 1, "False")
		r.run(s)
		r.set("a", 0, 1, "True")
		require.NoError(t, r.Settle())
		require.Equal(t, 5*s, r.Now(), "nothing is on the agenda but the next pass")
		r.want("", "0s +a00, 5s -a00")
	})
	t.Run("N-41 the same rate", func(t *testing.T) {
		r := newRegion(t)
		r.add("a", 3)
		r.add("b", 1)
		r.set("a", 0, 0, "False")
		r.run(4 * s)
		r.set("a", 1, 2, "False")
		r.run(time.Minute)
		r.want("a zone that fails altogether keeps its bucket", "0s +a00, 10s +a01, 20s +a02")
	})
}

// TestZonesRestart starts the controller anew: it counts what it finds, and no node twice.
func TestZonesRestart(t *testing.T) {
	r := newRegion(t)
	r.add("a", 3)
	r.set("a", 0, 0, "False")
	r.run(s)
	r.want("", "0s +a00")
	require.NoError(t, r.Stop(nodelifecycle.Name))
	require.NoError(t, r.Start(nodelifecycle.New(nodelifecycle.Config{})))
	r.run(2 * s)
	r.set("a", 1, 2, "False")
	r.run(time.Minute)
	r.want("a count that is off would not find the zone down", "5s -a00")
}
