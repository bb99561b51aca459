package kubectl_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// released is a cluster whose DaemonSet agent has had the images v1, v2 and so on, one revision each. It was
// created without the annotation that apply leaves.
func released(t *testing.T, images int, edits ...string) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{Seed: 1})
	require.NoError(t, sim.AddNodes("n1", "n2"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", strings.NewReplacer(edits...).Replace(agentManifest)))
	require.NoError(t, sim.Settle())
	for _, image := range []string{"img:v2", "img:v3", "img:v4"}[:images-1] {
		run(t, sim, 0, "set", "image", "ds/agent", "main="+image)
		require.NoError(t, sim.Settle())
	}
	return sim
}

// manual is the edit of the manifest that makes a DaemonSet OnDelete.
var manual = []string{"spec:\n  selector", "spec:\n  updateStrategy: {type: OnDelete}\n  selector"}

func history(t *testing.T, sim *daemonsim.Sim) string {
	t.Helper()
	return run(t, sim, 0, "rollout", "history", "ds/agent")
}

func image(sim *daemonsim.Sim) string {
	return sim.DaemonSet("default", "agent").Spec.Template.Spec.Containers[0].Image
}

func TestHistory(t *testing.T) {
	const header = "daemonset.apps/agent \nREVISION  CHANGE-CAUSE\n"
	t.Run("D-235 rows rising, the cause of each", func(t *testing.T) {
		sim := released(t, 1)
		run(t, sim, 0, "annotate", "ds/agent", "kubernetes.io/change-cause=to v2")
		run(t, sim, 0, "set", "image", "ds/agent", "main=img:v2")
		require.NoError(t, sim.Settle())
		same(t, header+"1         <none>\n2         to v2\n\n", history(t, sim))
	})
	t.Run("D-236 only own revisions that match", func(t *testing.T) {
		sim := released(t, 2)
		set := sim.DaemonSet("default", "agent")
		own := daemonset.Revisions(sim.Reader, set)
		add := func(name string, number int64, edit func(*rollout.ControllerRevision)) {
			r := own[0].Clone().(*rollout.ControllerRevision)
			r.Name, r.UID, r.ResourceVersion, r.Revision = name, 0, 0, number
			edit(r)
			_, err := sim.Create(r)
			require.NoError(t, err)
		}
		add("stranger", 7, func(r *rollout.ControllerRevision) {
			r.OwnerReferences = append([]cluster.OwnerReference(nil), r.OwnerReferences...)
			r.OwnerReferences[0].Name, r.OwnerReferences[0].UID = "other", 99
		})
		add("free", 8, func(r *rollout.ControllerRevision) { r.OwnerReferences = nil })
		add("unlike", 9, func(r *rollout.ControllerRevision) { r.Labels = map[string]string{"app": "other"} })
		add("twin", 2, func(*rollout.ControllerRevision) {})
		same(t, header+"1         <none>\n2         <none>\n\n", history(t, sim))
	})
	t.Run("D-237 one revision in detail", func(t *testing.T) {
		sim := released(t, 2)
		text := run(t, sim, 0, "rollout", "history", "ds/agent", "--revision=1")
		require.True(t, strings.HasPrefix(text, "daemonset.apps/agent with revision #1\nPod Template:\n"), text)
		require.Contains(t, text, "    Image:\timg:v1\n")
		text = run(t, sim, 0, "rollout", "history", "ds/agent", "--revision=2")
		require.True(t, strings.HasPrefix(text, "daemonset.apps/agent with revision #2\nPod Template:\n"), text)
		require.Contains(t, text, "    Image:\timg:v2\n")
		require.Equal(t, "error: unable to find the specified revision\n",
			run(t, sim, 1, "rollout", "history", "ds/agent", "--revision=3"))
		require.Equal(t, "error: revision must be a positive integer: -1\n",
			run(t, sim, 1, "rollout", "history", "ds/agent", "--revision=-1"))
	})
	t.Run("D-237 no revisions", func(t *testing.T) {
		sim := daemonsim.New(daemonsim.Config{})
		require.NoError(t, sim.ApplyYAML("agent.yaml", agentManifest))
		same(t, "daemonset.apps/agent \nNo rollout history found.\n", history(t, sim))
	})
	t.Run("D-238 a revision keeps its first cause", func(t *testing.T) {
		sim := released(t, 2)
		run(t, sim, 0, "annotate", "ds/agent", "kubernetes.io/change-cause=back again")
		run(t, sim, 0, "rollout", "undo", "ds/agent")
		require.NoError(t, sim.Settle())
		same(t, header+"2         <none>\n3         <none>\n\n", history(t, sim))
	})
}

func TestUndo(t *testing.T) {
	t.Run("D-239 to the number before, or to the one given", func(t *testing.T) {
		sim := released(t, 4)
		run(t, sim, 0, "patch", "ds/agent", "-p", `{"spec":{"minReadySeconds":3}}`)
		run(t, sim, 0, "rollout", "undo", "ds/agent")
		require.Equal(t, "img:v3", image(sim))
		require.EqualValues(t, 3, sim.DaemonSet("default", "agent").Spec.MinReadySeconds, "only the template changes")
		require.NoError(t, sim.Settle())
		run(t, sim, 0, "rollout", "undo", "ds/agent", "--to-revision=1")
		require.Equal(t, "img:v1", image(sim))
		require.NoError(t, sim.Settle())
		var numbers []int64
		for _, r := range daemonset.Revisions(sim.Reader, sim.DaemonSet("default", "agent")) {
			numbers = append(numbers, r.Revision)
		}
		require.ElementsMatch(t, []int64{2, 4, 5, 6}, numbers, "the controller numbers them again")
	})
	for _, tt := range []struct {
		name     string
		releases int
		args     string
		code     int
		want     string
		image    string
	}{
		{"D-240 done", 2, "", 0, "daemonset.apps/agent rolled back\n", "img:v1"},
		{"D-240 one revision", 1, "", 1, "error: no last revision to roll back to\n", "img:v1"},
		{"D-240 an unknown number", 2, "--to-revision=9", 1,
			"error: unable to find specified revision 9 in history\n", "img:v2"},
		{"D-240 a negative number", 2, "--to-revision=-1", 1,
			"error: unable to find specified revision -1 in history\n", "img:v2"},
		{"D-240 equal already", 2, "--to-revision=2", 0,
			"daemonset.apps/agent skipped rollback (current template already matches revision 2)\n", "img:v2"},
		{"D-240 server dry run", 2, "--dry-run=server", 0,
			"daemonset.apps/agent rolled back (server dry run)\n", "img:v2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := released(t, tt.releases)
			args := append([]string{"rollout", "undo", "ds/agent"}, strings.Fields(tt.args)...)
			same(t, tt.want, run(t, sim, tt.code, args...))
			require.Equal(t, tt.image, image(sim))
		})
	}
	t.Run("D-240 equal without a number", func(t *testing.T) {
		sim := released(t, 2)
		run(t, sim, 0, "rollout", "undo", "ds/agent")
		// The controller has not numbered them again yet, so that number 1 is still the one before.
		same(t, "daemonset.apps/agent skipped rollback (current template already matches revision 0)\n",
			run(t, sim, 0, "rollout", "undo", "ds/agent"))
	})
	t.Run("D-240 client dry run, also of what is equal", func(t *testing.T) {
		for number, want := range map[string]string{"1": "img:v1", "2": "img:v2"} {
			sim := released(t, 2)
			text := run(t, sim, 0, "rollout", "undo", "ds/agent", "--dry-run=client", "--to-revision="+number)
			require.True(t, strings.HasPrefix(text, "daemonset.apps/agent will roll back to Pod Template:\n"), text)
			require.Contains(t, text, "Image:\t"+want+"\n")
			require.True(t, strings.HasSuffix(text, " (dry run)\n"), text)
			require.Equal(t, "img:v2", image(sim))
		}
	})
	t.Run("D-240 a warning after apply", func(t *testing.T) {
		sh := populated(t)
		run(t, sh.sim, 0, "set", "image", "ds/agent", "main=img:v2")
		require.NoError(t, sh.sim.Settle())
		text := run(t, sh.sim, 0, "rollout", "undo", "ds/agent")
		require.True(t, strings.HasPrefix(text, "Warning: resource daemonsets/agent was previously managed with "), text)
		require.True(t, strings.HasSuffix(text, "\ndaemonset.apps/agent rolled back\n"), text)
	})
	t.Run("D-241 in the middle of a rollout, and back and forth", func(t *testing.T) {
		sim := released(t, 2)
		run(t, sim, 0, "set", "image", "ds/agent", "main=img:v3")
		require.NoError(t, sim.RunFor(1500*time.Millisecond))
		for _, want := range []string{"img:v2", "img:v3", "img:v2"} {
			require.Equal(t, "daemonset.apps/agent rolled back\n", run(t, sim, 0, "rollout", "undo", "ds/agent"))
			require.Equal(t, want, image(sim))
			require.NoError(t, sim.RunFor(1500*time.Millisecond))
		}
	})
	t.Run("D-241 under OnDelete", func(t *testing.T) {
		sim := released(t, 2, manual...)
		run(t, sim, 0, "rollout", "undo", "ds/agent")
		require.Equal(t, "img:v1", image(sim))
	})
}

func TestRestart(t *testing.T) {
	const annotation = "kubectl.kubernetes.io/restartedAt"
	t.Run("D-242 another revision, not twice within a second", func(t *testing.T) {
		sim := released(t, 1)
		require.NoError(t, sim.RunFor(300*time.Millisecond))
		same(t, "daemonset.apps/agent restarted\n", run(t, sim, 0, "rollout", "restart", "ds/agent"))
		at := sim.Epoch().Add(sim.Now()).Truncate(time.Second).Format(time.RFC3339)
		template := sim.DaemonSet("default", "agent").Spec.Template
		require.Equal(t, at, template.ObjectMeta.Annotations[annotation])
		same(t, "error: failed to create patch for agent: if restart has already been triggered within the past "+
			"second, please wait before attempting to trigger another\n",
			run(t, sim, 1, "rollout", "restart", "ds/agent"))
		require.NoError(t, sim.Settle())
		require.Contains(t, history(t, sim), "\n2         <none>\n")
		run(t, sim, 0, "rollout", "restart", "ds/agent")
	})
	t.Run("D-243 under OnDelete a revision and nothing else", func(t *testing.T) {
		sim := released(t, 1, manual...)
		before := run(t, sim, 0, "get", "pods", "-o", "name")
		run(t, sim, 0, "rollout", "restart", "ds/agent")
		require.NoError(t, sim.Settle())
		require.Contains(t, history(t, sim), "\n2         <none>\n")
		same(t, before, run(t, sim, 0, "get", "pods", "-o", "name"))
	})
}

func TestWhatDaemonSetsLack(t *testing.T) {
	for _, tt := range []struct{ name, args, want string }{
		{"D-244 pause", "rollout pause ds/agent", "error: daemonsets.apps \"agent\" pausing is not supported\n"},
		{"D-244 resume", "rollout resume ds/agent", "error: daemonsets.apps \"agent\" resuming is not supported\n"},
		{"D-245 scale", "scale ds/agent --replicas=3",
			"Error from server (NotFound): the server could not find the requested resource\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := released(t, 1)
			before := sim.Hash()
			same(t, tt.want, run(t, sim, 1, strings.Fields(tt.args)...))
			require.Equal(t, before, sim.Hash())
		})
	}
}

func TestDeleteDaemonSet(t *testing.T) {
	for _, tt := range []struct {
		name, flag string
		left       int
	}{
		{"D-245 background", "--cascade=background", 0},
		{"D-245 background unless said", "--now=false", 0},
		{"D-245 foreground", "--cascade=foreground", 0},
		{"D-245 orphan", "--cascade=orphan", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := released(t, 1)
			same(t, "daemonset.apps \"agent\" deleted from default namespace\n",
				run(t, sim, 0, "delete", "ds", "agent", tt.flag))
			require.Equal(t, strings.Contains(tt.flag, "foreground"), sim.DaemonSet("default", "agent") != nil,
				"in the foreground it stays until its pods are gone")
			require.NoError(t, sim.Settle())
			var pods struct{ Items []json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(run(t, sim, 0, "get", "pods", "-o", "json")), &pods))
			require.Len(t, pods.Items, tt.left)
			require.Nil(t, sim.DaemonSet("default", "agent"))
		})
	}
}
