package daemonset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// orphan is a pod without a controller that matches the selector of agent.
func orphan(name, node string, edits ...made) *cluster.Pod {
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name, Labels: map[string]string{"app": "agent"}},
		Template:   cluster.NewTemplate(*template(nil)), NodeName: node,
	}
	for _, edit := range edits {
		edit(p)
	}
	return p
}

func (w *world) owner(name string) cluster.UID {
	ref := w.Pod("default", name).Controller()
	if ref == nil {
		return 0
	}
	return ref.UID
}

// TestAdoption covers D-57 to D-59 and D-62.
func TestAdoption(t *testing.T) {
	yes := true
	ownedBy := func(kind cluster.Kind) made {
		return func(p *cluster.Pod) {
			p.OwnerReferences = []cluster.OwnerReference{
				{APIVersion: "apps/v1", Kind: kind, Name: "agent", UID: 99, Controller: &yes},
			}
		}
	}
	noController := func(p *cluster.Pod) {
		p.OwnerReferences = []cluster.OwnerReference{{APIVersion: "v1", Kind: "Thing", Name: "x", UID: 99}}
	}
	relabel := func(p *cluster.Pod) { p.Labels = map[string]string{"app": "other"} }
	elsewhere := func(p *cluster.Pod) { p.Namespace = "other" }
	tests := []struct {
		rule    string
		name    string
		edit    made
		adopted bool
		reason  string
	}{
		{"D-58", "orphan", func(*cluster.Pod) {}, true, "an orphan that matches"},
		{"D-57", "an owner that is no controller", noController, true, "no controller owner at all"},
		{"D-58", "other labels", relabel, false, "an orphan that does not match"},
		{"D-57", "other namespace", elsewhere, false, "only the namespace of the DaemonSet"},
		{"D-57", "another controller", ownedBy("ReplicaSet"), false, "another kind"},
		{"D-58", "another UID", ownedBy("DaemonSet"), false, "another owner UID"},
	}
	for _, tt := range tests {
		t.Run(tt.rule+" "+tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(orphan("stray", "n", tt.edit))
			w.settle()
			w.create(agent(onDelete))
			w.settle()
			if tt.adopted {
				p := w.only("n")
				require.Equal(t, "stray", p.Name, tt.reason)
				require.Equal(t, w.set().UID, p.Controller().UID, tt.reason)
				require.Equal(t, "1/1/0/1/0/1/0", counts(w.set().Status), "D-62: it is an old pod")
				return
			}
			require.Len(t, w.on("n"), 2, tt.reason)
		})
	}
}

// TestAdoptionOfSpecialPods lets pods turn up that are duplicates, at their end or on their way out.
func TestAdoptionOfSpecialPods(t *testing.T) {
	prepare := func(t *testing.T) (w *world, old string) {
		w = newWorld(t, setup{pods: slow}, "n")
		w.create(agent(onDelete, func(d *daemonset.DaemonSet) { d.Finalizers = []string{"example.com/hold"} }))
		w.settle()
		return w, w.only("n").Name
	}
	relabel := func(w *world, name, app string) {
		next := w.Pod("default", name).Clone().(*cluster.Pod)
		next.Labels["app"] = app
		w.update(next)
		w.instant()
	}
	t.Run("D-62 a duplicate", func(t *testing.T) {
		w, old := prepare(t)
		w.create(orphan("later", "n"))
		w.settle()
		require.Equal(t, old, w.only("n").Name, "adopted and surplus")
	})
	t.Run("D-59 a terminal pod", func(t *testing.T) {
		w, old := prepare(t)
		w.create(orphan("ended", "n"))
		w.fail(w.Pod("default", "ended"))
		w.settle()
		require.Equal(t, old, w.only("n").Name, "adopted, and then cleared away")
	})
	t.Run("D-59 a terminating pod", func(t *testing.T) {
		w, _ := prepare(t)
		p := w.create(orphan("going", "n", func(p *cluster.Pod) {
			p.Labels = map[string]string{"app": "other"}
		})).(*cluster.Pod)
		w.run(10 * time.Second)
		require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
		relabel(w, "going", "agent")
		w.touch()
		require.Zero(t, w.owner("going"), "it is not adopted")
	})
	t.Run("D-59 a DaemonSet that is being deleted", func(t *testing.T) {
		w, old := prepare(t)
		require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
		w.create(orphan("later", "n"))
		relabel(w, old, "other")
		w.touch()
		require.Zero(t, w.owner("later"), "it adopts nothing")
		require.Equal(t, w.set().UID, w.owner(old), "and lets go of nothing")
	})
}

// TestOwnership goes through what becomes of pods and revisions that belong to nobody, or to others.
func TestOwnership(t *testing.T) {
	t.Run("D-63", checkRelease)
	t.Run("D-64", checkOverlappingSelectors)
	t.Run("D-65", checkRevisionsAreClaimed)
}

// checkRelease is release, replacement in the same sync, and re-adoption.
func checkRelease(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent())
	w.settle()
	first := w.only("n").Name
	relabel := func(value string) {
		next := w.Pod("default", first).Clone().(*cluster.Pod)
		next.Labels["app"] = value
		w.update(next)
		w.settle()
	}
	w.take()
	relabel("debug")
	require.Zero(t, w.owner(first))
	require.Len(t, w.on("n"), 2, "it stays on the node, and a replacement is created")
	require.Equal(t, []string{"0s create n"}, w.take())

	relabel("agent")
	require.Len(t, w.on("n"), 1, "re-adopted, which makes a duplicate")
	require.Equal(t, []string{"0s delete n"}, w.take())
}

// checkOverlappingSelectors is about owned pods, which are not fought over, and orphans, which are.
func checkOverlappingSelectors(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent())
	w.settle()
	w.create(agent(func(d *daemonset.DaemonSet) { d.Name = "other" }))
	w.settle()
	owners := map[cluster.UID]int{}
	for _, p := range w.on("n") {
		owners[p.Controller().UID]++
	}
	require.Len(t, owners, 2)
	changes := 0
	w.OnChange(func(*cluster.Change) { changes++ })
	w.touch()
	w.settle()
	require.LessOrEqual(t, changes, 1, "the touch itself")

	w.create(orphan("stray", "n"))
	w.settle()
	require.Nil(t, w.Pod("default", "stray"), "one of them has adopted it, as a duplicate")
	require.Len(t, w.on("n"), 2)
}

func checkRevisionsAreClaimed(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	revision := func(name string, labels map[string]string) {
		w.create(&rollout.ControllerRevision{
			ObjectMeta: cluster.ObjectMeta{Name: name, Namespace: "default", Labels: labels},
			Data:       []byte(`{"made":"by hand"}`), Revision: 4,
		})
	}
	revision("mine", map[string]string{"app": "agent"})
	revision("not-mine", map[string]string{"app": "other"})
	w.create(agent())
	w.settle()
	var got []string
	for _, r := range daemonset.Revisions(w.Reader, w.set()) {
		got = append(got, r.Name)
	}
	require.Equal(t, "mine", got[0], "D-65: matched by its labels")
	require.Len(t, got, 2)
	r := daemonset.Revisions(w.Reader, w.set())[0]
	require.Equal(t, "mine", r.Labels[rollout.HashLabel], "D-177: its name stands for the hash")
	require.Equal(t, int64(5), daemonset.Revisions(w.Reader, w.set())[1].Revision, "D-173")
}

// TestOverlappingSelectorOfExpressions makes sure that any selector claims, not only labels.
func TestOverlappingSelectorOfExpressions(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(orphan("stray", "n"))
	w.create(agent(func(d *daemonset.DaemonSet) {
		d.Spec.Selector = &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{
			{Key: "app", Operator: affinity.LabelSelectorOpExists},
		}}
		onDelete(d)
	}))
	w.settle()
	require.Equal(t, "stray", w.only("n").Name)
}
