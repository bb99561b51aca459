package daemonsim_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
)

func running(t *testing.T, names ...string) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes(names...))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	return sim
}

func TestAddNodesAllOrNothing(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"b", "b"}, `add node "b": already exists`},
		{[]string{"b", "a"}, `add node "a": already exists`},
		{[]string{"b", "C"}, `add node "C": metadata.name: Invalid value: "C": `},
		{[]string{"b", ""}, `add node "": metadata.name: Required value`},
		{[]string{"b", strings.Repeat("x", 254)}, `metadata.name: Invalid value: "xxx`},
	} {
		sim := running(t, "a")
		before := sim.Hash()
		require.ErrorContains(t, sim.AddNodes(test.names...), test.want)
		require.Equal(t, before, sim.Hash(), "%q left a trace", test.names)
	}
}

// TestLongNodeName adds a node whose name is too long for a label: it has no label of its host name.
func TestLongNodeName(t *testing.T) {
	name := strings.Repeat("x", 64)
	sim := running(t, name)
	require.NotContains(t, sim.Node(name).Labels, cluster.LabelHostname)
	require.Equal(t, int32(1), sim.DaemonSet("default", "agent").Status.NumberReady)
}

func TestUpdateNodeStoresSpecAndStatus(t *testing.T) {
	sim := running(t, "a")
	require.NoError(t, sim.UpdateNode("a", func(n *cluster.Node) {
		n.Spec.Unschedulable = true
		n.Status.Allocatable = cluster.ResourceList{"pods": quantity.New(1)}
	}))
	require.True(t, sim.Node("a").Spec.Unschedulable)
	require.Len(t, sim.Node("a").Status.Allocatable, 1)
	require.NoError(t, sim.Uncordon("a"))
	require.False(t, sim.Node("a").Spec.Unschedulable)
	require.NoError(t, sim.Cordon("a"))
	require.NoError(t, sim.LabelNode("a", map[string]string{"zone": "x"}))
	require.Equal(t, "x", sim.Node("a").Labels["zone"])
	require.ErrorIs(t, sim.Cordon("missing"), cluster.ErrNotFound)
}

func TestRestartReplacesAllPods(t *testing.T) {
	sim := running(t, "a", "b")
	before := podNames(sim)
	require.NoError(t, sim.Restart("default", "agent"))
	require.NoError(t, sim.Settle())
	require.NotEqual(t, before, podNames(sim))
	require.Len(t, podNames(sim), 2)
	require.ErrorIs(t, sim.Restart("default", "missing"), cluster.ErrNotFound)
}

func TestApplyOutcomes(t *testing.T) {
	sim := running(t, "a")
	set := sim.DaemonSet("default", "agent").Clone().(*daemonset.DaemonSet)
	outcome, err := sim.Apply(set)
	require.NoError(t, err)
	require.Equal(t, daemonsim.OutcomeUnchanged, outcome)

	set.Spec.MinReadySeconds = 5
	outcome, err = sim.Apply(set)
	require.NoError(t, err)
	require.Equal(t, daemonsim.OutcomeConfigured, outcome)

	set.Spec.MinReadySeconds = -1
	outcome, err = sim.Apply(set)
	require.ErrorIs(t, err, cluster.ErrInvalid)
	require.Empty(t, outcome)

	nameless := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{GenerateName: "agent-"}}
	_, err = sim.Apply(nameless)
	require.EqualError(t, err, `apply DaemonSet "default/agent-": invalid: metadata.name is required`)
}

// TestApplyAllOrNothing has a second object that is refused only because of what is in the cluster.
func TestApplyAllOrNothing(t *testing.T) {
	sim := running(t, "a")
	before := sim.Hash()
	err := sim.ApplyYAML("two.yaml", `
apiVersion: v1
kind: Node
metadata: {name: b}
---
`+strings.ReplaceAll(strings.TrimSpace(agent), "app: agent", "app: other"))
	require.ErrorContains(t, err, "spec.selector: Invalid value")
	require.ErrorContains(t, err, "field is immutable")
	require.Equal(t, before, sim.Hash())
}

func TestSetImageBehaviour(t *testing.T) {
	sim := running(t, "a")
	require.NoError(t, sim.SetImageBehaviour("agent:v2", kubelet.Behaviour{NeverReady: true}))
	require.True(t, sim.ImageBehaviour("agent:v2").NeverReady)
	require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
	require.NoError(t, sim.Settle())
	require.Zero(t, sim.DaemonSet("default", "agent").Status.NumberReady)
	require.ErrorContains(t, sim.SetImageBehaviour("x", kubelet.Behaviour{Pull: -time.Second}), "negative")
}

// TestBrokenManifestsChangeNothing applies what package manifest keeps of broken manifests to a running
// cluster: each is refused, and none leaves a trace.
func TestBrokenManifestsChangeNothing(t *testing.T) {
	files, err := filepath.Glob("manifest/testdata/broken/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	manifests := map[string]string{
		"huge scalar": "kind: Namespace\napiVersion: v1\nmetadata: {name: " + strings.Repeat("x", 5<<20) + "}",
		"anchor bomb": "a: &a [x, x, x, x, x, x, x, x, x, x]\n" +
			"b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
			"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n" +
			"f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n",
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		manifests[name] = string(text)
	}
	sim := running(t, "a")
	before := sim.Hash()
	for name, text := range manifests {
		err := sim.ApplyYAML(filepath.Base(name), text)
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 100_000, "%s: the message stays readable", name)
		require.Equal(t, before, sim.Hash(), "%s left a trace", name)
	}
}
