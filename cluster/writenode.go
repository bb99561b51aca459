package cluster

import (
	"slices"

	"github.com/daemonsim/daemonsim/taints"
)

// SetNodeTaints replaces the taints of a node, as controllers do, and leaves all else as it is. Nothing is
// written when they are the same. The caller gives up the list. It fails with ErrNotFound when the node is
// gone and with ErrInvalid when a taint is not valid.
func (cl *Client) SetNodeTaints(uid UID, list []taints.Taint) (*Node, error) {
	n, err := cl.node("update", uid)
	if err != nil {
		return nil, err
	}
	if slices.Equal(n.Spec.Taints, list) {
		return n, nil
	}
	next := *n
	next.Spec.Taints = list
	if len(list) > 0 {
		if errs := next.Validate(); len(errs) > 0 {
			return nil, invalid("update", n, errs)
		}
	}
	cl.replace(n, &next)
	return &next, nil
}

// SetNodeConditions replaces the conditions of a node, as its kubelet does. Nothing is written when they are
// the same. The caller gives up the list. It fails with ErrNotFound when the node is gone.
func (cl *Client) SetNodeConditions(uid UID, list []NodeCondition) (*Node, error) {
	n, err := cl.node("update", uid)
	if err != nil {
		return nil, err
	}
	if slices.Equal(n.Status.Conditions, list) {
		return n, nil
	}
	next := *n
	next.Status.Conditions = list
	cl.replace(n, &next)
	return &next, nil
}

func (cl *Client) node(op string, uid UID) (*Node, error) {
	if n, ok := cl.c.store.byUID(uid).(*Node); ok {
		return n, nil
	}
	return nil, &ObjectError{op, KindNode, uid.String(), ErrNotFound}
}
