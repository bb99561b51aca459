package cluster

import (
	"fmt"
	"maps"
	"time"
)

// Bind puts a pod on a node, as the scheduler does, and an actor that binds is the source of an Event with
// the reason Scheduled. The node's zone and region become labels of the
// pod, and it is nominated no longer. It fails with ErrNotFound when the pod is gone and with
// ErrConflict when it is terminating, bound already, or held back by scheduling gates. It does not ask
// whether the node exists or has room, but must be told one.
func (cl *Client) Bind(uid UID, node string) (*Pod, error) {
	if f := cl.fault(Created, KindBinding); f != nil {
		return nil, cl.failed(f, cl.aboutPod(uid), func() { _, _ = cl.bind(uid, node) })
	}
	return cl.bind(uid, node)
}

func (cl *Client) bind(uid UID, node string) (*Pod, error) {
	p := cl.c.store.pod(uid)
	if p == nil {
		return nil, &ObjectError{"bind", KindPod, uid.String(), ErrNotFound}
	}
	if node == "" {
		return nil, opError("bind", p, fmt.Errorf("%w: no node is named", ErrInvalid))
	}
	if p.Terminating() || p.Bound() {
		return nil, opError("bind", p, fmt.Errorf("pod is terminating or on node %q: %w", p.NodeName, ErrConflict))
	}
	if gates := p.Spec().SchedulingGates; len(gates) > 0 {
		return nil, opError("bind", p, fmt.Errorf("pod waits for scheduling gate %q: %w", gates[0].Name, ErrConflict))
	}
	next := *p
	next.NodeName, next.node, next.binder = node, cl.c.store.nodeID(node), cl.id
	if next.Status.Trouble != nil {
		next.Status = next.Status.WithTrouble(func(t *PodTrouble) {
			t.Unschedulable, t.SchedulerError, t.NominatedNodeName = "", false, ""
		})
	}
	next.Status.ScheduledAt = cl.c.now
	next.adoptTopology(cl.c.store.nodes.At(int(next.node)).node)
	cl.replace(p, &next)
	return &next, nil
}

// topologyLabels are the labels of a node that its pods get.
var topologyLabels = [...]string{"topology.kubernetes.io/zone", "topology.kubernetes.io/region"}

// adoptTopology labels a pod that comes to a node with the node's zone and region.
func (p *Pod) adoptTopology(n *Node) {
	if n == nil {
		return
	}
	own := false
	for _, key := range topologyLabels {
		value, known := n.Labels[key]
		if !known {
			continue
		}
		if there, ok := p.Labels[key]; ok && there == value {
			continue
		}
		if !own {
			own, p.asTemplate = true, false
			p.Labels = maps.Clone(p.Labels)
			if p.Labels == nil {
				p.Labels = make(map[string]string, len(topologyLabels))
			}
		}
		p.Labels[key] = value
	}
}

// SetPodStatus replaces the status of a pod, as its kubelet does. Nothing is written when the status is
// the same. It fails with ErrNotFound when the pod is gone.
func (cl *Client) SetPodStatus(uid UID, status PodStatus) (*Pod, error) {
	p := cl.c.store.pod(uid)
	if p == nil {
		return nil, &ObjectError{"update", KindPod, uid.String(), ErrNotFound}
	}
	was := p.Status.Trouble
	if was != nil && status.Trouble != nil && *was == *status.Trouble {
		status.Trouble = was
	}
	if p.Status == status {
		return p, nil
	}
	if status.Trouble != was {
		status.Trouble = clonePointer(status.Trouble)
	}
	next := *p
	next.Status = status
	if f := cl.fault(Updated, KindPod); f != nil {
		return nil, cl.failed(f, about(p), func() { cl.replace(p, &next) })
	}
	cl.replace(p, &next)
	return &next, nil
}

// aboutPod names a pod in an error, by its UID where the actor does not know it.
func (cl *Client) aboutPod(uid UID) ObjectError {
	if p := cl.PodByUID(uid); p != nil {
		return about(p)
	}
	return ObjectError{Kind: KindPod, Key: uid.String()}
}

// DeletePod asks for a pod to go, as Delete does for the pod's name. It fails with ErrNotFound when
// the pod is gone already, and with ErrConflict when it is not as the preconditions say.
func (cl *Client) DeletePod(uid UID, opts DeleteOptions) error {
	if f := cl.fault(Deleted, KindPod); f != nil {
		return cl.failed(f, cl.aboutPod(uid), func() { _ = cl.deletePodByUID(uid, opts) })
	}
	return cl.deletePodByUID(uid, opts)
}

func (cl *Client) deletePodByUID(uid UID, opts DeleteOptions) error {
	p := cl.c.store.pod(uid)
	if p == nil {
		return &ObjectError{"delete", KindPod, uid.String(), ErrNotFound}
	}
	if err := opts.Preconditions.Check(&p.ObjectMeta); err != nil {
		return opError("delete", p, err)
	}
	if opts.Propagation == Orphan {
		cl.orphanDependents(p)
		p = cl.c.store.pod(uid)
	}
	cl.deletePod(p, opts)
	return nil
}

// deletePod starts the termination of a bound pod and removes any other at once. A second deletion
// can only shorten the grace period, which counts from the first one.
func (cl *Client) deletePod(p *Pod, opts DeleteOptions) {
	grace := gracePeriod(p, opts)
	if grace == 0 && len(p.Finalizers) == 0 {
		cl.remove(p)
		return
	}
	until := cl.c.later(grace)
	if p.Terminating() {
		was := seconds(*p.DeletionGracePeriodSeconds)
		if grace >= was || opts.GracePeriod == nil && !p.Terminal() {
			return
		}
		until = *p.DeletionTimestamp - was + grace
	}
	next := *p
	whole := int64(grace / time.Second)
	next.DeletionTimestamp, next.DeletionGracePeriodSeconds = &until, &whole
	cl.replace(p, &next)
}

func gracePeriod(p *Pod, opts DeleteOptions) time.Duration {
	if !p.Bound() || p.Terminal() {
		return 0
	}
	grace := 30 * time.Second
	if opts.GracePeriod != nil {
		grace = opts.GracePeriod.Truncate(time.Second)
	} else if s := p.Template.spec.TerminationGracePeriodSeconds; s != nil {
		grace = seconds(*s)
	}
	if grace < 0 {
		return time.Second
	}
	return grace
}
