package kubelet

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// age tells apart the times between two starts of a container, or attempts to start it. What has been planned in one
// is of no concern in another.
func age(i int, r *cluster.ContainerRecord) uint64 {
	return uint64(r.Boots&0xff)<<56 | uint64(i)<<containerBits | uint64(r.FailedPulls&0xfff)<<24 |
		uint64(r.Restarts&0xffffff)
}

// A container's number has the 20 bits of an age from containerBits on.
const containerBits = 36

// plan is a task about a container as it is.
func plan(p *cluster.Pod, i int, r *cluster.ContainerRecord, kind cluster.TaskKind) cluster.Task {
	return cluster.Task{Kind: kind, Object: p.UID, Arg: age(i, r), Retry: r.Restarts > 0 || r.FailedPulls > 0}
}

// runContainer does what is due for a container of a pod that is to run. Readiness goes on while the pod is stopping.
func (k *Kubelet) runContainer(cl *cluster.Client, p *cluster.Pod, t cluster.Task) {
	if p.Terminating() && t.Kind != taskReady && t.Kind != taskUnready {
		return
	}
	i := int(t.Arg >> containerBits & 0xfffff)
	r := p.Record(i)
	if age(i, &r) != t.Arg {
		return
	}
	switch t.Kind {
	case taskStart:
		k.start(cl, p, i, r)
	case taskStarted:
		k.started(cl, p, i, r)
	case taskReady:
		k.ready(cl, p, i, r)
	case taskUnready:
		k.unready(cl, p, i, r)
	case taskUnhealthy:
		if r.Running {
			tellUnhealthy(cl, p, "Readiness")
		}
	case taskProbe:
		k.probeFailed(cl, p, i, r)
	case taskKilled:
		_, _, end := k.killing(cl, p, i, r)
		k.exit(cl, p, i, r, end.code)
	case taskCrash:
		k.exit(cl, p, i, r, 1)
	case taskExit:
		k.exit(cl, p, i, r, 0)
	case taskRestart:
		k.restart(cl, p, i, r)
	case taskPull:
		k.pull(cl, k.noteNetwork(cl, p), i)
	case taskPullFailed:
		k.pullFailed(cl, p, i, r)
	case taskBackOff:
		k.backOff(cl, p, i, r)
	}
}

// start runs a container and plans what it will do. It is a restart for one that has run before.
func (k *Kubelet) start(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if r.Running {
		return
	}
	if r.Exited {
		r.Restarts++
	}
	c, init := p.ContainerAt(i)
	b := k.of(cl, p, i, r.Restarts)
	r.Running, r.StartedAt = true, k.clockOf(cl, p)
	r.Waiting, r.WaitingMessage, r.FailedPulls = "", "", 0
	next := none
	if init && !c.Sidecar() {
		k.work(cl, p, i, &r, b)
	} else {
		k.serve(cl, p, i, &r, b)
		if !init || r.Started {
			next = after(p, i)
		}
	}
	k.put(cl, p, i, r, next)
	if b.NetworkAgent {
		k.setUpNetwork(cl, p)
	}
	k.stir(cl, p)
}

// work plans how an init container ends that others wait for.
func (k *Kubelet) work(cl *cluster.Client, p *cluster.Pod, i int, r *cluster.ContainerRecord, b Behaviour) {
	r.Started = true
	if b.CrashAfter > 0 && (b.ExitAfter == 0 || b.CrashAfter <= b.ExitAfter) {
		cl.After(b.CrashAfter, plan(p, i, r, taskCrash))
		return
	}
	cl.After(b.ExitAfter, plan(p, i, r, taskExit))
}

// serve plans what becomes of a container that runs as long as its pod.
func (k *Kubelet) serve(cl *cluster.Client, p *cluster.Pod, i int, r *cluster.ContainerRecord, b Behaviour) {
	c, _ := p.ContainerAt(i)
	course := b.course(c)
	r.Started, r.Ready = course.started == 0, course.ready == 0
	for _, next := range [...]struct {
		after time.Duration
		kind  cluster.TaskKind
	}{
		{course.unhealthy, taskUnhealthy}, {course.started, taskStarted}, {course.ready, taskReady},
		{course.unready, taskUnready}, {course.kill, taskProbe},
	} {
		due := next.after < forever
		switch next.kind {
		case taskStarted:
			due = due && !r.Started
		case taskReady:
			due = due && course.ready > course.started
		}
		if due {
			cl.After(next.after, plan(p, i, r, next.kind))
		}
	}
	if b.CrashAfter > 0 {
		cl.After(b.CrashAfter, plan(p, i, r, taskCrash))
	}
	if b.ExitAfter > 0 {
		cl.After(b.ExitAfter, plan(p, i, r, taskExit))
	}
}

// started is when the startup probe of a container has succeeded. Without a readiness probe it is ready then. What
// waits for a sidecar goes on.
func (k *Kubelet) started(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if !r.Running || r.Started {
		return
	}
	c, init := p.ContainerAt(i)
	course := k.of(cl, p, i, r.Restarts).course(c)
	r.Started, r.Ready = true, course.ready <= course.started
	next := none
	if init {
		next = after(p, i)
	}
	k.put(cl, p, i, r, next)
}

// ready is when a container becomes ready.
func (k *Kubelet) ready(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if r.Running && !r.Ready {
		r.Ready = true
		k.note(cl, p, i, r)
	}
}

// none is the number of no container.
const none = -1

// after is the number of the container to go on to from one; none when there is none, or it has been begun with.
func after(p *cluster.Pod, i int) int {
	if i++; i >= p.ContainerCount() || p.Record(i).Begun {
		return none
	}
	return i
}

// note writes down what is known of a container, by the clock of its node.
func (k *Kubelet) note(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) *cluster.Pod {
	return set(cl, p, p.WithRecord(i, r, k.clockOf(cl, p)))
}

// put notes what is known of a container, and goes on to another, if any.
func (k *Kubelet) put(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord, next int) {
	if next == none {
		k.note(cl, p, i, r)
		return
	}
	p = set(cl, p, p.WithRecords(k.clockOf(cl, p), func(at int, record *cluster.ContainerRecord) {
		switch at {
		case i:
			*record = r
		case next:
			record.Begun = true
		}
	}))
	if !p.Terminating() {
		k.pull(cl, p, next)
	}
}
