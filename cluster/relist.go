package cluster

import (
	"cmp"
	"fmt"
	"slices"
)

// Relist begins the watch of an actor for a kind anew, as informers do when their watch has broken off and the API
// server cannot say any more what they have missed. The actor learns at once how things are: of everything that was
// on its way to it, it is told the difference between what it sees and what there is, in one change for each object.
// So it never hears of what has come and gone meanwhile, and an object that it sees for the first time may be
// terminating. What has not changed is not told again.
//
// First come the objects that are gone, then those that are there, each by their keys. An actor that does not lag
// has missed nothing. The error is ErrNotFound when there is no such actor, the user is none, or when there has
// been no object of the kind.
func (c *Cluster) Relist(actor string, kind Kind) error {
	c.mustNotTell("begin a watch anew")
	table := c.store.table(kind)
	if table < 0 {
		return fmt.Errorf("list %q anew: %w: there has been no such object", kind, ErrNotFound)
	}
	for i, a := range c.actors {
		if a != nil && c.clients[i].name == actor {
			c.relist(c.clients[i], table)
			return nil
		}
	}
	return fmt.Errorf("let actor %q list anew: %w", actor, ErrNotFound)
}

func (c *Cluster) relist(cl *Client, table int) {
	if cl.view == nil {
		return
	}
	w := cl.view.watch(table)
	missed := differences(w.ahead)
	w.ahead, w.last = nil, 0
	arg := watchArg(cl.id, table)
	c.agenda = c.agenda.without(func(t Task) bool { return t.Actor == watchActor && t.Arg == arg })
	cl.view.store.learn(&c.store)
	defer c.told()
	for _, ch := range missed {
		c.current = ch
		cl.view.follow(&c.current, &c.store)
		c.telling = inObserve
		c.actors[cl.id].Observe(cl, &c.current)
	}
	v := &cl.view.store
	v.version, v.tables[table].version = c.store.version, c.store.tables[table].version
}

// differences puts changes together, one for each object: from what it was before all of them to what it is after
// them. An object that has come and gone is none.
func differences(changes []Change) []Change {
	var list []Change
	at := make(map[UID]int)
	for _, ch := range changes {
		uid := ch.Object().Meta().UID
		i, known := at[uid]
		if !known {
			at[uid] = len(list)
			list = append(list, ch)
			continue
		}
		before := list[i].Before
		list[i] = ch
		list[i].Before = before
	}
	list = slices.DeleteFunc(list, func(ch Change) bool { return ch.Before == nil && ch.After == nil })
	for i := range list {
		switch ch := &list[i]; {
		case ch.Before == nil:
			ch.Verb = Created
		case ch.After == nil:
			ch.Verb = Deleted
		default:
			ch.Verb = Updated
		}
	}
	slices.SortStableFunc(list, func(a, b Change) int {
		there := func(ch Change) int {
			if ch.Verb == Deleted {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(there(a), there(b)), cmp.Compare(a.Object().Meta().Key(), b.Object().Meta().Key()))
	})
	return list
}
