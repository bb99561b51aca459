package daemonset_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// history lists the revisions as "1:A 2:B", by the image of their templates.
func history(t testing.TB, w *world) string {
	var list []string
	for _, r := range daemonset.Revisions(w.Reader, w.set()) {
		template, err := rollout.Decode(r.Data)
		require.NoError(t, err)
		list = append(list, fmt.Sprintf("%d:%s", r.Revision, template.Spec.Containers[0].Image))
	}
	return strings.Join(list, " ")
}

func limit(n int32) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) { d.Spec.RevisionHistoryLimit = &n }
}

func image(name string) func(*daemonset.DaemonSet) {
	return spec(func(s *cluster.PodSpec) { s.Containers[0].Image = name })
}

// TestHistory has the rules about revisions, each in a cluster.
func TestHistory(t *testing.T) {
	t.Run("D-171", checkRevision)
	t.Run("D-173", checkNumberOfNewRevision)
	t.Run("D-174", checkEarlierRevision)
	t.Run("D-175", checkRevisionNumbers)
	t.Run("D-176", checkDuplicateRevisions)
	t.Run("D-177", checkRevisionsAreClaimed)
	t.Run("D-178", checkCollision)
	t.Run("D-178 the same data", checkNameTakenBySameData)
	t.Run("D-178 a stale count", checkStaleCollisionCount)
	t.Run("D-179", checkCollisionCountStays)
	t.Run("D-180", checkHistoryComesFirst)
	t.Run("D-183 manage", checkHistoryIsNotTrimmedAfterFailure)
	t.Run("D-183 rolling update", checkHistoryIsNotTrimmedAfterFailedRoll)
	t.Run("D-184", checkRevisionDeletedByHand)
	t.Run("D-194", checkNoStatusWithoutHistory)
}

// checkNumberOfNewRevision leaves a gap between the numbers.
func checkNumberOfNewRevision(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(image("A")))
	w.settle()
	require.Equal(t, "1:A", history(t, w), "the first one")
	w.image("B")
	w.settle()
	b := daemonset.Revisions(w.Reader, w.set())[1].Clone().(*rollout.ControllerRevision)
	b.Revision = 7
	w.update(b)
	w.image("C")
	w.settle()
	require.Equal(t, "1:A 7:B 8:C", history(t, w), "one more than the highest, however many there are")
}

// checkEarlierRevision goes back to a template that there was before.
func checkEarlierRevision(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	cause := func(text string) func(*daemonset.DaemonSet) {
		return func(d *daemonset.DaemonSet) { d.Annotations = map[string]string{"cause": text} }
	}
	w.create(agent(image("A"), cause("first")))
	w.settle()
	was := daemonset.Revisions(w.Reader, w.set())[0]
	w.run(time.Hour)
	w.image("B")
	w.settle()
	w.change(cause("second"))
	w.image("A")
	w.settle()
	require.Equal(t, "2:B 3:A", history(t, w), "raised")
	is := daemonset.Revisions(w.Reader, w.set())[1]
	require.Equal(t, was.UID, is.UID)
	require.Equal(t, was.Name, is.Name)
	require.Equal(t, was.Hash(), is.Hash())
	require.Equal(t, "first", is.Annotations["cause"])
	require.Equal(t, was.CreationTimestamp, is.CreationTimestamp)

	next := is.Clone().(*rollout.ControllerRevision)
	next.Revision = 9
	w.update(next)
	w.touch()
	w.change(minReady(1))
	w.settle()
	require.Equal(t, "2:B 9:A", history(t, w), "otherwise kept")
}

// checkRevisionNumbers goes through the table, with D-239 and D-241.
func checkRevisionNumbers(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	undo := func(number int64) func() {
		return func() {
			changed, err := daemonset.Undo(w.Client, w.set(), number)
			require.NoError(t, err)
			require.True(t, changed)
		}
	}
	steps := []struct {
		name string
		do   func()
		want string
	}{
		{"create", func() { w.create(agent(image("A"))) }, "1:A"},
		{"update", func() { w.image("B") }, "1:A 2:B"},
		{"update", func() { w.image("C") }, "1:A 2:B 3:C"},
		{"undo", undo(0), "1:A 3:C 4:B"},
		{"undo", undo(0), "1:A 4:B 5:C"},
		{"undo to 1", undo(1), "4:B 5:C 6:A"},
	}
	names := map[string]string{}
	for _, step := range steps {
		step.do()
		w.settle()
		require.Equal(t, step.want, history(t, w), "D-175: %s", step.name)
		require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status), step.name)
		for _, r := range daemonset.Revisions(w.Reader, w.set()) {
			text := string(r.Data)
			if names[text] == "" {
				names[text] = r.Name
			}
			require.Equal(t, names[text], r.Name, "the name stays")
		}
	}
}

// checkRevision covers D-170, too.
func checkRevision(t *testing.T) {
	w := newWorld(t, setup{})
	w.create(agent(func(d *daemonset.DaemonSet) {
		d.Annotations = map[string]string{"kubernetes.io/change-cause": "first"}
	}))
	w.settle()
	r := daemonset.Revisions(w.Reader, w.set())[0]
	hash := r.Labels[rollout.HashLabel]
	require.Equal(t, "agent-"+hash, r.Name)
	require.Equal(t, map[string]string{"app": "agent", rollout.HashLabel: hash}, r.Labels)
	require.Equal(t, "first", r.Annotations["kubernetes.io/change-cause"])
	require.Equal(t, w.set().UID, r.Controller().UID)
	require.True(t, strings.HasPrefix(string(r.Data), `{"spec":{"template":{"`), "%s", r.Data)
	require.True(t, strings.HasSuffix(string(r.Data), `"$patch":"replace"}}}`), "%s", r.Data)

	w.change(func(d *daemonset.DaemonSet) { d.Annotations["kubernetes.io/change-cause"] = "second" })
	w.settle()
	r = daemonset.Revisions(w.Reader, w.set())[0]
	require.Equal(t, "first", r.Annotations["kubernetes.io/change-cause"], "D-238: copied when it is made")
}

// TestHistoryLimit has the rules about the limit. The node's pod keeps the revision of the image old.
func TestHistoryLimit(t *testing.T) {
	tests := []struct {
		name  string
		limit int32
		want  string
	}{
		{"D-181 below the limit", 10, "1:old 2:A 3:B 4:C 5:D"},
		{"D-181 the current one is not counted", 4, "1:old 2:A 3:B 4:C 5:D"},
		{"D-182 a used one is skipped, a younger one goes instead", 3, "1:old 3:B 4:C 5:D"},
		{"D-181 the lowest number first", 2, "1:old 4:C 5:D"},
		{"D-181 the last unused one", 1, "1:old 5:D"},
		{"D-182 the current one and those in use", 0, "1:old 5:D"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(agent(onDelete, limit(tt.limit), image("old")))
			w.settle()
			for _, name := range []string{"A", "B", "C", "D"} {
				w.image(name)
				w.settle()
			}
			require.Equal(t, tt.want, history(t, w))
			if tt.limit > 0 {
				return
			}
			require.NoError(t, w.DeletePod(w.only("n").UID, cluster.DeleteOptions{}))
			w.settle()
			require.Equal(t, "5:D", history(t, w), "nobody uses the old one any more")
		})
	}
}

func checkHistoryIsNotTrimmedAfterFailure(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(limit(0), image("A"), spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
	w.run(time.Second)
	w.image("B")
	w.run(time.Second)
	require.Equal(t, "1:A 2:B", history(t, w))
	w.create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "later"}})
	w.settleWithin(time.Hour)
	require.Equal(t, "2:B", history(t, w))
}

// checkHistoryIsNotTrimmedAfterFailedRoll has an old pod alone on a node that is gone: no surge goes on.
func checkHistoryIsNotTrimmedAfterFailedRoll(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete, image("A")))
	w.settle()
	for _, name := range []string{"unused", "B"} {
		w.image(name)
		w.settle()
	}
	w.removeNode("n")
	w.change(func(d *daemonset.DaemonSet) {
		surge("1")(d)
		limit(0)(d)
	})
	w.run(time.Second)
	require.Equal(t, "1:A 2:unused 3:B", history(t, w))
	w.join("n")
	w.settleWithin(time.Hour)
	require.Equal(t, "3:B", history(t, w))
}

// checkNoStatusWithoutHistory has a node that joins just when the name of the next revision is taken.
func checkNoStatusWithoutHistory(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{Hash: collide(1)}}, "n")
	w.create(agent(image("A")))
	w.settle()
	before := w.set().Status
	w.join("m")
	w.image("B")
	for w.set().Status.CollisionCount == nil {
		w.Step()
	}
	require.Equal(t, counts(before), counts(w.set().Status), "nothing is counted")
	require.Equal(t, before.ObservedGeneration, w.set().Status.ObservedGeneration)
	w.settleWithin(time.Second)
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status))
}

// checkCollision covers D-179, too: the name of the revision to come is taken by another template.
func checkCollision(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	set := agent()
	set.Default()
	data := rollout.Encode(&set.Spec.Template)
	taken := func(collisions *int32, data string) *rollout.ControllerRevision {
		hash := rollout.Hash(rollout.Encode(&set.Spec.Template), collisions)
		return &rollout.ControllerRevision{
			ObjectMeta: cluster.ObjectMeta{Name: "agent-" + hash, Namespace: "default"},
			Data:       []byte(data), Revision: 1,
		}
	}
	first := w.create(taken(nil, `{"other":1}`)).Meta().Name
	second := w.create(taken(ptr(int32(1)), `{"other":2}`)).Meta().Name
	w.create(agent())
	found, ok := w.control.Find(w.Reader, 0, "default", "agent")
	require.True(t, ok)
	o, err := daemonset.Reconcile(found)
	require.NoError(t, err)
	require.ErrorIs(t, o.Err, rollout.ErrCollision)
	require.ErrorContains(t, o.Err, "failed to construct revisions of DaemonSet: ")
	require.ErrorContains(t, o.Err, first+`": already exists`)
	w.Step()
	require.Equal(t, int32(1), *w.set().Status.CollisionCount)
	require.Equal(t, "0/0/0/0/0/0/0", counts(w.set().Status), "D-194: no status when history fails")
	require.Zero(t, w.set().Status.ObservedGeneration)
	w.settleWithin(time.Second)
	require.Equal(t, int32(2), *w.set().Status.CollisionCount)
	r := daemonset.Revisions(w.Reader, w.set())[0]
	require.NotContains(t, []string{first, second}, r.Name)
	require.Equal(t, "agent-"+rollout.Hash(data, ptr(int32(2))), r.Name)
	require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status))

	w.image("agent:v2")
	w.settle()
	w.image("agent:v1")
	w.settle()
	require.Equal(t, "2:agent:v2 3:agent:v1", history(t, w), "D-179: the old one is found by its data")
	require.Equal(t, int32(2), *w.set().Status.CollisionCount)
}

// collide is a hash of which the first few, by the collision count, are the same for all templates.
func collide(upTo int32) func(json.RawMessage, *int32) string {
	return func(data json.RawMessage, collisions *int32) string {
		if collisions == nil || *collisions < upTo {
			return "same"
		}
		return rollout.Hash(data, collisions)
	}
}

// checkStaleCollisionCount has a controller that does not know that the count has been raised.
func checkStaleCollisionCount(t *testing.T) {
	s := late(daemonset.Kind, time.Minute)
	s.config.Hash, s.config.NoOwnWritesCheck = collide(1), true
	w := newWorld(t, s, "n")
	w.create(agent(image("A")))
	w.run(2 * time.Minute)
	w.image("B")
	w.run(time.Minute + 30*time.Second)
	require.Equal(t, int32(1), *w.set().Status.CollisionCount, "raised once, however often it is tried")
	require.Equal(t, "1:A", history(t, w))
	found, ok := w.control.Find(w.ViewOf(daemonset.Name), w.Now(), "default", "agent")
	require.True(t, ok)
	require.Nil(t, found.DaemonSet.Status.CollisionCount, "not seen yet")
	w.settleWithin(time.Hour)
	require.Equal(t, int32(1), *w.set().Status.CollisionCount)
	require.Equal(t, "1:A 2:B", history(t, w))
}

// checkCollisionCountStays gives two templates the same hash and goes on to a third.
func checkCollisionCountStays(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{Hash: collide(1)}}, "n")
	w.create(agent(image("A")))
	w.settle()
	require.Nil(t, w.set().Status.CollisionCount)
	for _, name := range []string{"B", "C", "A"} {
		w.image(name)
		w.settleWithin(time.Second)
		require.Equal(t, int32(1), *w.set().Status.CollisionCount)
	}
	require.Equal(t, "2:B 3:C 4:A", history(t, w))
	for _, r := range daemonset.Revisions(w.Reader, w.set()) {
		want := rollout.Hash(r.Data, ptr(int32(1)))
		if r.Revision == 4 {
			want = "same"
		}
		require.Equal(t, want, r.Hash(), "it enters the hashes that come; those that are there stay")
	}
}

// checkHistoryComesFirst has a sync that may do nothing on nodes.
func checkHistoryComesFirst(t *testing.T) {
	for _, strategy := range []func(*daemonset.DaemonSet){onDelete, unavailable("1")} {
		m := newMoment(t, strategy, "a")
		m.Pods = nil
		m.Expected = daemonset.Expected{Creations: 1}
		o := m.reconcile()
		require.Empty(t, did(o), "it waits for what it expects")
		require.Len(t, o.History, 1)
		require.Equal(t, daemonset.RevisionMade, o.History[0].Effect)
	}
}

// checkNameTakenBySameData has a revision that does not match the selector: it is used all the same.
func checkNameTakenBySameData(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	set := agent()
	set.Default()
	data := rollout.Encode(&set.Spec.Template)
	hash := rollout.Hash(data, nil)
	w.create(&rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: "agent-" + hash, Namespace: "default", Labels: map[string]string{rollout.HashLabel: hash},
		},
		Data: data, Revision: 3,
	})
	w.create(agent())
	w.settle()
	require.Equal(t, 1, w.Count(rollout.KindControllerRevision))
	require.Nil(t, w.set().Status.CollisionCount)
	require.Equal(t, hash, w.only("n").Labels[rollout.HashLabel])
}

// checkDuplicateRevisions shows KP-16, too: the highest number stays, and all pods get its hash.
func checkDuplicateRevisions(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete, image("A")))
	w.settle()
	a := daemonset.Revisions(w.Reader, w.set())[0]
	w.image("B")
	w.settle()
	require.NoError(t, w.DeletePod(w.only("n").UID, cluster.DeleteOptions{}))
	w.settle()
	double := a.Clone().(*rollout.ControllerRevision)
	double.Name, double.Revision = "double", 9
	double.Labels[rollout.HashLabel] = "double"
	w.create(double)
	w.image("A")
	w.settle()
	require.Equal(t, "2:B 9:A", history(t, w))
	require.Equal(t, "double", w.only("n").Labels[rollout.HashLabel], "a pod of B, relabelled")
	require.Equal(t, "B", w.only("n").Spec().Containers[0].Image)
	require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status), "KP-16: the status says updated")
}

func checkRevisionDeletedByHand(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete, image("A")))
	w.settle()
	w.image("B")
	w.settle()
	list := daemonset.Revisions(w.Reader, w.set())
	require.NoError(t, w.Delete(list[1].Kind(), "default", list[1].Name, cluster.DeleteOptions{}))
	w.settle()
	require.Equal(t, "1:A 2:B", history(t, w), "the current one is made anew")
	require.Equal(t, list[1].Name, daemonset.Revisions(w.Reader, w.set())[1].Name)

	require.NoError(t, w.Delete(list[0].Kind(), "default", list[0].Name, cluster.DeleteOptions{}))
	w.settle()
	require.Equal(t, "2:B", history(t, w))
	require.Equal(t, "1/1/0/1/0/1/0", counts(w.set().Status), "pods of the old one stay old")
	_, err := daemonset.Undo(w.Client, w.set(), 1)
	require.ErrorIs(t, err, rollout.ErrNoRevision)
}

// TestUndo covers D-239 to D-241.
func TestUndo(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b")
	w.create(agent(image("A")))
	w.settle()
	_, err := daemonset.Undo(w.Client, w.set(), 0)
	require.ErrorIs(t, err, rollout.ErrFewRevisions)
	require.EqualError(t, err, "undo default/agent: no last revision to roll back to")
	for _, n := range []int64{7, -1} {
		_, err = daemonset.Undo(w.Client, w.set(), n)
		require.ErrorIs(t, err, rollout.ErrNoRevision)
	}
	changed, err := daemonset.Undo(w.Client, w.set(), 1)
	require.NoError(t, err)
	require.False(t, changed, "D-240: the template already equals it")

	w.change(minReady(1))
	w.image("B")
	w.run(4 * time.Second)
	changed, err = daemonset.Undo(w.Client, w.set(), 0)
	require.NoError(t, err)
	require.True(t, changed, "D-241: in the middle of a rollout")
	require.Equal(t, int32(1), w.set().Spec.MinReadySeconds, "D-239: only the template changes")
	want := agent(image("A"))
	want.Default()
	require.Empty(t, cmp.Diff(want.Spec.Template, w.set().Spec.Template))
	w.settle()
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status))
}

// TestRestart covers D-242 and D-243.
func TestRestart(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete))
	w.settle()
	changed, err := daemonset.Restart(w.Client, w.set(), at)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, map[string]string{daemonset.RestartedAtAnnotation: "2026-01-02T02:04:05Z"},
		w.set().Spec.Template.ObjectMeta.Annotations)
	changed, err = daemonset.Restart(w.Client, w.set(), at.Add(time.Millisecond))
	require.NoError(t, err)
	require.False(t, changed, "twice within a second")
	w.settle()
	require.Len(t, daemonset.Revisions(w.Reader, w.set()), 2)
	require.Equal(t, "1/1/0/1/0/1/0", counts(w.set().Status), "D-243: a revision, but nothing restarts")
	w.change(unavailable("1"))
	w.settle()
	require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status))
}

// TestSetImage looks at the containers that it changes.
func TestSetImage(t *testing.T) {
	w := newWorld(t, setup{})
	w.create(agent(spec(func(s *cluster.PodSpec) {
		s.InitContainers = []cluster.Container{{Name: "init", Image: "init:v1"}}
	})))
	images := func() [2]string {
		s := &w.set().Spec.Template.Spec
		return [2]string{s.InitContainers[0].Image, s.Containers[0].Image}
	}
	tests := []struct {
		container, image string
		changed          bool
		want             [2]string
	}{
		{"main", "agent:v2", true, [2]string{"init:v1", "agent:v2"}},
		{"main", "agent:v2", false, [2]string{"init:v1", "agent:v2"}},
		{"init", "init:v2", true, [2]string{"init:v2", "agent:v2"}},
		{"*", "all:v1", true, [2]string{"all:v1", "all:v1"}},
	}
	for _, tt := range tests {
		changed, err := daemonset.SetImage(w.Client, w.set(), tt.container, tt.image)
		require.NoError(t, err)
		require.Equal(t, tt.changed, changed)
		require.Equal(t, tt.want, images())
	}
	_, err := daemonset.SetImage(w.Client, w.set(), "none", "x")
	require.ErrorIs(t, err, cluster.ErrNotFound)
}
