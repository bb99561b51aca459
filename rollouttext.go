package daemonsim

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// String tells the whole story: how the rollout stands and what becomes of it, what is to blame and who waits
// for it, and what would help.
func (e RolloutExplanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", e.headline())
	if e.Next != nil {
		fmt.Fprintf(&b, "next: %s\n", e.Next)
	}
	for _, root := range e.Blame() {
		writeRoot(&b, &root)
	}
	e.writeOffers(&b)
	return b.String()
}

// Blame is what there is to blame: of the end, or of the present if the rollout comes to its end by itself.
func (e *RolloutExplanation) Blame() []standstill.Root {
	if e.End.Done() {
		return e.Now.Roots
	}
	return e.End.Roots
}

func (e *RolloutExplanation) headline() string {
	name := "rollout of daemonset " + e.Now.DaemonSet
	if e.Now.Namespace != cluster.DefaultNamespace {
		name += " in namespace " + e.Now.Namespace
	}
	switch {
	case e.State == RolloutDone:
		return fmt.Sprintf("%s is done: %s", name, moved(&e.Now))
	case e.State == RolloutStuck:
		return fmt.Sprintf("%s is stuck: %s, and it will not get further by itself", name, moved(&e.Now))
	case e.End.Done():
		return fmt.Sprintf("%s is moving: %s, and it will be done at t=%v", name, moved(&e.Now), e.Finish)
	}
	return fmt.Sprintf("%s is moving: %s, but it will be stuck from t=%v with %d of %d",
		name, moved(&e.Now), e.End.At, e.End.Moved, e.End.Desired)
}

// moved says how many nodes have moved, and where to.
func moved(e *standstill.Explanation) string {
	to := "the current revision"
	if e.Revision > 0 {
		to = fmt.Sprintf("revision %d", e.Revision)
	}
	verb := "have"
	if e.Moved == 1 {
		verb = "has"
	}
	return fmt.Sprintf("%d of %d nodes %s moved to %s", e.Moved, e.Desired, verb, to)
}

// String is the step in words: when, what and where.
func (s RolloutStep) String() string {
	switch s.What {
	case "created":
		return fmt.Sprintf("t=%v  pod %s created for %s", s.Time, s.Pod, s.Node)
	case "bound":
		return fmt.Sprintf("t=%v  pod %s bound to %s", s.Time, s.Pod, s.Node)
	}
	return fmt.Sprintf("t=%v  pod %s %s on %s", s.Time, s.Pod, s.What, s.Node)
}

// writeRoot writes a root as a paragraph: the chain on its nodes, and who waits for them.
func writeRoot(b *strings.Builder, r *standstill.Root) {
	fmt.Fprintf(b, "\non %s:\n", standstill.Names(r.Nodes))
	for i, c := range r.Chain {
		fmt.Fprintf(b, "  %s%s\n", strings.Repeat("  ", i), c)
	}
	if len(r.Waiting) == 0 {
		return
	}
	verb := "waits"
	if len(r.Waiting) > 1 {
		verb = "wait"
	}
	fmt.Fprintf(b, "  for which %s %s:\n    %s\n", standstill.Names(r.Waiting), verb, r.Via)
}

func (e *RolloutExplanation) writeOffers(b *strings.Builder) {
	if e.End.Done() {
		return
	}
	when := ""
	if e.State == RolloutMoving {
		when = "then, "
	}
	if len(e.Offers) == 0 {
		fmt.Fprintf(b, "\n%sno single change that was tried lets it go on\n", when)
		e.writeUntried(b)
		return
	}
	if len(e.Offers) == 1 {
		fmt.Fprintf(b, "\n%sthis change lets it go on, as a fork has shown:\n", when)
	} else {
		fmt.Fprintf(b, "\n%sany one of these changes lets it go on, as forks have shown:\n", when)
	}
	for i := range e.Offers {
		o := &e.Offers[i]
		fmt.Fprintf(b, "  %s: %s\n    %s\n", o.Remedy, o.outcome(), o.Command())
	}
	e.writeUntried(b)
}

func (e *RolloutExplanation) writeUntried(b *strings.Builder) {
	if e.Untried > 0 {
		fmt.Fprintf(b, "not tried: %d more, like others that have not helped\n", e.Untried)
	}
}

// outcome is what the change leads to.
func (o *Offer) outcome() string {
	if o.Finishes {
		return fmt.Sprintf("done at t=%v", o.At)
	}
	return fmt.Sprintf("goes on to %d of %d", o.Moved, o.Desired)
}
