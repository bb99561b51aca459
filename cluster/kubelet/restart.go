package kubelet

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// crashing is the name of the container that crashes first.
func (k *Kubelet) crashing(cl *cluster.Client, p *cluster.Pod) string {
	containers := p.Spec().Containers
	if len(containers) == 0 {
		return ""
	}
	first, at := 0, time.Duration(0)
	for i := range containers {
		after := k.ofContainer(cl, p, p.Status.Restarts, i).CrashAfter
		if after > 0 && (at == 0 || after < at) {
			first, at = i, after
		}
	}
	return containers[first].Name
}

// exit ends the containers, because one of them has ended with an exit code, and plans their restart.
func (k *Kubelet) exit(cl *cluster.Client, p *cluster.Pod, name string, code int32) {
	status := p.Status
	if !status.Started {
		return
	}
	now := k.clockOf(cl, p)
	status.Started = false
	if status.Ready {
		status.Ready, status.ReadySince = false, now
	}
	wait := restartDelay(&status, now)
	status = status.WithTrouble(func(t *cluster.PodTrouble) {
		t.LastExitAt, t.ExitCode, t.Waiting, t.WaitingMessage = now, code, "", ""
		if wait > 0 {
			t.Waiting = "CrashLoopBackOff"
			t.WaitingMessage = fmt.Sprintf("back-off %v restarting failed container=%s pod=%s",
				wait, name, fullName(p))
		}
	})
	next := plan(p, &status, taskRestart)
	next.Retry = true
	cl.After(wait, next)
	set(cl, p, status)
	if wait > 0 {
		cl.Event(p, cluster.EventWarning, "BackOff", fmt.Sprintf(
			"Back-off restarting failed container %s in pod %s", name, fullName(p)))
	}
}

// fullName is a pod as a kubelet names it.
func fullName(p *cluster.Pod) string { return fmt.Sprintf("%s_%s(%s)", p.Name, p.Namespace, p.UID) }

// restart starts the containers again, once the images are there that are pulled for each start.
func (k *Kubelet) restart(cl *cluster.Client, p *cluster.Pod) {
	if p.Status.Started {
		return
	}
	if k.waitsForNetwork(cl, p) {
		again := plan(p, &p.Status, taskRestart)
		again.Retry = true
		cl.After(syncRetry, again)
		return
	}
	if c, _ := k.missing(cl, p); c != nil && c.ImagePullPolicy == cluster.PullAlways {
		k.pull(cl, p)
		return
	}
	k.start(cl, p)
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
func restartDelay(s *cluster.PodStatus, now time.Duration) time.Duration {
	if s.Restarts == 0 || s.Trouble == nil || s.Trouble.ExitCode == codeOff || now-s.StartedAt > goodRun {
		return 0
	}
	last := min(s.StartedAt-s.Trouble.LastExitAt, maxRestartDelay)
	return min(max(firstRestartDelay, 2*last), maxRestartDelay)
}
