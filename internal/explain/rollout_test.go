package explain_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/explain"
)

var update = flag.Bool("update", false, "write the answers into the files under testdata")

// rolling is a simulation of four nodes on which a DaemonSet is rolled out two nodes at a time: the new pod never
// gets ready on the first, and has no room on the second.
func rolling(t *testing.T) explain.World {
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{"agent:v2": {NeverReady: true}}})
	require.NoError(t, sim.AddNodes("a", "b", "c", "d"))
	cores := func(n int64) cluster.ResourceRequirements {
		return cluster.ResourceRequirements{Requests: cluster.ResourceList{cluster.ResourceCPU: quantity.New(n)}}
	}
	two := cluster.FromInt(2)
	labels := map[string]string{"app": "agent"}
	agent := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent"}, Spec: daemonset.Spec{
		Selector: &affinity.LabelSelector{MatchLabels: labels},
		UpdateStrategy: daemonset.UpdateStrategy{
			Type: daemonset.RollingUpdate, RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &two},
		},
		Template: cluster.PodTemplateSpec{
			ObjectMeta: cluster.TemplateMeta{Labels: labels},
			Spec: cluster.PodSpec{
				Containers: []cluster.Container{{Name: "main", Image: "agent:v1", Resources: cores(1)}},
			},
		},
	}}
	web := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "web"}, NodeName: "b",
		Template: cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
			Containers: []cluster.Container{{Name: "main", Image: "web:v1", Resources: cores(3)}},
		}}),
	}
	for _, obj := range []cluster.Object{agent, web} {
		_, err := sim.Create(obj)
		require.NoError(t, err)
	}
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
		c := &d.Spec.Template.Spec.Containers[0]
		c.Image, c.Resources = "agent:v2", cores(2)
	}))
	require.NoError(t, sim.Settle())
	return explain.World{
		Sets: []*daemonset.DaemonSet{sim.DaemonSet("default", "agent")}, Nodes: slices.Collect(sim.Nodes()), Sim: sim,
	}
}

// TestRolloutGolden holds all answers about a rollout against files, and the JSON against what its
// documentation says of it.
func TestRolloutGolden(t *testing.T) {
	world := rolling(t)
	for _, tt := range []struct{ file, node, output string }{
		{"rollout.json", "", "json"}, {"rollout-node.json", "d", "json"},
		{"rollout.txt", "", ""}, {"rollout-wide.txt", "", "wide"}, {"rollout-node.txt", "d", ""},
	} {
		q, err := explain.Parse(slices.DeleteFunc([]string{"rollout/agent", tt.node}, func(s string) bool {
			return s == ""
		}), "", tt.output)
		require.NoError(t, err)
		got, err := q.Answer(world)
		require.NoError(t, err)
		path := filepath.Join("testdata", tt.file)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		if tt.output == "json" {
			checkLinks(t, got)
		}
	}
}

// checkLinks follows every number of a place to it.
func checkLinks(t *testing.T, text string) {
	var r struct {
		Roots []struct {
			Cause int
			Via   *int
			Nodes []string
		}
		Waits  []struct{ Cause int }
		Causes []struct {
			Kind, Message string
			Because       *int
		}
		Offers []struct{ Message, Command string }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	require.NotEmpty(t, r.Roots)
	require.NotEmpty(t, r.Waits)
	require.NotEmpty(t, r.Offers)
	seen := make([]bool, len(r.Causes))
	follow := func(i int) {
		for next := &i; next != nil; next = r.Causes[*next].Because {
			require.NotEmpty(t, r.Causes[*next].Message)
			seen[*next] = true
		}
	}
	for _, root := range r.Roots {
		require.NotEmpty(t, root.Nodes)
		follow(root.Cause)
		if root.Via != nil {
			follow(*root.Via)
		}
	}
	for _, w := range r.Waits {
		follow(w.Cause)
	}
	require.NotContains(t, seen, false, "no cause is there for nothing")
}

// TestRolloutRefused has questions about rollouts that have no answer.
func TestRolloutRefused(t *testing.T) {
	world := rolling(t)
	ask := func(words ...string) error {
		q, err := explain.Parse(words, "", "")
		require.NoError(t, err)
		_, err = q.Answer(world)
		return err
	}
	require.NoError(t, ask("rollout/agent", "a"))
	require.ErrorIs(t, ask("rollout/other"), cluster.ErrNotFound)
	require.ErrorIs(t, ask("rollout/agent", "e"), cluster.ErrNotFound)
	world.Sim = nil
	require.ErrorIs(t, ask("rollout/agent"), explain.ErrNotRunning)
}
