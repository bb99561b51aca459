package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// TestExplainRolloutOfMany has a thousand nodes, which are stuck for four different reasons at once.
func TestExplainRolloutOfMany(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{"agent:v1": {}}})
	const n = 1000
	for i := range n {
		require.NoError(t, sim.AddNodes(fmt.Sprintf("node-%03d", i)))
	}
	set := daemon("1", nil)
	strategy(n, 0)(set)
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	for i := range n {
		node := fmt.Sprintf("node-%03d", i)
		switch i / 250 {
		case 0:
			_, err := sim.Create(plainPod("web-"+node, node, "2500m", ""))
			require.NoError(t, err)
		case 1:
			web := plainPod("web-"+node, node, "100m", "")
			spec := web.FullSpec()
			spec.NodeName, spec.Priority, spec.PreemptionPolicy = "", nil, nil
			spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: 80}}
			web.Template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: spec})
			_, err := sim.Create(web)
			require.NoError(t, err)
		case 2:
			require.NoError(t, sim.UpdateNode(node, func(n *cluster.Node) {
				n.Status.Allocatable[cluster.ResourcePods] = quantity.New(0)
			}))
		}
	}
	require.NoError(t, sim.SetImageBehaviour("agent:v2", kubelet.Behaviour{NeverReady: true}))
	edit(t, sim, func(d *daemonset.DaemonSet) {
		hostPort(d)
		c := &d.Spec.Template.Spec.Containers[0]
		c.Image, c.Resources.Requests["cpu"] = "agent:v2", quantity.New(2)
	})
	require.NoError(t, sim.RunFor(10*time.Minute))
	e, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutStuck, e.State)
	var roots []string
	for _, r := range e.Blame() {
		roots = append(roots, fmt.Sprintf("%s on %d from %s", r.Cause.Kind, len(r.Nodes), r.Nodes[0]))
	}
	require.Equal(t, []string{
		"NoRoom on 250 from node-000", "HostPortTaken on 250 from node-250", "NoRoom on 250 from node-500",
		"PodNotReady on 250 from node-750",
	}, roots)
	require.Empty(t, e.Offers, "the old template does not fit everywhere either, and the new one gets ready nowhere")
	require.Equal(t, 3*(250-4), e.Untried, "pods that are in the way, and pods that do not get ready")
}

// TestExplainRolloutOfTwo has two DaemonSets, each of which wants the port that the other has.
func TestExplainRolloutOfTwo(t *testing.T) {
	for _, mode := range []daemonset.Mode{daemonset.ViaScheduler, daemonset.Direct} {
		sim := daemonsim.New(daemonsim.Config{Mode: mode})
		require.NoError(t, sim.AddNodes("a", "b"))
		for i, name := range []string{"x", "y"} {
			set := daemon("100m", nil)
			strategy(0, 1)(set)
			set.Name, set.Spec.Selector.MatchLabels["app"] = name, name
			set.Spec.Template.Spec.Containers[0].Ports = []cluster.ContainerPort{
				{ContainerPort: 80, HostPort: int32(80 + i)},
			}
			_, err := sim.Create(set)
			require.NoError(t, err)
		}
		require.NoError(t, sim.Settle())
		for i, name := range []string{"x", "y"} {
			require.NoError(t, sim.UpdateDaemonSet("default", name, func(d *daemonset.DaemonSet) {
				d.Spec.Template.Spec.Containers[0].Ports[0].HostPort = int32(81 - i)
			}))
		}
		require.NoError(t, sim.RunFor(time.Minute))
		for i, name := range []string{"x", "y"} {
			e, err := sim.ExplainRollout("default", name)
			require.NoError(t, err)
			require.Equal(t, daemonsim.RolloutStuck, e.State)
			cause := e.Blame()[0].Cause
			if mode == daemonset.Direct {
				require.Equal(t, standstill.PodFailed, cause.Kind, "nobody asks for ports before the kubelet does")
				require.Equal(t, "NodePorts", cause.Message)
				require.Contains(t, e.String(), "has failed (NodePorts) and is kept until")
				continue
			}
			require.Equal(t, standstill.HostPortTaken, cause.Kind)
			require.Equal(t, int32(81-i), cause.Port.Port)
			require.False(t, cause.Own)
			require.Len(t, e.Offers, 2, "%s", e)
			require.True(t, e.Offers[1].Returns, "the other DaemonSet makes its pod anew")
			require.Equal(t, 1, e.Offers[1].Moved)
		}
	}
}

// TestExplainRolloutLate has a controller whose view stands still.
func TestExplainRolloutLate(t *testing.T) {
	sim := rolling(t, 3)
	require.NoError(t, sim.SetLag(daemonset.Name, cluster.Lag{Delay: time.Hour}))
	image(t, sim, "agent:v2")
	e, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutMoving, e.State)
	require.Equal(t, standstill.ControllerLate, e.Now.Roots[0].Cause.Kind)
	require.NoError(t, sim.RunFor(e.Finish-sim.Now()))
	e, err = sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutDone, e.State)
}
