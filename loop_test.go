package daemonsim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// TestSettleNamesLoops has pods that are made and come to nothing, again and again.
func TestSettleNamesLoops(t *testing.T) {
	pressed := func(d time.Duration) func(*daemonsim.Sim) error {
		return func(sim *daemonsim.Sim) error {
			s := cluster.Shortage{}
			if d > 0 {
				s.End = sim.Now() + d
			}
			return sim.PressNode("node-1", cluster.NodeDiskPressure, s)
		}
	}
	surge := func(d *daemonset.DaemonSet) {
		d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{
			MaxSurge: new(cluster.FromInt(1)), MaxUnavailable: new(cluster.FromInt(0)),
		}
	}
	for _, tt := range []struct {
		name  string
		set   func(*daemonset.DaemonSet)
		blow  func(*daemonsim.Sim) error
		want  *cluster.LoopError
		until time.Duration
	}{
		{"KP-41 a surge that its kubelet turns away", surge, pressed(0), &cluster.LoopError{
			Since: 11 * time.Second, Time: 60900 * time.Millisecond,
			Owner: "DaemonSet default/agent", Node: "node-1", Pods: 500, Pod: "default/agent-tt5fj",
			Reason: "Evicted: Pod was rejected: The node had condition: [DiskPressure].",
		}, 0},
		{"N-89 without a surge a back-off comes between", func(*daemonset.DaemonSet) {}, pressed(0), nil, time.Hour},
		{"without a surge, and a pressure that ends", func(*daemonset.DaemonSet) {}, pressed(time.Minute), nil, time.Hour},
		{"KP-49 a toleration that ends", func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.Tolerations = []taints.Toleration{{
				Key: "maintenance", Operator: taints.OperatorExists,
				Effect: taints.EffectNoExecute, TolerationSeconds: new(int64(100)),
			}}
		}, func(sim *daemonsim.Sim) error {
			return sim.UpdateNode("node-1", func(n *cluster.Node) {
				n.Spec.Taints = append(n.Spec.Taints, taints.Taint{Key: "maintenance", Effect: taints.EffectNoExecute})
			})
		}, &cluster.LoopError{
			Since: 204 * time.Second, Time: 1113 * time.Second,
			Owner: "DaemonSet default/agent", Node: "node-1", Pods: 10, Pod: "default/agent-hhv7z",
			Reason: "DeletionByTaintManager: Taint manager: deleting due to NoExecute taint",
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{})
			require.NoError(t, sim.AddNodes("node-1", "node-2"))
			require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
			require.NoError(t, sim.UpdateDaemonSet("default", "agent", tt.set))
			require.NoError(t, sim.Settle())
			require.NoError(t, tt.blow(sim))
			err := sim.Settle()
			if tt.want == nil {
				var loop *cluster.LoopError
				require.NotErrorAs(t, err, &loop)
				require.Less(t, sim.Now(), tt.until)
				return
			}
			require.ErrorIs(t, err, cluster.ErrUnsettled)
			if diff := cmp.Diff(error(tt.want), err); diff != "" {
				t.Errorf("what goes round (-want +got):\n%s", diff)
			}
			require.NoError(t, sim.RunFor(time.Second), "it goes on from here")
		})
	}
}
