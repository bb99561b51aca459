package conformance_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReplayNotices spoils a recording in one way after another and expects the replay to differ there.
func TestReplayNotices(t *testing.T) {
	_, found := readStored(t, storedTrajectories)
	const name = "37-rolling-mu1"
	require.Contains(t, found, name)
	for _, row := range []struct {
		spoil string
		with  func(o *observation)
		want  string
	}{
		{"nothing", func(*observation) {}, ""},
		{"a number of the status", func(o *observation) {
			set := o.DaemonSets["default/agent"]
			set.Status = json.RawMessage(strings.Replace(string(set.Status), `"numberReady": 5`, `"numberReady": 4`, 1))
			o.DaemonSets["default/agent"] = set
		}, "daemonsets.default/agent.status.numberReady"},
		{"the revision of a pod", func(o *observation) { *o.DaemonPods["n3"][0].Revision = 1 }, "pods.n3[0].revision"},
		{"the number of a revision", func(o *observation) {
			o.Revisions["default/agent"][1].Revision = 3
		}, "revisions.default/agent[1].revision"},
		{"a node's taints", func(o *observation) {
			n := o.Nodes["n1"]
			n.Unschedulable = true
			o.Nodes["n1"] = n
		}, "nodes.n1.unschedulable"},
		{"an event that nobody writes", func(o *observation) { o.Events[0].Message = "Created a pod" }, "events"},
		{"an event too few", func(o *observation) {
			o.Events = slices.DeleteFunc(o.Events, func(e eventState) bool { return e.Object == "agent@n1#2" })
		}, "events"},
		{"the output of a command", func(o *observation) { o.Commands[0].Stdout += "and more\n" }, "kubectl set image"},
		{"an exit code", func(o *observation) { o.Commands[0].Code = 1 }, "exit code"},
		{"a text of kubectl", func(o *observation) {
			o.Kubectl["get ds -A"] = struct{ Text string }{"No resources found\n"}
		}, "kubectl get ds -A"},
		{"a pod that was created twice", func(o *observation) {
			o.trace = append(o.trace, o.trace[incidentAt(o, "create", "agent@n1#2")])
		}, "at agent@n1"},
		{"a pod that was bound before it was created", func(o *observation) {
			move(o, "bind", "agent@n1#2", incidentAt(o, "create", "agent@n1#2"))
		}, "at agent@n1"},
		{"a deletion before the revision", func(o *observation) {
			move(o, "delete-requested", "agent@n1#1", 0)
		}, "decisions for agent"},
		{"a deletion that did not wait for the budget", func(o *observation) {
			move(o, "delete-requested", "agent@n2#1", incidentAt(o, "ready", "agent@n1#2"))
		}, "causes of delete-requested agent@n2#1"},
		{"a deletion that waited too long", func(o *observation) {
			from := incidentAt(o, "delete-requested", "agent@n2#1")
			for i := range o.trace[from:] {
				o.trace[from+i].At += 5
			}
		}, "time of delete-requested agent@n2#1"},
	} {
		t.Run(row.spoil, func(t *testing.T) {
			s, err := readScenario(name, found[name])
			require.NoError(t, err)
			row.with(&s.seen[1])
			v := replayScenario(s)
			if row.want == "" {
				require.Equal(t, name+": same", v.String())
				return
			}
			require.Empty(t, v.missing)
			require.Equal(t, 1, v.step)
			require.Contains(t, v.found[0].path, row.want, "%v", v.found)
		})
	}
}

func incidentAt(o *observation, what, pod string) int {
	return slices.IndexFunc(o.trace, func(i incident) bool { return i.What == what && i.Pod == pod })
}

// move puts an incident in another place of the trace.
func move(o *observation, what, pod string, to int) {
	from := incidentAt(o, what, pod)
	i := o.trace[from]
	o.trace = slices.Insert(slices.Delete(o.trace, from, from+1), to, i)
}

// TestMissing says what a scenario lacks by what is in it.
func TestMissing(t *testing.T) {
	for _, row := range []struct{ objects, step, want string }{
		{"kind: Node\napiVersion: v1\nmetadata: {name: a}", "kubectl: get nodes", ""},
		{"kind: ResourceQuota\napiVersion: v1\nmetadata: {name: a}", "sleep: 1", "objects of the kind ResourceQuota"},
		{"kind: Node\napiVersion: v1\nmetadata: {name: a}", "stop: etcd", "stopping etcd"},
		{"kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  serviceAccountName: nobody\n  containers: [{name: c, image: i}]",
			"sleep: 1", "ServiceAccount admission (pods that run as nobody)"},
	} {
		s := &scenario{phases: []string{row.objects}}
		require.NoError(t, s.readSteps([]byte("- "+row.step)))
		require.Equal(t, row.want, missingFrom(s), row.objects)
	}
	s := &scenario{}
	require.ErrorContains(t, s.readSteps([]byte("- explode: now")), "explode", "a step that nobody would take")
}
