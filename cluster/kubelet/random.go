package kubelet

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/cow"
)

// Random is what is left to chance in a Behaviour. The zero Random is nothing.
type Random struct {
	// Pull and the others, unless they are zero, are drawn in place of the Behaviour's field of that name.
	Pull, Start, ReadyAfter, CrashAfter, Stop, HangAfter, ExitAfter, PreStop Distribution
	// NeverReady is the chance that a container never becomes ready, each time it is started.
	NeverReady Chance
	// Crash is the chance that a container exits after CrashAfter, each time it is started. Zero means
	// that it always does, if there is a CrashAfter.
	Crash Chance
}

// none reports whether nothing is left to chance.
func (r *Random) none() bool {
	return r.NeverReady == 0 && r.Crash == 0 && r.Pull.Shape == Nothing && r.Start.Shape == Nothing &&
		r.ReadyAfter.Shape == Nothing && r.CrashAfter.Shape == Nothing && r.Stop.Shape == Nothing &&
		r.HangAfter.Shape == Nothing && r.ExitAfter.Shape == Nothing && r.PreStop.Shape == Nothing
}

// delays are the distributions with their names, in the order in which they are validated.
func (r *Random) delays() [8]namedDelay {
	return [...]namedDelay{
		{"Pull", &r.Pull}, {"Start", &r.Start}, {"ReadyAfter", &r.ReadyAfter},
		{"CrashAfter", &r.CrashAfter}, {"Stop", &r.Stop}, {"HangAfter", &r.HangAfter},
		{"ExitAfter", &r.ExitAfter}, {"PreStop", &r.PreStop},
	}
}

type namedDelay struct {
	name  string
	delay *Distribution
}

// validate reports the first field that makes no sense.
func (r *Random) validate() error {
	for _, d := range r.delays() {
		if err := d.delay.Validate(); err != nil {
			return fmt.Errorf("%s: %w", "Random."+d.name, err)
		}
	}
	if err := r.NeverReady.validate(); err != nil {
		return fmt.Errorf("%s: %w", "Random.NeverReady", err)
	}
	if err := r.Crash.validate(); err != nil {
		return fmt.Errorf("%s: %w", "Random.Crash", err)
	}
	return nil
}

// own is a copy that shares nothing with the caller and has no distribution that nothing can be drawn from.
func (r Random) own() Random {
	for _, d := range r.delays() {
		if d.delay.Validate() != nil {
			*d.delay = Distribution{}
		}
		d.delay.Points = slices.Clone(d.delay.Points)
	}
	return r
}

// drawn is what a behaviour comes to this time. All is drawn in a fixed order, so that a field which is
// left to chance does not disturb those before it.
func (b Behaviour) drawn(s *cluster.Stream) Behaviour {
	r := &b.Random
	for _, d := range [...]struct {
		from *Distribution
		to   *time.Duration
	}{
		{&r.Pull, &b.Pull}, {&r.Start, &b.Start}, {&r.ReadyAfter, &b.ReadyAfter}, {&r.Stop, &b.Stop},
	} {
		if d.from.Shape != Nothing {
			*d.to = d.from.draw(s)
		}
	}
	if r.NeverReady > 0 && r.NeverReady.comesUp(s) {
		b.NeverReady = true
	}
	if r.CrashAfter.Shape != Nothing {
		// Zero would mean that it does not crash.
		b.CrashAfter = max(time.Millisecond, r.CrashAfter.draw(s))
	}
	if r.Crash > 0 && !r.Crash.comesUp(s) {
		b.CrashAfter = 0
	}
	if r.HangAfter.Shape != Nothing {
		b.HangAfter = max(time.Millisecond, r.HangAfter.draw(s))
	}
	if r.ExitAfter.Shape != Nothing {
		b.ExitAfter = max(time.Millisecond, r.ExitAfter.draw(s))
	}
	if r.PreStop.Shape != Nothing {
		b.PreStop = r.PreStop.draw(s)
	}
	b.Random = Random{}
	return b
}

// SlowNodes says that some nodes are slower than others. Which ones depends on the seed and on the names of
// the nodes alone. The zero SlowNodes is none.
type SlowNodes struct {
	// Chance is how likely a node is to be slow.
	Chance Chance
	// Factor is how many times as long it takes there to pull, to start and to get ready. Less than 1
	// counts as 1.
	Factor int
}

// validate reports a chance beyond certainty and a negative factor.
func (n SlowNodes) validate() error {
	if err := n.Chance.validate(); err != nil {
		return fmt.Errorf("%s: %w", "Chance", err)
	}
	if n.Factor < 0 {
		return fmt.Errorf("%s: %d is negative", "Factor", n.Factor)
	}
	return nil
}

// slowed is the behaviour on a node.
func (n SlowNodes) slowed(b Behaviour, seed uint64, node string) Behaviour {
	if n.Chance == 0 || n.Factor <= 1 {
		return b
	}
	if s := cluster.NewStream(seed, "slow node "+node); !n.Chance.comesUp(&s) {
		return b
	}
	return b.slowed(n.Factor)
}

// turns numbers the pods that each node has had and that leave something to chance. What is drawn for a pod
// depends on its node and its turn there, not on when it came or what it is called, so that runs which
// differ in the order of things can be compared node by node.
type turns struct {
	// nodes are the latest numbers, by NodeID; pods are those of the pods that are there.
	nodes cow.Vector[uint32]
	pods  btree.Map[cluster.UID, uint32]
}

func (t *turns) take(p *cluster.Pod) {
	n := t.nodes.Ref(int(p.TargetID()))
	*n++
	t.pods.Set(p.UID, *n)
}

func (t *turns) fork() turns { return turns{t.nodes.Fork(), *t.pods.Copy()} }

func (t *turns) appendState(b []byte) []byte {
	for id := range t.nodes.Len() {
		if n := t.nodes.At(id); n > 0 {
			b = fmt.Appendf(b, "|%d:%d", id, n)
		}
	}
	t.pods.Scan(func(uid cluster.UID, n uint32) bool {
		b = fmt.Appendf(b, "+%d:%d", uid, n)
		return true
	})
	return b
}
