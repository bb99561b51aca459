package cluster

import "fmt"

// Stop takes an actor out, as when its process ends: what it had planned or was about to be told is dropped,
// and it hears of nothing until Start puts another in its place. What it has written stays. The error is
// ErrNotFound when no actor of that name runs; the user is none.
func (c *Cluster) Stop(name string) error {
	c.mustNotTell("stop an actor")
	for i, a := range c.actors {
		if a == nil || c.clients[i].name != name {
			continue
		}
		if _, already := a.(stopped); already {
			break
		}
		cl, lag := c.clients[i], c.LagOf(name)
		c.agenda = c.agenda.without(func(t Task) bool { return t.Actor == cl.id })
		c.actors[i] = stopped{name, lag}
		c.events.retract(name, c.now)
		if !lag.StaleList {
			cl.loseView()
		}
		return nil
	}
	return fmt.Errorf("stop actor %q: %w", name, ErrNotFound)
}

// Start puts an actor in the place of a stopped one of the same name, as when its process begins anew. It
// knows nothing of what went before; it is told of every object that is there as if that had just been
// created, kind by kind in the order of Kinds and then by name. The lag is what it was: with a StaleList what is
// there is what the actor would see. The error is ErrNotFound when no stopped actor has that name.
func (c *Cluster) Start(a Actor) error {
	if a == nil {
		return fmt.Errorf("start an actor: %w: it is nil", ErrInvalid)
	}
	c.mustNotTell("start an actor")
	for i, old := range c.actors {
		was, ok := old.(stopped)
		if !ok || was.name != a.Name() {
			continue
		}
		c.actors[i] = a
		c.clients[i].setLag(was.lag)
		c.tellAll(i)
		return nil
	}
	return fmt.Errorf("start actor %q: %w among those that are stopped", a.Name(), ErrNotFound)
}

// Stopped reports whether the actor of that name is stopped.
func (c *Cluster) Stopped(name string) bool {
	_, ok := c.Actor(name).(stopped)
	return ok
}

// tellAll tells an actor of every object, as a watch does that begins with a list.
func (c *Cluster) tellAll(actor int) {
	defer c.told()
	cl := c.clients[actor]
	for _, kind := range cl.Kinds() {
		for obj := range cl.Objects(kind, "") {
			c.current = Change{
				Time: c.now, Version: c.store.version, Actor: cl.name, Verb: Created, After: obj, Listed: true,
			}
			c.telling = inObserve
			c.actors[actor].Observe(cl, &c.current)
		}
	}
}

// stopped stands where an actor was. It does nothing.
type stopped struct {
	name string
	lag  Lag
}

func (s stopped) Name() string             { return s.name }
func (s stopped) Observe(*Client, *Change) {}
func (s stopped) Run(*Client, Task)        {}
func (s stopped) Fork() Actor              { return s }

// AppendState marks the state of a cluster in which the actor does not run, and the lag that it will have.
func (s stopped) AppendState(b []byte) []byte { return fmt.Appendf(b, "stopped%v", s.lag) }
