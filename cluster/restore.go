package cluster

import (
	"fmt"

	"github.com/daemonsim/daemonsim/affinity"
)

// Restore stores a copy of an object as it was found elsewhere, such as in a dump of a cluster, in a recording
// or in another simulation, and returns what is stored. Nothing is filled in, judged or admitted: its times,
// its generation, its status and its deletion stay as they are, so the cluster may come to hold what it
// would have refused. The actors are told that it has been created.
//
// Only the UID is new. Owners are taken over as they are: who restores an owner and its dependents puts the
// owner's new UID into them. An object that has no resource version keeps none, and an update that is based
// on it is never refused as outdated.
//
// It fails with ErrAlreadyExists when the name is taken, and with ErrInvalid for an object without a name, of
// another Go type than others of its kind, or for a pod without a template.
func (cl *Client) Restore(obj Object) (Object, error) {
	if isNil(obj) {
		return nil, nilError("restore")
	}
	cl.c.mustNotTell("restore an object")
	if err := cl.mayRestore(obj); err != nil {
		return nil, opError("restore", obj, err)
	}
	next := obj.Clone()
	defaultNamespace(next)
	if p, ok := next.(*Pod); ok {
		// Who bound it is no actor of this cluster.
		p.asTemplate, p.binder = false, userActor
	}
	cl.ensureNamespace(next.Meta().Namespace)
	cl.enter(next)
	s, m := &cl.c.store, next.Meta()
	// Versions go on after those that are known.
	s.version = max(s.version, m.ResourceVersion)
	s.next(m.UID.kind())
	s.insert(next)
	cl.tell(Created, nil, next)
	return next, nil
}

func (cl *Client) mayRestore(obj Object) error {
	if err := cl.c.store.checkType(obj); err != nil {
		return err
	}
	m := *obj.Meta()
	if m.Namespace == "" && obj.Scope() == Namespaced {
		m.Namespace = DefaultNamespace
	}
	if m.Name == "" {
		return fmt.Errorf("%w: metadata.name: it is empty", ErrInvalid)
	}
	if p, ok := obj.(*Pod); ok && p.Template == nil {
		return fmt.Errorf("%w: it has no template", ErrInvalid)
	}
	// The new namespace would be judged by nobody.
	if m.Namespace != "" && len(affinity.DNSLabelErrors(m.Namespace)) > 0 {
		return fmt.Errorf("%w: metadata.namespace: %q is no name of a namespace", ErrInvalid, m.Namespace)
	}
	if cl.c.store.get(obj.Kind(), m.Namespace, m.Name) != nil {
		return ErrAlreadyExists
	}
	return nil
}
