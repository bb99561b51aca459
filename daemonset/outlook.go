package daemonset

import (
	"iter"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// outlook is what a placement says of all nodes that look alike. The zero outlook has not been worked
// out.
type outlook struct {
	// flags are judged, with the verdict on those of the nodes whose names fit.
	flags flags
	// names is what is left to ask of each node's name; nil when nothing is.
	names *affinity.Remainder
}

// outlook works out what the placement says of the nodes that look like this one.
func (p *Placement) outlook(node *cluster.Node) outlook {
	o := outlook{flags: judged}
	rest := p.required.Given(node.Labels, cluster.LabelHostname)
	fits, settled := rest.Settled()
	if !fits {
		return o
	}
	run, goOn := p.tolerates(node)
	o.flags |= flagIf(run, shouldRun) | flagIf(goOn, shouldContinue)
	if goOn && !settled {
		o.names = &rest
	}
	return o
}

// outlook is the outlook of the nodes that look like this one, worked out once for all of them.
func (c *Controller) outlook(t *tracked, node *cluster.Node) outlook {
	known := t.outlooks.At(int(node.Likeness()))
	if known.flags == 0 {
		c.evaluations++
		known = t.placement.outlook(node)
		t.outlooks.Set(int(node.Likeness()), known)
	}
	return known
}

// verdict answers both questions for a node, as flags with judged.
func (c *Controller) verdict(t *tracked, node *cluster.Node) flags {
	if !t.placement.nameFits(node) {
		return judged
	}
	o := c.outlook(t, node)
	if o.names == nil {
		return o.flags
	}
	c.evaluations++
	if !o.names.Matches(node.Name, node.Labels) {
		return judged
	}
	return o.flags
}

// eligible walks the nodes that should run a pod, and their verdicts. It asks once about those that look
// alike, and does not look at them one by one when none of them fits.
func (c *Controller) eligible(cl *cluster.Client, t *tracked) iter.Seq2[*cluster.Node, flags] {
	return func(yield func(*cluster.Node, flags) bool) {
		if name := t.placement.nodeName; name != "" {
			if node := cl.Node(name); node != nil {
				if v := c.verdict(t, node); v&shouldRun != 0 {
					yield(node, v)
				}
			}
			return
		}
		for likeness, first := range cl.Likenesses() {
			if c.outlook(t, first).flags&shouldRun == 0 {
				continue
			}
			for node := range cl.NodesLike(likeness) {
				if v := c.verdict(t, node); v&shouldRun != 0 && !yield(node, v) {
					return
				}
			}
		}
	}
}
