package cluster

import "fmt"

// telling says who is being told of a change at the moment.
type telling uint8

const (
	inObserve telling = iota + 1
	inOnChange
)

// told ends the telling of a change, also when a listener panics.
func (c *Cluster) told() { c.telling = 0 }

// mustNotTell panics when somebody who is being told of a change tries to make another, or to move time:
// those who are told after that would see changes out of order.
func (c *Cluster) mustNotTell(what string) {
	switch c.telling {
	case inObserve:
		panic(fmt.Sprintf("cluster: cannot %s in Observe, while actors are told of a change (%v); "+
			"schedule a task with Client.After and do it in Run", what, &c.current))
	case inOnChange:
		panic(fmt.Sprintf("cluster: cannot %s in a function given to OnChange (%v); "+
			"do it after the call that made the change", what, &c.current))
	}
}

// mustNotFork panics while only some of the actors know of a change. All do in OnChange.
func (c *Cluster) mustNotFork() {
	if c.telling == inObserve {
		c.mustNotTell("fork")
	}
}
