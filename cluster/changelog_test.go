package cluster_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// TestChangeLogGolden holds the lines of one change of each verb.
func TestChangeLogGolden(t *testing.T) {
	c := cluster.New(cluster.Config{})
	var b bytes.Buffer
	log := cluster.NewChangeLog(&b, epoch)
	c.OnChange(log.Append)
	w := create(t, c, newWidget("w"))
	require.NoError(t, c.RunFor(90*time.Second))
	update(t, c, edited(w, func(w *widget) { w.Spec.Size = 2 }))
	require.NoError(t, c.Delete(kindWidget, "default", "w", cluster.DeleteOptions{}))
	require.NoError(t, log.Flush())

	const (
		ns = `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default",` +
			`"uid":"00000003-0000-4000-8000-000000000001","resourceVersion":"1",` +
			`"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"kubernetes.io/metadata.name":"default"}}}`
		meta = `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"default",` +
			`"uid":"00000004-0000-4000-8000-000000000001",`
		born = `"creationTimestamp":"2026-01-01T00:00:00Z"}`
		v2   = meta + `"resourceVersion":"2","generation":1,` + born + `,"spec":{"size":0},"status":{"done":0}}`
		v3   = meta + `"resourceVersion":"3","generation":2,` + born + `,"spec":{"size":2},"status":{"done":0}}`
		what = `"kind":"Widget","name":"w","namespace":"default","object":`
	)
	want := []string{
		`{"t":"0s","version":1,"actor":"user","verb":"create","kind":"Namespace","name":"default","object":` + ns + `}`,
		`{"t":"0s","version":2,"actor":"user","verb":"create",` + what + v2 + `}`,
		`{"t":"1m30s","version":3,"actor":"user","verb":"update",` + what + v3 + `}`,
		`{"t":"1m30s","version":4,"actor":"user","verb":"delete",` + what + v3 + `}`,
		"",
	}
	if diff := cmp.Diff(want, strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// brokenPipe fails every write.
type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestChangeLogKeepsTheFirstError(t *testing.T) {
	c := cluster.New(cluster.Config{})
	log := cluster.NewChangeLog(brokenPipe{}, epoch)
	c.OnChange(log.Append)
	for i := range 50 {
		create(t, c, newNode(fmt.Sprintf("n%d", i)))
	}
	require.ErrorIs(t, log.Flush(), errBroken)
	require.ErrorIs(t, log.Flush(), errBroken)
}

// TestChangeCarriesBothVersions checks what the actors and sinks are told.
func TestChangeCarriesBothVersions(t *testing.T) {
	c := cluster.New(cluster.Config{})
	var told []cluster.Change
	c.OnChange(func(ch *cluster.Change) { told = append(told, *ch) })
	first := create(t, c, newNode("a"))
	second := update(t, c, edited(first, func(n *cluster.Node) { n.Spec.Unschedulable = true }))
	require.NoError(t, c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	require.Len(t, told, 3)
	require.Nil(t, told[0].Before)
	require.Same(t, first, told[0].After)
	require.Same(t, first, told[1].Before)
	require.Same(t, second, told[1].After)
	require.Same(t, second, told[2].Before)
	require.Nil(t, told[2].After)
	require.Same(t, second, told[2].Object(), "of a deletion, the last state")
	for i, ch := range told {
		require.EqualValues(t, i+1, ch.Version, "changes are numbered from 1, without gaps")
	}
}

// texts are events as "reason message xCount first-last".
func texts(c *cluster.Cluster, about cluster.UID) []string {
	var list []string
	for e := range c.Events(about) {
		list = append(list, fmt.Sprintf("%s %s x%d %v-%v", e.Reason, e.Message, e.Count, e.First, e.Last))
	}
	return list
}

func TestEventsCount(t *testing.T) {
	c := cluster.New(cluster.Config{})
	a, b := create(t, c, newNode("a")), create(t, c, newNode("b"))
	c.Event(a, cluster.EventNormal, "Up", "one")
	c.Event(b, cluster.EventNormal, "Up", "one")
	require.NoError(t, c.RunFor(time.Second))
	c.Event(a, cluster.EventWarning, "Down", "two")
	require.NoError(t, c.RunFor(time.Second))
	c.Event(a, cluster.EventNormal, "Up", "one")
	fork := c.Fork()
	fork.Event(a, cluster.EventWarning, "Down", "three")

	require.Equal(t, []string{"Down two x1 1s-1s", "Up one x2 0s-2s"}, texts(c, a.UID), "in order of the last time")
	require.Equal(t, []string{"Up one x1 0s-0s"}, texts(c, b.UID))
	require.Len(t, texts(c, 0), 3, "UID 0 stands for all")
	require.Len(t, texts(fork, a.UID), 3, "and the fork has its own")
	require.Empty(t, texts(c, 99))

	e := slices.Collect(c.Events(b.UID))[0]
	want := cluster.Event{
		Kind: cluster.KindNode, Name: "b", UID: b.UID, Type: cluster.EventNormal, Reason: "Up",
		Message: "one", Source: "user", Count: 1,
	}
	require.Equal(t, want, *e)
}

// TestEventsAreBounded records far more events than are kept, slowly enough for none to be combined or dropped.
func TestEventsAreBounded(t *testing.T) {
	c := cluster.New(cluster.Config{})
	a := create(t, c, newNode("a"))
	for i := range 555 {
		c.Event(a, cluster.EventNormal, "N", fmt.Sprint(i))
		require.NoError(t, c.RunFor(time.Hour))
	}
	got := texts(c, a.UID)
	require.Len(t, got, 100, "the latest 100 are kept")
	require.Equal(t, "N 455 x1 455h0m0s-455h0m0s", got[0], "the oldest go first")
	require.Equal(t, "N 554 x1 554h0m0s-554h0m0s", got[99])
	c.Event(a, cluster.EventNormal, "N", "550")
	require.Equal(t, "N 550 x2 550h0m0s-555h0m0s", texts(c, a.UID)[99], "a repetition is counted")
	c.Event(a, cluster.EventNormal, "N", "300")
	require.Equal(t, "N 300 x1 555h0m0s-555h0m0s", texts(c, a.UID)[99], "too long ago to be found again")
}

func ExampleNewChangeLog() {
	c := cluster.New(cluster.Config{})
	log := cluster.NewChangeLog(os.Stdout, time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	c.OnChange(log.Append)
	_, err := c.Create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 9})
	fmt.Println(errors.Join(err, log.Flush()))
	// Output:
	// {"t":"0s","version":1,"actor":"user","verb":"create","kind":"PriorityClass","name":"high","object":{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"high","uid":"00000003-0000-4000-8000-000000000001","resourceVersion":"1","creationTimestamp":"2026-01-01T00:00:00Z"},"value":9,"preemptionPolicy":"PreemptLowerPriority"}}
	// <nil>
}
