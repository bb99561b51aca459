package simtest_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
	"github.com/daemonsim/daemonsim/simtest"
)

// troubled is a machine with one DaemonSet that is being rolled out while nodes and pods are in trouble. It
// does less than the machine for everything, so that more of it is rollouts.
type troubled struct {
	m     *machine
	judge *judge
}

func (r *troubled) Check(t *rapid.T) {
	r.m.Check(t)
	if len(r.judge.wrong) > 0 {
		t.Fatal(r.judge.wrong[0])
	}
}

func (r *troubled) SetImage(t *rapid.T)      { r.m.SetImage(t) }
func (r *troubled) SetImageAgain(t *rapid.T) { r.m.SetImage(t) }
func (r *troubled) SetUndone(t *rapid.T)     { r.m.SetUndone(t) }
func (r *troubled) SetRestarted(t *rapid.T)  { r.m.SetRestarted(t) }
func (r *troubled) SetStrategy(t *rapid.T)   { r.m.SetStrategy(t) }
func (r *troubled) SetNumbers(t *rapid.T)    { r.m.SetNumbers(t) }
func (r *troubled) ImageBehaves(t *rapid.T)  { r.m.ImageBehaves(t) }
func (r *troubled) ImageThere(t *rapid.T)    { r.m.ImageBehavesThere(t) }
func (r *troubled) ClocksOff(t *rapid.T)     { r.m.ClocksAreOff(t) }
func (r *troubled) NodeJoins(t *rapid.T)     { r.m.NodeJoins(t) }
func (r *troubled) NodeLeaves(t *rapid.T)    { r.m.NodeLeaves(t) }
func (r *troubled) NodeAway(t *rapid.T)      { r.m.NodeComesBack(t) }
func (r *troubled) NodeFails(t *rapid.T)     { r.m.NodeFails(t) }
func (r *troubled) NodeRecovers(t *rapid.T)  { r.m.NodeRecovers(t) }
func (r *troubled) NodeNotReady(t *rapid.T)  { r.m.NodeNotReady(t) }
func (r *troubled) NodeTainted(t *rapid.T)   { r.m.NodeTainted(t) }
func (r *troubled) NodeUntainted(t *rapid.T) { r.m.NodeUntainted(t) }
func (r *troubled) NodeCordoned(t *rapid.T)  { r.m.NodeCordoned(t) }
func (r *troubled) NodeRelabel(t *rapid.T)   { r.m.NodeRelabelled(t) }
func (r *troubled) PodDeleted(t *rapid.T)    { r.m.PodDeleted(t) }
func (r *troubled) PodEnds(t *rapid.T)       { r.m.PodEnds(t) }
func (r *troubled) Steps(t *rapid.T)         { r.m.Steps(t) }
func (r *troubled) TimePasses(t *rapid.T)    { r.m.TimePasses(t) }
func (r *troubled) TimePassesOn(t *rapid.T)  { r.m.TimePasses(t) }

// PodFlaps makes a pod unready, or ready again, without its kubelet's doing.
func (r *troubled) PodFlaps(t *rapid.T) {
	var bound []*cluster.Pod
	for p := range r.m.sim().Pods("") {
		if p.Bound() && !p.Terminating() && !p.Terminal() {
			bound = append(bound, p)
		}
	}
	p := pick(t, bound, "pod")
	r.m.do(t, fmt.Sprintf("pod %s ready %v", p.Name, !p.Status.Ready), func(sim *daemonsim.Sim) error {
		status := sim.PodByUID(p.UID).Status
		status.Phase, status.Started, status.Ready = cluster.PodRunning, true, !status.Ready
		status.ReadySince = sim.Now()
		_, err := sim.SetPodStatus(p.UID, status)
		return err
	})
}

// newTroubled installs the DaemonSet on a few nodes, and gives it its strategy.
func newTroubled(t *rapid.T, strict bool) *troubled {
	config := daemonsim.Config{Seed: rapid.Uint64Range(0, 9).Draw(t, "seed")}
	if rapid.Bool().Draw(t, "chooser") {
		config.Chooser = cluster.NewRandomChooser(config.Seed)
	}
	var skip []simtest.Check
	if strict {
		// It replaces the strategy OnDelete, too.
		skip = append(skip, simtest.Budget)
		config.Planners = map[string]rollout.Planner{"default/one": strategy.Strict{}}
	}
	sim := daemonsim.New(config)
	r := &troubled{&machine{runs: []*run{newRun(sim, skip...)}}, watchRollouts(sim, strict)}
	for i := range rapid.IntRange(3, 6).Draw(t, "nodes") {
		require.NoError(t, sim.AddNodes(fmt.Sprintf("n%d", i)))
	}
	set := smallSet("one")
	set.Spec.UpdateStrategy = drawStrategy(t)
	set.Spec.MinReadySeconds = rapid.SampledFrom([]int32{0, 3, 20}).Draw(t, "minReadySeconds")
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.RunFor(rapid.SampledFrom([]time.Duration{
		3 * time.Second, time.Minute,
	}).Draw(t, "install")))
	return r
}

// underWay begins a rollout in a cluster in which all is well, and takes it as far as its first deletion. There is
// a node that nothing keeps a pod from, and no new pod can come before the old one there.
func (r *troubled) underWay(t *rapid.T) {
	limit := rapid.SampledFrom([]cluster.IntOrString{
		cluster.FromInt(1), cluster.FromInt(2), cluster.FromString("50%"),
	}).Draw(t, "maxUnavailable")
	judged := r.judge.judged
	r.m.do(t, fmt.Sprintf("a rollout begins, %v at a time", limit), func(sim *daemonsim.Sim) error {
		zero := cluster.FromInt(0)
		return errors.Join(
			sim.AddNodes("fresh"),
			sim.UpdateDaemonSet("default", "one", func(d *daemonset.DaemonSet) {
				d.Spec.UpdateStrategy = daemonset.UpdateStrategy{
					Type:          daemonset.RollingUpdate,
					RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &limit, MaxSurge: &zero},
				}
			}),
			sim.RunFor(time.Hour),
			sim.SetImage("default", "one", "*", "agent:v4"),
			sim.RunUntil(func(cluster.Reader) bool { return r.judge.judged > judged }, time.Hour),
		)
	})
	require.Greater(t, r.judge.judged, judged, "nothing to judge")
	r.Check(t)
}
