package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// Create stores a copy of a new object and returns it. An object with GenerateName and no Name gets a
// name of five random characters. A namespace that does not exist comes into being.
//
// It fails with ErrAlreadyExists when the name is taken and with ErrInvalid when the object is not
// valid; the cluster is then unchanged.
func (cl *Client) Create(obj Object) (Object, error) {
	if isNil(obj) {
		return nil, nilError("create")
	}
	next := obj.Clone()
	if err := cl.CreateOwned(next); err != nil {
		return nil, err
	}
	return next, nil
}

// CreateOwned does what Create does without copying: the caller gives up obj and all that it points to.
// Controllers that make many objects use it.
func (cl *Client) CreateOwned(obj Object) error {
	if isNil(obj) {
		return nilError("create")
	}
	cl.c.mustNotTell("create an object")
	if f := cl.fault(Created, obj.Kind()); f != nil {
		return cl.failed(f, about(obj), func() { _ = cl.create(obj) })
	}
	return cl.create(obj)
}

func (cl *Client) create(obj Object) error {
	stream := cl.stream
	if err := cl.prepareNew(obj); err != nil {
		// What admission refuses has got its name, and the next attempt gets another. A mistake is as if it had
		// not been made.
		if !errors.Is(err, ErrForbidden) {
			cl.stream = stream
		}
		return opError("create", obj, err)
	}
	cl.ensureNamespace(obj.Meta().Namespace)
	cl.insert(obj)
	return nil
}

// prepareNew gives a new object its name and its defaults, and judges it.
func (cl *Client) prepareNew(obj Object) error {
	if err := cl.c.store.checkType(obj); err != nil {
		return err
	}
	clearServerFields(obj.Meta())
	defaultNamespace(obj)
	if err := cl.nameNew(obj); err != nil {
		return err
	}
	if n, ok := obj.(*Node); ok {
		cl.register(n)
	}
	defaultOwn(obj)
	if n, ok := obj.(*Node); ok {
		if n.Status.Allocatable == nil {
			n.Status.Capacity, n.Status.Allocatable = cl.c.capacity, cl.c.capacity
		}
		cl.admitNode(n)
	}
	if p, ok := obj.(*Pod); ok {
		if err := cl.admitPod(p); err != nil {
			return err
		}
	}
	if p, ok := obj.(Creatable); ok {
		p.PrepareCreate()
	}
	if p, ok := obj.(*Pod); ok && p.Template != nil {
		p.Template = p.Template.admit()
	}
	if errs := obj.Validate(); len(errs) > 0 {
		return &InvalidError{errs.Err()}
	}
	return cl.admit(nil, obj)
}

// defaultOwn gives the store's own copy of an object its defaults. Such copies never change, so they
// share what is the same in many.
func defaultOwn(obj Object) {
	if s, ok := obj.(interface{ defaultShared() }); ok {
		s.defaultShared()
		return
	}
	obj.Default()
}

func clearServerFields(m *ObjectMeta) {
	m.UID, m.ResourceVersion, m.Generation, m.CreationTimestamp = 0, 0, 0, 0
	m.DeletionTimestamp, m.DeletionGracePeriodSeconds = nil, nil
}

func defaultNamespace(obj Object) {
	m := obj.Meta()
	if obj.Scope() == Namespaced && m.Namespace == "" {
		m.Namespace = DefaultNamespace
	}
}

// nameAttempts is how often the API server draws another name when one is taken.
const nameAttempts = 8

func (cl *Client) nameNew(obj Object) error {
	m := obj.Meta()
	if m.Name != "" || m.GenerateName == "" {
		if cl.c.store.get(obj.Kind(), m.Namespace, m.Name) != nil {
			return ErrAlreadyExists
		}
		return nil
	}
	for range nameAttempts {
		m.Name = cl.stream.generateName(m.GenerateName)
		if cl.c.store.get(obj.Kind(), m.Namespace, m.Name) == nil {
			return nil
		}
	}
	return fmt.Errorf("no free name for prefix %q: %w", m.GenerateName, ErrAlreadyExists)
}

func (cl *Client) ensureNamespace(name string) {
	if name == "" || cl.c.store.get(KindNamespace, "", name) != nil {
		return
	}
	ns := &Namespace{ObjectMeta{Name: name}}
	ns.Default()
	cl.insert(ns)
}

// insert stamps a new object, stores it and tells the actors. It is one of the three ways through
// the door; see also replace and remove, and Restore for what does not come through it.
func (cl *Client) insert(obj Object) {
	s, m := &cl.c.store, obj.Meta()
	m.CreationTimestamp = cl.c.now
	if p, ok := obj.(*Pod); ok && p.NodeName != "" {
		p.Status.ScheduledAt = cl.c.now
	}
	cl.enter(obj)
	m.ResourceVersion = s.next(m.UID.kind())
	s.insert(obj)
	cl.tell(Created, nil, obj)
}

// enter gives a new object its UID and the numbers by which the indexes find it.
func (cl *Client) enter(obj Object) {
	s := &cl.c.store
	i := s.table(obj.Kind())
	if i < 0 {
		i = s.addTable(obj)
	}
	obj.Meta().UID = newUID(i, s.tables[i].objects.Len())
	switch obj := obj.(type) {
	case *Node:
		obj.id = s.nodeID(obj.Name)
		s.likenesses.assign(obj)
	case *Pod:
		obj.node, obj.target = s.nodeID(obj.NodeName), s.nodeID(obj.Target)
		s.groups.assign(obj, obj.asTemplate)
		obj.linked = s.needsLinks(obj)
	}
}

// replace stamps the next version of an object, stores it and tells the actors. A terminating object
// that has lost its last finalizer, and has no grace left, goes for good.
func (cl *Client) replace(before, after Object) {
	cl.c.mustNotTell("update an object")
	s := &cl.c.store
	m := after.Meta()
	m.ResourceVersion = s.next(m.UID.kind())
	switch after := after.(type) {
	case *Node:
		if !after.looksLike(before.(*Node)) {
			s.likenesses.assign(after)
		}
	case *Pod:
		cl.regroup(before.(*Pod), after)
		after.linked = s.needsLinks(after)
	}
	s.replace(before, after)
	cl.tell(Updated, before, after)
	if m.Terminating() && len(m.Finalizers) == 0 && len(before.Meta().Finalizers) > 0 && cl.expired(after) {
		cl.remove(after)
	}
}

func (cl *Client) regroup(before, after *Pod) {
	if reflect.ValueOf(before.Labels).Pointer() != reflect.ValueOf(after.Labels).Pointer() ||
		before.Controller() != after.Controller() {
		cl.c.store.groups.assign(after, false)
	}
}

// expired reports whether nothing but finalizers holds a terminating object.
func (cl *Client) expired(obj Object) bool {
	p, ok := obj.(*Pod)
	return !ok || !p.Bound() || p.Terminal() || *p.DeletionTimestamp <= cl.c.now
}

// remove takes an object out of the store and tells the actors.
func (cl *Client) remove(obj Object) {
	cl.c.mustNotTell("delete an object")
	s := &cl.c.store
	s.next(obj.Meta().UID.kind())
	s.remove(obj)
	cl.c.keepStanding(obj)
	if ns, ok := obj.(*Namespace); ok {
		cl.c.events.forget(ns.Name)
	}
	cl.c.events.gone(obj.Meta().UID, cl.c.now)
	cl.tell(Deleted, obj, nil)
}

// tell passes a change on to those who listen. They must not write while they listen, so one place
// for the change is enough. The actors come first: a fork that is made in OnChange has actors that know
// of the change, or to whom it is on its way.
func (cl *Client) tell(verb Verb, before, after Object) {
	c := cl.c
	c.current = Change{c.now, c.store.version, cl.name, verb, before, after, c.unacknowledged, false}
	defer c.told()
	for i := 1; i < len(c.actors); i++ {
		if c.clients[i].view != nil && !c.clients[i].pass(&c.current) {
			continue
		}
		c.telling = inObserve
		c.actors[i].Observe(c.clients[i], &c.current)
	}
	if c.loops != nil {
		c.loops.observe(c, &c.current)
	}
	for _, f := range c.sinks {
		c.telling = inOnChange
		f(&c.current)
	}
}

// Update replaces everything but the status of a stored object by a copy of obj, and returns the
// version that is stored. When nothing is different, nothing is written.
//
// It fails with ErrNotFound when there is no such object, with ErrConflict when obj carries the
// ResourceVersion or UID of another version, and with ErrInvalid when the change is not allowed.
func (cl *Client) Update(obj Object) (Object, error) {
	if isNil(obj) {
		return nil, nilError("update")
	}
	cl.c.mustNotTell("update an object")
	if f := cl.fault(Updated, obj.Kind()); f != nil {
		return nil, cl.failed(f, about(obj), func() { _, _ = cl.update(obj) })
	}
	return cl.update(obj)
}

func (cl *Client) update(obj Object) (Object, error) {
	before, next, err := cl.nextVersion(obj)
	if err != nil {
		return nil, opError("update", obj, err)
	}
	defaultOwn(next)
	u, canChange := next.(Updatable)
	if canChange {
		u.PrepareUpdate(before)
	}
	var errs field.ErrorList
	if canChange {
		errs = u.ValidateUpdate(before)
	} else {
		errs = next.Validate()
	}
	if len(errs) > 0 {
		return nil, invalid("update", next, errs)
	}
	if err := cl.admit(before, next); err != nil {
		return nil, opError("update", next, err)
	}
	if reflect.DeepEqual(before, next) {
		return before, nil
	}
	cl.replace(before, next)
	return next, nil
}

// nextVersion finds what obj replaces and copies obj, with the fields that belong to the server as
// they are stored.
func (cl *Client) nextVersion(obj Object) (before, next Object, err error) {
	if err := cl.c.store.checkType(obj); err != nil {
		return nil, nil, err
	}
	next = obj.Clone()
	defaultNamespace(next)
	m := next.Meta()
	before = cl.c.store.get(next.Kind(), m.Namespace, m.Name)
	if before == nil {
		return nil, nil, ErrNotFound
	}
	was := before.Meta()
	if was.replacedSince(m) {
		return nil, nil, ErrConflict
	}
	m.UID, m.ResourceVersion, m.Generation = was.UID, was.ResourceVersion, was.Generation
	m.CreationTimestamp, m.GenerateName = was.CreationTimestamp, was.GenerateName
	m.DeletionTimestamp = was.DeletionTimestamp
	m.DeletionGracePeriodSeconds = was.DeletionGracePeriodSeconds
	return before, next, nil
}

// replacedSince reports whether a write is based on another version of the stored object than m.
func (m *ObjectMeta) replacedSince(basis *ObjectMeta) bool {
	return basis.ResourceVersion != 0 && basis.ResourceVersion != m.ResourceVersion ||
		basis.UID != 0 && basis.UID != m.UID
}

// UpdateStatus gives a stored object the status of obj and leaves the rest as it is. It fails as Update
// does, and like it writes nothing when nothing is different; an object of a kind without status is
// ErrInvalid.
func (cl *Client) UpdateStatus(obj Object) (Object, error) {
	if isNil(obj) {
		return nil, nilError("update")
	}
	if f := cl.fault(Updated, obj.Kind()); f != nil {
		return nil, cl.failed(f, about(obj), func() { _, _ = cl.updateStatus(obj) })
	}
	return cl.updateStatus(obj)
}

func (cl *Client) updateStatus(obj Object) (Object, error) {
	if err := cl.c.store.checkType(obj); err != nil {
		return nil, opError("update", obj, err)
	}
	m := obj.Meta()
	namespace := m.Namespace
	if obj.Scope() == Namespaced {
		namespace = cmp.Or(namespace, DefaultNamespace)
	}
	before := cl.c.store.get(obj.Kind(), namespace, m.Name)
	if before == nil {
		return nil, opError("update", obj, ErrNotFound)
	}
	if before.Meta().replacedSince(m) {
		return nil, opError("update", obj, ErrConflict)
	}
	w, ok := before.(WithStatus)
	if !ok {
		return nil, opError("update", obj, fmt.Errorf("%w: the kind has no status", ErrInvalid))
	}
	next := w.CopyStatus(obj)
	if next == before {
		return before, nil
	}
	if j, ok := next.(StatusJudge); ok {
		if errs := j.ValidateStatusUpdate(before); len(errs) > 0 {
			return nil, invalid("update", next, errs)
		}
	}
	cl.replace(before, next)
	return next, nil
}

func isNil(obj Object) bool {
	if obj == nil {
		return true
	}
	v := reflect.ValueOf(obj)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func nilError(op string) error {
	return &ObjectError{Op: op, Kind: "object", Err: fmt.Errorf("%w: it is nil", ErrInvalid)}
}

func opError(op string, obj Object, err error) error {
	return &ObjectError{Op: op, Kind: obj.Kind(), Key: obj.Meta().Key(), Err: err}
}

func invalid(op string, obj Object, errs field.ErrorList) error {
	return opError(op, obj, &InvalidError{errs.Err()})
}
