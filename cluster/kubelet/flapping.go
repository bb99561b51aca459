package kubelet

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// Flapping says that some nodes fall silent and answer again, over and over. Which ones, and when, depends on the
// seed and on the names of the nodes alone. The zero Flapping is none. Each outage is a cluster.Outage with an end.
//
// A node that flaps has always something ahead, so a cluster with such nodes does not settle.
type Flapping struct {
	// Nodes are those that it is about, by their labels when they join or when the Flapping is set. The zero
	// Selector matches all; one for a zone asks for topology.kubernetes.io/zone, one for a node for
	// cluster.LabelHostname.
	Nodes affinity.Selector
	// Chance is how likely each of these is to flap.
	Chance Chance
	// Up is how long a node answers until it falls silent, Down how long it is silent then. Both are drawn anew
	// each time, and are at least a millisecond. A zero Down stands for good: the node is silent from then on.
	Up, Down Distribution
}

// Validate reports the first field that makes no sense.
func (f Flapping) Validate() error {
	if err := f.Chance.validate(); err != nil {
		return fmt.Errorf("%s: %w", "Chance", err)
	}
	if f.Chance > 0 && f.Up.Shape == Nothing {
		return fmt.Errorf("%s: %w", "Up", errors.New("it takes some time until a node falls silent"))
	}
	if err := f.Up.Validate(); err != nil {
		return fmt.Errorf("%s: %w", "Up", err)
	}
	if err := f.Down.Validate(); err != nil {
		return fmt.Errorf("%s: %w", "Down", err)
	}
	return nil
}

func validateFlapping(rules []Flapping) error {
	if len(rules) > maxFlapping {
		return fmt.Errorf("flapping nodes: %d rules are more than %d", len(rules), maxFlapping)
	}
	for i := range rules {
		if err := rules[i].Validate(); err != nil {
			return fmt.Errorf("flapping nodes: [%d]: %w", i, err)
		}
	}
	return nil
}

// flapping is what the kubelets know of nodes that flap.
type flapping struct {
	// rules are replaced as a whole, so that forks can share them. The first one that is about a node counts.
	rules []Flapping
	// set is how often they have been replaced: what was planned by earlier ones is dropped.
	set uint64
	// looking says that taskFlapping is on the agenda: no node flaps by the rules that have been set before then.
	looking bool
}

// ownFlapping copies the rules. What is not valid is passed over.
func ownFlapping(rules []Flapping) []Flapping {
	if len(rules) == 0 {
		return nil
	}
	own := slices.Clone(rules[:min(len(rules), maxFlapping)])
	for i := range own {
		f := &own[i]
		if f.Validate() != nil {
			*f = Flapping{}
		}
		f.Up.Points, f.Down.Points = slices.Clone(f.Up.Points), slices.Clone(f.Down.Points)
	}
	return own
}

// rule is the rule by which a task was planned.
func (f *flapping) rule(arg uint64) *Flapping { return &f.rules[arg>>flapRule&(maxFlapping-1)] }

func (f *flapping) appendState(b []byte) []byte {
	for i := range f.rules {
		r := &f.rules[i]
		b = fmt.Appendf(b, "%q%d%+v%+v", r.Nodes.String(), r.Chance, r.Up, r.Down)
	}
	if f.set > 0 {
		b = fmt.Append(b, f.set)
	}
	return b
}

// SetFlapping says which nodes flap from now on, in place of those that did; none when there are no rules. Of several
// rules the first one whose selector matches a node is about it. Outages that have begun end when they would. The
// cluster is the one whose actor the kubelets are. An error leaves all as it was.
func (k *Kubelet) SetFlapping(in *cluster.Cluster, rules ...Flapping) error {
	if err := validateFlapping(rules); err != nil {
		return err
	}
	looking := k.flapping.looking
	if len(rules) > 0 && !looking {
		if err := in.Wake(k.Name(), cluster.Task{Kind: taskFlapping}); err != nil {
			return err
		}
		looking = true
	}
	k.flapping = flapping{ownFlapping(rules), (k.flapping.set + 1) & (1<<(64-flapSet) - 1), looking}
	return nil
}

// Flapping lists the rules by which nodes flap, the first one to match a node being the one that counts.
func (k *Kubelet) Flapping() []Flapping { return slices.Clone(k.flapping.rules) }

// The tasks of nodes that flap: taskFlap ends a time for which a node answers, taskFlapping looks at all nodes. The Arg
// of the first says which outage of the node it is, by which rule, and how often the rules had been set.
const (
	taskFlap cluster.TaskKind = iota + 100
	taskFlapping
)

const (
	flapRule = 32
	flapSet  = 44
	// maxFlapping bounds the rules to what an Arg can number.
	maxFlapping = 1 << (flapSet - flapRule)
)

// runFlapping does a task of nodes that flap.
func (k *Kubelet) runFlapping(cl *cluster.Client, t cluster.Task) {
	if t.Kind == taskFlapping {
		// A node that the kubelets have not heard of yet begins when they do.
		k.flapping.looking = false
		for n := range cl.Nodes() {
			k.beginFlapping(cl, n)
		}
		return
	}
	n, _ := cl.Live().ByUID(t.Object).(*cluster.Node)
	if n == nil || t.Arg>>flapSet != k.flapping.set || len(k.flapping.rules) == 0 {
		return
	}
	f := k.flapping.rule(t.Arg)
	_, down := f.times(cl, n, t.Arg)
	if _, out := n.Outage(); out {
		// It is silent already, for a reason of its own.
		down = 0
	} else {
		o := cluster.Outage{LastHeartbeat: LastHeartbeat(n, cl.Now())}
		if f.Down.Shape != Nothing {
			o.End = cluster.AddTime(cl.Now(), down)
		}
		_, _ = cl.SetOutage(n.UID, &o)
	}
	if f.Down.Shape != Nothing {
		k.planFlap(cl, n, t.Arg+1, down)
	}
}

// beginFlapping has a node flap if it is one of those that do.
func (k *Kubelet) beginFlapping(cl *cluster.Client, n *cluster.Node) {
	if k.flapping.looking {
		return
	}
	for i := range k.flapping.rules {
		f := &k.flapping.rules[i]
		if !f.Nodes.Matches(n.Labels) {
			continue
		}
		seed := *cl.Rand()
		if s := cluster.NewStream(seed.Uint64(), "flapping node "+n.Name); f.Chance > 0 && f.Chance.comesUp(&s) {
			k.planFlap(cl, n, k.flapping.set<<flapSet|uint64(i)<<flapRule, 0 /* after */)
		}
		return
	}
}

// planFlap plans the next outage of a node for the end of a time in which it answers, which begins after a while.
func (k *Kubelet) planFlap(cl *cluster.Client, n *cluster.Node, arg uint64, after time.Duration) {
	up, _ := k.flapping.rule(arg).times(cl, n, arg)
	cl.After(cluster.AddTime(after, up), cluster.Task{Kind: taskFlap, Object: n.UID, Arg: arg, Retry: true})
}

// times are how long a node answers before an outage of it, and how long that takes.
func (f *Flapping) times(cl *cluster.Client, n *cluster.Node, arg uint64) (up, down time.Duration) {
	seed := *cl.Rand()
	s := cluster.NewStream(seed.Uint64()+arg, "times of "+n.Name)
	up, down = max(time.Millisecond, f.Up.draw(&s)), time.Millisecond
	if f.Down.Shape != Nothing {
		down = max(down, f.Down.draw(&s))
	}
	return up, down
}
