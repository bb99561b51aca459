package simtest_test

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/simtest"
)

// What happens to pods and images, and how time passes.

func (m *machine) PodDeleted(t *rapid.T) {
	p := m.pod(t)
	var how cluster.DeleteOptions
	if grace := rapid.SampledFrom([]time.Duration{-1, 0, time.Second}).Draw(t, "grace"); grace >= 0 {
		how.GracePeriod = &grace
	}
	m.do(t, "pod "+p.Name+" deleted", func(sim *daemonsim.Sim) error {
		return sim.Delete(cluster.KindPod, p.Namespace, p.Name, how)
	})
}

func (m *machine) PodRelabelled(t *rapid.T) {
	p := m.pod(t)
	app := rapid.SampledFrom([]string{"", "one", "two"}).Draw(t, "app")
	m.do(t, fmt.Sprintf("pod %s gets app %q", p.Name, app), func(sim *daemonsim.Sim) error {
		next := sim.Pod(p.Namespace, p.Name).Clone().(*cluster.Pod)
		next.Labels["app"] = app
		_, err := sim.Update(next)
		return err
	})
}

func (m *machine) PodEnds(t *rapid.T) {
	p := m.pod(t)
	phase := rapid.SampledFrom([]cluster.PodPhase{cluster.PodFailed, cluster.PodSucceeded}).Draw(t, "phase")
	m.do(t, fmt.Sprintf("pod %s has %s", p.Name, phase), func(sim *daemonsim.Sim) error {
		status := sim.PodByUID(p.UID).Status
		status.Phase, status.Ready, status.Started, status.ReadySince = phase, false, false, sim.Now()
		_, err := sim.SetPodStatus(p.UID, status)
		return err
	})
}

func (m *machine) PodCreated(t *rapid.T) {
	node := m.node(t)
	labels := map[string]string{"app": rapid.SampledFrom(names).Draw(t, "app")}
	template := cluster.NewTemplate(cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: labels},
		Spec: cluster.PodSpec{
			NodeName:   node,
			Containers: []cluster.Container{{Name: "main", Image: drawImage(t)}},
		},
	})
	m.do(t, "pod created by hand on "+node, func(sim *daemonsim.Sim) error {
		_, err := sim.Create(&cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{GenerateName: "stray-"}, Template: template,
		})
		return err
	})
}

func (m *machine) ImageBehaves(t *rapid.T) {
	image := drawImage(t)
	b := kubelet.Typical()
	switch rapid.SampledFrom([]string{
		"slow", "never ready", "crash", "at once", "stops badly", "network agent", "healthy",
	}).Draw(t, "how") {
	case "slow":
		b.Pull, b.ReadyAfter, b.Stop = 7*time.Second, 2500*time.Millisecond, 12*time.Second
	case "never ready":
		b.NeverReady = true
	case "crash":
		b.CrashAfter = 4 * time.Second
	case "at once":
		b = kubelet.Behaviour{}
	case "stops badly":
		b.PreStop, b.Stop, b.StopCode = 5*time.Second, time.Minute, 1
	case "network agent":
		b.NetworkAgent = true
	}
	m.do(t, fmt.Sprintf("%s: %+v", image, b), func(sim *daemonsim.Sim) error {
		return sim.SetImageBehaviour(image, b)
	})
}

func (m *machine) Steps(t *rapid.T) {
	n := rapid.IntRange(1, 8).Draw(t, "steps")
	m.do(t, fmt.Sprint(n, " steps"), func(sim *daemonsim.Sim) error {
		for range n {
			sim.Step()
		}
		return nil
	})
}

func (m *machine) TimePasses(t *rapid.T) {
	d := rapid.SampledFrom([]time.Duration{
		0, 300 * time.Millisecond, time.Second, 5 * time.Second, time.Minute,
	}).Draw(t, "time")
	m.do(t, fmt.Sprint("wait ", d), func(sim *daemonsim.Sim) error { return sim.RunFor(d) })
}

// Settles expects a cluster that has come to rest to be in order, with rollouts done or stuck. It need not be
// when somebody hinders it, or kubelets turn pods away, which then wait for their back-off; and it goes round in circles
// only where something ends pods.
func (m *machine) Settles(t *rapid.T) {
	if len(m.sim().Flapping()) > 0 {
		t.Skip("it never settles")
	}
	m.do(t, "settle", func(sim *daemonsim.Sim) error {
		var loop *cluster.LoopError
		err := sim.Settle()
		if errors.As(err, &loop) && !m.strained && !circles(sim) {
			return fmt.Errorf("nothing makes pods end there: %v", loop)
		}
		if err != nil || hindered(sim) || m.strained || circles(sim) {
			return err
		}
		return simtest.Quiet(sim)
	})
}
