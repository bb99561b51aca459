package cluster_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestNilArguments hands in nothing at all.
func TestNilArguments(t *testing.T) {
	c := cluster.New(cluster.Config{})
	for _, obj := range []cluster.Object{nil, (*cluster.Node)(nil), (*widget)(nil)} {
		_, err := c.Create(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid)
		require.ErrorIs(t, c.CreateOwned(obj), cluster.ErrInvalid)
		_, err = c.Update(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid)
		_, err = c.UpdateStatus(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid)
		var failed *cluster.ObjectError
		require.ErrorAs(t, err, &failed)
		c.Event(obj, cluster.EventNormal, "Nothing", "happened")
	}
	require.ErrorIs(t, c.RunUntil(nil, time.Second), cluster.ErrInvalid)
	c.OnChange(nil)
	c.AddActor(nil)
	create(t, c, newNode("a"))
	require.Empty(t, slices.Collect(c.Events(0)))
}

// TestPodWithoutTemplate asks a pod that cannot be stored.
func TestPodWithoutTemplate(t *testing.T) {
	for _, p := range []*cluster.Pod{{}, {NodeName: "a", Target: "b"}} {
		require.Equal(t, &cluster.PodSpec{}, p.Spec())
		require.Equal(t, p.NodeName, p.FullSpec().NodeName)
		p.Conditions()
		p.ContainerStatuses()
		p.Default()
		require.NotEmpty(t, p.Validate())
	}
}

// impostor says that it is of a kind that has another type.
type impostor struct {
	*widget
	kind cluster.Kind
}

func (i impostor) Kind() cluster.Kind    { return i.kind }
func (i impostor) Clone() cluster.Object { return impostor{i.widget.Clone().(*widget), i.kind} }

func TestOneTypePerKind(t *testing.T) {
	c := cluster.New(cluster.Config{})
	create(t, c, newWidget("w"))
	for _, kind := range []cluster.Kind{
		cluster.KindNode, cluster.KindPod, cluster.KindNamespace, cluster.KindPriorityClass,
		cluster.KindPodDisruptionBudget, kindWidget,
	} {
		obj := impostor{newWidget("w"), kind}
		_, err := c.Create(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid, kind)
		_, err = c.Update(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid, kind)
		_, err = c.UpdateStatus(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid, kind)
	}
}

// TestAnyNumber reads with numbers that nobody handed out.
func TestAnyNumber(t *testing.T) {
	c := cluster.New(cluster.Config{})
	create(t, c, newNode("a"))
	for _, id := range []cluster.NodeID{2, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32} {
		require.Nil(t, c.NodeByID(id))
		require.Empty(t, c.NodeName(id))
	}
	for _, uid := range []cluster.UID{1, 1 << 40, 1<<40 + 1<<32 + 1, 1<<40 + math.MaxUint32, math.MaxUint64} {
		require.Nil(t, c.ByUID(uid))
	}
}

func TestTaskStringOfAStranger(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.Equal(t, "t=1s actor 400 task 7", c.TaskString(cluster.Task{At: time.Second, Actor: 400, Kind: 7}))
}

// TestManyActors adds more than a byte can count.
func TestManyActors(t *testing.T) {
	c := cluster.New(cluster.Config{})
	for range 300 {
		c.AddActor(&meddler{func(*cluster.Client) {}})
	}
	c.AddActor(&ticker{})
	create(t, c, ticking("a", "i"))
	require.NoError(t, c.Settle())
	require.Equal(t, "i", c.Node("a").Labels["ticks"], "the task came back to the actor that scheduled it")
}

// TestDefaultsBelongToTheCaller writes to what Default filled in.
func TestDefaultsBelongToTheCaller(t *testing.T) {
	n := newNode("a")
	n.Default()
	n.Status.Conditions[0].Status = "False"
	other := newNode("b")
	other.Default()
	require.True(t, other.Ready())

	c := cluster.New(cluster.Config{})
	defaulted := create(t, c, other)
	require.Same(t, &defaulted.Status.Conditions[0], &create(t, c, newNode("c")).Status.Conditions[0],
		"what is stored shares the conditions")

	yes := true
	owner := cluster.OwnerReference{APIVersion: "v1", Kind: "Widget", Name: "w", UID: 1, Controller: &yes}
	spec := plainSpec()
	spec.ObjectMeta.Annotations = map[string]string{"note": "x"}
	spec.ObjectMeta.Finalizers = []string{"example.com/hold"}
	template := cluster.NewTemplate(spec, owner)
	p := &cluster.Pod{ObjectMeta: named("p"), Template: template}
	p.Default()
	p.Labels["app"], p.Annotations["note"], p.Finalizers[0] = "y", "y", "example.com/other"
	p.OwnerReferences[0].Name, *p.OwnerReferences[0].Controller = "y", false
	q := &cluster.Pod{ObjectMeta: named("q"), Template: template}
	q.Default()
	require.Equal(t, "agent", q.Labels["app"])
	require.Equal(t, "x", q.Annotations["note"])
	require.Equal(t, "example.com/hold", q.Finalizers[0])
	require.Equal(t, "w", q.Controller().Name)
}

// TestTimeSaturates uses durations that reach beyond the end of time.
func TestTimeSaturates(t *testing.T) {
	p := &cluster.Pod{Status: cluster.PodStatus{Ready: true, ReadySince: time.Hour}}
	require.False(t, p.Available(2*time.Hour, math.MaxInt64))

	c := cluster.New(cluster.Config{})
	endless := newPodOn("p", "a")
	grace := int64(math.MaxInt64)
	endless.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.Spec.TerminationGracePeriodSeconds = &grace
	})
	uid := create(t, c, endless).UID
	require.NoError(t, c.RunFor(time.Hour))
	require.NoError(t, c.DeletePod(uid, cluster.DeleteOptions{}))
	require.Greater(t, *c.PodByUID(uid).DeletionTimestamp, 100*365*24*time.Hour)
	require.Positive(t, *c.PodByUID(uid).DeletionGracePeriodSeconds)
}

func TestPodStatusIsCopied(t *testing.T) {
	c := cluster.New(cluster.Config{})
	uid := create(t, c, newPod("p")).UID
	trouble := &cluster.PodTrouble{Reason: "Evicted"}
	status := cluster.PodStatus{Phase: cluster.PodFailed, Trouble: trouble}
	first, err := c.SetPodStatus(uid, status)
	require.NoError(t, err)
	trouble.Reason = "changed"
	require.Equal(t, "Evicted", first.Status.Trouble.Reason)
	same, err := c.SetPodStatus(uid, cluster.PodStatus{
		Phase: cluster.PodFailed, Trouble: &cluster.PodTrouble{Reason: "Evicted"},
	})
	require.NoError(t, err)
	require.Same(t, first, same, "troubles are compared by what they say")
}

// TestEventsBelongToTheCaller writes to an event, and looks how long those of a pod are kept.
func TestEventsBelongToTheCaller(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := create(t, c, newPod("p"))
	c.Event(p, cluster.EventNormal, "Started", "up")
	for e := range c.Events(p.UID) {
		e.Reason = "changed"
	}
	fork := c.Fork()
	require.NoError(t, c.DeletePod(p.UID, cluster.DeleteOptions{}))
	for _, wait := range []time.Duration{0, 59 * time.Minute, 2 * time.Minute} {
		require.NoError(t, c.RunFor(wait))
		require.Equal(t, "Started", slices.Collect(c.Events(p.UID))[0].Reason)
		if wait == 59*time.Minute {
			c.Event(p, cluster.EventNormal, "Killed", "late")
		}
	}
	require.NoError(t, c.RunFor(time.Hour))
	other := create(t, c, newPod("q"))
	require.NoError(t, c.DeletePod(other.UID, cluster.DeleteOptions{}))
	require.Empty(t, slices.Collect(c.Events(0)))
	require.Len(t, slices.Collect(fork.Events(0)), 1)
}

// TestOwnersOfPods deletes owners that are not the controllers of pods, or are nodes and pods.
func TestOwnersOfPods(t *testing.T) {
	for _, propagation := range []cluster.Propagation{cluster.Background, cluster.Orphan, cluster.Foreground} {
		c := cluster.New(cluster.Config{})
		node, leader := create(t, c, newNode("a")), create(t, c, newPod("leader"))
		control, plainOwner := create(t, c, newWidget("control")), create(t, c, newWidget("plain"))
		for name, owners := range map[string][]cluster.OwnerReference{
			"of-node":   {ownedBy(node, true)},
			"of-pod":    {ownedBy(leader, true)},
			"of-plain":  {ownedBy(plainOwner, false)},
			"of-shared": {ownedBy(control, true), ownedBy(node, false), ownedBy(leader, false)},
		} {
			p := newPod(name)
			p.OwnerReferences = owners
			create(t, c, p)
		}
		opts := cluster.DeleteOptions{Propagation: propagation}
		require.NoError(t, c.Delete(cluster.KindNode, "", "a", opts))
		require.NoError(t, c.DeletePod(leader.UID, opts))
		require.NoError(t, c.Delete(kindWidget, "default", "plain", opts))
		require.NoError(t, c.Settle())
		want := []string{"default/of-shared"}
		if propagation == cluster.Orphan {
			want = []string{"default/of-node", "default/of-plain", "default/of-pod", "default/of-shared"}
		}
		require.Equal(t, want, keysOf(c, cluster.KindPod))
		require.Equal(t, []cluster.OwnerReference{ownedBy(control, true)},
			c.Pod("default", "of-shared").OwnerReferences, "those that are gone are forgotten")
		require.NoError(t, c.Delete(kindWidget, "default", "control", cluster.DeleteOptions{}))
		require.NoError(t, c.Settle())
		require.Nil(t, c.Pod("default", "of-shared"), "its controller finds it still")
	}
}
