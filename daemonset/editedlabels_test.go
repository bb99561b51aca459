package daemonset_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestEditedLabels has the rules about the labels of pods and revisions where somebody has edited them.
func TestEditedLabels(t *testing.T) {
	t.Run("D-62", checkAdoptedWithoutHash)
	t.Run("D-79", checkPairWithoutHash)
	t.Run("D-127 pods", checkRelabelledPods)
	t.Run("D-127 one label is enough", checkHashTaken)
	t.Run("D-127 the revision", checkRevisionTakesHashOfAnother)
	t.Run("D-177", checkCurrentRevisionLosesHash)
	t.Run("D-178", checkStrippedRevision)
}

// relabel writes labels to an object as it is; those with an empty value it takes away.
func (w *world) relabel(obj cluster.Object, labels map[string]string) {
	w.t.Helper()
	next := obj.Clone()
	m := next.Meta()
	maps.Copy(m.Labels, labels)
	maps.DeleteFunc(m.Labels, func(_, value string) bool { return value == "" })
	w.update(next)
}

// newBy are the labels by which a pod is new.
func newBy(hash, generation string) map[string]string {
	return map[string]string{rollout.HashLabel: hash, daemonset.TemplateGenerationLabel: generation}
}

// checkRelabelledPods edits the labels of pods that have been made from the template that is current still.
func checkRelabelledPods(t *testing.T) {
	for _, labels := range []map[string]string{newBy("", ""), newBy("abc", "77"), newBy("abc", "01")} {
		w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c")
		w.create(agent())
		w.settle()
		kept := w.only("c")
		for _, name := range []string{"a", "b"} {
			w.relabel(w.only(name), labels)
		}
		w.take()
		w.instant()
		require.Equal(t, "3/3/0/3/1/3/0", counts(w.set().Status), "D-185")
		w.settle()
		require.Equal(t, []string{"2s delete a", "3s create a", "5s delete b", "6s create b"}, w.take(),
			"they are replaced, one at a time")
		require.Equal(t, kept.UID, w.only("c").UID)
		recount(t, w)
	}
}

func checkHashTaken(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b")
	w.create(agent())
	w.settle()
	w.relabel(w.only("a"), map[string]string{rollout.HashLabel: ""})
	w.relabel(w.only("b"), map[string]string{daemonset.TemplateGenerationLabel: "9"})
	w.take()
	w.settle()
	require.Empty(t, w.take())
	recount(t, w)
}

// checkPairWithoutHash has an old and a new pod on one node, and the new one loses its hash but not its
// template generation: it counts as new, yet of a pair manage keeps the older one.
func checkPairWithoutHash(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true}, "a")
	w.create(agent(surge("1")))
	w.settle()
	old := w.only("a")
	w.ready(old, true)
	w.run(time.Second)
	w.image("agent:v2")
	w.settle()
	require.Len(t, w.on("a"), 2)
	for _, p := range w.on("a") {
		if p.UID != old.UID {
			w.relabel(p, map[string]string{rollout.HashLabel: ""})
		}
	}
	w.take()
	w.instant()
	require.Contains(t, w.take(), "1s delete a")
	require.False(t, w.PodByUID(old.UID).Terminating())
}

// checkAdoptedWithoutHash has a pod that loses its owner and its hash, and is adopted again.
func checkAdoptedWithoutHash(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent(onDelete))
	w.settle()
	next := w.only("a").Clone().(*cluster.Pod)
	next.OwnerReferences = nil
	next.Labels = map[string]string{"app": "agent"}
	w.update(next)
	w.settle()
	require.NotNil(t, w.only("a").Controller(), "adopted")
	require.Equal(t, "1/1/0/1/0/1/0", counts(w.set().Status))
	w.change(unavailable("1"))
	w.settle()
	require.NotEqual(t, next.UID, w.only("a").UID)
	recount(t, w)
}

// checkRevisionTakesHashOfAnother gives the current revision, in the middle of a rollout, the hash of the earlier
// one: the old pods are new from then on, and the new pod is new by its template generation.
func checkRevisionTakesHashOfAnother(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c")
	w.create(agent())
	w.settle()
	w.image("agent:v2")
	w.run(2 * time.Second)
	require.Equal(t, "3/3/0/2/1/2/1", counts(w.set().Status))
	list := daemonset.Revisions(w.Reader, w.set())
	w.relabel(list[1], map[string]string{rollout.HashLabel: list[0].Hash()})
	w.take()
	w.settle()
	require.Empty(t, w.take(), "there is nothing left to replace")
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status))
	recount(t, w)
}

// checkCurrentRevisionLosesHash takes the label off the current revision: its name is the hash from then on, and
// a pod that has no template generation is old.
func checkCurrentRevisionLosesHash(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c")
	w.create(agent(onDelete))
	w.settle()
	w.relabel(w.only("b"), map[string]string{daemonset.TemplateGenerationLabel: ""})
	w.settle()
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status))
	current := daemonset.Revisions(w.Reader, w.set())[0]
	w.relabel(current, map[string]string{rollout.HashLabel: ""})
	w.settle()
	require.Equal(t, current.Name, daemonset.Revisions(w.Reader, w.set())[0].Labels[rollout.HashLabel])
	require.Equal(t, "3/3/0/3/2/3/0", counts(w.set().Status), "D-185")
	w.take()
	w.change(unavailable("1"))
	w.settle()
	require.Equal(t, []string{"0s delete b", "0s create b"}, w.take())
	require.Equal(t, current.Name, w.only("b").Labels[rollout.HashLabel])
	recount(t, w)
}

// checkStrippedRevision takes all labels off the current revision: it is released, its name is taken by the same
// data, and pods made from then on have no hash.
func checkStrippedRevision(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent())
	w.settle()
	next := daemonset.Revisions(w.Reader, w.set())[0].Clone().(*rollout.ControllerRevision)
	next.Labels = nil
	w.update(next)
	w.settle()
	require.Empty(t, daemonset.Revisions(w.Reader, w.set()), "released")
	require.Equal(t, 1, w.Count(rollout.KindControllerRevision))
	w.join("b")
	w.settle()
	require.NotContains(t, w.only("b").Labels, rollout.HashLabel)
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status), "they are new by their template generation")
	require.Empty(t, daemonset.NewSurvey(w.Reader, w.set(), w.Now()).View.Hash)
}
