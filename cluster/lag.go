package cluster

import (
	"fmt"
	"maps"
	"math"
	"time"
)

// Lag says how far an actor's view of the cluster is behind. The zero Lag is no lag at all: the actor reads
// the store itself and observes a change as it is written. A negative delay counts as none.
//
// The informers of Kubernetes have a watch for each kind of object. So the changes of one kind always arrive
// in their order. Changes of different kinds arrive in their order too when their delays are the same and
// there is no chooser; else they may overtake each other: what is due at one moment is a candidate of the
// choice point "next-task".
type Lag struct {
	// Delay is how long a change is on its way to the actor.
	Delay time.Duration
	// Kinds are the delays of the kinds for which it is another.
	Kinds map[Kind]time.Duration
	// StaleList says that it is the API server that is behind, so that a list is as old as what a watch brings: an
	// actor that is stopped and started anew begins with what it would see had it gone on. Else it begins with
	// what there is. Kubernetes' clients ask for such a list since v1.35, but not every API server has one.
	StaleList bool
}

// of is the delay of a kind.
func (l *Lag) of(kind Kind) time.Duration {
	if delay, ok := l.Kinds[kind]; ok {
		return max(0, delay)
	}
	return max(0, l.Delay)
}

// any reports whether the lag delays anything.
func (l *Lag) any() bool {
	if l.Delay > 0 {
		return true
	}
	if len(l.Kinds) == 0 {
		return false
	}
	for _, kind := range sortedKeys(l.Kinds) {
		if l.Kinds[kind] > 0 {
			return true
		}
	}
	return false
}

func (l Lag) clone() Lag {
	l.Kinds = maps.Clone(l.Kinds)
	return l
}

// SetLag gives an actor another lag from now on. What is on its way to the actor already still takes as long
// as it was to take, and what is written from now on does not overtake it within its kind. A stopped actor has it
// when it starts. The error is ErrNotFound when there is no such actor; the user is none.
func (c *Cluster) SetLag(actor string, lag Lag) error {
	c.mustNotTell("change a lag")
	for i, a := range c.actors {
		if a == nil || c.clients[i].name != actor {
			continue
		}
		was, isStopped := a.(stopped)
		if isStopped {
			c.actors[i] = stopped{was.name, lag.clone()}
		}
		if !isStopped || lag.StaleList {
			c.clients[i].setLag(lag)
		} else {
			c.clients[i].loseView()
		}
		return nil
	}
	return fmt.Errorf("set the lag of actor %q: %w", actor, ErrNotFound)
}

// LagOf is the lag of the actor of that name, zero when there is none.
func (c *Cluster) LagOf(actor string) Lag {
	for i, cl := range c.clients {
		if cl.name != actor {
			continue
		}
		if was, ok := c.actors[i].(stopped); ok {
			return was.lag.clone()
		}
		if cl.view != nil {
			return cl.view.lag.clone()
		}
	}
	return Lag{}
}

// ViewOf is what the actor of that name sees of the cluster: the store itself unless the actor lags.
func (c *Cluster) ViewOf(actor string) Reader {
	for i, cl := range c.clients {
		if c.actors[i] != nil && cl.name == actor {
			return cl.Reader
		}
	}
	return c.Reader
}

func (cl *Client) setLag(lag Lag) {
	if cl.view == nil {
		if !lag.any() {
			return
		}
		cl.view = &view{store: cl.c.store.fork()}
		cl.Reader = Reader{&cl.view.store}
	}
	cl.view.lag = lag.clone()
}

// loseView lets a client read the store, and drops what is on its way to the view.
func (cl *Client) loseView() {
	if cl.view == nil {
		return
	}
	cl.c.agenda = cl.c.agenda.without(func(t Task) bool {
		if t.Actor != watchActor {
			return false
		}
		of, _ := cl.c.watchOf(t)
		return of == cl
	})
	cl.view, cl.Reader = nil, Reader{&cl.c.store}
}

// watchActor is whose the tasks are that bring changes to lagging actors. Their Arg says which watch it is.
const watchActor ActorID = math.MaxUint16

// watchArg is the actor and the table whose changes a watch brings.
func watchArg(id ActorID, table int) uint64 { return uint64(id)<<32 | uint64(uint32(table)) }

func (c *Cluster) watchOf(t Task) (cl *Client, table int) {
	return c.clients[t.Arg>>32], int(uint32(t.Arg))
}

// pass gives a change that has just been written to an actor's view, and reports whether the view contains
// it now. If not it is on its way, and a task on the agenda will bring it.
func (cl *Client) pass(ch *Change) bool {
	v := cl.view
	table := ch.Object().Meta().UID.kind()
	w := v.watch(table)
	delay := v.lag.of(ch.Object().Kind())
	if delay == 0 && len(w.ahead) == 0 {
		v.follow(ch, &cl.c.store)
		return true
	}
	at := cl.c.later(delay)
	if len(w.ahead) > 0 {
		at = max(at, w.last)
	}
	w.ahead, w.last = append(w.ahead, *ch), at
	cl.c.agenda.add(Task{At: at, Actor: watchActor, Arg: watchArg(cl.id, table)})
	return false
}

// deliver brings a lagging actor the next change of a watch.
func (c *Cluster) deliver(t Task) {
	cl, table := c.watchOf(t)
	w := cl.view.watch(table)
	if len(w.ahead) == 0 {
		return
	}
	c.current = w.ahead[0]
	w.ahead = w.ahead[1:]
	cl.view.follow(&c.current, &c.store)
	defer c.told()
	c.telling = inObserve
	c.actors[cl.id].Observe(cl, &c.current)
}
