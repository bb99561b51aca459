package scheduler

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// schedule is one attempt to find a node for a pod and bind it.
func (s *Scheduler) schedule(cl *cluster.Client, p *cluster.Pod, a attempts) {
	s.view.r, s.view.index, s.view.only.Node = cl.Reader, &s.index, nil
	s.snapshot.source = &s.view
	c := &s.cycle
	c.choose = nil
	if cl.Chooses() {
		c.choose = cl.Choose
	}
	c.start(s.fw, p, &s.snapshot)
	if c.Snapshot.Len() == 0 {
		s.fail(cl, p, a, noNodes)
		return
	}
	found := c.preFilter()
	var feasible []*NodeInfo
	feasible, s.start = c.search(&found, s.start)
	switch len(feasible) {
	case 0:
		s.reject(cl, p, a, &found)
		return
	case 1:
		s.bind(cl, p, a, feasible[0])
		return
	}
	table, err := c.score(feasible)
	if err != nil {
		s.fail(cl, p, a, err.Error())
		return
	}
	s.bind(cl, p, a, c.pick(feasible, table.totals))
}

func (s *Scheduler) bind(cl *cluster.Client, p *cluster.Pod, a attempts, node *NodeInfo) {
	bound, err := cl.Bind(p.UID, node.Node.Name)
	if err != nil {
		if now := cl.PodByUID(p.UID); now != nil && now.Bound() {
			// It has worked, and only the answer is lost: the pod has left the queue.
			return
		}
		s.fail(cl, p, a, "binding rejected: "+err.Error())
		return
	}
	s.index.assume(cl.Reader, bound)
}

// reject makes a pod wait that fits nowhere, once others that are in its way have been asked to go, and
// says why in its status and in an event.
func (s *Scheduler) reject(cl *cluster.Client, p *cluster.Pod, a attempts, found *candidates) {
	c := &s.cycle
	out := c.postFilter(found)
	a = attempts{rejected: a.rejected + 1, at: cl.Now()}
	by := c.diagnosis.by | found.by
	s.queue.wait(p, waitingPod{by: by, attempts: a, wide: s.fw.wide(by)})
	s.preempt(cl, p, out)
	s.report(cl, p, reasonUnfit, c.message(found, out), out)
}

// fail makes a pod wait that met an error: it is tried again after a while, whatever happens. It loses the
// nomination that it may have.
func (s *Scheduler) fail(cl *cluster.Client, p *cluster.Pod, a attempts, message string) {
	a = attempts{rejected: a.rejected, failed: a.failed + 1, at: cl.Now()}
	s.queue.add(s.queue.errored, queuedPod{pod: p.UID, priority: p.Priority, attempts: a})
	reason := reasonError
	if message == noNodes {
		reason = reasonUnfit
	} else {
		s.retry(cl, p.UID, a)
	}
	s.report(cl, p, reason, message, PostFilterResult{Clear: true})
}

// retry plans another attempt for when the back-off of a pod is over.
func (s *Scheduler) retry(cl *cluster.Client, uid cluster.UID, a attempts) {
	cl.After(a.release()-cl.Now(), cluster.Task{Kind: taskRetry, Object: uid, Retry: true})
}

// resume goes on with the pods that met a cluster without nodes. What they do until there is one, which is
// to fail again and again, needs no tasks: it is worked out now.
func (s *Scheduler) resume(cl *cluster.Client) {
	if cl.Count(cluster.KindNode) > 1 {
		return
	}
	var pods []queuedPod
	for {
		p, ok := s.queue.errored.PopMin()
		if !ok {
			break
		}
		pods = append(pods, p)
	}
	for _, p := range pods {
		p.attempts.skipTo(cl.Now())
		s.queue.errored.Set(p)
		s.retry(cl, p.pod, p.attempts)
	}
}

// report tells in an event and in the pod's status why it has no node.
func (s *Scheduler) report(cl *cluster.Client, p *cluster.Pod, reason, message string, out PostFilterResult) {
	cl.Event(p, cluster.EventWarning, "FailedScheduling", shorten(message))
	// The pod may be gone already where the view lags. Nothing is written when nothing is new.
	_ = setTrouble(cl, p, func(t *cluster.PodTrouble) {
		t.Unschedulable, t.SchedulerError = message, reason == reasonError
		if out.Clear || out.NominatedNode != "" {
			t.NominatedNodeName = out.NominatedNode
		}
	})
}

// setTrouble changes that part of a pod's status and leaves the rest as it is by now, which a view that lags
// may not show yet.
func setTrouble(cl *cluster.Client, p *cluster.Pod, change func(*cluster.PodTrouble)) error {
	if now := cl.Live().PodByUID(p.UID); now != nil {
		p = now
	}
	_, err := cl.SetPodStatus(p.UID, p.Status.WithTrouble(change))
	return err
}

// The reasons of the condition PodScheduled of a pod that has no node.
const (
	reasonUnfit = "Unschedulable"
	reasonError = "SchedulerError"
)

// maxEventMessage is how long the message of an event may be, in bytes.
const maxEventMessage = 1024

// shorten cuts a message that is too long for an event.
func shorten(message string) string {
	const end = " ..."
	if len(message) <= maxEventMessage {
		return message
	}
	return message[:maxEventMessage-len(end)] + end
}

// preempt asks the victims of a pod to go, and takes the node back from pods of lower priority that had
// been nominated to it.
func (s *Scheduler) preempt(cl *cluster.Client, p *cluster.Pod, out PostFilterResult) {
	if out.NominatedNode == "" {
		return
	}
	for _, victim := range out.Victims {
		s.evict(cl, p, victim, out.NominatedNode)
	}
	for _, other := range s.view.nominated(out.NominatedNode) {
		if other.Priority < p.Priority {
			_ = setTrouble(cl, other, func(t *cluster.PodTrouble) { t.NominatedNodeName = "" })
		}
	}
}

// evict asks a victim to go. One that is on its way already is left alone.
func (s *Scheduler) evict(cl *cluster.Client, p, victim *cluster.Pod, node string) {
	if victim == nil || victim.Terminating() {
		return
	}
	err := setTrouble(cl, victim, func(t *cluster.PodTrouble) {
		t.Disruption = cluster.Disruption{
			Reason:  preemptionReason,
			Message: Name + ": preempting to accommodate a higher priority pod",
			At:      cl.Now(),
		}
	})
	if err != nil {
		return
	}
	if err := cl.DeletePod(victim.UID, cluster.DeleteOptions{}); err != nil {
		return
	}
	cl.Event(victim, cluster.EventNormal, "Preempted",
		fmt.Sprintf("Preempted by pod %v on node %s", p.UID, node))
}
