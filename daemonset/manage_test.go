package daemonset_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// made is a pod that a test makes by hand. Its node is n.
type made func(*cluster.Pod)

func pod(name, hash string, edits ...made) *cluster.Pod {
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: name, Namespace: "default", Labels: map[string]string{rollout.HashLabel: hash},
		},
		NodeName: "n", Target: "n",
		Status: cluster.PodStatus{Phase: cluster.PodRunning, Ready: true},
	}
	for _, edit := range edits {
		edit(p)
	}
	return p
}

func unbound(p *cluster.Pod) { p.NodeName = "" }

func unready(p *cluster.Pod) { p.Status.Ready = false }

func leaving(p *cluster.Pod) { p.DeletionTimestamp = new(time.Duration) }

func failed(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodFailed} }

func succeeded(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodSucceeded} }

func pending(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodPending} }

func readyAt(at time.Duration) made {
	return func(p *cluster.Pod) { p.Status.ReadySince = at }
}

func generation(n int) made {
	return func(p *cluster.Pod) { p.Labels[daemonset.TemplateGenerationLabel] = strconv.Itoa(n) }
}

// planOf writes a NodePlan as its parts: "create", "delete a (why)".
func planOf(plan daemonset.NodePlan) []string {
	var parts []string
	if plan.Create {
		parts = append(parts, "create")
	}
	for _, d := range plan.Delete {
		parts = append(parts, fmt.Sprintf("delete %s (%v)", d.Pod.Name, d.Reason))
	}
	return parts
}

type manageCase struct {
	name    string
	verdict answer
	pods    []*cluster.Pod
	want    []string
	reason  string
}

func checkManage(t *testing.T, view daemonset.View, gone bool, tests []manageCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &daemonset.Entry{
				Node: "n", Exists: !gone, ShouldRun: tt.verdict.Run,
				ShouldContinueRunning: tt.verdict.Continue, Pods: tt.pods,
			}
			if diff := cmp.Diff(tt.want, planOf(view.Manage(e))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func pods(list ...*cluster.Pod) []*cluster.Pod { return list }

// TestManage goes through the rows of D-71 without surge. The pods of an entry are given in survivor
// order.
func TestManage(t *testing.T) {
	view := daemonset.View{Hash: "new", Now: time.Minute}
	checkManage(t, view, false /* gone */, []manageCase{
		{"missing", wanted, nil, []string{"create"}, "D-71 row 1"},
		{"present", wanted, pods(pod("a", "new")), nil, "D-71 row 2"},
		{"old", wanted, pods(pod("a", "old")), nil, "D-76: revision plays no part"},
		{"pending", wanted, pods(pod("a", "new", pending, unbound)), nil, "D-83: it counts as present"},
		{"leaving", wanted, pods(pod("a", "new", leaving)), nil, "D-72: it blocks its node"},
		{"failed", wanted, pods(pod("a", "new", failed)), []string{"delete a (pod has failed)"}, "D-85"},
		{"succeeded", wanted, pods(pod("a", "new", succeeded)),
			[]string{"delete a (pod has succeeded)"}, "D-94"},
		{"two", wanted, pods(pod("a", "old"), pod("b", "new")),
			[]string{"delete b (node has another pod)"}, "D-76: the first stays, also if it is old"},
		{"two and a failed one", wanted, pods(pod("a", "new"), pod("f", "new", failed), pod("b", "new")),
			[]string{"delete f (pod has failed)", "delete b (node has another pod)"}, "D-71 row 2"},
		{"one and one leaving", wanted, pods(pod("a", "new", leaving), pod("b", "new")), nil,
			"D-76: a leaving pod is not running"},
		{"two failed", wanted, pods(pod("a", "new", failed), pod("b", "new", failed)),
			[]string{"delete a (pod has failed)", "delete b (pod has failed)"},
			"D-91 is up to the back-off"},
		{"tainted, present", kept, pods(pod("a", "new")), nil, "D-71 row 2: it may go on"},
		{"tainted, missing", kept, nil, nil, "D-71 row 4"},
		{"tainted, failed", kept, pods(pod("a", "new", failed)), []string{"delete a (pod has failed)"}, "D-85"},
		{"tainted, two", kept, pods(pod("a", "new"), pod("b", "new")),
			[]string{"delete b (node has another pod)"}, "D-71 row 2: any shouldRun"},
		{"unfit, missing", none, nil, nil, "D-71 row 4"},
		{"unfit", none, pods(pod("a", "new"), pod("f", "new", failed), pod("l", "new", leaving),
			pod("u", "new", unbound, pending)),
			[]string{
				"delete a (node does not fit any more)", "delete f (node does not fit any more)",
				"delete u (node does not fit any more)",
			}, "D-71 row 3, D-95: every live pod whatever its phase"},
	})
}

// TestManageWithSurge goes through the table of D-78.
func TestManageWithSurge(t *testing.T) {
	view := daemonset.View{Hash: "new", TemplateGeneration: 2, Surge: true, MinReady: 15 * time.Second, Now: time.Minute}
	soon := readyAt(50 * time.Second)
	checkManage(t, view, false /* gone */, []manageCase{
		{"missing", wanted, nil, []string{"create"}, "D-71 row 1"},
		{"leaving", wanted, pods(pod("a", "old", leaving)), []string{"create"}, "D-78: even if one is leaving"},
		{"failed", wanted, pods(pod("a", "new", failed)), []string{"create", "delete a (pod has failed)"},
			"D-78, D-92: even if one has failed"},
		{"tainted, leaving", kept, pods(pod("a", "old", leaving)), nil, "D-78: only if shouldRun"},
		{"one old", wanted, pods(pod("a", "old", unready)), nil, "D-78: one running pod, nothing"},
		{"both, new available", wanted, pods(pod("a", "old"), pod("b", "new")),
			[]string{"delete a (successor is there)"}, "D-78"},
		{"both, new not long enough", wanted, pods(pod("a", "old"), pod("b", "new", soon)), nil,
			"D-79: the new one is judged by available"},
		{"both, old ready but not available", wanted, pods(pod("a", "old", soon), pod("b", "new", unready)), nil,
			"D-79: the old one is judged by ready"},
		{"both, old unready, new pending", wanted,
			pods(pod("a", "old", unready), pod("b", "new", pending, unbound)),
			[]string{"delete a (successor is there)"}, "D-80"},
		{"two new", wanted, pods(pod("a", "new"), pod("b", "new")),
			[]string{"delete b (node has another pod)"}, "D-78: the first of each kind"},
		{"two old", wanted, pods(pod("a", "old"), pod("b", "older")),
			[]string{"delete b (node has another pod)"}, "D-78: the first of each kind"},
		{"two of each", wanted,
			pods(pod("a", "old"), pod("b", "old"), pod("c", "new", soon), pod("d", "new")),
			[]string{"delete b (node has another pod)", "delete d (node has another pod)"},
			"D-78: the first new one decides, though the other is available"},
		{"generation does not count", wanted, pods(pod("a", "old", generation(2)), pod("b", "new")),
			[]string{"delete a (successor is there)"}, "D-79: only the hash counts"},
	})
}

// TestManageWithoutNode covers D-81 and D-82.
func TestManageWithoutNode(t *testing.T) {
	checkManage(t, daemonset.View{Hash: "new"}, true /* gone */, []manageCase{
		{"bound", none, pods(pod("a", "new")), nil, "D-81: for the pod garbage collector"},
		{"unbound", none, pods(pod("a", "new", unbound)), []string{"delete a (node is gone)"}, "D-81"},
		{"unbound and leaving", none, pods(pod("a", "new", unbound, leaving)),
			[]string{"delete a (node is gone)"}, "D-82: the list is not filtered"},
	})
}

// TestIsNew covers D-127 and D-128.
func TestIsNew(t *testing.T) {
	tests := []struct {
		name       string
		generation int64
		pod        *cluster.Pod
		want       bool
		reason     string
	}{
		{"hash", 3, pod("a", "new"), true, "D-127"},
		{"other hash", 3, pod("a", "old"), false, "D-127"},
		{"generation", 3, pod("a", "old", generation(3)), true, "D-127, D-128"},
		{"other generation", 3, pod("a", "old", generation(2)), false, "D-127"},
		{"hash, other generation", 3, pod("a", "new", generation(2)), true, "D-127: one is enough"},
		{"generation unknown", 0, pod("a", "old", generation(0)), false, "D-127: only the hash is left"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			view := daemonset.View{Hash: "new", TemplateGeneration: tt.generation}
			require.Equal(t, tt.want, view.IsNew(tt.pod), tt.reason)
		})
	}
}

// TestAvailable covers D-129.
func TestAvailable(t *testing.T) {
	view := daemonset.View{MinReady: 10 * time.Second, Now: 20 * time.Second}
	require.True(t, view.Available(pod("a", "", readyAt(10*time.Second))), "equal is enough")
	require.False(t, view.Available(pod("a", "", readyAt(11*time.Second))))
	require.False(t, view.Available(pod("a", "", unready)))
	view.MinReady = 0
	require.True(t, view.Available(pod("a", "", readyAt(20*time.Second))))
}

// TestSurvivorOrder makes the controller choose among duplicates: D-74 to D-76.
func TestSurvivorOrder(t *testing.T) {
	tests := []struct {
		name   string
		pods   []*cluster.Pod // created in this order, one every step
		step   time.Duration
		want   string
		reason string
	}{
		{"older", pods(pod("b", "x"), pod("a", "x")), 2 * time.Second, "b", "D-74: the older stays"},
		{"same second", pods(pod("b", "x"), pod("a", "x")), 100 * time.Millisecond, "a", "D-75: by name"},
		{"bound", pods(pod("a", "x", unbound), pod("b", "x")), 2 * time.Second, "b", "D-74: bound before unbound"},
		{"ready", pods(pod("a", "x", unready), pod("b", "x")), 2 * time.Second, "a", "D-74: readiness plays no part"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noScheduler: true}, "n")
			for _, p := range tt.pods {
				p.Labels = map[string]string{"app": "agent"}
				p.Template = cluster.NewTemplate(*template(nil))
				w.create(p)
				w.run(tt.step)
			}
			w.create(agent(onDelete))
			w.settle()
			require.Equal(t, tt.want, w.only("n").Name, tt.reason)
		})
	}
}
