package daemonsim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
)

// TestReplacementWaits deletes the pod of a DaemonSet, which takes ten seconds to stop.
func TestReplacementWaits(t *testing.T) {
	for _, row := range []struct {
		name      string
		surge     bool
		finalizer bool
		want      []time.Duration
		reason    string
	}{
		{"N-68", false, false, []time.Duration{0, 15 * time.Second}, "the old pod counts until it is gone"},
		{"N-68 surge", true, false, []time.Duration{0, 5 * time.Second}, "the new pod may run beside the old one"},
		{"N-68 terminal and deleted", false, true, []time.Duration{0, 15 * time.Second}, "its object stays, but counts no more"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{Pods: &kubelet.Behaviour{Stop: 10 * time.Second}})
			d := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent"}}
			labels := map[string]string{"app": "agent"}
			d.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels}
			d.Spec.Template.ObjectMeta.Labels = labels
			d.Spec.Template.Spec.Containers = []cluster.Container{{Name: "c", Image: "agent:v1"}}
			if row.finalizer {
				d.Spec.Template.ObjectMeta.Finalizers = []string{"example.com/hold"}
			}
			if row.surge {
				one, none := cluster.FromInt(1), cluster.FromInt(0)
				d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxSurge: &one, MaxUnavailable: &none}
			}
			_, err := sim.Create(d)
			require.NoError(t, err)
			var created []time.Duration
			sim.OnChange(func(ch *cluster.Change) {
				if p, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created {
					created = append(created, ch.Time)
					require.Equal(t, "agent", p.Labels["app"])
				}
			})
			require.NoError(t, sim.AddNodes("a"))
			require.NoError(t, sim.RunFor(5*time.Second))
			for p := range sim.Pods("") {
				require.NoError(t, sim.DeletePod(p.UID, cluster.DeleteOptions{}))
			}
			require.NoError(t, sim.RunFor(time.Minute))
			require.Equal(t, row.want, created, row.reason)
		})
	}
}
