package standstill

import (
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// crashes is how often a pod that is not ready was restarted when it counts as one that keeps crashing even
// while its containers run.
const crashes = 3

// pod says what a new pod waits for that is not available.
func (x *inquiry) pod(p *cluster.Pod, e *daemonset.Entry) *Cause {
	c := &Cause{Node: e.Node, Pod: p.Name}
	if !p.Bound() {
		return x.unbound(c, p)
	}
	s, r := &p.Status, x.culprit(c, p)
	c.Since = max(s.ReadySince, s.ScheduledAt)
	switch {
	case s.Ready:
		c.Kind, c.Until = PodTooYoung, s.ReadySince+x.Set.MinReady()
		c.Setting = x.Set.MinReady().String()
	case r.Restarts >= crashes || !r.Running && (r.Restarts > 0 || r.ExitCode != 0):
		c.Kind, c.Restarts, c.Since = PodCrashing, int(r.Restarts), r.LastExitAt
	case !s.Started:
		c.Kind = PodStarting
	default:
		c.Kind, c.Since = PodNotReady, max(c.Since, r.StartedAt)
	}
	if c.Kind != PodTooYoung {
		c.Because = x.unfitNode(e.Node)
	}
	return c
}

// culprit is the first container of a pod that is not as it should be, or the first one of a pod whose containers are.
// The cause gets its image and its message, and where several have to be looked at all of their images.
func (x *inquiry) culprit(c *Cause, p *cluster.Pod) cluster.ContainerRecord {
	c.Images = images(p)
	for i := range p.ContainerCount() {
		container, init := p.ContainerAt(i)
		r := p.Record(i)
		done := r.Ready || init && !container.Sidecar() && r.Exited && r.ExitCode == 0
		if done || !p.Status.TellsApart() {
			continue
		}
		c.Images, c.Message = container.Image, r.Waiting
		return r
	}
	r := p.Record(0)
	c.Message = r.Waiting
	return r
}

// unfitNode is a node that is gone or not ready as a cause; nil for one that is well.
func (x *inquiry) unfitNode(name string) *Cause {
	node := x.Reader.Node(name)
	if node == nil {
		return &Cause{Kind: NodeGone, Node: name}
	}
	for i := range node.Status.Conditions {
		if c := &node.Status.Conditions[i]; c.Type == "Ready" && c.Status != "True" {
			return &Cause{Kind: NodeNotReady, Node: name, Since: c.LastTransitionTime, Message: c.Reason}
		}
	}
	return nil
}

// leaving says what keeps a terminating pod. Within its grace period nothing has to.
func (x *inquiry) leaving(p *cluster.Pod) *Cause {
	until := *p.DeletionTimestamp
	c := &Cause{Kind: PodTerminating, Node: p.TargetNode(), Pod: p.Name, Since: until, Until: until}
	if p.Namespace != x.Set.Namespace {
		c.Pod = p.Key()
	}
	if grace := p.DeletionGracePeriodSeconds; grace != nil {
		c.Since -= time.Duration(*grace) * time.Second
	}
	if c.Because = x.unfitNode(c.Node); c.Because != nil {
		return c
	}
	switch {
	case len(p.Finalizers) > 0:
		c.Because = &Cause{
			Kind: Finalizers, Node: c.Node, Pod: c.Pod, Message: strings.Join(p.Finalizers, ", "),
		}
	case p.Bound() && until < x.Now:
		c.Because = &Cause{Kind: NodeSilent, Node: c.Node, Pod: c.Pod, Since: until}
	}
	return c
}

// failedCause is a failed pod that a back-off keeps. The images of one that its kubelet has turned away have
// not been tried.
func failedCause(node string, p *cluster.Pod, until time.Duration) *Cause {
	c := &Cause{Kind: PodFailed, Node: node, Pod: p.Name, Until: until}
	if p.Status.Trouble != nil {
		c.Message = p.Status.Trouble.Reason
	}
	if !p.Rejected() {
		c.Images = images(p)
	}
	return c
}

// images lists the different images of a pod's containers, in their order.
func images(p *cluster.Pod) string {
	containers := p.Spec().Containers
	if len(containers) == 1 {
		return containers[0].Image
	}
	var list []string
	for i := range containers {
		if image := containers[i].Image; !slices.Contains(list, image) {
			list = append(list, image)
		}
	}
	return strings.Join(list, ", ")
}
