package cluster

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/taints"
)

// Admission is a validating admission plugin of the API server: it judges objects that are about to be written
// through Create and Update, when they have their defaults and are valid, and can refuse them. It holds no state
// of its own, since clusters and their forks share it.
type Admission interface {
	// Name is for messages.
	Name() string
	// Admit returns what the client is to be warned of, or why the object is refused: an error that wraps
	// ErrForbidden or ErrInvalid.
	Admit(w Write) (warnings []string, err error)
}

// Write is an object on its way into the store.
type Write struct {
	// Reader is the cluster as it is.
	Reader Reader
	// Actor is who writes, by name.
	Actor string
	// Before is the object as it is stored, nil for a new one; After is what is to be stored. Neither may be
	// changed.
	Before, After Object
}

// admit asks the admission plugins about an object that is valid.
func (cl *Client) admit(before, after Object) error {
	cl.warnings = nil
	for _, a := range cl.c.config.Admission {
		warnings, err := a.Admit(Write{cl.Live(), cl.name, before, after})
		if err != nil {
			cl.warnings = nil
			return err
		}
		cl.warnings = append(cl.warnings, warnings...)
	}
	return cl.admitClass(after)
}

// Warnings is what the API server warned of in this client's latest Create or Update.
func (cl *Client) Warnings() []string { return slices.Clone(cl.warnings) }

// registration is what a new node is tainted with, so that no pod can slip in before the node is known to be
// ready.
var registration = taints.Taint{Key: taints.KeyNotReady, Effect: taints.EffectNoSchedule}

// onlyRegistration is shared by all new nodes without taints of their own.
var onlyRegistration = []taints.Taint{registration}

// admitNode taints a new node.
func (cl *Client) admitNode(n *Node) {
	n.outage, n.strain = nil, nil
	switch {
	case !cl.c.config.TaintNewNodes || slices.ContainsFunc(n.Spec.Taints, registration.Same):
	case len(n.Spec.Taints) == 0:
		n.Spec.Taints = onlyRegistration
	default:
		n.Spec.Taints = append(slices.Clip(n.Spec.Taints), registration)
	}
}

// admitPod resolves what a new pod says by name: its priority class gives it priority and preemption
// policy. What the pod itself says of them may not be anything else. One that is born on a node gets the
// labels of the node's topology.
func (cl *Client) admitPod(p *Pod) error {
	spec := p.Spec()
	priority, class, ok := cl.c.store.priorityOf(spec.PriorityClassName)
	if !ok {
		return fmt.Errorf("%w: no PriorityClass with name %s was found", ErrForbidden, spec.PriorityClassName)
	}
	if said := spec.Priority; said != nil && *said != priority {
		return fmt.Errorf("%w: the integer value of priority (%d) must not be provided in pod spec; "+
			"priority admission controller computed %d from the given PriorityClass name",
			ErrForbidden, *said, priority)
	}
	policy := PreemptLowerPriority
	if class != nil {
		policy = PreemptionPolicy(class.PreemptionPolicy)
	}
	if said := spec.PreemptionPolicy; said != nil && *said != policy {
		return fmt.Errorf("%w: the string value of PreemptionPolicy (%s) must not be provided in pod spec; "+
			"priority admission controller computed %s from the given PriorityClass name",
			ErrForbidden, *said, policy)
	}
	p.Priority, p.class = priority, class
	if p.NodeName != "" {
		n, _ := cl.c.store.get(KindNode, "", p.NodeName).(*Node)
		p.adoptTopology(n)
	}
	return nil
}

// admitClass refuses a second priority class that is the global default.
func (cl *Client) admitClass(obj Object) error {
	class, ok := obj.(*PriorityClass)
	if !ok || !class.GlobalDefault {
		return nil
	}
	for other := range cl.c.store.all(KindPriorityClass, "") {
		if o := other.(*PriorityClass); o.GlobalDefault && o.Name != class.Name {
			return fmt.Errorf("%w: PriorityClass %s is already marked as default. Only one default can exist",
				ErrForbidden, o.Name)
		}
	}
	return nil
}
