package cluster_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// ticker is a toy actor: for each node that joins it counts seconds in a label, up to the number in the
// node's label "until".
type ticker struct {
	ticks int
	// retry marks the ticks as retries; endless makes each tick schedule the next at the same moment.
	retry, endless bool
}

func (k *ticker) Name() string                     { return "ticker" }
func (k *ticker) TaskName(cluster.TaskKind) string { return "tick" }
func (k *ticker) AppendState(b []byte) []byte      { return binary.AppendVarint(b, int64(k.ticks)) }
func (k *ticker) Fork() cluster.Actor              { fork := *k; return &fork }
func (k *ticker) plan(cl *cluster.Client, n cluster.UID) {
	delay := time.Second
	if k.endless {
		delay = 0
	}
	cl.After(delay, cluster.Task{Kind: 1, Object: n, Retry: k.retry})
}

func (k *ticker) Observe(cl *cluster.Client, ch *cluster.Change) {
	if n, ok := ch.After.(*cluster.Node); ok && ch.Verb == cluster.Created {
		k.plan(cl, n.UID)
	}
}

func (k *ticker) Run(cl *cluster.Client, t cluster.Task) {
	k.ticks++
	n, ok := cl.ByUID(t.Object).(*cluster.Node)
	if !ok || !k.endless && n.Labels["ticks"] == n.Labels["until"] {
		return
	}
	next := n.Clone().(*cluster.Node)
	next.Labels["ticks"] += "i"
	if _, err := cl.Update(next); err != nil {
		panic(err)
	}
	k.plan(cl, n.UID)
}

func ticking(name, until string) *cluster.Node {
	n := newNode(name)
	n.Labels = map[string]string{"until": until}
	return n
}

func TestStep(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	_, ok := c.Step()
	require.False(t, ok, "nothing is ahead")
	create(t, c, ticking("a", "ii"))
	create(t, c, ticking("b", ""))
	require.Equal(t, 2, c.Pending())
	require.Len(t, c.Next(), 2, "both are due at the same moment")
	require.Zero(t, c.Now())
	var steps []string
	for {
		task, ok := c.Step()
		if !ok {
			break
		}
		steps = append(steps, fmt.Sprint(c.TaskString(task), " ", c.Node("a").Labels["ticks"]))
	}
	want := []string{
		"t=1s ticker tick Node a i", "t=1s ticker tick Node b i", "t=2s ticker tick Node a ii",
		"t=3s ticker tick Node a ii",
	}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	require.Equal(t, 3*time.Second, c.Now(), "time moves to the last task")
}

// TestStepAsksTheChooser takes the last of the tasks that are due, and names them.
func TestStepAsksTheChooser(t *testing.T) {
	c := cluster.New(cluster.Config{Chooser: &lastChooser{}}, &ticker{})
	for _, name := range []string{"a", "b", "c"} {
		create(t, c, ticking(name, ""))
	}
	var order []string
	for {
		task, ok := c.Step()
		if !ok {
			break
		}
		order = append(order, c.ByUID(task.Object).Meta().Name)
	}
	require.Equal(t, []string{"c", "b", "a"}, order)
	want := []string{
		"next-task/3: t=1s ticker tick Node a, t=1s ticker tick Node b, t=1s ticker tick Node c",
		"next-task/2: t=1s ticker tick Node a, t=1s ticker tick Node b",
	}
	require.Equal(t, want, c.Chooser().(*lastChooser).asked, "one candidate is no question")
}

type lastChooser struct{ asked []string }

func (l *lastChooser) Fork() cluster.Chooser { return &lastChooser{} }
func (l *lastChooser) Choose(c cluster.Choice) int {
	text := c.String() + ": "
	for i := range c.N {
		if i > 0 {
			text += ", "
		}
		text += c.Describe(i)
	}
	l.asked = append(l.asked, text)
	return c.N - 1
}

func TestRunFor(t *testing.T) {
	for _, row := range []struct {
		name   string
		d      time.Duration
		ticks  string
		now    time.Duration
		reason string
	}{
		{"nothing due", 999 * time.Millisecond, "", 999 * time.Millisecond, "the time is left at the end"},
		{"due at the end", 2 * time.Second, "ii", 2 * time.Second, "the end is included"},
		{"in between", 2500 * time.Millisecond, "ii", 2500 * time.Millisecond, "the time is left at the end"},
		{"beyond the last", time.Minute, "iii", time.Minute, "idle time passes too"},
		{"zero", 0, "", 0, "what is due now"},
		{"negative", -time.Second, "", 0, "counts as none"},
		{"for ever", 1<<63 - 1, "iii", 1<<63 - 1, "there is an end of time"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{}, &ticker{})
			create(t, c, ticking("a", "iii"))
			require.NoError(t, c.RunFor(row.d))
			require.Equal(t, row.ticks, c.Node("a").Labels["ticks"], row.reason)
			require.Equal(t, row.now, c.Now(), row.reason)
		})
	}
}

// TestTimeStopsAtItsEnd asks for more time than there is.
func TestTimeStopsAtItsEnd(t *testing.T) {
	const end = time.Duration(1<<63 - 1)
	c := cluster.New(cluster.Config{}, &ticker{})
	require.NoError(t, c.RunFor(time.Hour))
	c.After(end, cluster.Task{})
	require.Equal(t, end, c.Next()[0].At, "a delay beyond the end is cut there")
	require.NoError(t, c.Settle())
	require.Equal(t, time.Hour, c.Now())
	err := c.RunUntil(func(r cluster.Reader) bool { return r.Count(cluster.KindNode) > 0 }, end-1)
	require.ErrorIs(t, err, cluster.ErrNotReached)
	require.Equal(t, end, c.Now(), "and time does not turn back")
}

func TestRunUntil(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	create(t, c, ticking("a", "iiii"))
	ticks := func(text string) func(cluster.Reader) bool {
		return func(r cluster.Reader) bool { return r.Node("a").Labels["ticks"] == text }
	}
	require.NoError(t, c.RunUntil(ticks(""), 0), "the condition is asked before the first step")
	require.Zero(t, c.Now())
	require.NoError(t, c.RunUntil(ticks("ii"), time.Minute))
	require.Equal(t, 2*time.Second, c.Now(), "the time is that of the step")
	err := c.RunUntil(ticks("iiii"), time.Second)
	require.ErrorIs(t, err, cluster.ErrNotReached)
	require.EqualError(t, err, "condition not reached within 1s, at t=3s")
	require.Equal(t, 3*time.Second, c.Now())
	require.NoError(t, c.RunUntil(ticks("iiii"), time.Second), "the end is included")
}

func TestSettle(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	create(t, c, ticking("a", "iii"))
	require.NoError(t, c.Settle())
	require.Equal(t, 4*time.Second, c.Now(), "the time of the last task")
	require.Equal(t, "iii", c.Node("a").Labels["ticks"])

	c.After(cluster.FarOff+1, cluster.Task{Actor: 0})
	require.NoError(t, c.Settle())
	require.Equal(t, 4*time.Second, c.Now(), "a far-off timer is not waited for")
	require.Equal(t, 1, c.Pending())
}

// TestUnsettled has nothing but retries ahead, of more objects than are named.
func TestUnsettled(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{retry: true})
	for i := range 7 {
		n := create(t, c, ticking(fmt.Sprintf("n%d", i), "never"))
		c.Actor("ticker").(*ticker).plan(c.Client, n.UID)
	}
	err := c.Settle()
	require.ErrorIs(t, err, cluster.ErrUnsettled)
	require.EqualError(t, err, "the cluster does not settle: at t=2s only retries are left, of "+
		"Node n0, Node n1, Node n2, Node n3, Node n4 and 2 more")
	var unsettled *cluster.UnsettledError
	require.ErrorAs(t, err, &unsettled)
	require.Len(t, unsettled.Objects, 5, "each object is named once, though it has two tasks")
	require.Equal(t, 2, unsettled.More)
}

func TestTooManySteps(t *testing.T) {
	const last = "t=0s ticker tick Node a"
	run := map[string]func(c *cluster.Cluster) error{
		"Settle": (*cluster.Cluster).Settle,
		"RunFor": func(c *cluster.Cluster) error { return c.RunFor(time.Second) },
		"RunUntil": func(c *cluster.Cluster) error {
			return c.RunUntil(func(cluster.Reader) bool { return false }, time.Second)
		},
	}
	for name, run := range run {
		t.Run(name, func(t *testing.T) {
			c := cluster.New(cluster.Config{MaxSteps: 3}, &ticker{endless: true})
			create(t, c, newNode("a"))
			err := run(c)
			require.ErrorIs(t, err, cluster.ErrTooManySteps)
			require.EqualError(t, err, "too many steps: at t=0s with 1 tasks ahead; the last ones were:\n"+
				last+"\n"+last+"\n"+last)
		})
	}
	c := cluster.New(cluster.Config{MaxSteps: 3}, &ticker{})
	create(t, c, ticking("a", "ii"))
	require.NoError(t, c.RunFor(time.Minute), "three steps are allowed")
}

// TestForkIsIndependent runs a fork and its original apart, and then the same way.
func TestForkIsIndependent(t *testing.T) {
	c := cluster.New(cluster.Config{Seed: 5}, &ticker{})
	create(t, c, ticking("a", "iiiii"))
	require.NoError(t, c.RunFor(2*time.Second))
	changes := history(c)

	fork := c.Fork()
	hash := c.Hash()
	require.Equal(t, hash, fork.Hash())
	create(t, fork, newNode("b"))
	require.NoError(t, fork.Settle())
	require.Equal(t, hash, c.Hash(), "the original has not moved")
	require.Empty(t, *changes, "a fork does not inherit who listens")
	require.Equal(t, 2, c.Actor("ticker").(*ticker).ticks)
	require.Equal(t, 7, fork.Actor("ticker").(*ticker).ticks, "the fork has actors of its own")
	require.Nil(t, c.Node("b"))

	again := c.Fork()
	for _, x := range []*cluster.Cluster{c, again} {
		_, err := x.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{GenerateName: "n-"}})
		require.NoError(t, err)
		require.NoError(t, x.Settle())
	}
	require.Equal(t, c.Hash(), again.Hash(), "the same calls make the same changes, names included")
	require.Equal(t, keysOf(c, cluster.KindNode), keysOf(again, cluster.KindNode))

	second := again.Fork()
	require.NoError(t, second.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	require.NotNil(t, again.Node("a"), "a fork of a fork is independent, too")
}

// TestAddActor adds an actor late: it hears of what comes, not of what was.
func TestAddActor(t *testing.T) {
	c := cluster.New(cluster.Config{})
	create(t, c, ticking("a", "i"))
	require.Nil(t, c.Actor("ticker"))
	fork := c.Fork()
	c.AddActor(&ticker{})
	create(t, c, ticking("b", "i"))
	require.NoError(t, c.Settle())
	require.Empty(t, c.Node("a").Labels["ticks"])
	require.Equal(t, "i", c.Node("b").Labels["ticks"])
	require.Nil(t, fork.Actor("ticker"))
	require.NotNil(t, c.Fork().Actor("ticker"))
}

// TestClientsWriteUnderTheirNames looks at who made which change.
// TestWake gives an actor something to do that no object tells of.
func TestWake(t *testing.T) {
	k := new(ticker)
	c := cluster.New(cluster.Config{}, k)
	node, err := c.Create(ticking("a", ""))
	require.NoError(t, err)
	require.NoError(t, c.RunFor(5*time.Second))
	before := k.ticks
	require.NoError(t, c.Wake("ticker", cluster.Task{Kind: 1, Object: node.Meta().UID}))
	require.Equal(t, 1, c.Pending())
	require.NoError(t, c.RunFor(0))
	require.Equal(t, before+1, k.ticks)
	require.ErrorIs(t, c.Wake("nobody", cluster.Task{Kind: 1}), cluster.ErrNotFound)
}

func TestClientsWriteUnderTheirNames(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	changes := history(c)
	create(t, c, ticking("a", "i"))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"t=0s user create Node a", "t=1s ticker update Node a"}, *changes)
}
