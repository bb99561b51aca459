package cluster

import (
	"fmt"
	"slices"
)

// Fault is a failure of the API server itself: requests of an actor are answered with an error that has nothing
// to do with what they ask for, as when a request takes too long, a webhook does not answer or etcd elects another
// leader.
type Fault struct {
	// Actor is whose requests fail, by name.
	Actor string
	// Verb is which requests fail: Created, Updated or Deleted. Writes of a status are updates, those of
	// SetPodStatus too if they change something; Bind creates a KindBinding. What is written to nodes with methods of
	// its own, such as SetNodeTaints, does not fail.
	Verb Verb
	// Kind is the kind of the objects.
	Kind Kind
	// Times is how many of such requests fail. Zero and less mean one.
	Times int
	// Applied says that these requests are carried out, and only the answer is wrong.
	Applied bool
	// Reason is the answer. The zero value is FaultTimeout.
	Reason FaultReason
	// Message is what the answer says besides its reason. Empty means what Kubernetes says in a common case.
	Message string
}

// KindBinding is what Bind creates: the kind of the request, of which nothing is stored.
const KindBinding Kind = "Binding"

// FaultReason is the reason of an answer, by the name that Kubernetes gives to it.
type FaultReason string

// The reasons.
const (
	// FaultTimeout is the answer to a request that takes too long: ErrTimeout. Whether it has been carried out
	// the answer does not tell.
	FaultTimeout FaultReason = "Timeout"
	// FaultInternalError is the answer when something goes wrong in the server or behind it: ErrInternal.
	FaultInternalError FaultReason = "InternalError"
)

// faultTexts are the errors of the reasons, and what they say.
var faultTexts = [...]struct {
	reason          FaultReason
	err             error
	prefix, message string
}{
	{
		FaultTimeout, ErrTimeout, "Timeout: ",
		"request did not complete within requested timeout - context deadline exceeded",
	},
	{FaultInternalError, ErrInternal, "Internal error occurred: ", "etcdserver: leader changed"},
}

// FaultError is the answer of a Fault.
type FaultError struct {
	// Reason is ErrTimeout or ErrInternal.
	Reason error
	// Text is what the API server says.
	Text string
}

// Error is what the API server says.
func (e *FaultError) Error() string { return e.Text }

// Unwrap returns the reason.
func (e *FaultError) Unwrap() error { return e.Reason }

// AddFault lets requests of an actor fail from now on. Each request that fails uses up one of the times of the
// first fault that is about it. Whether the request would have been refused anyway does not matter.
//
// What comes of it is the actor's affair. The error is ErrNotFound when there is no such actor, the user is none,
// and ErrInvalid for a verb or a reason that there is not, and for a fault without a kind.
func (c *Cluster) AddFault(f Fault) error {
	c.mustNotTell("add a fault")
	if f.Reason == "" {
		f.Reason = FaultTimeout
	}
	f.Times = max(1, f.Times)
	if err := c.validateFault(&f); err != nil {
		return fmt.Errorf("add a fault: %w", err)
	}
	c.faults = append(slices.Clip(c.faults), f)
	return nil
}

func (c *Cluster) validateFault(f *Fault) error {
	switch f.Verb {
	case Created, Updated, Deleted:
	default:
		return fmt.Errorf("%w: no verb is called %q; there are %q, %q and %q",
			ErrInvalid, f.Verb, Created, Updated, Deleted)
	}
	if f.Kind == "" {
		return fmt.Errorf("%w: no kind is named", ErrInvalid)
	}
	if f.err() == nil {
		return fmt.Errorf("%w: no reason is called %q; there are %q and %q",
			ErrInvalid, f.Reason, FaultTimeout, FaultInternalError)
	}
	if f.Actor == "" || c.Actor(f.Actor) == nil {
		return fmt.Errorf("actor %q: %w", f.Actor, ErrNotFound)
	}
	return nil
}

// Faults are the faults that have not been used up, in the order in which they were added, each with the times that
// are left.
func (c *Cluster) Faults() []Fault { return slices.Clone(c.faults) }

// ClearFaults takes all faults back that have not been used up.
func (c *Cluster) ClearFaults() { c.faults = nil }

// err is the answer; nil for a reason that there is not.
func (f *Fault) err() error {
	for _, t := range faultTexts {
		if t.reason != f.Reason {
			continue
		}
		message := f.Message
		if message == "" {
			message = t.message
		}
		return &FaultError{t.err, t.prefix + message}
	}
	return nil
}

// fault is the fault of a request, which is used up by it; nil when there is none.
func (cl *Client) fault(verb Verb, kind Kind) *Fault {
	// That there are none at all costs nothing.
	if len(cl.c.faults) == 0 {
		return nil
	}
	return cl.takeFault(verb, kind)
}

// takeFault uses up the first fault of a request. Faults are shared with forks, so the list is replaced.
func (cl *Client) takeFault(verb Verb, kind Kind) *Fault {
	i := slices.IndexFunc(cl.c.faults, func(f Fault) bool {
		return f.Actor == cl.name && f.Verb == verb && f.Kind == kind
	})
	if i < 0 {
		return nil
	}
	left := slices.Clone(cl.c.faults)
	f := left[i]
	if left[i].Times--; left[i].Times == 0 {
		left = slices.Delete(left, i, i+1)
	}
	cl.c.faults = left
	return &f
}

// failed answers a request with a fault, whether it is carried out or not. What names the object.
func (cl *Client) failed(f *Fault, what ObjectError, request func()) error {
	if f.Applied {
		cl.c.unacknowledged = true
		defer func() { cl.c.unacknowledged = false }()
		request()
	}
	cl.warnings = nil
	what.Op, what.Err = string(f.Verb), f.err()
	return &what
}

// about names an object in an error.
func about(obj Object) ObjectError { return ObjectError{Kind: obj.Kind(), Key: obj.Meta().Key()} }
