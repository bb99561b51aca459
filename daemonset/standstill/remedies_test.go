package standstill_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/taints"
)

func ownedBy(kind cluster.Kind, name string, uid cluster.UID) []cluster.OwnerReference {
	yes := true
	return []cluster.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, UID: uid, Controller: &yes}}
}

// TestRemedies lists what is worth trying, with its command. A blank line is between groups.
func TestRemedies(t *testing.T) {
	seen := make(map[string]bool)
	for _, tt := range []struct {
		name string
		edit func(*scene)
		want string
	}{
		{"not ready, on two nodes", func(s *scene) {
			two := cluster.FromInt(2)
			s.set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &two
			s.set.Spec.MinReadySeconds = 5
			s.node("c")
			s.pod("old-c", "c", "agent:v1")
			s.fresh("a")
			s.fresh("b")
		}, `
delete pod new-a on a: kubectl delete pod new-a
delete pod new-b on b: kubectl delete pod new-b

set maxUnavailable to 3: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":3}}}}'

set minReadySeconds to 0: kubectl patch daemonset agent -p '{"spec":{"minReadySeconds":0}}'

set the template back to revision 1: kubectl rollout undo daemonset/agent --to-revision=1`},
		{"another namespace", func(s *scene) {
			s.set.Namespace = "shop"
			for _, p := range s.pods {
				p.Namespace = "shop"
			}
			s.fresh("a")
		}, `
delete pod new-a on a: kubectl delete pod new-a -n shop

set maxUnavailable to 2: kubectl patch daemonset agent -n shop -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'

set the template back to revision 1: kubectl rollout undo daemonset/agent -n shop --to-revision=1`},
		{"a pod that does not go from a node that does not answer", func(s *scene) {
			leaving(s.find("old-a"))
			s.unready()
		}, `
take pod old-a on a away without waiting for its kubelet: kubectl delete pod old-a --grace-period=0 --force

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'

remove node a: kubectl delete node a`},
		{"a victim of another namespace that finalizers hold", func(s *scene) {
			s.fresh("a", pending).Status.Trouble = &cluster.PodTrouble{
				Unschedulable: unschedulable, NominatedNodeName: "a",
			}
			web := s.other("shop", "web", "a")
			leaving(web)
			web.Finalizers = []string{"example.com/a"}
			web.Status.Trouble = &cluster.PodTrouble{Disruption: cluster.Disruption{Reason: "PreemptionByScheduler"}}
		}, `
take pod web on a away without waiting for its kubelet: kubectl delete pod web -n shop --grace-period=0 --force

remove the finalizers of pod web: kubectl patch pod web -n shop -p '{"metadata":{"finalizers":null}}'

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'`},
		{"room that others take", func(s *scene) {
			requests(1)(&s.set.Spec.Template)
			s.fresh("a", pending)
			s.other("default", "small", "a", requests(1))
			s.other("default", "replica", "a", requests(2)).OwnerReferences = ownedBy("ReplicaSet", "web", 99)
			s.other("default", "bare", "a", requests(1))
			s.other("default", "none", "a")
		}, `
delete pod small on a (no controller brings it back): kubectl delete pod small
delete pod bare on a (no controller brings it back): kubectl delete pod bare

delete pod replica on a (ReplicaSet web may bring it back, which is not simulated): kubectl delete pod replica

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'

set the template back to revision 1: kubectl rollout undo daemonset/agent --to-revision=1`},
		{"a circle", func(s *scene) {
			s.surge(1)
			port(80)(&s.set.Spec.Template)
			s.fresh("a", pending)
			s.pod("old-a", "a", "agent:v1")
		}, `
delete pod old-a on a: kubectl delete pod old-a

set maxSurge to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":2}}}}'

set maxUnavailable to 1 and maxSurge to 0: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}}}'

set the template back to revision 1: kubectl rollout undo daemonset/agent --to-revision=1`},
		{"a taint, and tolerations of its own", func(s *scene) {
			s.set.Spec.Template.Spec.Tolerations = []taints.Toleration{{Key: "x"}}
			s.fresh("a", pending)
			s.nodes[0].Spec.Taints = []taints.Taint{{Key: "gpu", Value: "yes", Effect: taints.EffectNoSchedule}}
		}, `
remove taint gpu=yes:NoSchedule from node a: kubectl taint nodes a gpu:NoSchedule-

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'

add toleration gpu=yes:NoSchedule: kubectl patch daemonset agent --type=json -p '[{"op":"add","path":"/spec/template/spec/tolerations/-","value":{"key":"gpu","operator":"Equal","value":"yes","effect":"NoSchedule"}}]'

set the template back to revision 1: kubectl rollout undo daemonset/agent --to-revision=1`},
		{"by hand", func(s *scene) {
			s.set.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.OnDelete}
		}, `
delete pod old-a on a: kubectl delete pod old-a
delete pod old-b on b: kubectl delete pod old-b

set the strategy to RollingUpdate: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}'`},
		{"a controller that does not run", func(s *scene) { s.question.Pause.Stopped = true }, `
start kube-controller-manager: sim start kube-controller-manager

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'`},
		{"a controller that nobody has told", func(*scene) {}, `
touch the DaemonSet, so that its controller looks: kubectl annotate daemonset/agent --overwrite example.com/looked-at=3600

set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'`},
		{"a controller that fails", func(s *scene) {
			s.question.Pause = daemonset.Pause{Failures: 3, Wake: now + 8*time.Second}
		}, `
set maxUnavailable to 2: kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}'

set the template back to revision 1: kubectl rollout undo daemonset/agent --to-revision=1`},
		{"somebody's own strategy", func(s *scene) { s.question.Planner = own{} }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene("a", "b")
			tt.edit(s)
			q, e := s.explain(t)
			var groups []string
			for _, alike := range standstill.Remedies(q, &e) {
				var lines []string
				for _, r := range alike {
					require.Equal(t, alike[0].Kind, r.Kind)
					seen[string(r.Kind)] = true
					lines = append(lines, r.String()+": "+r.Command())
				}
				groups = append(groups, strings.Join(lines, "\n"))
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), strings.Join(groups, "\n\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	source, err := os.ReadFile("remedy.go")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`RemedyKind += "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		require.True(t, seen[m[1]], "no row of the table has a remedy %s", m[1])
	}
}
