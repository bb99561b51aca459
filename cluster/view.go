package cluster

import (
	"slices"
	"time"
)

// view is what a lagging actor sees of the cluster: a store of its own, which follows the changes as they
// arrive. It began as a fork, so it shares with the cluster's store what has not changed since.
type view struct {
	store store
	lag   Lag
	// watches have the order of the store's tables.
	watches []watch
}

// watch is the changes of one kind that are on their way to an actor. There is a task on the agenda for each.
type watch struct {
	ahead []Change
	// last is when the last of them is due.
	last time.Duration
}

// watch returns the watch of a table.
func (v *view) watch(table int) *watch {
	for len(v.watches) <= table {
		v.watches = append(v.watches, watch{})
	}
	return &v.watches[table]
}

// fork returns an independent copy.
func (v *view) fork() *view {
	f := &view{store: v.store.fork(), lag: v.lag, watches: slices.Clone(v.watches)}
	for i := range f.watches {
		f.watches[i].ahead = slices.Clone(f.watches[i].ahead)
	}
	return f
}

// follow makes a change in the view. Objects carry the numbers of their node, group and table, which are
// those of the store that the change was made in: the view takes them over.
func (v *view) follow(ch *Change, origin *store) {
	s := &v.store
	s.learn(origin)
	if p, ok := ch.After.(*Pod); ok {
		s.groups.learn(p)
	}
	switch ch.Verb {
	case Created:
		s.insert(ch.After)
	case Updated:
		s.replace(ch.Before, ch.After)
	case Deleted:
		s.remove(ch.Before)
	}
	s.version = max(s.version, ch.Version)
	s.tables[ch.Object().Meta().UID.kind()].version = ch.Version
}

// learn takes over the kinds and the names of nodes that another store has numbered meanwhile.
func (s *store) learn(origin *store) {
	for i := len(s.tables); i < len(origin.tables); i++ {
		t := &origin.tables[i]
		s.tables = append(s.tables, newTable(t.kind, t.goType, t.scope))
	}
	for id := s.nodes.Len(); id < origin.nodes.Len(); id++ {
		name := origin.nodes.At(id).name
		s.nodes.Append(nodeEntry{name: name})
		s.nodeIDs.Set(name, NodeID(id))
	}
}

// learn enters the group of a pod, unless it is there: another index has numbered it.
func (g *groupIndex) learn(p *Pod) {
	if g.list.At(int(p.group)).size > 0 {
		return
	}
	key := groupKey(p)
	g.list.Set(int(p.group), group{key: key, labels: p.Labels})
	g.byKey.Set(key, p.group)
}

// appendState writes what is on its way: the view itself is the store without it.
func (v *view) appendState(h *hasher, enc *Encoder) {
	for i := range v.watches {
		for _, ch := range v.watches[i].ahead {
			h.buf = append(h.buf[:0], ch.Verb...)
			if ch.Before != nil {
				h.buf = enc.Append(h.buf, ch.Before)
			}
			h.buf = enc.Append(h.buf, ch.Object())
			h.flush()
		}
	}
	h.number(uint64(v.lag.Delay))
	if v.lag.StaleList {
		h.number(1)
	}
	for _, kind := range sortedKeys(v.lag.Kinds) {
		h.buf = append(h.buf[:0], kind...)
		h.flush()
		h.number(uint64(v.lag.Kinds[kind]))
	}
}
