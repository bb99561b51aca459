package conformance_test

import (
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// kwok plays the simulated kubelets with which the ground truth was recorded, written as a user would write
// an actor of his own. They are no kubelets: they report nothing of a container before it runs, write no
// Events, and let go of a pod whatever its containers do. What a pod does follows from the tag of its image
// and from annotations. A node without the label type=kwok is left alone.
type kwok struct{}

// The delays of the recordings.
const (
	kwokStart = 300 * time.Millisecond
	kwokStop  = 200 * time.Millisecond
)

// The annotations and labels that the recordings use.
const (
	annotationReadyDelay  = "sim/ready-delay"
	annotationDeleteDelay = "sim/delete-delay"
	annotationBreak       = "sim/break"
	labelManaged          = "type"
	labelNotReady         = "sim/notready"
)

const (
	kwokTaskStart cluster.TaskKind = iota + 1
	kwokTaskStop
	kwokTaskBreak
	kwokTaskNode
)

func (kwok) Name() string        { return "kubelet" }
func (kwok) Fork() cluster.Actor { return kwok{} }
func (kwok) TaskName(kind cluster.TaskKind) string {
	return [...]string{"", "start", "stop", "break", "node"}[kind]
}

func managed(n *cluster.Node) bool { return n != nil && n.Labels[labelManaged] == "kwok" }

func (k kwok) Observe(cl *cluster.Client, ch *cluster.Change) {
	if ch.Verb == cluster.Deleted {
		return
	}
	switch obj := ch.After.(type) {
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		k.observePod(cl, before, obj)
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		if before == nil || managed(obj) != managed(before) ||
			obj.Labels[labelNotReady] != before.Labels[labelNotReady] {
			cl.After(0, cluster.Task{Kind: kwokTaskNode, Object: obj.UID})
		}
	}
}

func (k kwok) observePod(cl *cluster.Client, before, p *cluster.Pod) {
	switch {
	case !p.Bound():
	case before == nil || !before.Bound():
		cl.After(delayOf(p, annotationReadyDelay, kwokStart), cluster.Task{Kind: kwokTaskStart, Object: p.UID})
	case p.Terminating() && !before.Terminating():
		cl.After(delayOf(p, annotationDeleteDelay, kwokStop), cluster.Task{Kind: kwokTaskStop, Object: p.UID})
	case p.Annotations[annotationBreak] != before.Annotations[annotationBreak]:
		cl.After(0, cluster.Task{Kind: kwokTaskBreak, Object: p.UID})
	}
}

func delayOf(p *cluster.Pod, annotation string, usual time.Duration) time.Duration {
	if d, err := time.ParseDuration(p.Annotations[annotation]); err == nil {
		return d
	}
	return usual
}

func (k kwok) Run(cl *cluster.Client, t cluster.Task) {
	if t.Kind == kwokTaskNode {
		if n, ok := cl.ByUID(t.Object).(*cluster.Node); ok {
			k.runNode(cl, n)
		}
		return
	}
	p := cl.PodByUID(t.Object)
	if p == nil || !managed(cl.NodeByID(p.TargetID())) {
		return
	}
	switch t.Kind {
	case kwokTaskStart:
		if p.Phase() == cluster.PodPending && !p.Terminating() {
			k.start(cl, p)
		}
	case kwokTaskStop:
		now := time.Duration(0)
		_ = cl.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: &now})
	case kwokTaskBreak:
		k.setReady(cl, p, p.Annotations[annotationBreak] != "true")
	}
}

// start is what becomes of a pod on its node, by the tag of its image.
func (k kwok) start(cl *cluster.Client, p *cluster.Pod) {
	status := p.Status
	wait := func(reason string) {
		status = status.WithTrouble(func(t *cluster.PodTrouble) { t.Waiting = reason })
	}
	switch imageTag(p) {
	case "bad":
		wait("ImagePullBackOff")
	case "crash":
		status.Phase = cluster.PodRunning
		wait("CrashLoopBackOff")
	case "failed":
		status.Phase = cluster.PodFailed
		status = status.WithTrouble(func(t *cluster.PodTrouble) {
			t.Reason, t.Message = "Evicted", "The node was low on resource: ephemeral-storage."
			t.LastExitAt, t.ExitCode = cl.Now(), 1
		})
	case "notready":
		status.Phase, status.Started, status.StartedAt = cluster.PodRunning, true, cl.Now()
	default:
		status.Phase, status.Started, status.StartedAt = cluster.PodRunning, true, cl.Now()
		status.Ready, status.ReadySince = true, cl.Now()
	}
	_, _ = cl.SetPodStatus(p.UID, status)
}

func imageTag(p *cluster.Pod) string {
	containers := p.Spec().Containers
	if len(containers) == 0 {
		return ""
	}
	image := containers[0].Image
	return image[strings.LastIndexByte(image, ':')+1:]
}

func (k kwok) setReady(cl *cluster.Client, p *cluster.Pod, ready bool) {
	if p.Phase() != cluster.PodRunning || !p.Status.Started || p.Status.Ready == ready {
		return
	}
	status := p.Status
	status.Ready, status.ReadySince = ready, cl.Now()
	_, _ = cl.SetPodStatus(p.UID, status)
}

// runNode reports a node's condition, and takes up what has been left lying while nobody managed it.
func (k kwok) runNode(cl *cluster.Client, n *cluster.Node) {
	if !managed(n) {
		// Nobody renews its lease any more.
		_, _ = cl.SetOutage(n.UID, &cluster.Outage{LastHeartbeat: kubelet.LastHeartbeat(n, cl.Now())})
		return
	}
	n, _ = cl.SetOutage(n.UID, nil)
	next := n.Clone().(*cluster.Node)
	if next.Status.NodeInfo == nil {
		next.Status.NodeInfo = &cluster.NodeSystemInfo{KubeletVersion: "kwok-v0.8.0"}
	}
	ready := "True"
	if n.Labels[labelNotReady] == "true" {
		ready = "False"
	}
	setNodeReady(next, ready, cl.Now())
	_, _ = cl.UpdateStatus(next)
	for _, p := range slices.Collect(cl.PodsAt(n.ID())) {
		switch {
		case !p.Bound():
		case p.Terminating():
			cl.After(delayOf(p, annotationDeleteDelay, kwokStop), cluster.Task{Kind: kwokTaskStop, Object: p.UID})
		case p.Phase() == cluster.PodPending:
			cl.After(delayOf(p, annotationReadyDelay, kwokStart), cluster.Task{Kind: kwokTaskStart, Object: p.UID})
		}
	}
}

func setNodeReady(n *cluster.Node, status string, now time.Duration) {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == "Ready" {
			if c.Status != status {
				c.Status, c.LastTransitionTime = status, now
			}
			return
		}
	}
	n.Status.Conditions = append(n.Status.Conditions, cluster.NodeCondition{
		Type: "Ready", Status: status, LastTransitionTime: now,
	})
}
