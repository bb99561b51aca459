package kubectl

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// TestRecordedLayout lays out tables that real clusters have printed, from their cells.
func TestRecordedLayout(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"daemonsets", `
NAMESPACE   NAME            DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
default     node-exporter   5         5         5       5            5           <none>          3s
`},
		{"daemonsets, wide", `
NAMESPACE   NAME            DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE   CONTAINERS   IMAGES                                    SELECTOR
default     node-exporter   5         5         5       5            5           <none>          3s    main         quay.io/prometheus/node-exporter:v1.8.0   app=node-exporter
`},
		{"pods, wide", `
NAMESPACE   NAME          READY   STATUS    RESTARTS   AGE   IP         NODE   NOMINATED NODE   READINESS GATES
default     agent-srq94   1/1     Running   0          4s    10.0.0.1   n1     <none>           <none>
`},
		{"nodes", `
NAME   STATUS   ROLES    AGE   VERSION
n1     Ready    <none>   6s    kwok-v0.8.0
n2     Ready    <none>   6s    kwok-v0.8.0
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.TrimPrefix(tt.want, "\n")
			var out strings.Builder
			w := newTable(&out)
			for line := range strings.Lines(want) {
				writeRow(w, cells(strings.TrimSuffix(line, "\n")))
			}
			require.NoError(t, w.Flush())
			require.Empty(t, cmp.Diff(want, out.String()), "(-want +got)")
		})
	}
}

// cells parts a line of a table; a single space is part of a cell.
func cells(line string) []string {
	var list []string
	for cell := range strings.SplitSeq(line, "  ") {
		if cell = strings.TrimSpace(cell); cell != "" {
			list = append(list, cell)
		}
	}
	return list
}

// TestHeaders holds the columns of each type against what kubectl shows.
func TestHeaders(t *testing.T) {
	for _, tt := range []struct{ name, resource, narrow, wide string }{
		{"D-226 daemonsets", "ds", "NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE",
			"CONTAINERS IMAGES SELECTOR"},
		{"D-247 pods", "po", "NAME READY STATUS RESTARTS AGE", "IP NODE NOMINATED NODE READINESS GATES"},
		{"nodes", "no", "NAME STATUS ROLES AGE VERSION",
			"INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME"},
		{"D-227 controllerrevisions", "ControllerRevision.apps", "NAME CONTROLLER REVISION AGE", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := (&call{sim: daemonsim.New(daemonsim.Config{})}).resourceNamed(tt.resource)
			require.NoError(t, err)
			var narrow, wide []string
			for _, c := range res.columns {
				if c.wide {
					wide = append(wide, c.header)
				} else {
					narrow = append(narrow, c.header)
				}
			}
			require.Equal(t, tt.narrow, strings.Join(narrow, " "))
			require.Equal(t, tt.wide, strings.Join(wide, " "))
		})
	}
}

func TestPodStatus(t *testing.T) {
	template := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		Containers: []cluster.Container{{Name: "a"}, {Name: "b"}},
	}})
	withInit := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		InitContainers: []cluster.Container{{Name: "i"}}, Containers: []cluster.Container{{Name: "a"}},
	}})
	gated := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		SchedulingGates: []cluster.PodSchedulingGate{{Name: "wait"}}, Containers: []cluster.Container{{Name: "a"}},
	}})
	sidecar := cluster.ContainerRestartPolicyAlways
	withSidecar := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		InitContainers: []cluster.Container{{Name: "s", RestartPolicy: &sidecar}, {Name: "i"}},
		Containers:     []cluster.Container{{Name: "a"}},
	}})
	deleted := func() cluster.ObjectMeta {
		soon := time.Minute
		return cluster.ObjectMeta{DeletionTimestamp: &soon}
	}
	running := cluster.PodStatus{Phase: cluster.PodRunning, Started: true}
	ready := cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true}
	failed := func(trouble cluster.PodTrouble) cluster.PodStatus {
		return cluster.PodStatus{Phase: cluster.PodFailed, Trouble: &trouble}
	}
	for _, tt := range []struct {
		name          string
		pod           cluster.Pod
		ready, status string
	}{
		{"D-250 not bound", cluster.Pod{Template: template}, "0/2", "Pending"},
		{"D-247 gated", cluster.Pod{Template: gated}, "0/1", "SchedulingGated"},
		{"D-250 image being pulled", cluster.Pod{Template: template, NodeName: "n"}, "0/2", "ContainerCreating"},
		{"D-247 init containers first", cluster.Pod{Template: withInit, NodeName: "n"}, "0/1", "Init:0/1"},
		{"D-247 a waiting reason", cluster.Pod{Template: template, NodeName: "n", Status: cluster.PodStatus{
			Trouble: &cluster.PodTrouble{Waiting: "ImagePullBackOff"},
		}}, "0/2", "ImagePullBackOff"},
		{"D-250 running, not ready", cluster.Pod{Template: template, NodeName: "n", Status: running}, "0/2", "Running"},
		{"D-250 ready", cluster.Pod{Template: template, NodeName: "n", Status: ready}, "2/2", "Running"},
		{"D-249 a sidecar counts, another init container does not",
			cluster.Pod{Template: withSidecar, NodeName: "n", Status: ready}, "2/2", "Running"},
		{"D-250 crash loop", cluster.Pod{Template: template, NodeName: "n", Status: cluster.PodStatus{
			Phase: cluster.PodRunning, Trouble: &cluster.PodTrouble{ExitCode: 1, Waiting: "CrashLoopBackOff"},
		}}, "0/2", "CrashLoopBackOff"},
		{"D-250 between attempts", cluster.Pod{Template: template, NodeName: "n", Status: cluster.PodStatus{
			Phase: cluster.PodRunning, Trouble: &cluster.PodTrouble{ExitCode: 1},
		}}, "0/2", "Error"},
		{"D-250 evicted", cluster.Pod{Template: template, NodeName: "n",
			Status: failed(cluster.PodTrouble{Reason: "Evicted"})}, "0/2", "Evicted"},
		{"D-247 a terminated reason over that of the pod", cluster.Pod{Template: template, NodeName: "n",
			Status: failed(cluster.PodTrouble{Reason: "Evicted", ExitCode: 1})}, "0/2", "Error"},
		{"D-247 failed", cluster.Pod{Template: template, NodeName: "n",
			Status: failed(cluster.PodTrouble{ExitCode: 1})}, "0/2", "Error"},
		{"D-247 succeeded", cluster.Pod{Template: template, NodeName: "n",
			Status: cluster.PodStatus{Phase: cluster.PodSucceeded}}, "0/2", "Completed"},
		{"D-250 terminating", cluster.Pod{Template: template, NodeName: "n", ObjectMeta: deleted(), Status: ready},
			"2/2", "Terminating"},
		{"D-248 terminating on a dead node", cluster.Pod{Template: template, NodeName: "n", ObjectMeta: deleted(),
			Status: running}, "0/2", "Terminating"},
		{"D-248 failed and terminating", cluster.Pod{Template: template, NodeName: "n", ObjectMeta: deleted(),
			Status: failed(cluster.PodTrouble{ExitCode: 1})}, "0/2", "Error"},
		{"D-248 evicted and terminating", cluster.Pod{Template: template, NodeName: "n", ObjectMeta: deleted(),
			Status: failed(cluster.PodTrouble{Reason: "Evicted"})}, "0/2", "Evicted"},
		{"D-248 succeeded and terminating", cluster.Pod{Template: template, NodeName: "n", ObjectMeta: deleted(),
			Status: cluster.PodStatus{Phase: cluster.PodSucceeded}}, "0/2", "Completed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			summary := summarize(&tt.pod)
			require.Equal(t, tt.ready, summary.readiness())
			require.Equal(t, tt.status, summary.word)
		})
	}
}

func TestNodeCells(t *testing.T) {
	ready := func(status string) cluster.NodeStatus {
		return cluster.NodeStatus{Conditions: []cluster.NodeCondition{{Type: "Ready", Status: status}}}
	}
	for _, tt := range []struct {
		node          cluster.Node
		status, roles string
	}{
		{cluster.Node{}, "Unknown", "<none>"},
		{cluster.Node{Status: ready("True")}, "Ready", "<none>"},
		{cluster.Node{Status: ready("Unknown"), Spec: cluster.NodeSpec{Unschedulable: true}},
			"NotReady,SchedulingDisabled", "<none>"},
		{cluster.Node{Status: ready("False"), ObjectMeta: cluster.ObjectMeta{Labels: map[string]string{
			"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/": "", "kubernetes.io/role": "infra",
		}}}, "NotReady", "infra,worker"},
	} {
		require.Equal(t, tt.status, nodeStatus(&tt.node))
		require.Equal(t, tt.roles, nodeRoles(&tt.node))
	}
}

// TestOneLine keeps what users write from breaking a table.
func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "two\nlines": "two...", "a\tb": "a^Ib", "\x1b[31mred": "^[[31mred", "\x7f": "^?",
	} {
		require.Equal(t, want, oneLine(in))
	}
}
