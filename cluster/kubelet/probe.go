package kubelet

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// forever is the time of what does not happen, counted from the start of a container.
const forever time.Duration = math.MaxInt64

// course is what the probes of a container make of it when nothing else happens. All times count from its start.
type course struct {
	// started is when its startup probe succeeds, ready when it becomes ready, unready when it stops being so.
	started, ready, unready time.Duration
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
	answers, hangs := b.answers(), b.hangs()
	all := course{0, forever, forever, forever, forever}
	if p := c.StartupProbe; p != nil {
		if all.kill = b.startupFails(c); all.kill < forever {
			all.started = forever
			return all
		}
		a := attemptsOf(p, 0)
		all.started = a.at(a.succeeds(answers, hangs))
	}
	if p := c.LivenessProbe; p != nil {
		all.kill = attemptsOf(p, all.started).failing(p.FailureThreshold, answers, hangs)
	}
	p := c.ReadinessProbe
	if p == nil {
		if answers < forever {
			all.ready = max(answers, all.started)
		}
		return all
	}
	a := attemptsOf(p, all.started)
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

func tellUnhealthy(cl *cluster.Client, p *cluster.Pod, probe string) {
	cl.Event(p, cluster.EventWarning, "Unhealthy", probe+" probe failed: context deadline exceeded")
}

// unready is when a readiness probe has failed often enough.
func (k *Kubelet) unready(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if !r.Running || !r.Ready {
		return
	}
	r.Ready = false
	tellUnhealthy(cl, p, "Readiness")
	k.note(cl, p, i, r)
}

// probeFailed begins to stop a container because of a probe. It has its grace, and is restarted then.
func (k *Kubelet) probeFailed(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if !r.Running {
		return
	}
	c, name, end := k.killing(cl, p, i, r)
	tellUnhealthy(cl, p, name)
	cl.Event(p, cluster.EventNormal, "Killing", fmt.Sprintf(
		"Container %s failed %s probe, will be restarted", c.Name, strings.ToLower(name)))
	cl.After(end.after, plan(p, i, &r, taskKilled))
}

// killing says of a container that is killed because of a probe which probe that is, and how it stops.
func (k *Kubelet) killing(
	cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord,
) (*cluster.Container, string, ending) {
	c, _ := p.ContainerAt(i)
	b := k.of(cl, p, i, r.Restarts)
	name, probe := "Liveness", c.LivenessProbe
	if b.startupFails(c) < forever {
		name, probe = "Startup", c.StartupProbe
	}
	grace := gracePeriod(p)
	if probe != nil && probe.TerminationGracePeriodSeconds != nil {
		grace = time.Duration(*probe.TerminationGracePeriodSeconds) * time.Second
	}
	return c, name, b.ending(c, grace, 0)
}
