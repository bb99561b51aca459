package kubectl_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// TestPodUnderPreemption looks at a pod for which room is made, and at one that makes it.
func TestPodUnderPreemption(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	class := &cluster.PriorityClass{Value: 7, GlobalDefault: true, PreemptionPolicy: "Never"}
	class.Name = "usual"
	_, err := sim.Create(class)
	require.NoError(t, err)
	template := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		Containers: []cluster.Container{{Name: "c", Image: "x"}},
	}})
	pod := func(name string, edit func(*cluster.PodTrouble)) {
		p := &cluster.Pod{Template: template}
		p.Name = name
		require.NoError(t, sim.CreateOwned(p))
		_, err := sim.SetPodStatus(p.UID, p.Status.WithTrouble(edit))
		require.NoError(t, err)
	}
	pod("coming", func(t *cluster.PodTrouble) { t.NominatedNodeName = "n1" })
	pod("going", func(t *cluster.PodTrouble) {
		t.Disruption = cluster.Disruption{Reason: "PreemptionByScheduler", Message: "m"}
	})
	same(t, `NAME     READY   STATUS    RESTARTS   AGE   IP       NODE     NOMINATED NODE   READINESS GATES
coming   0/1     Pending   0          0s    <none>   <none>   n1               <none>
going    0/1     Pending   0          0s    <none>   <none>   <none>           <none>
`, run(t, sim, 0, "get", "pods", "-o", "wide"))
	coming := run(t, sim, 0, "describe", "pod", "coming")
	require.Contains(t, coming, "\nNominatedNodeName:")
	require.Regexp(t, `(?m)^Priority: +7\nPriority Class Name: +usual$`, coming)
	require.Regexp(t, `(?m)^  DisruptionTarget +True $`, run(t, sim, 0, "describe", "pod", "going"))
	require.Contains(t, run(t, sim, 0, "get", "pod", "coming", "-o", "yaml"), "  nominatedNodeName: n1\n")
	require.Contains(t, run(t, sim, 0, "get", "pod", "coming", "-o", "yaml"),
		"  preemptionPolicy: Never\n  priority: 7\n  priorityClassName: usual\n")
	require.Contains(t, run(t, sim, 0, "get", "pod", "going", "-o", "yaml"),
		"    reason: PreemptionByScheduler\n    status: \"True\"\n    type: DisruptionTarget\n")
}
