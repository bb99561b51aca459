package daemonsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/taints"
)

// rolling is a cluster of nodes a, b, c and so on with a DaemonSet that is up to date.
func rolling(t testing.TB, nodes int, changes ...func(*daemonset.DaemonSet)) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{
		"agent:bad":   {NeverReady: true},
		"agent:crash": {CrashAfter: time.Second},
	}})
	for i := range nodes {
		require.NoError(t, sim.AddNodes(string(rune('a'+i))))
	}
	set := daemon("1", nil)
	for _, change := range changes {
		change(set)
	}
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	return sim
}

func strategy(unavailable, surge int32) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) {
		m, s := cluster.FromInt(unavailable), cluster.FromInt(surge)
		d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &m, MaxSurge: &s}
	}
}

func onDelete(d *daemonset.DaemonSet) { d.Spec.UpdateStrategy.Type = daemonset.OnDelete }

func hostPort(d *daemonset.DaemonSet) {
	d.Spec.Template.Spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: 80}}
}

func longGoodbye(d *daemonset.DaemonSet) {
	d.Spec.Template.Spec.TerminationGracePeriodSeconds = new(int64)
	*d.Spec.Template.Spec.TerminationGracePeriodSeconds = 1 << 30
}

func edit(t testing.TB, sim *daemonsim.Sim, change func(*daemonset.DaemonSet)) {
	t.Helper()
	require.NoError(t, sim.UpdateDaemonSet("default", "agent", change))
}

func image(t testing.TB, sim *daemonsim.Sim, name string) {
	t.Helper()
	require.NoError(t, sim.SetImage("default", "agent", "main", name))
}

// told is an explanation in short: the state, each root with its nodes and who waits, and the offers.
func told(e daemonsim.RolloutExplanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d/%d", e.State, e.End.Moved, e.End.Desired)
	for _, r := range e.Blame() {
		b.WriteString("\n")
		for i, c := range r.Chain {
			if i > 0 {
				b.WriteString(" > ")
			}
			b.WriteString(string(c.Kind))
			if c.Own {
				b.WriteString(" own")
			}
		}
		fmt.Fprintf(&b, " on %s", strings.Join(r.Nodes, ","))
		if len(r.Waiting) > 0 {
			fmt.Fprintf(&b, " < %s by %s", strings.Join(r.Waiting, ","), r.Via.Kind)
		}
	}
	for _, o := range e.Offers {
		fmt.Fprintf(&b, "\n%s: ", o.Remedy)
		if o.Finishes {
			b.WriteString("done")
		} else {
			fmt.Fprintf(&b, "%d/%d", o.Moved, o.Desired)
		}
	}
	return b.String()
}

// TestExplainRollout is a table of rollouts and what there is to say about each. A rule is named where the
// situation is one of its examples.
func TestExplainRollout(t *testing.T) {
	tests := []struct {
		name  string
		start func(t *testing.T) *daemonsim.Sim
		want  string
	}{
		{"done", func(t *testing.T) *daemonsim.Sim { return rolling(t, 2) }, `Done 2/2`},
		{"under way", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3)
			image(t, sim, "agent:v2")
			require.NoError(t, sim.RunFor(500*time.Millisecond))
			return sim
		}, `
Moving 3/3
PodTerminating on a < b,c by BudgetUsed`},
		{"before the controller has looked", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2)
			image(t, sim, "agent:v2")
			return sim
		}, `
Moving 2/2
ControllerDue on a < b by BudgetUsed`},
		{"too young", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2, func(d *daemonset.DaemonSet) { d.Spec.MinReadySeconds = 3600 })
			require.NoError(t, sim.RunFor(2*time.Hour))
			image(t, sim, "agent:v2")
			require.NoError(t, sim.RunFor(10*time.Second))
			return sim
		}, `
Moving 2/2
PodTooYoung on a < b by BudgetUsed`},
		{"a bad image", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3)
			image(t, sim, "agent:bad")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/3
PodNotReady on a < b,c by BudgetUsed
set the template back to revision 1: done`},
		{"a bad image, before it is out", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3)
			image(t, sim, "agent:bad")
			return sim
		}, `
Moving 0/3
PodNotReady on a < b,c by BudgetUsed
set the template back to revision 1: done`},
		{"a crash loop", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3, func(d *daemonset.DaemonSet) { d.Spec.MinReadySeconds = 5 })
			require.NoError(t, sim.RunFor(time.Minute))
			image(t, sim, "agent:crash")
			require.ErrorIs(t, sim.Settle(), cluster.ErrUnsettled)
			return sim
		}, `
Stuck 0/3
PodCrashing on a < b,c by BudgetUsed
set the template back to revision 1: done`},
		{"no room", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3)
			for i, cores := range []string{"2500m", "500m"} {
				_, err := sim.Create(plainPod(fmt.Sprintf("web-%d", i), "b", cores, ""))
				require.NoError(t, err)
			}
			edit(t, sim, func(d *daemonset.DaemonSet) {
				d.Spec.Template.Spec.Containers[0].Resources.Requests["cpu"] = quantity.New(3)
			})
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 1/3
PodUnschedulable > NoRoom on b < c by BudgetUsed
delete pod web-0 on b (no controller brings it back): done
set the template back to revision 1: done
set maxUnavailable to 2: 2/3`},
		{"D-155: surge and a host port", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3, strategy(0, 1), hostPort)
			image(t, sim, "agent:v2")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/3
PodUnschedulable > HostPortTaken own on a < b,c by SurgeUsed
set maxUnavailable to 1 and maxSurge to 0: done
set the template back to revision 1: done
delete pod agent-2xg5z on a: 1/3`},
		{"surge and no room for two", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2, strategy(0, 1), func(d *daemonset.DaemonSet) {
				d.Spec.Template.Spec.Containers[0].Resources.Requests["cpu"] = quantity.New(3)
			})
			image(t, sim, "agent:v2")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/2
PodUnschedulable > NoRoom own on a < b by SurgeUsed
set maxUnavailable to 1 and maxSurge to 0: done
set the template back to revision 1: done
delete pod agent-2xg5z on a: 1/2`},
		{"somebody else has the port", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2)
			web := plainPod("web", "a", "1", "")
			spec := web.FullSpec()
			spec.NodeName, spec.Priority, spec.PreemptionPolicy = "", nil, nil
			spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: 80}}
			web.Template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: spec})
			_, err := sim.Create(web)
			require.NoError(t, err)
			edit(t, sim, hostPort)
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/2
PodUnschedulable > HostPortTaken on a < b by BudgetUsed
delete pod web on a (no controller brings it back): done
set the template back to revision 1: done
set maxUnavailable to 2: 1/2`},
		{"D-167: OnDelete", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 3, onDelete)
			image(t, sim, "agent:v2")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/3
ByHand on a,b,c
set the strategy to RollingUpdate: done
delete pod agent-2xg5z on a: 1/3
delete pod agent-ddxlg on b: 1/3`},
		{"a pod that takes its time to go", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2, longGoodbye)
			require.NoError(t, sim.SetImageBehaviour("agent:v1", kubelet.Behaviour{Stop: 1 << 30 * time.Second}))
			image(t, sim, "agent:v2")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/2
PodTerminating on a < b by BudgetUsed
take pod agent-2xg5z on a away without waiting for its kubelet: 1/2`},
		{"a controller that is stopped", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2)
			require.NoError(t, sim.Cluster.Stop(daemonset.Name))
			image(t, sim, "agent:v2")
			return sim
		}, `
Stuck 0/2
ControllerStopped on a < b by BudgetUsed
start kube-controller-manager: done`},
		{"a scheduler that is stopped", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2)
			require.NoError(t, sim.Stop(daemonsim.Scheduler))
			image(t, sim, "agent:v2")
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/2
PodQueued on a < b by BudgetUsed
start kube-scheduler: done`},
		{"a taint between creation and binding", func(t *testing.T) *daemonsim.Sim {
			sim := rolling(t, 2)
			image(t, sim, "agent:v2")
			pending := func(r cluster.Reader) bool {
				for p := range r.PodsAt(r.Node("a").ID()) {
					return !p.Bound()
				}
				return false
			}
			require.NoError(t, sim.RunUntil(pending, time.Minute))
			require.NoError(t, sim.UpdateNode("a", func(n *cluster.Node) {
				n.Spec.Taints = []taints.Taint{{Key: "gpu", Effect: taints.EffectNoSchedule}}
			}))
			require.NoError(t, sim.Settle())
			return sim
		}, `
Stuck 0/1
PodUnschedulable > TaintNotTolerated on a < b by BudgetUsed
remove taint gpu:NoSchedule from node a: done
set maxUnavailable to 2: done
add toleration gpu:NoSchedule op=Exists: done
set the template back to revision 1: done`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sim := tt.start(t)
			before := sim.Hash()
			e, err := sim.ExplainRollout("default", "agent")
			require.NoError(t, err)
			require.Equal(t, before, sim.Hash(), "nothing is changed")
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), told(e)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, e)
			}
			for _, offer := range e.Offers {
				hold(t, sim, &e, &offer)
			}
		})
	}
	_, err := rolling(t, 1).ExplainRollout("default", "nobody")
	require.ErrorIs(t, err, cluster.ErrNotFound)
}

// TestExplainRolloutTriesFurther has a trouble on three nodes that a change helps on the last of them alone: on
// the others the pod that is in the way comes back.
func TestExplainRolloutTriesFurther(t *testing.T) {
	sim := rolling(t, 4, strategy(3, 0))
	hog := daemon("2500m", func(spec *cluster.PodSpec) {
		spec.PriorityClassName, spec.NodeSelector = "system-node-critical", map[string]string{"hog": "yes"}
	})
	hog.Name = "hog"
	hog.Spec.Selector.MatchLabels["app"] = "hog"
	for _, node := range []string{"a", "b"} {
		require.NoError(t, sim.UpdateNode(node, func(n *cluster.Node) { n.Labels["hog"] = "yes" }))
	}
	for _, obj := range []cluster.Object{hog, plainPod("web", "c", "2500m", "")} {
		_, err := sim.Create(obj)
		require.NoError(t, err)
	}
	require.NoError(t, sim.Settle())
	edit(t, sim, func(d *daemonset.DaemonSet) {
		d.Spec.Template.Spec.Containers[0].Resources.Requests["cpu"] = quantity.New(3)
	})
	require.NoError(t, sim.Settle())
	e, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, strings.TrimPrefix(`
Stuck 0/4
PodUnschedulable > NoRoom on a,b,c < d by BudgetUsed
set the template back to revision 1: done
delete pod web on c (no controller brings it back): 2/4
set maxUnavailable to 4: 1/4`, "\n"), told(e))
	require.Zero(t, e.Untried)
	for _, offer := range e.Offers {
		hold(t, sim, &e, &offer)
	}
}

// TestExplainRolloutUntried has too many changes that are alike and help none to try them all.
func TestExplainRolloutUntried(t *testing.T) {
	sim := installed(t, 70, kubelet.Behaviour{NeverReady: true})
	edit(t, sim, toV2(69, 0))
	require.NoError(t, sim.Settle())
	e, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, 65, e.Untried, "69 pods, of which four were deleted")
	require.Contains(t, e.String(), "\nnot tried: 65 more, like others that have not helped\n")
	require.Len(t, e.Offers, 1)
	require.Equal(t, standstill.Undo, e.Offers[0].Kind)
}

// hold makes a change that has been offered, and holds what it leads to against what was said.
func hold(t require.TestingT, sim *daemonsim.Sim, e *daemonsim.RolloutExplanation, offer *daemonsim.Offer) {
	real := sim.Fork()
	for real.Now() < e.End.At {
		require.NoError(t, real.RunFor(e.End.At-real.Now()))
	}
	require.NoError(t, real.CarryOut(offer.Remedy), "%s", offer.Command())
	require.NoError(t, real.RunFor(offer.At-real.Now()))
	after, err := real.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, offer.Finishes, after.State == daemonsim.RolloutDone, "%s", offer)
	require.Equal(t, offer.Moved, after.Now.Moved, "%s", offer)
	if offer.Finishes {
		return
	}
	require.Greater(t, after.Now.Moved, e.End.Moved)
}
