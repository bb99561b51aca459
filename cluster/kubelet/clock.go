package kubelet

import (
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// ClockSkew says that the clocks of some nodes are off. All times that a kubelet writes are by the clock of its node:
// when containers start and stop, and since when a condition of a pod or of its node has been as it is. What a kubelet
// does takes as long as ever, and its leases count when they are seen. The zero ClockSkew is none.
type ClockSkew struct {
	// Nodes are those that it is about, by the labels that they have at the time. The zero Selector matches all; one
	// for a zone asks for topology.kubernetes.io/zone, one for a node for cluster.LabelHostname.
	Nodes affinity.Selector
	// Ahead is by how much such a clock is ahead of that of the cluster, whose time is the virtual one. Less than 0
	// is behind.
	Ahead time.Duration
	// Random, unless it is zero, is drawn once for each node, from the seed and its name alone, and comes on top:
	// with -2s for Ahead and Uniform(0, 4*time.Second), clocks are up to two seconds off either way.
	Random Distribution
}

// maxSkew is how far off a clock can be: a hundred years.
const maxSkew = 100 * 365 * 24 * time.Hour

// Validate reports the first field that makes no sense.
func (s ClockSkew) Validate() error {
	if s.Ahead < -maxSkew || s.Ahead > maxSkew {
		return fmt.Errorf("%s: %v is more than a hundred years", "Ahead", s.Ahead)
	}
	if err := s.Random.Validate(); err != nil {
		return fmt.Errorf("%s: %w", "Random", err)
	}
	return nil
}

func validateClocks(list []ClockSkew) error {
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return fmt.Errorf("clocks: [%d]: %w", i, err)
		}
	}
	return nil
}

// clocks are the clocks that are off. The first one to match a node counts.
type clocks []ClockSkew

// ownClocks copies the list. What is not valid in it is passed over.
func ownClocks(list []ClockSkew) clocks {
	own := slices.DeleteFunc(slices.Clone(list), func(s ClockSkew) bool { return s.Validate() != nil })
	for i := range own {
		own[i].Random.Points = slices.Clone(own[i].Random.Points)
	}
	return own
}

// ahead is by how much the clock of a node is ahead.
func (c clocks) ahead(cl *cluster.Client, n *cluster.Node) time.Duration {
	for i := range c {
		s := &c[i]
		if !s.Nodes.Matches(n.Labels) {
			continue
		}
		if s.Random.Shape == Nothing {
			return s.Ahead
		}
		seed := *cl.Rand()
		stream := cluster.NewStream(seed.Uint64(), "clock of "+n.Name)
		return min(max(-maxSkew, cluster.AddTime(s.Ahead, s.Random.draw(&stream))), maxSkew)
	}
	return 0
}

func (c clocks) appendState(b []byte) []byte {
	for i := range c {
		b = fmt.Appendf(b, "clock%q%v%+v", c[i].Nodes.String(), c[i].Ahead, c[i].Random)
	}
	return b
}

// SetClocks says whose clocks are off from now on, in place of those that were; none when the list is empty. Of several
// the first one whose selector matches a node is about it. Times that have been written stay. An error leaves all as it
// was.
func (k *Kubelet) SetClocks(list ...ClockSkew) error {
	if err := validateClocks(list); err != nil {
		return err
	}
	k.clocks = ownClocks(list)
	return nil
}

// Clocks lists the clocks that are off, the first one to match a node being the one that counts.
func (k *Kubelet) Clocks() []ClockSkew { return ownClocks(k.clocks) }

// clock is the time by the clock of a node, which is what its kubelet writes into all that it reports.
func (k *Kubelet) clock(cl *cluster.Client, id cluster.NodeID) time.Duration {
	if len(k.clocks) == 0 {
		return cl.Now()
	}
	if n := cl.Live().NodeByID(id); n != nil {
		return cluster.AddTime(cl.Now(), k.clocks.ahead(cl, n))
	}
	if h, known := k.host(id); known {
		return cluster.AddTime(cl.Now(), h.skew)
	}
	if n := cl.NodeByID(id); n != nil {
		return cluster.AddTime(cl.Now(), k.clocks.ahead(cl, n))
	}
	return cl.Now()
}

// clockOf is the time by the clock of the node of a pod.
func (k *Kubelet) clockOf(cl *cluster.Client, p *cluster.Pod) time.Duration {
	return k.clock(cl, p.TargetID())
}
