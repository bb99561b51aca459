package kubelet

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// exit ends a container with an exit code, and plans its restart if it is to have one. What waits for an init
// container that has ended well goes on.
func (k *Kubelet) exit(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord, code int32) {
	if !r.Running {
		return
	}
	now := k.clockOf(cl, p)
	wait := restartDelay(&r, now)
	r.Running, r.Started, r.Ready = false, false, false
	r.Exited, r.LastExitAt, r.ExitCode = true, now, code
	if !p.RestartsAfter(i, code) {
		k.finish(cl, p, i, r)
		return
	}
	c, _ := p.ContainerAt(i)
	if wait > 0 {
		r.Waiting = "CrashLoopBackOff"
		r.WaitingMessage = fmt.Sprintf("back-off %v restarting failed container=%s pod=%s", wait, c.Name, fullName(p))
	}
	next := plan(p, i, &r, taskRestart)
	next.Retry = true
	cl.After(wait, next)
	k.note(cl, p, i, r)
	if wait > 0 {
		cl.Event(p, cluster.EventWarning, "BackOff", fmt.Sprintf(
			"Back-off restarting failed container %s in pod %s", c.Name, fullName(p)))
	}
}

// finish notes that a container has ended for good. When no regular container is left, the sidecars are stopped.
func (k *Kubelet) finish(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if c, init := p.ContainerAt(i); init && !c.Sidecar() && r.ExitCode == 0 {
		k.put(cl, p, i, r, after(p, i))
		return
	}
	p = k.note(cl, p, i, r)
	if !done(p) {
		return
	}
	if !p.Terminal() {
		k.end(cl, p, removal{inOrder: true}, gracePeriod(p))
	}
}

// done reports whether all regular containers have ended for good, or an init container has without having done its
// work.
func done(p *cluster.Pod) bool {
	for i := range p.ContainerCount() {
		r := p.Record(i)
		if c, init := p.ContainerAt(i); init && !c.Sidecar() && !r.Running && r.Exited && r.ExitCode != 0 &&
			!p.RestartsAfter(i, r.ExitCode) {
			return true
		}
		if _, init := p.ContainerAt(i); !init && (r.Running || !r.Exited || p.RestartsAfter(i, r.ExitCode)) {
			return false
		}
	}
	return true
}

// fullName is a pod as a kubelet names it.
func fullName(p *cluster.Pod) string { return fmt.Sprintf("%s_%s(%s)", p.Name, p.Namespace, p.UID) }

// restart starts a container again, once its image is there if that is pulled for each start.
func (k *Kubelet) restart(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if r.Running {
		return
	}
	if k.waitsForNetwork(cl, p) {
		again := plan(p, i, &r, taskRestart)
		again.Retry = true
		cl.After(syncRetry, again)
		return
	}
	if c, _ := p.ContainerAt(i); c.ImagePullPolicy == cluster.PullAlways && k.missing(cl, p, c) != "" {
		k.pull(cl, p, i)
		return
	}
	k.start(cl, p, i, r)
}

const (
	firstRestartDelay = 10 * time.Second
	maxRestartDelay   = 300 * time.Second
	// goodRun is how long a container must run for its earlier crashes to be forgotten.
	goodRun = 600 * time.Second
)

// restartDelay is how long a container that has just crashed waits for its next start: not at all the
// first time, then 10 s, then twice as long as the last time up to 5 min. The last wait is what lies
// between the last exit and the start after it. A kubelet that started anew since has forgotten earlier crashes.
func restartDelay(r *cluster.ContainerRecord, now time.Duration) time.Duration {
	if r.Restarts == 0 || r.ExitCode == codeOff || now-r.StartedAt > goodRun {
		return 0
	}
	last := min(r.StartedAt-r.LastExitAt, maxRestartDelay)
	return min(max(firstRestartDelay, 2*last), maxRestartDelay)
}
