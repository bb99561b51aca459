package daemonsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
)

// herald says that nodes have come.
type herald struct {
	name string
	text string
}

func (h *herald) Name() string { return h.name }

func (h *herald) Fork() cluster.Actor { c := *h; return &c }

func (h *herald) Observe(cl *cluster.Client, ch *cluster.Change) {
	if n, ok := ch.After.(*cluster.Node); ok && ch.Before == nil {
		cl.Event(n, cluster.EventNormal, "Heard", h.text)
	}
}

func (h *herald) Run(*cluster.Client, cluster.Task) {}

// TestControllersOfOneName has several controllers with one name.
func TestControllersOfOneName(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Controllers: []cluster.Actor{
		&herald{"herald", "first"}, &herald{"herald", "second"}, &herald{nodelifecycle.Name, "instead"},
	}})
	require.NoError(t, sim.AddNodes("a"))
	require.NoError(t, sim.RunFor(0))
	var heard []string
	for e := range sim.Events(sim.Node("a").UID) {
		if e.Reason == "Heard" {
			heard = append(heard, e.Message)
		}
	}
	require.Equal(t, []string{"first"}, heard)
	require.IsType(t, &nodelifecycle.Controller{}, sim.Actor(nodelifecycle.Name))
}

// TestZeroNodeLifecycle has a controller that nobody has made with New.
func TestZeroNodeLifecycle(t *testing.T) {
	c := cluster.New(cluster.Config{}, new(nodelifecycle.Controller))
	_, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}})
	require.NoError(t, err)
	require.NoError(t, c.Settle())
}

// TestSilentNodeIsNoConflict asks for what only a kubelet can do that answers.
func TestSilentNodeIsNoConflict(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("a"))
	require.NoError(t, sim.FailNode("a", 0))
	err := sim.ShutDownNode("a", cluster.Shutdown{})
	require.ErrorIs(t, err, cluster.ErrConflict)
	require.EqualError(t, err, `shut down Node "a": its kubelet does not answer`)
}
