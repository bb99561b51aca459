package kubelet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// forever is the time of what does not happen, counted from the start of a container.
const forever time.Duration = math.MaxInt64

// course is what the probes of a container make of it when nothing else happens. All times count from its start.
type course struct {
	// ready is when it becomes ready, unready when it stops being so.
	ready, unready time.Duration
	// unhealthy is when its readiness probe first fails, if that is its first attempt.
	unhealthy time.Duration
	// kill is when its startup probe or its liveness probe has failed so often that it is to be restarted.
	kill time.Duration
}

// attempts are the times at which a probe is made.
type attempts struct{ first, period time.Duration }

// attemptsOf are those of a probe that must wait until some time.
func attemptsOf(p *cluster.Probe, until time.Duration) attempts {
	return attempts{max(seconds(p.InitialDelaySeconds), until), max(time.Second, seconds(p.PeriodSeconds))}
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }

// from is the number of the first attempt that is not before some time; -1 when that never comes.
func (a attempts) from(t time.Duration) int64 {
	switch {
	case t == forever:
		return -1
	case t <= a.first:
		return 0
	}
	return int64((t - a.first + a.period - 1) / a.period)
}

// at is the time of attempt n.
func (a attempts) at(n int64) time.Duration {
	if n > int64((forever-a.first)/a.period) {
		return forever
	}
	return a.first + time.Duration(n)*a.period
}

// succeeds is the number of the first attempt that finds an application which answers from one time to another; -1
// when none does.
func (a attempts) succeeds(answers, hangs time.Duration) int64 {
	if n := a.from(answers); n >= 0 && a.at(n) < hangs {
		return n
	}
	return -1
}

// failing is when a probe has failed so often in a row as its threshold says.
func (a attempts) failing(threshold int32, answers, hangs time.Duration) time.Duration {
	often := int64(max(1, threshold))
	if n := a.succeeds(answers, hangs); n < 0 || n >= often {
		return a.at(often - 1)
	}
	if n := a.from(hangs); n >= 0 {
		return a.at(n + often - 1)
	}
	return forever
}

// startupFails is when the startup probe of a container gives it up; forever when it does not, or there is none.
func (b Behaviour) startupFails(c *cluster.Container) time.Duration {
	p := c.StartupProbe
	if p == nil {
		return forever
	}
	a, often := attemptsOf(p, 0), int64(max(1, p.FailureThreshold))
	if n := a.succeeds(b.answers(), b.hangs()); n >= 0 && n < often {
		return forever
	}
	return a.at(often - 1)
}

// course is what becomes of a container. Its application answers all probes alike: from ReadyAfter on, until it
// hangs. Without a readiness probe the container is ready when it would answer one.
func (b Behaviour) course(c *cluster.Container) course {
	answers, hangs, started := b.answers(), b.hangs(), time.Duration(0)
	all := course{forever, forever, forever, forever}
	if all.kill = b.startupFails(c); all.kill < forever {
		return all
	}
	if p := c.StartupProbe; p != nil {
		a := attemptsOf(p, 0)
		started = a.at(a.succeeds(answers, hangs))
	}
	if p := c.LivenessProbe; p != nil {
		all.kill = attemptsOf(p, started).failing(p.FailureThreshold, answers, hangs)
	}
	p := c.ReadinessProbe
	if p == nil {
		if answers < forever {
			all.ready = max(answers, started)
		}
		return all
	}
	a := attemptsOf(p, started)
	if answers > a.first || hangs <= a.first {
		all.unhealthy = a.first
	}
	n := a.succeeds(answers, hangs)
	if n < 0 {
		return all
	}
	all.ready = a.at(n + int64(max(1, p.SuccessThreshold)) - 1)
	if n := a.from(hangs); n >= 0 {
		if all.unready = a.at(n + int64(max(1, p.FailureThreshold)) - 1); a.at(n) <= all.ready {
			all.ready, all.unready = forever, forever
		}
	}
	return all
}

// answers is when the application of a container begins to answer.
func (b Behaviour) answers() time.Duration {
	if b.NeverReady {
		return forever
	}
	return max(0, b.ReadyAfter)
}

// hangs is when it stops answering.
func (b Behaviour) hangs() time.Duration {
	if b.HangAfter <= 0 {
		return forever
	}
	return b.HangAfter
}

// with is the course of a pod whose containers have these two: ready when both are, and killed with the first.
func (c course) with(o course) course {
	return course{
		max(c.ready, o.ready), min(c.unready, o.unready), min(c.unhealthy, o.unhealthy), min(c.kill, o.kill),
	}
}

// probed reports whether a pod has containers with probes.
func probed(p *cluster.Pod) bool {
	containers := p.Spec().Containers
	for i := range containers {
		c := &containers[i]
		if c.ReadinessProbe != nil || c.LivenessProbe != nil || c.StartupProbe != nil {
			return true
		}
	}
	return false
}

// courseOf is what the probes of a pod make of it, and of which container a time is. It is that of its latest start.
func (k *Kubelet) courseOf(cl *cluster.Client, p *cluster.Pod, restarts int32) (all course, each []course) {
	all = course{0, forever, forever, forever}
	for i := range p.Spec().Containers {
		one := k.ofContainer(cl, p, restarts, i).course(&p.Spec().Containers[i])
		all, each = all.with(one), append(each, one)
	}
	return all, each
}

// probe plans what the probes of a pod will make of it, which has just been started.
func (k *Kubelet) probe(cl *cluster.Client, p *cluster.Pod, status *cluster.PodStatus) {
	all, _ := k.courseOf(cl, p, status.Restarts)
	if all.ready == 0 {
		status.Ready, status.ReadySince = true, status.StartedAt
		all.ready = forever
	}
	for _, next := range [...]struct {
		after time.Duration
		kind  cluster.TaskKind
	}{
		{all.unhealthy, taskUnhealthy}, {all.ready, taskReady}, {all.unready, taskUnready},
		{all.kill, taskProbe},
	} {
		if next.after < forever {
			cl.After(next.after, plan(p, status, next.kind))
		}
	}
}

// unhealthy tells of readiness probes that fail, which they go on doing without a further word.
func (k *Kubelet) unhealthy(cl *cluster.Client, p *cluster.Pod) {
	all, each := k.courseOf(cl, p, p.Status.Restarts)
	for i := range each {
		if first := each[i].unhealthy; first < forever && first == all.unhealthy {
			tellUnhealthy(cl, p, "Readiness")
			return
		}
	}
}

func tellUnhealthy(cl *cluster.Client, p *cluster.Pod, probe string) {
	cl.Event(p, cluster.EventWarning, "Unhealthy", probe+" probe failed: context deadline exceeded")
}

// unready is when a readiness probe has failed often enough.
func (k *Kubelet) unready(cl *cluster.Client, p *cluster.Pod) {
	if !p.Status.Started || !p.Status.Ready {
		return
	}
	status := p.Status
	tellUnhealthy(cl, p, "Readiness")
	status.Ready, status.ReadySince = false, k.clockOf(cl, p)
	set(cl, p, status)
}

// probeFailed begins to stop a container because of a probe. It has its grace, and is restarted then.
func (k *Kubelet) probeFailed(cl *cluster.Client, p *cluster.Pod) {
	if !p.Status.Started {
		return
	}
	c, name, end := k.killing(cl, p)
	tellUnhealthy(cl, p, name)
	cl.Event(p, cluster.EventNormal, "Killing", fmt.Sprintf(
		"Container %s failed %s probe, will be restarted", c.Name, strings.ToLower(name)))
	cl.After(end.after, plan(p, &p.Status, taskKilled))
}

// killing is the container that is killed first because of a probe, the name of the probe, and how it stops.
func (k *Kubelet) killing(cl *cluster.Client, p *cluster.Pod) (*cluster.Container, string, ending) {
	all, each := k.courseOf(cl, p, p.Status.Restarts)
	i := max(0, slices.IndexFunc(each, func(c course) bool { return c.kill == all.kill }))
	c := &p.Spec().Containers[i]
	b := k.ofContainer(cl, p, p.Status.Restarts, i)
	name, probe := "Liveness", c.LivenessProbe
	if b.startupFails(c) < forever {
		name, probe = "Startup", c.StartupProbe
	}
	grace := 30 * time.Second
	if s := p.Spec().TerminationGracePeriodSeconds; s != nil {
		grace = time.Duration(*s) * time.Second
	}
	if probe != nil && probe.TerminationGracePeriodSeconds != nil {
		grace = time.Duration(*probe.TerminationGracePeriodSeconds) * time.Second
	}
	return c, name, b.ending(c, grace, 0)
}
