package nodelifecycle_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/taints"
)

// nodeWith returns a node with conditions of that type and status, in pairs.
func nodeWith(conditions ...string) *cluster.Node {
	n := &cluster.Node{}
	for i := 0; i < len(conditions); i += 2 {
		n.Status.Conditions = append(n.Status.Conditions, cluster.NodeCondition{
			Type: conditions[i], Status: conditions[i+1],
		})
	}
	return n
}

func tainted(n *cluster.Node, list ...string) *cluster.Node {
	n.Spec.Taints = parse(list...)
	return n
}

func parse(list ...string) []taints.Taint {
	var parsed []taints.Taint
	for _, text := range list {
		t, err := taints.ParseTaint(text)
		if err != nil {
			panic(err)
		}
		parsed = append(parsed, t)
	}
	return parsed
}

func cordoned(n *cluster.Node) *cluster.Node {
	n.Spec.Unschedulable = true
	return n
}

const prefix = "node.kubernetes.io/"

func TestNoScheduleTaints(t *testing.T) {
	for _, row := range []struct {
		rule   string
		node   *cluster.Node
		want   []string
		reason string
	}{
		{"D-215 ready", nodeWith("Ready", "True"), nil, "no cause, no taint"},
		{"D-215 not ready", nodeWith("Ready", "False"), []string{prefix + "not-ready:NoSchedule"}, ""},
		{"D-215 unreachable", nodeWith("Ready", "Unknown"), []string{prefix + "unreachable:NoSchedule"}, ""},
		{"D-215 the cause is gone", tainted(nodeWith("Ready", "True"), prefix+"unreachable:NoSchedule"), nil, ""},
		{"N-29 memory", nodeWith("MemoryPressure", "True"), []string{prefix + "memory-pressure:NoSchedule"}, ""},
		{"N-29 disk", nodeWith("DiskPressure", "True"), []string{prefix + "disk-pressure:NoSchedule"}, ""},
		{"N-29 pid", nodeWith("PIDPressure", "True"), []string{prefix + "pid-pressure:NoSchedule"}, ""},
		{"N-29 network", nodeWith("NetworkUnavailable", "True"), []string{prefix + "network-unavailable:NoSchedule"}, ""},
		{"N-29 False and Unknown", nodeWith("MemoryPressure", "False", "DiskPressure", "Unknown"), nil, "only True counts"},
		{"N-29 cordon", cordoned(nodeWith("Ready", "True")), []string{prefix + "unschedulable:NoSchedule"}, ""},
		{
			"N-29 several", cordoned(nodeWith("DiskPressure", "True", "Ready", "False")),
			[]string{prefix + "disk-pressure:NoSchedule", prefix + "not-ready:NoSchedule", prefix + "unschedulable:NoSchedule"},
			"in the order of the conditions",
		},
		{
			"N-30 made by hand", tainted(nodeWith("Ready", "True"), prefix+"disk-pressure=x:NoSchedule", "gpu:NoSchedule"),
			[]string{"gpu:NoSchedule"}, "one without a cause goes, whoever put it there",
		},
		{
			"N-30 others", tainted(nodeWith("Ready", "True"), prefix+"not-ready:NoExecute",
				prefix+"not-ready:PreferNoSchedule", prefix+"out-of-service:NoSchedule", prefix+"odd:NoSchedule"),
			[]string{prefix + "not-ready:NoExecute", prefix + "not-ready:PreferNoSchedule",
				prefix + "out-of-service:NoSchedule", prefix + "odd:NoSchedule"},
			"other effects and keys are not touched",
		},
		{
			"N-30 with a value", tainted(nodeWith("Ready", "False"), prefix+"not-ready=own:NoSchedule"),
			[]string{prefix + "not-ready=own:NoSchedule"}, "it is there, so it is not added",
		},
		{
			"N-32", nodeWith("MemoryPressure", "True", "Ready", "True"),
			[]string{prefix + "memory-pressure:NoSchedule"}, "pressure has no other form",
		},
	} {
		t.Run(row.rule, func(t *testing.T) {
			before := row.node.Clone().(*cluster.Node)
			list, changed := nodelifecycle.NoScheduleTaints(row.node)
			if diff := cmp.Diff(parse(row.want...), list); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
			require.Equal(t, !cmp.Equal(before.Spec.Taints, list), changed)
			require.Equal(t, before.Spec.Taints, row.node.Spec.Taints, "the argument stays as it is")
			if _, executes := nodelifecycle.NoExecuteTaints(nodeWith("MemoryPressure", "True", "Ready", "True")); executes {
				t.Error("N-32: pressure never evicts")
			}
		})
	}
}

func TestNoExecuteTaints(t *testing.T) {
	notReady, unreachable := prefix+"not-ready:NoExecute", prefix+"unreachable:NoExecute"
	for _, row := range []struct {
		rule   string
		node   *cluster.Node
		want   []string
		reason string
	}{
		{"D-215 not ready", nodeWith("Ready", "False"), []string{notReady}, ""},
		{"D-215 unreachable", nodeWith("Ready", "Unknown"), []string{unreachable}, ""},
		{"N-33 no condition", nodeWith(), nil, "nothing is known"},
		{"N-33 no condition, tainted", tainted(nodeWith(), notReady), []string{notReady}, "it is left as it is"},
		{"N-33 the opposite one", tainted(nodeWith("Ready", "Unknown"), notReady, "gpu:NoExecute"),
			[]string{"gpu:NoExecute", unreachable}, "they are mutually exclusive"},
		{"N-33 there already", tainted(nodeWith("Ready", "False"), notReady), []string{notReady}, ""},
		{"N-34", tainted(nodeWith("Ready", "True"), notReady, unreachable, prefix+"not-ready:NoSchedule"),
			[]string{prefix + "not-ready:NoSchedule"}, "both go, and no other"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			before := row.node.Clone().(*cluster.Node)
			list, changed := nodelifecycle.NoExecuteTaints(row.node)
			if diff := cmp.Diff(parse(row.want...), list); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
			require.Equal(t, !cmp.Equal(before.Spec.Taints, list), changed)
			require.Equal(t, before.Spec.Taints, row.node.Spec.Taints, "the argument stays as it is")
		})
	}
}

func TestGivenUpAt(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		rule    string
		config  nodelifecycle.Config
		created time.Duration
		last    time.Duration
		status  []string
		want    time.Duration
		never   bool
	}{
		{rule: "N-23 renewed at a pass", last: 100 * s, status: []string{"Ready", "True"}, want: 155 * s},
		{rule: "N-23 renewed after a pass", last: 100*s + 100*ms, status: []string{"Ready", "True"}, want: 160 * s},
		{rule: "N-23 renewed before a pass", last: 104*s + 900*ms, status: []string{"Ready", "True"}, want: 160 * s},
		{rule: "D-216 not ready", last: 100 * s, status: []string{"Ready", "False"}, want: 155 * s},
		{rule: "D-216 never reported", created: 100 * s, last: 100 * s, status: nil, want: 165 * s},
		{rule: "N-21 between passes", created: 101 * s, last: 101 * s, status: nil, want: 165 * s},
		{rule: "N-21 never reported, but renewed", created: 101 * s, last: 111 * s, status: nil, want: 180 * s},
		{rule: "given up already", last: 100 * s, status: []string{"Ready", "Unknown"}, never: true},
		{
			rule: "other periods", config: nodelifecycle.Config{MonitorPeriod: 7 * s, GracePeriod: 20 * s},
			last: 10 * s, status: []string{"Ready", "True"}, want: 35 * s,
		},
		{
			rule: "endless patience", config: nodelifecycle.Config{GracePeriod: math.MaxInt64},
			last: 10 * s, status: []string{"Ready", "True"}, never: true,
		},
	} {
		t.Run(row.rule, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			require.NoError(t, c.RunFor(row.created))
			n := nodeWith(row.status...)
			n.Name = "a"
			if n.Status.Conditions == nil {
				n.Status.Conditions = []cluster.NodeCondition{}
			}
			_, err := c.Create(n)
			require.NoError(t, err)
			_, silent := row.config.GivenUpAt(c.Node("a"))
			require.False(t, silent, "a node that answers")
			failed, err := c.SetOutage(c.Node("a").UID, &cluster.Outage{LastHeartbeat: row.last})
			require.NoError(t, err)
			at, silent := row.config.GivenUpAt(failed)
			require.Equal(t, !row.never, silent)
			require.Equal(t, row.want, at)
		})
	}
}

func TestValidate(t *testing.T) {
	require.NoError(t, nodelifecycle.Config{}.Validate())
	require.EqualError(t, nodelifecycle.Config{GracePeriod: -s}.Validate(), "GracePeriod: -1s is negative")
	require.EqualError(t, nodelifecycle.Config{TaintInterval: -s}.Validate(), "TaintInterval: -1s is negative")
	require.EqualError(t, nodelifecycle.Config{LargeZone: -1}.Validate(), "LargeZone: -1 is negative")
	require.EqualError(t, nodelifecycle.Config{UnhealthyPercent: 101}.Validate(),
		"UnhealthyPercent: 101 is not from 0 to 100")
}
