package daemonset_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

// queued lists what the controller is going to look at next: the names of DaemonSets and nodes.
func (w *world) queued() []string {
	var list []string
	for _, task := range w.Next() {
		text := w.TaskString(task)
		for _, what := range []string{"sync DaemonSet default/", "node Node "} {
			if _, name, ok := strings.Cut(text, " "+daemonset.Name+" "+what); ok && task.At == w.Now() {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// trigger is a change, and what the controller queues because of it. The world has nodes n and m, the DaemonSets
// agent and other, which select app=agent and app=other, each with its pod on n and m, and is at rest.
type trigger struct {
	name   string
	change func(*world)
	want   []string
	reason string
}

func newTriggerWorld(t *testing.T) *world {
	w := newWorld(t, setup{noKubelet: true}, "m", "n")
	w.create(agent(onDelete))
	w.create(agent(onDelete, func(d *daemonset.DaemonSet) {
		d.Name = "other"
		labels := map[string]string{"app": "other"}
		d.Spec.Selector.MatchLabels, d.Spec.Template.ObjectMeta.Labels = labels, labels
	}))
	w.instant()
	return w
}

// podOf is the pod of a DaemonSet on node n.
func (w *world) podOf(set string) *cluster.Pod {
	for _, p := range w.on("n") {
		if ref := p.Controller(); ref != nil && ref.Name == set {
			return p
		}
	}
	return nil
}

func (w *world) editPod(p *cluster.Pod, edit func(*cluster.Pod)) {
	w.t.Helper()
	next := w.PodByUID(p.UID).Clone().(*cluster.Pod)
	edit(next)
	w.update(next)
}

func checkTriggers(t *testing.T, rule string, tests []trigger) {
	for _, tt := range tests {
		t.Run(rule+" "+tt.name, func(t *testing.T) {
			w := newTriggerWorld(t)
			require.Empty(t, w.queued())
			tt.change(w)
			require.Equal(t, tt.want, w.queued(), tt.reason)
		})
	}
}

func ownedByNone(p *cluster.Pod) { p.OwnerReferences = nil }

func label(value string) func(*cluster.Pod) {
	return func(p *cluster.Pod) { p.Labels["app"] = value }
}

// TestTriggers goes through what makes the controller look at a DaemonSet again.
func TestTriggers(t *testing.T) {
	relabelled := func(w *world) {
		w.change(func(d *daemonset.DaemonSet) { d.Labels = map[string]string{"a": "b"} })
	}
	checkTriggers(t, "D-116", []trigger{
		{"added", func(w *world) {
			w.create(agent(func(d *daemonset.DaemonSet) { d.Name = "third" }))
		}, []string{"third"}, ""},
		{"metadata", relabelled, []string{"agent"}, "updated in any way"},
		{"spec", func(w *world) { w.image("agent:v2") }, []string{"agent"}, ""},
		{"status", func(w *world) {
			next := *w.set()
			next.Status.NumberReady = 7
			_, err := w.UpdateStatus(&next)
			require.NoError(w.t, err)
		}, []string{"agent"}, "a status write counts as any other"},
		{"its own status write", func(w *world) {
			w.ready(w.podOf("agent"), true)
			for w.set().Status.NumberReady == 0 {
				w.Step()
			}
		}, []string{"agent"}, "also the controller's own"},
	})
	checkTriggers(t, "D-117", []trigger{
		{"live pod of an owner added", func(w *world) {
			w.create(orphan("p", "", func(p *cluster.Pod) {
				p.OwnerReferences = w.podOf("agent").OwnerReferences
			}))
		}, []string{"agent"}, ""},
		{"orphan added", func(w *world) { w.create(orphan("p", "")) }, []string{"agent"}, "it matches"},
		{"orphan of another namespace added", func(w *world) {
			w.create(orphan("p", "", func(p *cluster.Pod) { p.Namespace = "else" }))
		}, nil, ""},
		{"pod of an owner of another UID added", func(w *world) {
			w.create(orphan("p", "", func(p *cluster.Pod) {
				p.OwnerReferences = slices.Clone(w.podOf("agent").OwnerReferences)
				p.OwnerReferences[0].UID = 99
			}))
		}, nil, "the same name is not enough"},
		{"pod of an owner of another name added", func(w *world) {
			w.create(orphan("p", "", func(p *cluster.Pod) {
				p.OwnerReferences = slices.Clone(w.podOf("agent").OwnerReferences)
				p.OwnerReferences[0].Name = "gone"
			}))
		}, nil, "nor the same UID"},
		{"pod of an owner in another namespace added", func(w *world) {
			w.create(orphan("p", "", func(p *cluster.Pod) {
				p.Namespace, p.OwnerReferences = "else", w.podOf("agent").OwnerReferences
			}))
		}, nil, "it does not resolve there"},
		{"pod updated", func(w *world) { w.ready(w.podOf("agent"), true) }, []string{"agent"}, ""},
		{"pod terminating", func(w *world) {
			require.NoError(w.t, w.DeletePod(w.podOf("agent").UID, cluster.DeleteOptions{}))
		}, []string{"agent"}, "as a pod deleted"},
		{"pod changes its owner", func(w *world) {
			w.editPod(w.podOf("agent"), func(p *cluster.Pod) {
				p.OwnerReferences = w.podOf("other").OwnerReferences
			})
		}, []string{"agent", "other"}, "the old owner, too"},
		{"pod loses its owner", func(w *world) {
			w.editPod(w.podOf("agent"), ownedByNone)
		}, []string{"agent"}, "the old owner, which also matches"},
		{"pod loses its owner and label", func(w *world) {
			w.editPod(w.podOf("agent"), func(p *cluster.Pod) { ownedByNone(p); label("other")(p) })
		}, []string{"agent", "other"}, "the old owner, and the one that matches"},
		{"orphan relabelled", func(w *world) {
			p := w.create(orphan("p", "", label("none"))).(*cluster.Pod)
			require.Empty(w.t, w.queued())
			w.editPod(p, label("other"))
		}, []string{"other"}, ""},
		{"orphan updated otherwise", func(w *world) {
			p := w.create(orphan("p", "", label("none"))).(*cluster.Pod)
			w.status(p, func(s *cluster.PodStatus) { s.Phase = cluster.PodRunning })
		}, nil, "neither labels nor owner changed"},
		{"terminating orphan relabelled", func(w *world) {
			p := w.create(orphan("p", "n", label("none"))).(*cluster.Pod)
			require.NoError(w.t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
			w.editPod(p, label("other"))
		}, nil, "as an orphan deleted"},
		{"terminating pod loses its owner", func(w *world) {
			p := w.podOf("agent")
			require.NoError(w.t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
			w.instant()
			w.editPod(p, ownedByNone)
		}, nil, "as an orphan deleted"},
		{"pod deleted", func(w *world) { w.remove(w.podOf("agent")) }, []string{"agent"}, ""},
		{"orphan deleted", func(w *world) {
			p := w.create(orphan("p", "", label("none"))).(*cluster.Pod)
			w.remove(p)
		}, nil, ""},
	})
}

// TestRevisionTriggers does for revisions what TestTriggers does for pods.
func TestRevisionTriggers(t *testing.T) {
	revision := func(labels string, edits ...func(*rollout.ControllerRevision)) *rollout.ControllerRevision {
		r := &rollout.ControllerRevision{
			ObjectMeta: cluster.ObjectMeta{
				Name: "by-hand", Namespace: "default", Labels: map[string]string{"app": labels},
			},
			Data: []byte(`{"made":"by hand"}`), Revision: 1,
		}
		for _, edit := range edits {
			edit(r)
		}
		return r
	}
	current := func(w *world) *rollout.ControllerRevision { return daemonset.Revisions(w.Reader, w.set())[0] }
	edit := func(w *world, r *rollout.ControllerRevision, change func(*rollout.ControllerRevision)) {
		next := r.Clone().(*rollout.ControllerRevision)
		change(next)
		w.update(next)
	}
	checkTriggers(t, "D-118", []trigger{
		{"added with owner", func(w *world) {
			w.create(revision("agent", func(r *rollout.ControllerRevision) {
				r.OwnerReferences = current(w).OwnerReferences
			}))
		}, nil, "nothing"},
		{"orphan added", func(w *world) { w.create(revision("other")) }, []string{"other"}, "it matches"},
		{"updated", func(w *world) {
			edit(w, current(w), func(r *rollout.ControllerRevision) { r.Revision = 5 })
		}, []string{"agent"}, ""},
		{"owner changed", func(w *world) {
			other := daemonset.Get(w.Reader, "default", "other")
			refs := daemonset.Revisions(w.Reader, other)[0].OwnerReferences
			edit(w, current(w), func(r *rollout.ControllerRevision) { r.OwnerReferences = refs })
		}, []string{"agent", "other"}, "the old owner, too"},
		{"owner lost", func(w *world) {
			edit(w, current(w), func(r *rollout.ControllerRevision) {
				r.OwnerReferences, r.Labels = nil, map[string]string{"app": "other"}
			})
		}, []string{"agent", "other"}, "the old owner, and the one that matches"},
		{"orphan relabelled", func(w *world) {
			r := w.create(revision("none")).(*rollout.ControllerRevision)
			edit(w, r, func(r *rollout.ControllerRevision) { r.Labels = map[string]string{"app": "other"} })
		}, []string{"other"}, ""},
		{"orphan updated otherwise", func(w *world) {
			r := w.create(revision("none")).(*rollout.ControllerRevision)
			edit(w, r, func(r *rollout.ControllerRevision) { r.Revision = 5 })
		}, nil, "neither labels nor owner changed"},
		{"deleted with owner", func(w *world) {
			r := current(w)
			require.NoError(w.t, w.Delete(r.Kind(), r.Namespace, r.Name, cluster.DeleteOptions{}))
		}, []string{"agent"}, ""},
		{"orphan deleted", func(w *world) {
			r := w.create(revision("none")).(*rollout.ControllerRevision)
			require.NoError(w.t, w.Delete(r.Kind(), r.Namespace, r.Name, cluster.DeleteOptions{}))
		}, nil, ""},
	})
}

// TestNodeTriggers is about nodes, which the controller looks at one by one before it queues a DaemonSet.
func TestNodeTriggers(t *testing.T) {
	edit := func(change func(*cluster.Node)) func(*world) {
		return func(w *world) { w.node("n", change) }
	}
	status := func(change func(*cluster.NodeStatus)) func(*world) {
		return func(w *world) {
			next := w.Node("n").Clone().(*cluster.Node)
			change(&next.Status)
			_, err := w.UpdateStatus(next)
			require.NoError(w.t, err)
		}
	}
	checkTriggers(t, "D-119", []trigger{
		{"added", func(w *world) { w.join("o") }, []string{"o"}, "its name is queued"},
		{"labels", edit(func(n *cluster.Node) { n.Labels["a"] = "b" }), []string{"n"}, ""},
		{"taints", func(w *world) { w.taint("n", noSchedule("k")) }, []string{"n"}, ""},
		{"nothing", edit(func(n *cluster.Node) { n.Spec.Taints = []taints.Taint{} }), nil, "nil and empty are equal"},
		{"annotations", edit(func(n *cluster.Node) { n.Annotations = map[string]string{"a": "b"} }), nil, ""},
		{"cordon", edit(func(n *cluster.Node) { n.Spec.Unschedulable = true }), nil, "the field alone"},
		{"conditions", status(func(s *cluster.NodeStatus) { s.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}} }), nil, ""},
		{"capacity", status(func(s *cluster.NodeStatus) { s.Capacity = cluster.ResourceList{} }), nil, ""},
		{"addresses", status(func(s *cluster.NodeStatus) {
			s.Addresses = []cluster.NodeAddress{{Type: "InternalIP", Address: "10.0.0.1"}}
		}), nil, ""},
		{"deleted", func(w *world) { w.removeNode("n") }, nil, "there is no handler at all"},
	})
	// look lets the controller look at the nodes that are queued.
	look := func(change func(*world)) func(*world) {
		return func(w *world) {
			change(w)
			for slices.Contains(w.queued(), "n") || slices.Contains(w.queued(), "o") {
				w.Step()
			}
		}
	}
	misscheduled := func(w *world) {
		w.taint("m", noSchedule("k"))
		w.touch()
	}
	both := []string{"agent", "other"}
	checkTriggers(t, "D-120", []trigger{
		{"node is gone", func(w *world) {
			w.join("o")
			w.removeNode("o")
			for w.Pending() > 0 {
				w.Step()
			}
		}, nil, ""},
		{"shouldRun and no bound pod", look(func(w *world) { w.join("o") }), both, "every DaemonSet is asked"},
		{"shouldRun and a bound pod", look(edit(func(n *cluster.Node) { n.Labels["a"] = "b" })), nil, ""},
		{"not shouldContinue and a bound pod", look(func(w *world) { w.taint("n", noExecute("k")) }), both, ""},
		{"not shouldContinue and no bound pod", look(func(w *world) {
			w.create(node("o", nil, noExecute("k")))
		}), nil, ""},
		{"a bound pod and misscheduled 0", look(func(w *world) { w.taint("n", noSchedule("k")) }), nil, ""},
		{"a bound pod and misscheduled 1", func(w *world) {
			misscheduled(w)
			look(func(w *world) { w.taint("n", noSchedule("k")) })(w)
		}, []string{"agent"}, "the status of agent knows of a misscheduled pod"},
		{"no bound pod and misscheduled 1", func(w *world) {
			misscheduled(w)
			look(func(w *world) { w.create(node("o", nil, noSchedule("k"))) })(w)
		}, nil, ""},
	})
	checkTriggers(t, "D-121", []trigger{
		{"a failed pod is bound", func(w *world) {
			w.create(orphan("p", "o", func(p *cluster.Pod) {
				p.OwnerReferences = w.podOf("agent").OwnerReferences
			}))
			w.fail(w.Pod("default", "p"))
			w.instant()
			look(func(w *world) { w.join("o") })(w)
		}, []string{"other"}, "whatever its phase"},
		{"a terminating pod is bound", func(w *world) {
			w.create(orphan("p", "o", func(p *cluster.Pod) {
				p.OwnerReferences = w.podOf("agent").OwnerReferences
			}))
			require.NoError(w.t, w.DeletePod(w.Pod("default", "p").UID, cluster.DeleteOptions{}))
			w.instant()
			look(func(w *world) { w.join("o") })(w)
		}, []string{"other"}, "also a terminating one"},
		{"an unbound pod is not", func(w *world) {
			p := orphan("p", "")
			p.Target, p.OwnerReferences = "o", w.podOf("agent").OwnerReferences
			w.create(p)
			look(func(w *world) { w.join("o") })(w)
		}, both, "unbound pods do not count"},
		{"the owner's name counts", func(w *world) {
			w.create(orphan("p", "o", func(p *cluster.Pod) {
				p.OwnerReferences = slices.Clone(w.podOf("agent").OwnerReferences)
				p.OwnerReferences[0].UID = 99
			}))
			look(func(w *world) { w.join("o") })(w)
		}, []string{"other"}, "by name, not UID"},
	})
}

// TestTimers is about what the controller does without a change.
func TestTimers(t *testing.T) {
	t.Run("D-123", func(t *testing.T) {
		w := newWorld(t, setup{config: daemonset.Config{Resync: 12 * time.Hour}}, "m", "n")
		w.create(agent())
		w.create(agent(func(d *daemonset.DaemonSet) { d.Name = "other" }))
		w.settle()
		require.Less(t, w.Now(), time.Minute, "a resync is too far off to wait for")
		for day := range 2 {
			w.taint("n", noSchedule("k"))
			w.run(12*time.Hour - 1 - w.Now()%(12*time.Hour))
			require.Zero(t, w.set().Status.NumberMisscheduled, "nothing has told the controller")
			w.run(1)
			require.EqualValues(t, 1, w.set().Status.NumberMisscheduled, "after resync %d", day+1)
			require.EqualValues(t, 1, daemonset.Get(w.Reader, "default", "other").Status.NumberMisscheduled)
			w.taint("n")
			w.settle()
		}
		f := w.fork()
		require.Equal(t, w.Pending(), f.Pending())
		for _, name := range []string{"agent", "other"} {
			require.NoError(t, w.Delete(daemonset.Kind, "default", name, cluster.DeleteOptions{}))
		}
		w.run(24 * time.Hour)
		require.Zero(t, w.Pending(), "there is nothing left to look at")
	})
	t.Run("D-124", func(t *testing.T) {
		w := newWorld(t, setup{noKubelet: true}, "n")
		w.create(agent(minReady(10)))
		w.instant()
		w.run(3 * time.Second)
		w.ready(w.only("n"), true)
		w.instant()
		w.run(10*time.Second - 1)
		require.Zero(t, w.set().Status.NumberAvailable)
		w.run(1)
		require.EqualValues(t, 1, w.set().Status.NumberAvailable, "nothing else has happened since")
	})
}
