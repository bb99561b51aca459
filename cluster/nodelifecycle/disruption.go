package nodelifecycle

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// servePeriod is the time between two looks at the queues of nodes that wait for a taint.
const servePeriod = 100 * time.Millisecond

// runZones does a task that is about zones, or about all nodes.
func (c *Controller) runZones(cl *cluster.Client, t cluster.Task) {
	switch t.Kind {
	case taskZones:
		cl.After(0, cluster.Task{Kind: taskClose})
	case taskClose:
		c.zones.closing = false
		c.judge(cl)
		for i := range c.zones.list {
			c.serve(cl, i)
		}
	case taskRegister:
		c.callRegister(cl)
	case taskServe:
		if l := &c.zones.list[t.Arg]; l.serving == t.At {
			l.serving = never
		}
		if c.config.pass(t.At) == t.At {
			// The pass of that moment comes first.
			c.close(cl)
			return
		}
		c.serve(cl, int(t.Arg))
	}
}

// close has the zones judged at the end of the next pass.
func (c *Controller) close(cl *cluster.Client) {
	if c.zones.closing {
		return
	}
	c.zones.closing = true
	now := cl.Now()
	cl.After(c.config.pass(now)-now, cluster.Task{Kind: taskZones})
}

// judge finds the states of all zones and sets the rates of those that are in another one by it, at the end of a
// pass. While no node is ready in any zone nobody is tainted.
func (c *Controller) judge(cl *cluster.Client) {
	z := &c.zones
	allAre, allWere := true, true
	for i := range z.list {
		if l := &z.list[i]; l.size() > 0 {
			allAre = allAre && l.is(c.config) == FullDisruption
			allWere = allWere && l.state == FullDisruption
		}
	}
	now := cl.Now()
	if allWere && !allAre {
		z.freshSince = now
	}
	for i := range z.list {
		l := &z.list[i]
		next := l.is(c.config)
		switch {
		case allAre && !allWere:
			l.swap(0, now)
		case next != l.state || allWere && !allAre:
			// Where there is no interval, it is 0.
			interval, _ := c.config.Interval(next, l.size())
			l.swap(interval, now)
		}
		l.state = next
	}
	if allAre && !allWere {
		reprieve(cl)
	}
}

// reprieve takes the taints of effect NoExecute off all nodes: where no node is ready nobody is evicted.
func reprieve(cl *cluster.Client) {
	for _, n := range slices.Collect(cl.Live().Nodes()) {
		absolve(cl, n)
	}
}

// absolve takes both taints of effect NoExecute off a node, whatever its conditions.
func absolve(cl *cluster.Client, n *cluster.Node) *cluster.Node {
	list := n.Spec.Taints
	for _, key := range [...]string{taints.KeyNotReady, taints.KeyUnreachable} {
		if t := (taints.Taint{Key: key, Effect: taints.EffectNoExecute}); has(list, t) {
			list = without(list, t)
		}
	}
	if len(list) != len(n.Spec.Taints) {
		if next, err := cl.SetNodeTaints(n.UID, list); err == nil {
			return next
		}
	}
	return n
}

// enqueue has a node wait for a taint of effect NoExecute, or not any longer. One that has the other one of the two
// taints, or is ready, need not wait. One of which nothing is known is left as it is.
func (c *Controller) enqueue(cl *cluster.Client, n *cluster.Node) {
	l, i := c.zone(n)
	list, changed := NoExecuteTaints(n)
	switch {
	case !lost(n):
		if n.Ready() {
			l.drop(n.Name)
			c.plan(cl, i)
		}
	case changed && len(list) > len(n.Spec.Taints), !changed && !l.knows(n.Name):
		// One that somebody else has tainted waits for its turn all the same.
		if l.add(n.Name) {
			c.close(cl)
		}
		return
	}
	if changed {
		_, _ = cl.SetNodeTaints(n.UID, list)
	}
}

// serve gives the taints to the nodes of a zone that wait for them, as long as there are tokens. The condition is
// read again: a node that is ready by now has cost a token all the same.
func (c *Controller) serve(cl *cluster.Client, i int) {
	for {
		l := &c.zones.list[i]
		if l.length() == 0 || !l.take(cl.Now()) {
			break
		}
		name := l.choose(cl)
		l.queue.serve(name)
		if n := cl.Live().Node(name); n != nil && lost(n) {
			if list, changed := NoExecuteTaints(n); changed {
				_, _ = cl.SetNodeTaints(n.UID, list)
			}
		}
	}
	c.plan(cl, i)
}

// choose picks the node whose turn it is among those that wait. Kubernetes has them in the order in which a walk
// over a map has found them in the latest pass.
func (q *queue) choose(cl *cluster.Client) string {
	i := cl.Choose(cluster.Choice{Point: "node-to-taint", N: q.length(), Describe: func(i int) string {
		name, _ := q.waiting.GetAt(i)
		return name
	}})
	name, _ := q.waiting.GetAt(i)
	return name
}

// plan has the queue of a zone looked at when there is a token again, or not at all when nobody waits.
func (c *Controller) plan(cl *cluster.Client, i int) {
	l, now, at := &c.zones.list[i], cl.Now(), never
	if l.length() > 0 && l.interval > 0 {
		at = cluster.NextTurn(max(l.full, now), servePeriod)
	}
	if l.serving == at {
		return
	}
	if l.serving != never {
		cl.Cancel(cluster.Task{At: l.serving, Kind: taskServe, Arg: uint64(i)})
	}
	if l.serving = at; at != never {
		cl.After(at-now, cluster.Task{Kind: taskServe, Arg: uint64(i)})
	}
}
