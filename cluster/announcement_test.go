package cluster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// herald announces every node for ten seconds after it has come.
type herald struct{}

func (herald) Name() string                      { return "herald" }
func (herald) Fork() cluster.Actor               { return herald{} }
func (herald) Run(*cluster.Client, cluster.Task) {}

func (herald) Observe(cl *cluster.Client, ch *cluster.Change) {
	if ch.Verb == cluster.Created {
		for range 2 {
			cl.Announce(ch.After, cl.Now()+10*time.Second, "Here", "{name} is here, {name}!")
		}
	}
}

func TestAnnounce(t *testing.T) {
	const s = time.Second
	c := cluster.New(cluster.Config{}, herald{})
	for i, name := range []string{"a", "b", "c"} {
		require.NoError(t, c.RunFor(time.Duration(i/2)*3*s))
		_, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
		require.NoError(t, err)
	}
	require.Zero(t, c.Pending(), "what is announced is no task")
	require.NoError(t, c.RunFor(7*s-1))
	require.Empty(t, eventTexts(c, 0), "its time is yet to come")
	require.NoError(t, c.RunFor(1))
	require.NoError(t, c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	f := c.Fork()
	require.NoError(t, c.Delete(cluster.KindNode, "", "c", cluster.DeleteOptions{}))
	require.NoError(t, c.RunFor(time.Minute))
	want := []string{"10s herald a Here a is here, a!", "10s herald b Here b is here, b!"}
	if diff := cmp.Diff(want, eventTexts(c, 0)); diff != "" {
		t.Errorf("once each, also of one that has gone since, but not of one that went before (-want +got):\n%s", diff)
	}
	require.NoError(t, f.RunFor(time.Minute))
	if diff := cmp.Diff(append(want, "13s herald c Here c is here, c!"), eventTexts(f, 0)); diff != "" {
		t.Errorf("the fork (-want +got):\n%s", diff)
	}
	require.Equal(t, 1, len(eventTexts(f, f.Node("b").UID)), "of one object")
}
