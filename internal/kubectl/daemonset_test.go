package kubectl_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/rollout"
)

const selective = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, labels: {team: infra}}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}, annotations: {note: x}}
    spec:
      nodeSelector: {zone: a, disk: ssd}
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions: [{key: gpu, operator: DoesNotExist}]
      initContainers: [{name: first, image: "img:init"}]
      containers: [{name: main, image: "img:v1"}, {name: side, image: "img:side"}]
      serviceAccountName: agent
      priorityClassName: ""
`

func TestDaemonSetRows(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Seed: 1})
	require.NoError(t, sim.AddNodes("n1", "n2"))
	require.NoError(t, sim.LabelNode("n1", map[string]string{"zone": "a", "disk": "ssd"}))
	require.NoError(t, sim.ApplyYAML("agent.yaml", selective))
	require.NoError(t, sim.Settle())
	t.Run("D-226 node selector by key, names and images with commas", func(t *testing.T) {
		same(t, `NAME    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR     AGE   CONTAINERS   IMAGES            SELECTOR
agent   1         1         1       1            1           disk=ssd,zone=a   6s    main,side    img:v1,img:side   app=agent
`, run(t, sim, 0, "get", "ds", "-o", "wide"))
	})
	t.Run("D-227 controllers of revisions", func(t *testing.T) {
		orphan := &rollout.ControllerRevision{Revision: 7, Data: []byte(`{}`)}
		orphan.Name = "zz"
		_, err := sim.Create(orphan)
		require.NoError(t, err)
		lines := strings.Split(run(t, sim, 0, "get", "controllerrevisions"), "\n")
		require.Regexp(t, `^NAME +CONTROLLER +REVISION +AGE$`, lines[0])
		require.Regexp(t, `^agent-[a-z0-9]+ +daemonset.apps/agent +1 +6s$`, lines[1])
		require.Regexp(t, `^zz +<none> +7 +0s$`, lines[2])
	})
}

func TestDescribeDaemonSet(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Seed: 1, Images: map[string]kubelet.Behaviour{
		"img:v1": {Start: time.Second, Stop: time.Hour},
	}})
	require.NoError(t, sim.AddNodes("n1", "n2"))
	require.NoError(t, sim.LabelNode("n1", map[string]string{"zone": "a", "disk": "ssd"}))
	require.NoError(t, sim.LabelNode("n2", map[string]string{"zone": "a", "disk": "ssd"}))
	require.NoError(t, sim.ApplyYAML("agent.yaml", selective))
	require.NoError(t, sim.RunFor(10*time.Second))
	text := run(t, sim, 0, "describe", "ds", "agent")
	t.Run("D-229 order of the parts", func(t *testing.T) {
		at := 0
		for _, part := range []string{
			"Name: ", "\nNamespace: ", "\nSelector: ", "\nNode-Selector: ", "\nLabels: ", "\nAnnotations: ",
			"\nDesired Number of Nodes Scheduled: 2\n", "Current Number of Nodes Scheduled: 2\n",
			"Number of Nodes Scheduled with Up-to-date Pods: 2\n",
			"Number of Nodes Scheduled with Available Pods: 2\n", "Number of Nodes Misscheduled: 0\n",
			"Pods Status:  2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n", "Pod Template:\n", "  Labels: ",
			"  Annotations: ", "  Service Account: ", "  Init Containers:\n", "  Containers:\n", "  Volumes: ",
			"  Node-Selectors: ", "  Tolerations: ", "Events:\n", "  Type ", "Reason ", "Age ", "From ", "Message\n",
		} {
			i := strings.Index(text[at:], part)
			require.GreaterOrEqual(t, i, 0, "%q is missing, or comes too early:\n%s", part, text)
			at += i + len(part) - 1
		}
		require.Equal(t, 5, strings.Count(text, "Number of Nodes"), "each once")
		require.NotContains(t, text, "Priority Class Name")
		require.NotContains(t, text, "Topology Spread Constraints")
	})
	t.Run("D-231 what is not shown", func(t *testing.T) {
		for _, word := range []string{"Strategy", "Ready", "Observed", "Collision", "node.kubernetes.io/"} {
			require.NotContains(t, text, word)
		}
		require.Regexp(t, `(?m)^  Tolerations: +<none>$`, text)
	})
	t.Run("D-229 no events", func(t *testing.T) {
		bare := daemonsim.New(daemonsim.Config{})
		require.NoError(t, bare.ApplyYAML("agent.yaml", selective))
		require.Regexp(t, `(?m)^Events: +<none>$`, run(t, bare, 0, "describe", "ds", "agent"))
	})
	t.Run("D-230 pods that match but belong to another", func(t *testing.T) {
		other := strings.NewReplacer("name: agent,", "name: other,", "{app: agent}}\n  template", "{is: other}}\n  template",
			"{app: agent}, ann", "{app: agent, is: other}, ann").Replace(selective)
		require.NoError(t, sim.ApplyYAML("other.yaml", other))
		require.NoError(t, sim.RunFor(10*time.Second))
		require.Len(t, strings.Split(run(t, sim, 0, "get", "pods", "-l", "app=agent", "-o", "name"), "\n"), 4+1)
		require.Contains(t, run(t, sim, 0, "describe", "ds", "agent"),
			"\nPods Status:  2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n")
	})
	t.Run("D-230 pods that do not match any more", func(t *testing.T) {
		fork := sim.Fork()
		for p := range fork.PodsOwnedBy("default", fork.DaemonSet("default", "agent").UID) {
			run(t, fork, 0, "label", "pod", p.Name, "app=other", "--overwrite")
			break
		}
		require.Contains(t, run(t, fork, 0, "describe", "ds", "agent"),
			"\nPods Status:  1 Running / 0 Waiting / 0 Succeeded / 0 Failed\n",
			"before the controller has let go of it")
	})
	t.Run("D-230 terminating pods too, unlike the status", func(t *testing.T) {
		run(t, sim, 0, "label", "node", "n2", "disk-")
		require.NoError(t, sim.RunFor(10*time.Second))
		text := run(t, sim, 0, "describe", "ds", "agent")
		require.Contains(t, text, "\nCurrent Number of Nodes Scheduled: 1\n")
		require.Contains(t, text, "\nPods Status:  2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n")
	})
}
