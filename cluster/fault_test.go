package cluster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// requester is an actor that makes one request each time it is woken, and keeps the answers.
type requester struct {
	requests []func(cl *cluster.Client) error
	answers  []string
}

func (w *requester) Name() string                             { return "requester" }
func (w *requester) Observe(*cluster.Client, *cluster.Change) {}
func (w *requester) Fork() cluster.Actor                      { next := *w; return &next }

func (w *requester) Run(cl *cluster.Client, t cluster.Task) {
	answer := "ok"
	if err := w.requests[t.Arg](cl); err != nil {
		answer = err.Error()
	}
	w.answers = append(w.answers[:len(w.answers):len(w.answers)], answer)
}

// faultyWorld is a cluster with a requester whose requests are woken by their numbers.
func faultyWorld(requests ...func(cl *cluster.Client) error) (*cluster.Cluster, *requester) {
	w := &requester{requests: requests}
	return cluster.New(cluster.Config{}, w), w
}

func ask(t *testing.T, c *cluster.Cluster, requests ...uint64) {
	for _, n := range requests {
		require.NoError(t, c.Wake("requester", cluster.Task{Arg: n}))
		require.NoError(t, c.Settle())
	}
}

func createPod(cl *cluster.Client) error {
	p := newPod("")
	p.GenerateName = "p-"
	_, err := cl.Create(p)
	return err
}

const (
	timedOut = `create Pod "": Timeout: request did not complete within requested timeout - ` +
		"context deadline exceeded"
	leaderChanged = `create Pod "": Internal error occurred: etcdserver: leader changed`
)

// TestFaultTakesTheRequest fails two requests, which leave nothing behind, not even in the random stream.
func TestFaultTakesTheRequest(t *testing.T) {
	c, w := faultyWorld(createPod)
	well := c.Fork()
	require.NoError(t, c.AddFault(cluster.Fault{
		Actor: "requester", Verb: cluster.Created, Kind: cluster.KindPod, Times: 2,
	}))
	ask(t, c, 0, 0)
	require.Equal(t, []string{timedOut, timedOut}, w.answers)
	require.Zero(t, c.Version())
	require.Empty(t, c.Faults(), "it has been used up")
	require.Equal(t, well.Hash(), c.Hash())
	ask(t, c, 0)
	ask(t, well, 0)
	require.Equal(t, "ok", w.answers[2])
	require.Equal(t, well.Hash(), c.Hash(), "the next one gets the name that the first would have got")
}

// TestFaultTakesTheAnswer carries a request out, and tells only those who watch that the answer is lost.
func TestFaultTakesTheAnswer(t *testing.T) {
	c, w := faultyWorld(createPod)
	var told []bool
	c.OnChange(func(ch *cluster.Change) {
		if ch.Object().Kind() == cluster.KindPod {
			told = append(told, ch.Unacknowledged)
		}
	})
	require.NoError(t, c.AddFault(cluster.Fault{
		Actor: "requester", Verb: cluster.Created, Kind: cluster.KindPod, Applied: true,
		Reason: cluster.FaultInternalError,
	}))
	ask(t, c, 0, 0)
	require.Equal(t, []string{leaderChanged, "ok"}, w.answers)
	require.Equal(t, 2, c.Count(cluster.KindPod))
	require.Equal(t, []bool{true, false}, told)
}

// TestFaultOfEveryRequest has a request of each kind that can fail, and checks what it leaves behind, and that its
// error can be tested for.
func TestFaultOfEveryRequest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		verb    cluster.Verb
		kind    cluster.Kind
		request func(cl *cluster.Client) error
		done    func(c *cluster.Cluster) bool
	}{
		{
			"create", cluster.Created, kindWidget,
			func(cl *cluster.Client) error { return cl.CreateOwned(newWidget("new")) },
			func(c *cluster.Cluster) bool { return c.Object(kindWidget, "default", "new") != nil },
		},
		{
			"update", cluster.Updated, kindWidget,
			func(cl *cluster.Client) error {
				next := cl.Object(kindWidget, "default", "w").Clone().(*widget)
				next.Spec.Size = 7
				_, err := cl.Update(next)
				return err
			},
			func(c *cluster.Cluster) bool { return c.Object(kindWidget, "default", "w").(*widget).Spec.Size == 7 },
		},
		{
			"update the status", cluster.Updated, kindWidget,
			func(cl *cluster.Client) error {
				next := cl.Object(kindWidget, "default", "w").Clone().(*widget)
				next.Status.Done = 7
				_, err := cl.UpdateStatus(next)
				return err
			},
			func(c *cluster.Cluster) bool { return c.Object(kindWidget, "default", "w").(*widget).Status.Done == 7 },
		},
		{
			"delete", cluster.Deleted, kindWidget,
			func(cl *cluster.Client) error {
				return cl.Delete(kindWidget, "default", "w", cluster.DeleteOptions{})
			},
			func(c *cluster.Cluster) bool { return c.Object(kindWidget, "default", "w") == nil },
		},
		{
			"bind a pod", cluster.Created, cluster.KindBinding,
			func(cl *cluster.Client) error {
				_, err := cl.Bind(cl.Pod("default", "p").UID, "a")
				return err
			},
			func(c *cluster.Cluster) bool { return c.Pod("default", "p").NodeName == "a" },
		},
		{
			"update the status of a pod", cluster.Updated, cluster.KindPod,
			func(cl *cluster.Client) error {
				_, err := cl.SetPodStatus(cl.Pod("default", "p").UID, cluster.PodStatus{Phase: cluster.PodFailed})
				return err
			},
			func(c *cluster.Cluster) bool { return c.Pod("default", "p").Phase() == cluster.PodFailed },
		},
		{
			"delete a pod", cluster.Deleted, cluster.KindPod,
			func(cl *cluster.Client) error {
				return cl.DeletePod(cl.Pod("default", "p").UID, cluster.DeleteOptions{})
			},
			func(c *cluster.Cluster) bool { return c.Pod("default", "p") == nil },
		},
	} {
		for _, applied := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				var answer error
				c, _ := faultyWorld(func(cl *cluster.Client) error {
					answer = tt.request(cl)
					return answer
				})
				create(t, c, newWidget("w"))
				create(t, c, newPod("p"))
				require.NoError(t, c.AddFault(cluster.Fault{
					Actor: "requester", Verb: tt.verb, Kind: tt.kind, Applied: applied, Message: "no answer",
				}))
				ask(t, c, 0)
				require.ErrorIs(t, answer, cluster.ErrTimeout)
				require.ErrorContains(t, answer, "Timeout: no answer")
				var failed *cluster.ObjectError
				require.ErrorAs(t, answer, &failed)
				if tt.kind != cluster.KindBinding {
					require.Equal(t, tt.kind, failed.Kind)
				} else {
					require.Equal(t, cluster.KindPod, failed.Kind, "a binding is about a pod")
				}
				require.Equal(t, string(tt.verb), failed.Op)
				require.Equal(t, applied, tt.done(c))
			})
		}
	}
}

// TestFaultsAreOfSomebody lets requests pass that no fault is about, and uses faults up in their order.
func TestFaultsAreOfSomebody(t *testing.T) {
	c, w := faultyWorld(createPod, func(cl *cluster.Client) error { return cl.CreateOwned(newNode("a")) })
	for _, f := range []cluster.Fault{
		{Actor: "garbage-collector", Verb: cluster.Created, Kind: cluster.KindPod},
		{Actor: "requester", Verb: cluster.Deleted, Kind: cluster.KindPod},
		{Actor: "requester", Verb: cluster.Created, Kind: cluster.KindPod, Reason: cluster.FaultInternalError},
		{Actor: "requester", Verb: cluster.Created, Kind: cluster.KindPod},
	} {
		require.NoError(t, c.AddFault(f))
	}
	create(t, c, newPod("of-the-user"))
	fork := c.Fork()
	require.Equal(t, c.Hash(), fork.Hash())
	ask(t, c, 1, 0, 0, 0)
	require.Equal(t, []string{"ok", leaderChanged, timedOut, "ok"}, w.answers)
	want := []cluster.Fault{
		{
			Actor: "garbage-collector", Verb: cluster.Created, Kind: cluster.KindPod, Times: 1,
			Reason: cluster.FaultTimeout,
		},
		{Actor: "requester", Verb: cluster.Deleted, Kind: cluster.KindPod, Times: 1, Reason: cluster.FaultTimeout},
	}
	if diff := cmp.Diff(want, c.Faults()); diff != "" {
		t.Errorf("faults that are left (-want +got):\n%s", diff)
	}

	require.Len(t, fork.Faults(), 4, "a fork has faults of its own")
	hash := fork.Hash()
	fork.ClearFaults()
	require.NotEqual(t, hash, fork.Hash(), "what is ahead is part of the state")
	ask(t, fork, 0)
	require.Equal(t, "ok", fork.Actor("requester").(*requester).answers[0])
}

func TestFaultErrors(t *testing.T) {
	c, _ := faultyWorld()
	hash := c.Hash()
	well := cluster.Fault{Actor: "requester", Verb: cluster.Created, Kind: cluster.KindPod}
	for _, tt := range []struct {
		edit func(f *cluster.Fault)
		is   error
		want string
	}{
		{
			func(f *cluster.Fault) { f.Actor = "nobody" }, cluster.ErrNotFound,
			`add a fault: actor "nobody": not found`,
		},
		{func(f *cluster.Fault) { f.Actor = "user" }, cluster.ErrNotFound, `add a fault: actor "user": not found`},
		{func(f *cluster.Fault) { f.Actor = "" }, cluster.ErrNotFound, `add a fault: actor "": not found`},
		{
			func(f *cluster.Fault) { f.Verb = "bind" }, cluster.ErrInvalid,
			`add a fault: invalid: no verb is called "bind"; there are "create", "update" and "delete"`,
		},
		{func(f *cluster.Fault) { f.Kind = "" }, cluster.ErrInvalid, `add a fault: invalid: no kind is named`},
		{
			func(f *cluster.Fault) { f.Reason = "Gone" }, cluster.ErrInvalid,
			`add a fault: invalid: no reason is called "Gone"; there are "Timeout" and "InternalError"`,
		},
	} {
		f := well
		tt.edit(&f)
		err := c.AddFault(f)
		require.ErrorIs(t, err, tt.is)
		require.EqualError(t, err, tt.want)
	}
	require.Equal(t, hash, c.Hash())
	require.NoError(t, c.AddFault(well))
	require.NoError(t, c.RunFor(time.Second))
}
