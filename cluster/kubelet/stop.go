package kubelet

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	// minGrace is the least time that a pod has to stop, minSignal the least between the stop signal and SIGKILL.
	minGrace  = time.Second
	minSignal = 2 * time.Second
	// killed is the exit code of a container that got SIGKILL.
	killed = 137
	// notRunning stands for the exit code of containers that did not run when they were to stop.
	notRunning = 256
)

// ending is how containers stop: how long that takes, and an exit code, which is not 0 if one of theirs is not.
type ending struct {
	after time.Duration
	code  int32
}

// and is the ending of two containers that stop side by side.
func (e ending) and(o ending) ending {
	if e.code == notRunning || o.code > e.code {
		e.code = o.code
	}
	e.after = max(e.after, o.after)
	return e
}

// ending is how a container stops that has some time for it and may get its signal once turn has come. The preStop
// hook and the wait are taken from the grace period, in whole seconds.
func (b Behaviour) ending(c *cluster.Container, grace, turn time.Duration) ending {
	left := max(grace, minGrace)
	var e ending
	if c != nil && c.Lifecycle != nil && c.Lifecycle.PreStop != nil {
		e.after = min(b.preStop(c.Lifecycle.PreStop), left)
		left -= e.after.Truncate(time.Second)
	}
	if wait := min(turn-e.after, left); wait > 0 {
		e.after += wait
		left -= wait.Truncate(time.Second)
	}
	left = max(left, minSignal)
	if b.Stop > left {
		return ending{e.after + left, killed}
	}
	return ending{e.after + max(0, b.Stop), b.StopCode}
}

// preStop is how long the hook takes. One that only sleeps says so itself.
func (b Behaviour) preStop(hook *cluster.LifecycleHandler) time.Duration {
	if hook.Sleep != nil {
		return time.Duration(max(0, hook.Sleep.Seconds)) * time.Second
	}
	return max(0, b.PreStop)
}

// endingOf is how a pod stops, by those of its containers that run: the regular ones and an init container side by
// side, after them the sidecars, one by one from the last. Their exit codes only count where nothing else runs.
func (k *Kubelet) endingOf(cl *cluster.Client, p *cluster.Pod, grace time.Duration) ending {
	all := ending{code: notRunning}
	last := none
	for i := range p.ContainerCount() {
		c, init := p.ContainerAt(i)
		r := p.Record(i)
		switch {
		case !r.Running:
		case init && c.Sidecar():
			last = i
		default:
			all = all.and(k.of(cl, p, i, r.Restarts).ending(c, grace, 0))
		}
	}
	for i := last; i >= 0; i-- {
		c, _ := p.ContainerAt(i)
		if r := p.Record(i); c.Sidecar() && r.Running {
			e := k.of(cl, p, i, r.Restarts).ending(c, grace, all.after)
			all.after = max(all.after, e.after)
			if all.code == notRunning {
				all.code = e.code
			}
		}
	}
	return all
}

// stop begins to stop a pod, which has all of its grace from now on. A stop that is under way goes on beside it:
// the one that is over first counts.
func (k *Kubelet) stop(cl *cluster.Client, p *cluster.Pod) {
	e := ending{code: notRunning}
	if live := cl.Live().PodByUID(p.UID); live != nil && live.AnyRunning() {
		e = k.endingOf(cl, p, time.Duration(*p.DeletionGracePeriodSeconds)*time.Second)
	}
	cl.After(e.after, cluster.Task{Kind: taskStopped, Object: p.UID, Arg: uint64(e.code)})
}

// stopped ends a pod whose containers have stopped. What a finalizer holds comes to its terminal phase and
// stays: Succeeded only if its containers ran and ended well.
func (k *Kubelet) stopped(cl *cluster.Client, p *cluster.Pod, code int32) {
	if !p.Terminating() {
		return
	}
	if len(p.Finalizers) > 0 && !p.Terminal() {
		set(cl, p, stoppedStatus(p, code, k.clockOf(cl, p)))
	}
	now := time.Duration(0)
	// The pod was there a moment ago and nothing else runs, so it still is.
	_ = cl.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: &now})
}

// stoppedStatus is the status of a pod in its terminal phase. Those of its containers that ran have stopped with the
// exit code. It is Succeeded if all regular ones have come to an end without an error.
func stoppedStatus(p *cluster.Pod, code int32, now time.Duration) cluster.PodStatus {
	p = halted(p, code, now)
	status := p.Status
	status.Phase = cluster.PodSucceeded
	for i := range p.ContainerCount() {
		if _, init := p.ContainerAt(i); init {
			continue
		}
		if r := p.Record(i); !r.Exited || r.ExitCode != 0 {
			status.Phase = cluster.PodFailed
		}
	}
	return status
}

// halted is a copy of a pod none of whose containers runs any more, those that did having stopped with the exit code.
func halted(p *cluster.Pod, code int32, now time.Duration) *cluster.Pod {
	next := *p
	next.Status = p.Status.WithNode()
	next.Status = next.WithRecords(now, func(_ int, r *cluster.ContainerRecord) {
		if r.Running {
			r.Running, r.Started, r.Ready = false, false, false
			r.Exited, r.LastExitAt, r.ExitCode = true, now, code
		}
	})
	return &next
}
