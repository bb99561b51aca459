package disruption_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

// TestControllerStartsAnew has the controller start with budgets and pods that are there: it counts each of them
// once, and says of each budget once what there is to say.
func TestControllerStartsAnew(t *testing.T) {
	w := newWorld(t)
	w.budget("b", "a", spec{MinAvailable: number(2)})
	w.budget("empty", "nothing", spec{MinAvailable: number(2)})
	w.pod("p1", "a")
	w.pod("p2", "a")
	want := "allowed 0, 2/2 of 2, InsufficientPods"
	require.Equal(t, want, w.settle().line("b"))
	events := len(w.events("empty"))

	require.NoError(t, w.Stop("disruption-controller"))
	require.NoError(t, w.Start(disruption.New()))
	require.Equal(t, want, w.settle().line("b"))
	require.LessOrEqual(t, len(w.events("empty")), events+1)
	w.pod("p3", "a")
	require.Equal(t, "allowed 1, 3/2 of 3, SufficientPods", w.settle().line("b"))
}

// TestControllerStartsAnewBehind has it start with an old list: what is on its way counts when it arrives, once.
func TestControllerStartsAnewBehind(t *testing.T) {
	w := newWorld(t)
	w.budget("b", "a", spec{MinAvailable: number(1)})
	w.pod("p1", "a")
	require.Equal(t, "allowed 0, 1/1 of 1, InsufficientPods", w.settle().line("b"))
	require.NoError(t, w.SetLag("disruption-controller", cluster.Lag{Delay: time.Minute, StaleList: true}))
	w.pod("p2", "a")
	require.NoError(t, w.Stop("disruption-controller"))
	require.NoError(t, w.Start(disruption.New()))
	require.Equal(t, "allowed 1, 2/1 of 2, SufficientPods", w.settle().line("b"))
}
