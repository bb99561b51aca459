package daemonsim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// agent is the DaemonSet of the tests in this package.
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

const proxy = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: proxy, namespace: kube-system, labels: {tier: node, team: net, zone: any}}
spec:
  minReadySeconds: 3
  updateStrategy: {rollingUpdate: {maxSurge: 40%, maxUnavailable: 0}}
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy, tier: node, team: net}}
    spec:
      nodeSelector: {zone: a}
      tolerations: [{key: dedicated, operator: Exists}]
      containers:
      - {name: main, image: "proxy:v1", resources: {requests: {cpu: 100m, memory: 64Mi}}}
      - {name: side, image: "side:v1", resources: {limits: {cpu: "1"}}}
`

// script does a bit of everything and returns the simulation and its change log.
func script(t *testing.T, config daemonsim.Config) (*daemonsim.Sim, string) {
	t.Helper()
	sim := daemonsim.New(config)
	var buffer bytes.Buffer
	log := sim.LogChanges(&buffer)
	for i := range 7 {
		_, err := sim.Create(scriptNode(i))
		require.NoError(t, err)
	}
	require.NoError(t, sim.ApplyYAML("manifests.yaml", agent+"---"+proxy))
	require.NoError(t, sim.RunFor(1500*time.Millisecond))
	require.NoError(t, sim.SetImageBehaviour("agent:v2", kubelet.Behaviour{ReadyAfter: 4 * time.Second}))
	require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
	require.NoError(t, sim.SetImage("kube-system", "proxy", "*", "proxy:v2"))
	require.NoError(t, sim.RunFor(10*time.Second))
	require.NoError(t, sim.RemoveNode("node-3"))
	require.NoError(t, sim.Cordon("node-4"))
	require.NoError(t, sim.UpdateNode("node-5", func(n *cluster.Node) {
		n.Spec.Taints = append(n.Spec.Taints, taints.Taint{Key: "gone", Effect: taints.EffectNoExecute})
	}))
	require.NoError(t, sim.Undo("default", "agent", 0))
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
		d.Spec.UpdateStrategy.Type = daemonset.OnDelete
	}))
	require.NoError(t, sim.AddNodes("node-9"))
	require.NoError(t, sim.LabelNode("node-9", map[string]string{"zone": "a", "rack": "r1", "disk": "ssd"}))
	require.NoError(t, sim.Settle())
	require.NoError(t, log.Flush())
	return sim, buffer.String()
}

func scriptNode(i int) *cluster.Node {
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{
		Name: fmt.Sprintf("node-%d", i), Labels: map[string]string{"zone": string("ab"[i%2])},
	}}
	if i == 2 {
		n.Spec.Taints = []taints.Taint{{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule}}
	}
	return n
}

// scriptSum is the SHA-256 of the change log of the script with seed 7. It is the same on every platform;
// a change that is meant to change what happens, or how it is written down, changes it.
const scriptSum = "c24dc6b37943e525910fd224393668691af5164e2cb3e6a74e3cfc3ab2d5cee7"

// scriptHash is the hash of the simulation at the end of it, also the same everywhere.
const scriptHash uint64 = 0x77cd54fa3f53c093

// TestSameBytes runs the script again and again: the change log does not depend on anything but the
// config.
func TestSameBytes(t *testing.T) {
	sim, log := script(t, daemonsim.Config{Seed: 7})
	sum := sha256.Sum256([]byte(log))
	assert.Equal(t, scriptSum, hex.EncodeToString(sum[:]), "the change log starts with\n%.2000s", log)
	assert.Equal(t, scriptHash, sim.Hash())

	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(procs)
	for _, n := range []int{1, 2, procs} {
		runtime.GOMAXPROCS(n)
		again, same := script(t, daemonsim.Config{Seed: 7})
		require.Equal(t, log, same, "GOMAXPROCS=%d", n)
		require.Equal(t, sim.Hash(), again.Hash(), "GOMAXPROCS=%d", n)
	}
}

// TestSameBytesChosen does the same with everything in random order.
func TestSameBytesChosen(t *testing.T) {
	config := func() daemonsim.Config {
		return daemonsim.Config{Seed: 7, Chooser: cluster.NewRandomChooser(11)}
	}
	sim, log := script(t, config())
	again, same := script(t, config())
	require.Equal(t, log, same)
	require.Equal(t, sim.Hash(), again.Hash())
}

// TestOtherSeed expects other names and nothing else of another seed.
func TestOtherSeed(t *testing.T) {
	sim, _ := script(t, daemonsim.Config{Seed: 7})
	other, _ := script(t, daemonsim.Config{Seed: 8})
	assert.NotEqual(t, podNames(sim), podNames(other))
	assert.Equal(t, placements(sim), placements(other))
	for _, set := range daemonset.All(sim.Reader, "") {
		assert.Equal(t, set.Status, other.DaemonSet(set.Namespace, set.Name).Status, set.Name)
	}
}

// TestSamePlacements permutes what must not matter: the order in which nodes come and labels are set,
// and nodes that have nothing to do with it.
func TestSamePlacements(t *testing.T) {
	place := func(order []int, keys []string, strangers ...string) []string {
		sim := daemonsim.New(daemonsim.Config{})
		require.NoError(t, sim.ApplyYAML("proxy.yaml", proxy))
		for _, i := range order {
			n := scriptNode(i)
			zone := n.Labels["zone"]
			n.Labels = make(map[string]string)
			for _, k := range keys {
				n.Labels[k] = zone
			}
			_, err := sim.Create(n)
			require.NoError(t, err)
		}
		require.NoError(t, sim.AddNodes(strangers...))
		require.NoError(t, sim.Settle())
		require.NoError(t, sim.SetImage("kube-system", "proxy", "main", "proxy:v2"))
		require.NoError(t, sim.Settle())
		return placements(sim)
	}
	want := place([]int{0, 1, 2, 3, 4, 5, 6}, []string{"zone", "rack", "row"})
	require.Len(t, want, 4)
	assert.Equal(t, want, place([]int{6, 2, 4, 0, 1, 5, 3}, []string{"zone", "rack", "row"}), "nodes")
	assert.Equal(t, want, place([]int{0, 1, 2, 3, 4, 5, 6}, []string{"row", "rack", "zone"}), "labels")
	assert.Equal(t, want, place([]int{0, 1, 2, 3, 4, 5, 6}, []string{"zone", "rack", "row"}, "a", "z"),
		"strangers")
}

func podNames(sim *daemonsim.Sim) []string {
	var names []string
	for p := range sim.Pods("") {
		names = append(names, p.Name)
	}
	return names
}

// placements lists which images run on which nodes.
func placements(sim *daemonsim.Sim) []string {
	var list []string
	for p := range sim.Pods("") {
		var images []string
		for _, c := range p.Spec().Containers {
			images = append(images, c.Image)
		}
		list = append(list, fmt.Sprintf("%s: %s %s", p.NodeName, strings.Join(images, "+"), p.Phase()))
	}
	slices.Sort(list)
	return list
}
