package cluster_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

// follower is an actor that keeps what it is told of.
type follower struct {
	objects map[cluster.UID]cluster.Object
	// told are the changes in words, each with the time at which the follower was told.
	told []string
	// ran are the times at which its tasks ran, with what it saw of their objects.
	ran []string
}

func newFollower() *follower { return &follower{objects: make(map[cluster.UID]cluster.Object)} }

func (f *follower) Name() string { return "follower" }

func (f *follower) Fork() cluster.Actor {
	return &follower{maps.Clone(f.objects), slices.Clone(f.told), slices.Clone(f.ran)}
}

func (f *follower) Observe(cl *cluster.Client, ch *cluster.Change) {
	m := ch.Object().Meta()
	if ch.After != nil {
		f.objects[m.UID] = ch.After
	} else {
		delete(f.objects, m.UID)
	}
	if cl.ByUID(m.UID) != f.objects[m.UID] {
		panic(fmt.Sprintf("told of %v, which the view does not contain", ch))
	}
	f.told = append(f.told, fmt.Sprintf("%v: %s %s", cl.Now(), ch.Verb, m.Name))
}

func (f *follower) Run(cl *cluster.Client, t cluster.Task) {
	f.ran = append(f.ran, fmt.Sprintf("%v: %t, %t live", cl.Now(), cl.ByUID(t.Object) != nil,
		cl.Live().ByUID(t.Object) != nil))
}

func drawLag(t *rapid.T) cluster.Lag {
	delay := func(label string) time.Duration {
		return time.Duration(rapid.IntRange(0, 3).Draw(t, label)) * time.Second
	}
	return cluster.Lag{Delay: delay("lag"), Kinds: map[cluster.Kind]time.Duration{
		cluster.KindNode: delay("lag of nodes"), kindWidget: delay("lag of widgets"),
	}}
}

func drawLags(t *rapid.T) cluster.Config {
	config := cluster.Config{Lags: map[string]cluster.Lag{"follower": drawLag(t)}}
	if rapid.Bool().Draw(t, "chooser") {
		config.Chooser = cluster.NewRandomChooser(1)
	}
	return config
}

// lagging is a cluster with a follower that sees everything after a second, or after the delay of its kind.
func lagging(config cluster.Config, kinds map[cluster.Kind]time.Duration) (*cluster.Cluster, *follower) {
	f := newFollower()
	config.Lags = map[string]cluster.Lag{"follower": {Delay: time.Second, Kinds: kinds}}
	return cluster.New(config, f), f
}

func TestLag(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	node := create(t, c, newNode("a"))
	view := func() cluster.Reader { return c.ViewOf("follower") }
	require.Nil(t, view().Node("a"))
	require.Same(t, node, c.Node("a"))
	require.Equal(t, 1, c.Pending(), "the change is on its way")
	require.Equal(t, "t=1s watch tells follower of Node", c.TaskString(c.Next()[0]))
	require.NoError(t, c.RunFor(500*time.Millisecond))
	next := update(t, c, edited(node, func(n *cluster.Node) { n.Labels["zone"] = "z" }))
	require.NoError(t, c.RunFor(499*time.Millisecond))
	require.Empty(t, f.told)
	require.NoError(t, c.RunFor(time.Millisecond))
	require.Same(t, node, view().Node("a"), "as it was a second ago")
	require.Equal(t, uint64(1), view().Version())
	require.Equal(t, uint64(2), c.Version())
	require.NoError(t, c.Settle(), "which waits for what is on its way")
	require.Same(t, next, view().Node("a"))
	require.NoError(t, c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	require.Same(t, next, view().Node("a"))
	require.NoError(t, c.Settle())
	require.Nil(t, view().Node("a"))
	require.Equal(t, []string{"1s: create a", "1.5s: update a", "2.5s: delete a"}, f.told)
	require.Equal(t, cluster.Lag{Delay: time.Second}, c.LagOf("follower"))
	require.Zero(t, c.LagOf("garbage-collector"))
	require.Equal(t, c.Version(), c.ViewOf("garbage-collector").Version())
}

// TestNoLagIsTheStore has no second view and no tasks.
func TestNoLagIsTheStore(t *testing.T) {
	for _, lag := range []cluster.Lag{
		{}, {Delay: -time.Second}, {Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: 0}},
	} {
		f := newFollower()
		c := cluster.New(cluster.Config{Lags: map[string]cluster.Lag{"follower": lag, "nobody": {Delay: 1}}}, f)
		create(t, c, newNode("a"))
		require.Equal(t, c.Reader, c.ViewOf("follower"))
		require.Zero(t, c.Pending())
		require.Equal(t, []string{"0s: create a"}, f.told)
	}
}

// TestLagOfKinds has nodes that are seen late and pods that are seen at once.
func TestLagOfKinds(t *testing.T) {
	c, f := lagging(cluster.Config{}, map[cluster.Kind]time.Duration{
		cluster.KindNode: 3 * time.Second, cluster.KindPod: 0, cluster.KindNamespace: 0,
	})
	node := create(t, c, newNode("a"))
	create(t, c, newPodOn("p", "a"))
	create(t, c, newWidget("w"))
	view := c.ViewOf("follower")
	require.Equal(t, []string{"0s: create default", "0s: create p"}, f.told)
	require.Equal(t, []string{"default/p"}, keys(slices.Collect(view.PodsAt(node.ID()))),
		"a view numbers the nodes as the cluster does, also those that it does not see yet")
	require.Nil(t, view.NodeByID(node.ID()))
	require.Equal(t, "a", view.NodeName(node.ID()))
	require.Equal(t, uint64(3), view.KindVersion(cluster.KindPod))
	require.Equal(t, uint64(0), view.KindVersion(cluster.KindNode))
	require.Equal(t, uint64(1), c.KindVersion(cluster.KindNode))
	require.Zero(t, c.KindVersion("Gadget"))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"1s: create w", "3s: create a"}, f.told[2:])
	require.Equal(t, uint64(4), view.Version(), "the latest, though the node has come last")
}

// TestOvertaking lets a chooser deliver what is due at one moment: changes of different kinds overtake each
// other, those of one kind never do.
func TestOvertaking(t *testing.T) {
	write := func(c *cluster.Cluster) {
		for _, name := range []string{"1", "2"} {
			create(t, c, newNode("n"+name))
			create(t, c, newPod("p"+name))
		}
		require.NoError(t, c.Settle())
	}
	c, f := lagging(cluster.Config{}, nil)
	write(c)
	natural := []string{"1s: create n1", "1s: create default", "1s: create p1", "1s: create n2", "1s: create p2"}
	require.Equal(t, natural, f.told, "without a chooser all changes are in order")

	seen := make(map[string]bool)
	for seed := range uint64(500) {
		c, f := lagging(cluster.Config{Chooser: cluster.NewRandomChooser(seed)}, nil)
		write(c)
		order := strings.ReplaceAll(strings.Join(f.told, " "), "1s: create ", "")
		seen[order] = true
		require.Less(t, strings.Index(order, "n1"), strings.Index(order, "n2"))
		require.Less(t, strings.Index(order, "p1"), strings.Index(order, "p2"))
		replayed, again := lagging(cluster.Config{Chooser: cluster.NewRecorder(cluster.NewRandomChooser(seed))}, nil)
		write(replayed)
		chooser, err := cluster.NewReplay(replayed.Chooser().(*cluster.Recorder).Token())
		require.NoError(t, err)
		c, f = lagging(cluster.Config{Chooser: chooser}, nil)
		write(c)
		require.Equal(t, again.told, f.told, "a token replays deliveries, too")
	}
	require.Len(t, seen, 30, "every order of 5 changes, two pairs of which have an order of their own")
}

// TestStaleWrites writes what was read from a view that lags. The view does not show the actor's own writes.
func TestStaleWrites(t *testing.T) {
	c, _ := lagging(cluster.Config{}, nil)
	create(t, c, newWidget("w"))
	p := create(t, c, newPodOn("p", "a"))
	require.NoError(t, c.Settle())
	var errs []error
	var live, seen cluster.Object
	c.AddActor(&writer{func(cl *cluster.Client) {
		w := cl.Object(kindWidget, "default", "w").(*widget)
		update := func(size int) error {
			_, err := cl.Update(edited(w, func(w *widget) { w.Spec.Size = size }))
			return err
		}
		errs = append(errs, update(1), update(2))
		_, err := cl.UpdateStatus(w)
		errs = append(errs, err)
		live, seen = cl.Live().ByUID(w.UID), cl.ByUID(w.UID)
		errs = append(errs, cl.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: &atOnce}))
		errs = append(errs, cl.DeletePod(p.UID, cluster.DeleteOptions{}))
		errs = append(errs, cl.Delete(kindWidget, "default", "w", cluster.DeleteOptions{}))
		errs = append(errs, cl.Delete(kindWidget, "default", "w", cluster.DeleteOptions{}))
	}})
	require.NoError(t, c.SetLag("writer", cluster.Lag{Delay: time.Minute}))
	create(t, c, newNode("go"))
	require.NoError(t, c.Settle())
	for i, want := range []error{
		nil, cluster.ErrConflict, cluster.ErrConflict, nil, cluster.ErrNotFound, nil, cluster.ErrNotFound,
	} {
		require.ErrorIs(t, errs[i], want, i)
	}
	require.Equal(t, 1, live.(*widget).Spec.Size)
	require.Equal(t, 0, seen.(*widget).Spec.Size)
}

// writer is an actor that writes when it is told of a node.
type writer struct{ write func(*cluster.Client) }

func (w *writer) Name() string                           { return "writer" }
func (w *writer) Fork() cluster.Actor                    { return w }
func (w *writer) Run(cl *cluster.Client, _ cluster.Task) { w.write(cl) }
func (w *writer) Observe(cl *cluster.Client, ch *cluster.Change) {
	if _, ok := ch.After.(*cluster.Node); ok {
		cl.After(0, cluster.Task{})
	}
}

// TestTaskAboutWhatOnlyTheViewHas runs a task about an object that is gone while the actor still sees it: what
// the actor does then happens when it is due.
func TestTaskAboutWhatOnlyTheViewHas(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	w := create(t, c, newWidget("w"))
	f2 := &planner{follower: f, object: w.UID}
	c.AddActor(f2)
	require.NoError(t, c.SetLag("planner", cluster.Lag{Delay: 10 * time.Second}))
	create(t, c, newNode("a"))
	require.NoError(t, c.RunFor(10*time.Second))
	require.NoError(t, c.Delete(kindWidget, "default", "w", cluster.DeleteOptions{}))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"15s: true, false live", "20s: false, false live"}, f.ran,
		"the last task was due at 25s, but neither has the object by then, so that time does not move")
}

// planner schedules tasks about an object when it is told of a node.
type planner struct {
	*follower
	object cluster.UID
}

func (p *planner) Name() string { return "planner" }
func (p *planner) Observe(cl *cluster.Client, ch *cluster.Change) {
	if _, ok := ch.After.(*cluster.Node); ok {
		cl.After(5*time.Second, cluster.Task{Object: p.object})
		cl.After(15*time.Second, cluster.Task{Object: p.object})
	}
}

func TestSetLag(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	create(t, c, newNode("a"))
	require.NoError(t, c.SetLag("follower", cluster.Lag{}))
	create(t, c, newNode("b"))
	create(t, c, newPod("p"))
	require.Equal(t, []string{"0s: create default", "0s: create p"}, f.told, "another kind may overtake")
	require.NoError(t, c.Settle())
	create(t, c, newNode("c"))
	require.Equal(t, []string{"1s: create a", "1s: create b", "1s: create c"}, f.told[2:],
		"b waits for a; c is seen at once")
	require.NoError(t, c.SetLag("follower", cluster.Lag{Delay: time.Hour}))
	create(t, c, newNode("d"))
	require.NoError(t, c.Settle(), "an hour is far off")
	require.Len(t, f.told, 5)

	for _, nobody := range []string{"user", "nobody", ""} {
		err := c.SetLag(nobody, cluster.Lag{Delay: 1})
		require.ErrorIs(t, err, cluster.ErrNotFound)
		require.ErrorContains(t, err, fmt.Sprintf("%q", nobody))
	}
	told := cluster.New(cluster.Config{})
	told.AddActor(&meddler{func(*cluster.Client) { _ = told.SetLag("meddler", cluster.Lag{}) }})
	require.Panics(t, func() { create(t, told, newNode("a")) })
}

// TestLagBelongsToTheCaller changes what was handed in and what came out.
func TestLagBelongsToTheCaller(t *testing.T) {
	kinds := map[cluster.Kind]time.Duration{cluster.KindNode: time.Second}
	c, _ := lagging(cluster.Config{}, kinds)
	kinds[cluster.KindNode] = 0
	c.LagOf("follower").Kinds[cluster.KindNode] = 0
	require.Equal(t, time.Second, c.LagOf("follower").Kinds[cluster.KindNode])
}

// TestLaterActorLags is added when there are objects already: its view has them.
func TestLaterActorLags(t *testing.T) {
	c := cluster.New(cluster.Config{Lags: map[string]cluster.Lag{"follower": {Delay: time.Second}}})
	create(t, c, newNode("a"))
	f := newFollower()
	c.AddActor(f)
	create(t, c, newNode("b"))
	require.Equal(t, []string{"a"}, keys(slices.Collect(c.ViewOf("follower").Nodes())))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"1s: create b"}, f.told)
}

// TestForkOnTheWay forks while changes are on their way: both clusters go on alike, and neither sees the
// other's.
func TestForkOnTheWay(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	create(t, c, newNode("a"))
	create(t, c, newWidget("w"))
	hash := c.Hash()
	fork := c.Fork()
	require.Equal(t, hash, fork.Hash())
	create(t, fork, newNode("b"))
	require.NoError(t, fork.Settle())
	require.Empty(t, f.told)
	require.Equal(t, hash, c.Hash())
	create(t, c, newNode("b"))
	require.NoError(t, c.Settle())
	require.Equal(t, c.Hash(), fork.Hash())
	if diff := cmp.Diff(f.told, fork.Actor("follower").(*follower).told); diff != "" {
		t.Errorf("the fork was told otherwise (-original +fork):\n%s", diff)
	}
	require.Same(t, c.ViewOf("follower").Node("a"), fork.ViewOf("follower").Node("a"))
}

// TestHashKnowsWhatIsOnItsWay has equal objects and tasks, but a view that is at another place.
func TestHashKnowsWhatIsOnItsWay(t *testing.T) {
	run := func(first, second int) uint64 {
		c, _ := lagging(cluster.Config{}, nil)
		w := create(t, c, newWidget("w"))
		for _, size := range []int{first, second, 9} {
			w = update(t, c, edited(w, func(w *widget) { w.Spec.Size = size }))
		}
		return c.Hash()
	}
	require.Equal(t, run(1, 2), run(1, 2))
	require.NotEqual(t, run(1, 2), run(1, 3))
}

// TestForkInOnChangeOnTheWay forks when a change has been made that is on its way to an actor.
func TestForkInOnChangeOnTheWay(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	var forks []*cluster.Cluster
	c.OnChange(func(*cluster.Change) { forks = append(forks, c.Fork()) })
	create(t, c, newNode("a"))
	require.NoError(t, forks[0].Settle())
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"1s: create a"}, f.told)
	require.Equal(t, f.told, forks[0].Actor("follower").(*follower).told)
}

// TestLateCollector deletes what gets an owner that is gone, also when the collector lags: an owner goes, and
// a controller that has not seen that makes another dependent.
func TestLateCollector(t *testing.T) {
	for _, lag := range []time.Duration{0, time.Second} {
		c := cluster.New(cluster.Config{Lags: map[string]cluster.Lag{"garbage-collector": {Delay: lag}}})
		owner := create(t, c, newWidget("owner"))
		other := create(t, c, newWidget("other"))
		create(t, c, newWidget("first", owner))
		require.NoError(t, c.Delete(kindWidget, "default", "owner", cluster.DeleteOptions{}))
		create(t, c, newWidget("second", owner))
		create(t, c, newWidget("both", owner, other))
		stray := newWidget("stray")
		stray.OwnerReferences = []cluster.OwnerReference{ownedBy(owner, false)}
		stray.OwnerReferences[0].UID = 1<<60 + 7
		create(t, c, stray)
		late := create(t, c, newWidget("adopted"))
		update(t, c, edited(late, func(w *widget) {
			w.OwnerReferences = []cluster.OwnerReference{ownedBy(owner, false)}
		}))
		require.NoError(t, c.Settle())
		require.Equal(t, []string{"default/both", "default/other", "default/stray"}, keysOf(c, kindWidget),
			"one has another owner, and one an owner that never was")
		both := c.Object(kindWidget, "default", "both").Meta().OwnerReferences
		require.Len(t, both, 1)
		require.Equal(t, other.UID, both[0].UID)
		require.Equal(t, time.Second+2*lag, c.Now(), "the deletions are on their way, too")
	}
}

// TestReleasedInTime is no dependent any more when the collector comes to it.
func TestReleasedInTime(t *testing.T) {
	c := cluster.New(cluster.Config{})
	owner := create(t, c, newWidget("owner"))
	w := create(t, c, newWidget("w", owner))
	require.NoError(t, c.Delete(kindWidget, "default", "owner", cluster.DeleteOptions{}))
	update(t, c, edited(w, func(w *widget) { w.OwnerReferences = nil }))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"default/w"}, keysOf(c, kindWidget))
}
