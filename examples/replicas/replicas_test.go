package replicas_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/examples/replicas"
)

const web = `
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "web:v1"}]
`

// start is a cluster of three nodes with the ReplicaSet, at rest.
func start(t require.TestingT, config daemonsim.Config) *daemonsim.Sim {
	sim := daemonsim.New(replicas.Config(config))
	require.NoError(t, sim.AddNodes("a", "b", "c"))
	require.NoError(t, sim.ApplyYAML("web.yaml", web))
	require.NoError(t, sim.Settle())
	return sim
}

func set(sim *daemonsim.Sim) *replicas.ReplicaSet {
	r, _ := sim.Object(replicas.Kind, "default", "web").(*replicas.ReplicaSet)
	return r
}

func scale(t require.TestingT, sim *daemonsim.Sim, n int32) {
	next := set(sim).Clone().(*replicas.ReplicaSet)
	next.Spec.Replicas = &n
	_, err := sim.Update(next)
	require.NoError(t, err)
}

func pods(sim *daemonsim.Sim) []*cluster.Pod { return slices.Collect(sim.Pods("default")) }

func Example() {
	sim := daemonsim.New(replicas.Config(daemonsim.Config{Seed: 1}))
	if err := sim.AddNodes("a", "b"); err != nil {
		fmt.Println(err)
	}
	if err := sim.ApplyYAML("web.yaml", web); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sim.Settle())
	for p := range sim.Pods("default") {
		fmt.Println(p.NodeName, p.Phase())
	}
	// Output:
	// <nil>
	// b Running
	// a Running
	// a Running
}

func TestKeepsTheNumber(t *testing.T) {
	sim := start(t, daemonsim.Config{})
	require.Equal(t, replicas.Status{
		Replicas: 3, ReadyReplicas: 3, AvailableReplicas: 3, ObservedGeneration: 1,
	}, set(sim).Status)

	// The place of a pod that is deleted is filled before the pod is gone.
	victim := pods(sim)[0]
	require.NoError(t, sim.DeletePod(victim.UID, cluster.DeleteOptions{}))
	require.NoError(t, sim.RunFor(time.Millisecond))
	require.Len(t, pods(sim), 4)
	require.NoError(t, sim.Settle())
	require.Len(t, pods(sim), 3)

	// One that has failed is replaced, and stays for somebody to look at.
	failed := pods(sim)[0]
	_, err := sim.SetPodStatus(failed.UID, cluster.PodStatus{Phase: cluster.PodFailed})
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.Len(t, pods(sim), 4)
	require.Equal(t, int32(3), set(sim).Status.ReadyReplicas)

	scale(t, sim, 5)
	require.NoError(t, sim.Settle())
	require.Equal(t, replicas.Status{
		Replicas: 5, ReadyReplicas: 5, AvailableReplicas: 5, ObservedGeneration: 2,
	}, set(sim).Status)
	scale(t, sim, 0)
	require.NoError(t, sim.Settle())
	require.Equal(t, []*cluster.Pod{sim.PodByUID(failed.UID)}, pods(sim))

	require.NoError(t, sim.Delete(replicas.Kind, "default", "web", cluster.DeleteOptions{}))
	require.NoError(t, sim.Settle())
	require.Empty(t, pods(sim), "the garbage collector takes the failed one, too")
}

// TestMistakes asks for what makes no sense.
func TestMistakes(t *testing.T) {
	sim := daemonsim.New(replicas.Config(daemonsim.Config{Controllers: []cluster.Actor{nil}}))
	require.NoError(t, sim.AddNodes("a"), "nil is no controller")
	require.Equal(t, replicas.Actions{}, replicas.Plan(-1, nil))
	require.Len(t, replicas.Plan(-1, []*cluster.Pod{{}}).Delete, 1)
}

// TestForks sends a cluster and its fork different ways, and then the same one.
func TestForks(t *testing.T) {
	sim := start(t, daemonsim.Config{})
	scale(t, sim, 4)
	fork := sim.Fork()
	scale(t, fork, 2)
	require.NoError(t, fork.Settle())
	require.NoError(t, sim.Settle())
	require.Len(t, pods(fork), 2)
	require.Len(t, pods(sim), 4)
	twin := sim.Fork()
	for _, s := range []*daemonsim.Sim{sim, twin} {
		require.NoError(t, s.DeletePod(pods(s)[0].UID, cluster.DeleteOptions{}))
		require.NoError(t, s.Settle())
	}
	require.Equal(t, sim.Hash(), twin.Hash())
}

// TestRefused creates pods in a namespace that forbids them. The controller tries again, ever less often, and goes on
// once it may.
func TestRefused(t *testing.T) {
	sim := daemonsim.New(replicas.Config(daemonsim.Config{}))
	require.NoError(t, sim.AddNodes("a"))
	ns := &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{
		Name: "default", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	_, err := sim.Apply(ns)
	require.NoError(t, err)
	require.NoError(t, sim.ApplyYAML("web.yaml", web))
	require.ErrorIs(t, sim.Settle(), cluster.ErrUnsettled)
	require.Empty(t, pods(sim))
	require.NoError(t, sim.RunFor(time.Minute))
	events := slices.Collect(sim.Events(set(sim).UID))
	require.Equal(t, "FailedCreate", events[0].Reason)
	count := 0
	for _, e := range events {
		count += e.Count
	}
	require.Less(t, count, 20, "5 ms doubled fourteen times is more than a minute")

	ns.Labels = map[string]string{"pod-security.kubernetes.io/enforce": "privileged"}
	_, err = sim.Apply(ns)
	require.NoError(t, err)
	require.NoError(t, sim.RunFor(3*time.Minute))
	require.Equal(t, int32(3), set(sim).Status.ReadyReplicas)
}

// TestRequestsFail lets requests fail that have been carried out, and such that have not. No pod is made twice, and the
// status is right in the end.
func TestRequestsFail(t *testing.T) {
	for _, f := range []cluster.Fault{
		{Verb: cluster.Created, Kind: cluster.KindPod, Times: 2},
		{Verb: cluster.Created, Kind: cluster.KindPod, Times: 2, Applied: true},
		{Verb: cluster.Updated, Kind: replicas.Kind, Times: 3},
		{Verb: cluster.Deleted, Kind: cluster.KindPod, Times: 2},
	} {
		sim := start(t, daemonsim.Config{})
		created := 0
		sim.OnChange(func(ch *cluster.Change) {
			if ch.Verb == cluster.Created {
				created++
			}
		})
		f.Actor = replicas.Name
		require.NoError(t, sim.AddFault(f))
		scale(t, sim, 5)
		require.NoError(t, sim.Settle())
		require.Equal(t, 2, created, "%+v", f)
		scale(t, sim, 1)
		require.NoError(t, sim.Settle())
		require.Len(t, pods(sim), 1)
		require.Equal(t, replicas.Status{
			Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 1, ObservedGeneration: 3,
		}, set(sim).Status)
		require.Empty(t, sim.Faults())
	}
}

// TestRestart stops the controller manager, which the controller is part of.
func TestRestart(t *testing.T) {
	sim := start(t, daemonsim.Config{})
	require.NoError(t, sim.Stop(daemonsim.ControllerManager))
	scale(t, sim, 4)
	require.NoError(t, sim.RunFor(time.Minute))
	require.Len(t, pods(sim), 3)
	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	require.NoError(t, sim.Settle())
	require.Len(t, pods(sim), 4)
}

// TestBudget: a budget asks the ReplicaSet how many pods there should be.
func TestBudget(t *testing.T) {
	sim := start(t, daemonsim.Config{})
	require.NoError(t, sim.ApplyYAML("pdb.yaml", `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 50%, selector: {matchLabels: {app: web}}}
`))
	require.NoError(t, sim.Settle())
	for i, want := range []error{nil, nil, cluster.ErrTooManyRequests} {
		_, err := sim.Evict("default", pods(sim)[i].Name, disruption.EvictOptions{})
		require.ErrorIs(t, err, want)
	}
}

func TestInvalid(t *testing.T) {
	for _, row := range []struct{ name, field string }{
		{"spec: {replicas: -1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}", "spec.replicas"},
		{"spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}", "spec.selector"},
		{"spec: {selector: {}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}", "spec.selector"},
		{"spec: {selector: {matchLabels: {a: x}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}", "spec.template.metadata.labels"},
		{"spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {}}}", "spec.template.spec.containers"},
		{"spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}", "spec.template.spec.restartPolicy"},
		{"spec: {replica: 1}", "spec.replica"},
	} {
		sim := daemonsim.New(replicas.Config(daemonsim.Config{}))
		err := sim.ApplyYAML("web.yaml", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web}\n"+row.name)
		require.ErrorContains(t, err, row.field)
		require.Nil(t, set(sim))
	}
	sim := start(t, daemonsim.Config{})
	next := set(sim).Clone().(*replicas.ReplicaSet)
	next.Spec.Selector.MatchLabels = map[string]string{"app": "other"}
	next.Spec.Template.ObjectMeta.Labels["app"] = "other"
	_, err := sim.Update(next)
	require.ErrorContains(t, err, "field is immutable")
}

// TestLeast deletes the pods first that are missed least.
func TestLeast(t *testing.T) {
	pod := func(name string, edit func(*cluster.Pod)) *cluster.Pod {
		p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: name}, NodeName: name}
		p.Status = cluster.PodStatus{Phase: cluster.PodRunning, Ready: true, ReadySince: time.Minute}
		edit(p)
		return p
	}
	all := []*cluster.Pod{
		pod("old", func(*cluster.Pod) {}),
		pod("young", func(p *cluster.Pod) { p.Status.ReadySince = time.Hour }),
		pod("together", func(p *cluster.Pod) { p.NodeName = "n" }),
		pod("too", func(p *cluster.Pod) { p.NodeName, p.Status.ReadySince = "n", 0 }),
		pod("restarted", func(p *cluster.Pod) { p.Status.Restarts = 1 }),
		pod("new", func(p *cluster.Pod) { p.CreationTimestamp = time.Second }),
		pod("unready", func(p *cluster.Pod) { p.Status.Ready = false }),
		pod("pending", func(p *cluster.Pod) { p.Status = cluster.PodStatus{} }),
		pod("unbound", func(p *cluster.Pod) { p.NodeName, p.Status = "", cluster.PodStatus{} }),
		pod("ended", func(p *cluster.Pod) { p.Status.Phase = cluster.PodFailed }),
		pod("leaving", func(p *cluster.Pod) { p.DeletionTimestamp = new(time.Hour) }),
	}
	var names []string
	for _, p := range replicas.Plan(0, all).Delete {
		names = append(names, p.Name)
	}
	want := []string{"unbound", "pending", "unready", "together", "too", "young", "restarted", "new", "old"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	require.Equal(t, replicas.Actions{Create: 2}, replicas.Plan(11, all), "two of eleven do not count")
	require.Equal(t, replicas.Actions{}, replicas.Plan(9, all))
}

// TestEndsAtTheNumber scales, deletes and drains at random, with a controller that may lag. In the end there are as many
// ready pods as there should be.
func TestEndsAtTheNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := daemonsim.Config{Seed: rapid.Uint64().Draw(t, "seed")}
		if lag := rapid.IntRange(0, 3000).Draw(t, "lag, ms"); lag > 0 {
			config.Lags = map[string]cluster.Lag{replicas.Name: {Delay: time.Duration(lag) * time.Millisecond}}
		}
		sim := start(t, config)
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			switch all := pods(sim); rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				scale(t, sim, rapid.Int32Range(0, 6).Draw(t, "replicas"))
			case 1:
				if len(all) > 0 {
					_ = sim.DeletePod(rapid.SampledFrom(all).Draw(t, "pod").UID, cluster.DeleteOptions{})
				}
			case 2:
				if len(all) > 0 {
					p := rapid.SampledFrom(all).Draw(t, "pod")
					_, _ = sim.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed, ScheduledAt: p.Status.ScheduledAt})
				}
			case 3:
				require.NoError(t, sim.RunFor(time.Duration(rapid.IntRange(0, 4000).Draw(t, "wait, ms"))*time.Millisecond))
			}
		}
		require.NoError(t, sim.Settle())
		require.Equal(t, set(sim).Scale(), set(sim).Status.ReadyReplicas)
		require.Equal(t, set(sim).Scale(), set(sim).Status.Replicas)
	})
}

// TestZeroController runs one that nobody has made with New.
func TestZeroController(t *testing.T) {
	config := replicas.Config(daemonsim.Config{})
	config.Controllers = []cluster.Actor{new(replicas.Controller)}
	require.Len(t, pods(start(t, config)), 3)
}
