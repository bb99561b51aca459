package simcmd

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/affinity"
)

// labelZone is the label of a node's zone.
const labelZone = "topology.kubernetes.io/zone"

// nodeChoice is which nodes a command is about when it does not name them.
type nodeChoice struct{ selector, zone *string }

// nodeFlags adds the flags that choose nodes.
func nodeFlags(set *pflag.FlagSet) nodeChoice {
	return nodeChoice{set.StringP("selector", "l", "", ""), set.String("zone", "", "")}
}

// given reports whether there is such a flag.
func (c nodeChoice) given() bool { return *c.selector != "" || *c.zone != "" }

// chosen is the selector that the flags come to.
func (c nodeChoice) chosen() (affinity.Selector, error) {
	if *c.selector != "" && *c.zone != "" {
		return affinity.Nothing(), misuse("a selector or a zone, not both")
	}
	if *c.zone != "" {
		return affinity.SelectorFromSet(map[string]string{labelZone: *c.zone}), nil
	}
	s, err := affinity.ParseSelector(*c.selector)
	if err != nil {
		return affinity.Nothing(), misuse("-l %q: %w", *c.selector, err)
	}
	return s, nil
}

// names are the words, or the names of the nodes that the flags choose.
func (c nodeChoice) names(sh *Shell, words []string) ([]string, error) {
	if !c.given() {
		return words, nil
	}
	if len(words) > 0 {
		return nil, misuse("names of nodes, a selector or a zone, not several of these")
	}
	s, err := c.chosen()
	if err != nil {
		return nil, err
	}
	for n := range sh.sim.Nodes() {
		if s.Matches(n.Labels) {
			words = append(words, n.Name)
		}
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("no node has %s; kubectl get nodes --show-labels shows what they have", s)
	}
	return words, nil
}
