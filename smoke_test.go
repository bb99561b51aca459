package daemonsim_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

const agent = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: main, image: "agent:v1"}
`

func TestSmoke(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Seed: 7})
	sim.OnChange(func(c *cluster.Change) { fmt.Println(c) })
	require.NoError(t, sim.AddNodes("node-1", "node-2", "node-3"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	fmt.Printf("%+v\n", sim.DaemonSet("default", "agent").Status)
	f := sim.Fork()
	require.Equal(t, sim.Hash(), f.Hash())
	require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
	require.NoError(t, sim.Settle())
	fmt.Printf("%+v\n", sim.DaemonSet("default", "agent").Status)
	require.NoError(t, sim.Undo("default", "agent", 0))
	require.NoError(t, sim.RunFor(3*time.Second))
	require.NoError(t, sim.RemoveNode("node-2"))
	require.NoError(t, sim.Settle())
	fmt.Printf("%+v\n", sim.DaemonSet("default", "agent").Status)
	require.NotEqual(t, sim.Hash(), f.Hash())
	var b bytes.Buffer
	l := cluster.NewChangeLog(&b, sim.Epoch())
	for p := range sim.Pods("") {
		l.Append(&cluster.Change{After: p})
	}
	l.Flush()
	fmt.Println(b.String())
}
