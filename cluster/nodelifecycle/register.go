package nodelifecycle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// register is which nodes the next pass sees for the first time, or not any more, so far as that is not announced.
type register struct {
	// found were there before the controller, which has been there since a time.
	found []cluster.UID
	since time.Duration
	// gone are those that a pass has seen, by name.
	gone map[string]*cluster.Node
}

func (r *register) fork() register {
	// Neither may append to what the other goes on reading.
	r.found = slices.Clip(r.found)
	return register{r.found, r.since, maps.Clone(r.gone)}
}

func (r *register) appendState(b []byte) []byte {
	if len(r.found) > 0 {
		b = fmt.Append(b, r.found)
	}
	for _, n := range r.missed() {
		b = fmt.Append(b, n.UID)
	}
	return b
}

// missed lists the nodes that are gone, by name.
func (r *register) missed() []*cluster.Node {
	byName := func(a, b *cluster.Node) int { return strings.Compare(a.Name, b.Name) }
	return slices.SortedFunc(maps.Values(r.gone), byName)
}

// registered is the message of the Event of a node that is seen for the first time.
const registered = "Node {name} event: Registered Node {name} in Controller"

// meet has a node registered in the next pass. One that comes back under its name before a pass has missed it is known
// already.
func (c *Controller) meet(cl *cluster.Client, n *cluster.Node, found bool) {
	if c.register.gone[n.Name] != nil ||
		!found && cl.Announce(n, c.config.pass(cl.Now()), "RegisteredNode", registered) {
		return
	}
	c.roll(cl)
	c.register.found = append(c.register.found, n.UID)
}

// miss has it said in the next pass that a node is gone, if a pass has seen it.
func (c *Controller) miss(cl *cluster.Client, n *cluster.Node) {
	r := &c.register
	if c.config.pass(max(n.CreationTimestamp, r.since)) > cl.Now() || r.gone[n.Name] != nil {
		return
	}
	c.roll(cl)
	if r.gone == nil {
		r.gone = make(map[string]*cluster.Node)
	}
	r.gone[n.Name] = n
}

// roll has the register called in the next pass.
func (c *Controller) roll(cl *cluster.Client) {
	if len(c.register.found)+len(c.register.gone) == 0 {
		cl.After(c.config.pass(cl.Now())-cl.Now(), cluster.Task{Kind: taskRegister})
	}
}

// callRegister says which nodes have come and which have gone.
func (c *Controller) callRegister(cl *cluster.Client) {
	r := c.register
	c.register = register{since: r.since}
	for _, uid := range r.found {
		if n, _ := cl.Live().ByUID(uid).(*cluster.Node); n != nil {
			cl.Event(n, cluster.EventNormal, "RegisteredNode", strings.ReplaceAll(registered, "{name}", n.Name))
		}
	}
	for _, n := range r.missed() {
		if cl.Live().Node(n.Name) == nil {
			cl.Event(n, cluster.EventNormal, "RemovingNode",
				"Node "+n.Name+" event: Removing Node "+n.Name+" from Controller")
		}
	}
}
