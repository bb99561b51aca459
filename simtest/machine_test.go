package simtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/simtest"
)

// machine does random things to one simulation, or the same things to several: its methods draw what to
// do from the state of the first. All of its draws depend on that state alone.
type machine struct {
	runs []*run
	// lags says that actors may fall behind.
	lags bool
	// strained says that kubelets have had reason to turn pods away. A surge makes another at once, without end.
	strained bool
}

// run is one simulation with what watches it.
type run struct {
	sim     *daemonsim.Sim
	checker *simtest.Checker
	buffer  bytes.Buffer
	log     *cluster.ChangeLog
}

func newRun(sim *daemonsim.Sim, skip ...simtest.Check) *run {
	r := &run{sim: sim, checker: simtest.Watch(sim, skip...)}
	r.log = sim.LogChanges(&r.buffer)
	return r
}

func (r *run) changes(t *rapid.T) []byte {
	if err := r.log.Flush(); err != nil {
		t.Fatal(err)
	}
	return r.buffer.Bytes()
}

func newMachine(t *rapid.T) *machine {
	config := daemonsim.Config{
		Seed: rapid.Uint64Range(0, 99).Draw(t, "seed"),
		Mode: rapid.SampledFrom([]daemonset.Mode{daemonset.ViaScheduler, daemonset.Direct}).Draw(t, "mode"),
	}
	if rapid.Bool().Draw(t, "chooser") {
		config.Chooser = cluster.NewRandomChooser(config.Seed)
	}
	lags := rapid.Bool().Draw(t, "lag")
	if lags {
		config.Lags = make(map[string]cluster.Lag)
		for _, actor := range []string{daemonset.Name, "garbage-collector"} {
			config.Lags[actor] = drawLag(t, actor)
		}
		config.NoOwnWritesCheck = rapid.Bool().Draw(t, "no check of own writes")
	}
	sim := daemonsim.New(config)
	for i := range rapid.IntRange(0, 5).Draw(t, "nodes") {
		if err := sim.AddNodes(fmt.Sprintf("n%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	return &machine{runs: []*run{newRun(sim)}, lags: lags}
}

// drawLag draws a lag of up to three seconds, by kind. Nodes are seen at once here: a pod that is born on a
// node which is gone would wait for the pod garbage collector.
func drawLag(t *rapid.T, actor string) cluster.Lag {
	delay := func(what string) time.Duration {
		return time.Duration(rapid.IntRange(0, 6).Draw(t, "lag of "+actor+" "+what)) * 500 * time.Millisecond
	}
	return cluster.Lag{Delay: delay(""), Kinds: map[cluster.Kind]time.Duration{
		cluster.KindNode: 0, cluster.KindPod: delay("for pods"),
	}}
}

// with is the machine that goes on with some of the runs.
func (m *machine) with(runs ...*run) *machine { return &machine{runs, m.lags, m.strained} }

// sim is the simulation to look at.
func (m *machine) sim() *daemonsim.Sim { return m.runs[0].sim }

// do does the same to all simulations, which must answer the same.
func (m *machine) do(t *rapid.T, what string, f func(*daemonsim.Sim) error) {
	t.Helper()
	t.Logf("t=%v %s", m.sim().Now(), what)
	var first string
	for i, r := range m.runs {
		err := f(r.sim)
		if err != nil && !errors.Is(err, cluster.ErrUnsettled) && !errors.Is(err, cluster.ErrForbidden) {
			t.Fatalf("%s: %v", what, err)
		}
		if i == 0 {
			first = fmt.Sprint(err)
		} else if got := fmt.Sprint(err); got != first {
			t.Fatalf("%s: %s, but of the fork %s", what, first, got)
		}
	}
}

// Check looks at what the checkers have found so far.
func (m *machine) Check(t *rapid.T) {
	for _, r := range m.runs {
		if r.checker.Violated() {
			t.Fatal(r.checker.Err())
		}
	}
}

// finish heals everything, and expects the cluster to come to rest with all rollouts done.
func (m *machine) finish(t *rapid.T) {
	for _, image := range images {
		m.do(t, "heal "+image, func(sim *daemonsim.Sim) error {
			return sim.SetImageBehaviour(image, kubelet.Typical())
		})
	}
	m.equate(t)
	m.strengthen(t)
	for range 3 {
		// A node that answers again may first shut down, as it was about to, and then report that it has no network.
		for _, n := range slices.Collect(m.sim().Nodes()) {
			m.do(t, "recover "+n.Name, func(sim *daemonsim.Sim) error { return sim.RecoverNode(n.Name) })
		}
		m.do(t, "wait", func(sim *daemonsim.Sim) error { return sim.RunFor(time.Second) })
	}
	m.mend(t)
	// A pressure lasts for five minutes more, in which a surge leaves a heap of failed pods (KP-41).
	for range 2 {
		m.do(t, "delete what is not ready", func(sim *daemonsim.Sim) error {
			for _, p := range slices.Collect(sim.Pods("")) {
				if !p.Status.Ready {
					if err := sim.DeletePod(p.UID, cluster.DeleteOptions{}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		m.do(t, "wait", func(sim *daemonsim.Sim) error { return sim.RunFor(time.Hour) })
	}
	for i := range 10 {
		m.do(t, "look again at surges", func(sim *daemonsim.Sim) error { return lookAgain(sim, i) })
	}
	for _, r := range m.runs {
		if err := errors.Join(r.checker.Err(), simtest.Converged(r.sim)); err != nil {
			t.Fatalf("at the end: %v", err)
		}
	}
}

// lookAgain wakes the controller for the DaemonSets whose rollout may have lost its timer: with surge the old pod
// hides in the status that the new one is not available yet, so the timer of the pod is the only one, and an
// earlier one takes its place (D-208). Kubernetes, too, waits then for the next resync, for each node anew.
func lookAgain(sim *daemonsim.Sim, round int) error {
	for _, set := range daemonset.All(sim.Reader, "") {
		u := set.Spec.UpdateStrategy.RollingUpdate
		if set.Spec.MinReadySeconds == 0 || u == nil || u.MaxSurge == nil || *u.MaxSurge == cluster.FromInt(0) {
			continue
		}
		err := sim.UpdateDaemonSet(set.Namespace, set.Name, func(d *daemonset.DaemonSet) {
			d.Labels = map[string]string{"round": fmt.Sprint(round)}
		})
		if err != nil {
			return err
		}
	}
	return sim.RunFor(10 * time.Minute)
}

// pick draws one of a list; the action is skipped when there is none.
func pick[T any](t *rapid.T, list []T, label string) T {
	if len(list) == 0 {
		t.Skip("no " + label)
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(t, label)]
}

func (m *machine) node(t *rapid.T) string {
	var names []string
	for n := range m.sim().Nodes() {
		names = append(names, n.Name)
	}
	return pick(t, names, "node")
}

func (m *machine) set(t *rapid.T) *daemonset.DaemonSet {
	return pick(t, daemonset.All(m.sim().Reader, ""), "set")
}

func (m *machine) pod(t *rapid.T) *cluster.Pod {
	return pick(t, slices.Collect(m.sim().Pods("")), "pod")
}
