package cluster

import (
	"fmt"
	"time"
)

// Client is one actor's access to the cluster: it reads through the actor's view, writes under its
// name, and holds its random stream.
type Client struct {
	Reader
	c      *Cluster
	id     ActorID
	name   string
	stream Stream
	// view is what the Reader reads when the actor lags; nil when that is the store.
	view *view
	// warnings are about the latest write.
	warnings []string
}

// Live reads the cluster as it is, past the actor's view: controllers do so where a stale answer would do
// harm.
func (cl *Client) Live() Reader { return Reader{&cl.c.store} }

// Now is the virtual time since the start of the simulation.
func (cl *Client) Now() time.Duration { return cl.c.now }

// Rand is the actor's random stream.
func (cl *Client) Rand() *Stream { return &cl.stream }

// Choose asks the cluster's chooser which of the candidates of a choice point comes next. Without a
// chooser it is the first.
func (cl *Client) Choose(ch Choice) int { return cl.c.choose(ch) }

// Chooses reports whether the cluster has a chooser at all. Without one the first candidate is always
// taken, and an actor can save itself the work of counting them.
func (cl *Client) Chooses() bool { return cl.c.chooser != nil }

func (c *Cluster) choose(ch Choice) int {
	if c.chooser == nil || ch.N < 2 {
		return 0
	}
	if i := c.chooser.Choose(ch); i > 0 && i < ch.N {
		return i
	}
	return 0
}

// After schedules a task of the actor's own for the time after a delay. A negative delay counts as
// none. The fields At, Seq and Actor are filled in. A task of the user's own only marks a moment. A task
// about an object that is gone when its turn comes is run without moving the time: RunFor and Settle
// do not wait for it. To an actor that lags, an object is gone when its view has lost it, too.
func (cl *Client) After(delay time.Duration, t Task) {
	t.At = cl.c.later(delay)
	t.Actor = cl.id
	cl.c.agenda.add(t)
}

// Cancel takes a task of the actor's own off the agenda again: the first one with t's At, Kind, Object and Arg.
// It returns false when there is none. It looks at the tasks of that moment, one by one.
func (cl *Client) Cancel(t Task) bool {
	t.Actor = cl.id
	return cl.c.agenda.drop(t)
}

// Wake schedules a task of an actor for now, as the actor itself might. It is for who has changed what the
// actor goes by, where no object tells of it. The error is ErrNotFound when there is no such actor; the user
// is none.
func (c *Cluster) Wake(actor string, t Task) error {
	c.mustNotTell("wake an actor")
	for i, a := range c.actors {
		if a != nil && c.clients[i].name == actor {
			c.clients[i].After(0, t)
			return nil
		}
	}
	return fmt.Errorf("wake actor %q: %w", actor, ErrNotFound)
}

// Event records an Event about an object, as controllers do to tell people what happened. One about a
// nil object is ignored, as is one in a namespace that is gone.
func (cl *Client) Event(about Object, kind EventType, reason, message string) {
	if isNil(about) {
		return
	}
	m := about.Meta()
	if !cl.c.keepsEvents(m.Namespace) {
		return
	}
	e := Event{
		Kind: about.Kind(), Namespace: m.Namespace, Name: m.Name, UID: m.UID,
		Type: kind, Reason: reason, Message: message, Source: cl.name,
		Count: 1, First: cl.c.now, Last: cl.c.now,
	}
	cl.c.events.record(e)
	if cl.c.store.byUID(m.UID) == nil {
		cl.c.events.gone(m.UID, cl.c.now)
	}
	cl.c.tellEvent(e)
}
