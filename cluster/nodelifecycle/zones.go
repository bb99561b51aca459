package nodelifecycle

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/cow"
)

// zones are all zones, in the order in which they were met.
type zones struct {
	list  []zone
	index map[zoneKey]int
	// looks are, for nodes that look alike, where their zone is and whether they count.
	looks cow.Vector[lookup]
	// closing says that the end of a pass is on the agenda, at which the zones are judged.
	closing bool
	// freshSince is when a time in which no node was ready ended last: every node counts as heard of then.
	freshSince time.Duration
}

// lookup is the place of a zone in the list, counted from 1, and whether a node is left out when its state is
// found.
type lookup struct {
	place int32
	out   bool
}

func (z zones) fork() zones {
	z.list, z.index, z.looks = slices.Clone(z.list), maps.Clone(z.index), z.looks.Fork()
	for i := range z.list {
		z.list[i].queue = z.list[i].queue.fork()
	}
	return z
}

// appendState writes what is not as in a cluster that has always been well.
func (z *zones) appendState(b []byte) []byte {
	if z.closing || z.freshSince > 0 {
		b = fmt.Append(b, z.closing, z.freshSince)
	}
	for i := range z.list {
		l := &z.list[i]
		if l.state != Normal || l.full > 0 || l.waiting != nil || l.served != nil {
			b = fmt.Append(b, i, l.state, l.bucket, l.serving, names(l.waiting), names(l.served))
		}
	}
	return b
}

// find looks a node's zone up.
func (z *zones) find(n *cluster.Node, c Config) lookup {
	at := int(n.Likeness())
	found := z.looks.At(at)
	if found.place > 0 && at > 0 {
		return found
	}
	key := zoneOf(n)
	i, ok := z.index[key]
	if !ok {
		if z.index == nil {
			z.index = make(map[zoneKey]int)
		}
		i = len(z.list)
		z.index[key] = i
		z.list = append(z.list, newZone(c))
	}
	_, out := n.Labels[labelExclude]
	found = lookup{int32(i + 1), out}
	if at > 0 {
		z.looks.Set(at, found)
	}
	return found
}

// zone is a node's zone and its place in the list.
func (c *Controller) zone(n *cluster.Node) (*zone, int) {
	i := int(c.zones.find(n, c.config).place) - 1
	return &c.zones.list[i], i
}

// count keeps the numbers of the zones. One that is told of what it has found already, as one that starts anew
// is, does not count it again.
func (c *Controller) count(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		c.config, c.opened, c.register.since = c.config.withDefaults(), true, cl.Now()
		for n := range cl.Nodes() {
			c.countNode(cl, n, 1)
			c.meet(cl, n, cluster.Object(n) != ch.After)
		}
		return
	}
	if ch.Listed || ch.Object().Kind() != cluster.KindNode {
		return
	}
	before, _ := ch.Before.(*cluster.Node)
	after, _ := ch.After.(*cluster.Node)
	if before != nil && after != nil && before.Likeness() == after.Likeness() && before.Ready() == after.Ready() {
		return
	}
	if after != nil {
		c.countNode(cl, after, 1)
	}
	if before != nil {
		c.countNode(cl, before, -1)
	}
	switch {
	case before == nil:
		c.meet(cl, after, false /* there already */)
	case after == nil:
		c.miss(cl, before)
	}
}

// countNode counts a node in or, with -1, out. A zone that comes to another state by that is judged at the end of
// the next pass.
func (c *Controller) countNode(cl *cluster.Client, n *cluster.Node, by int) {
	at := c.zones.find(n, c.config)
	if at.out {
		return
	}
	l := &c.zones.list[at.place-1]
	l.count(c.config, n, by, cl.Now())
	c.plan(cl, int(at.place-1))
	if l.is(c.config) != l.state {
		c.close(cl)
	}
}
