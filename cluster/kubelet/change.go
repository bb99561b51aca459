package kubelet

import (
	"fmt"
	"time"
)

// Change is what differs from a Behaviour, field by field: nil leaves a field as it is. The zero Change changes
// nothing.
type Change struct {
	// Pull and the others are in place of the Behaviour's fields of those names. One that Behaviour.Random draws, or
	// whose chance it gives, is not left to chance any more.
	Pull         *time.Duration
	PullError    *string
	Start        *time.Duration
	ReadyAfter   *time.Duration
	NeverReady   *bool
	HangAfter    *time.Duration
	CrashAfter   *time.Duration
	ExitAfter    *time.Duration
	PreStop      *time.Duration
	Stop         *time.Duration
	StopCode     *int32
	NetworkAgent *bool
	// Memory, Disk and Processes are those of Behaviour.Usage.
	Memory, Disk, Processes *int64
	Slow                    *int
	// Random is what is left to chance: fields that are not zero are in place of those of Behaviour.Random. Always
	// for Crash, and false for NeverReady above, stand for what is not.
	Random Random
}

// changedDelay is a delay of a Change, fixed or drawn, with the fields of a Behaviour in whose place it is.
type changedDelay struct {
	name       string
	fixed      *time.Duration
	drawn      *Distribution
	to         *time.Duration
	toRandomly *Distribution
}

// delays are all delays of the change, and where they belong in a behaviour.
func (c *Change) delays(b *Behaviour) [8]changedDelay {
	r, to := &c.Random, &b.Random
	return [...]changedDelay{
		{"Pull", c.Pull, &r.Pull, &b.Pull, &to.Pull},
		{"Start", c.Start, &r.Start, &b.Start, &to.Start},
		{"ReadyAfter", c.ReadyAfter, &r.ReadyAfter, &b.ReadyAfter, &to.ReadyAfter},
		{"CrashAfter", c.CrashAfter, &r.CrashAfter, &b.CrashAfter, &to.CrashAfter},
		{"Stop", c.Stop, &r.Stop, &b.Stop, &to.Stop},
		{"HangAfter", c.HangAfter, &r.HangAfter, &b.HangAfter, &to.HangAfter},
		{"ExitAfter", c.ExitAfter, &r.ExitAfter, &b.ExitAfter, &to.ExitAfter},
		{"PreStop", c.PreStop, &r.PreStop, &b.PreStop, &to.PreStop},
	}
}

// To is the behaviour with the change.
func (c Change) To(b Behaviour) Behaviour {
	for _, d := range c.delays(&b) {
		if d.fixed != nil {
			*d.to, *d.toRandomly = *d.fixed, Distribution{}
		}
		if d.drawn.Shape != Nothing {
			*d.toRandomly = *d.drawn
		}
	}
	replace(&b.PullError, c.PullError)
	replace(&b.StopCode, c.StopCode)
	replace(&b.NetworkAgent, c.NetworkAgent)
	replace(&b.Usage.Memory, c.Memory)
	replace(&b.Usage.Disk, c.Disk)
	replace(&b.Usage.Processes, c.Processes)
	replace(&b.Slow, c.Slow)
	if c.NeverReady != nil {
		b.NeverReady, b.Random.NeverReady = *c.NeverReady, 0
	}
	if c.Random.NeverReady > 0 {
		b.NeverReady, b.Random.NeverReady = false, c.Random.NeverReady
	}
	if c.Random.Crash > 0 {
		b.Random.Crash = c.Random.Crash
	}
	return b
}

// replace puts a value in the place of another, if there is one.
func replace[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// own is a copy for the kubelets to keep.
func (c Change) own() Change {
	for _, p := range [...]**time.Duration{
		&c.Pull, &c.Start, &c.ReadyAfter, &c.HangAfter, &c.CrashAfter, &c.ExitAfter, &c.PreStop, &c.Stop,
	} {
		*p = cloned(*p)
	}
	c.PullError, c.NeverReady, c.StopCode = cloned(c.PullError), cloned(c.NeverReady), cloned(c.StopCode)
	c.NetworkAgent, c.Slow = cloned(c.NetworkAgent), cloned(c.Slow)
	c.Memory, c.Disk, c.Processes = cloned(c.Memory), cloned(c.Disk), cloned(c.Processes)
	c.Random = c.Random.own()
	return c
}

// cloned points to a copy of a value; nil of nil.
func cloned[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// appendState writes what is changed.
func (c *Change) appendState(to []byte) []byte {
	var b Behaviour
	for _, d := range c.delays(&b) {
		to = appendChanged(to, d.name, d.fixed)
	}
	to = appendChanged(to, "PullError", c.PullError)
	to = appendChanged(to, "NeverReady", c.NeverReady)
	to = appendChanged(to, "StopCode", c.StopCode)
	to = appendChanged(to, "NetworkAgent", c.NetworkAgent)
	to = appendChanged(to, "Memory", c.Memory)
	to = appendChanged(to, "Disk", c.Disk)
	to = appendChanged(to, "Processes", c.Processes)
	to = appendChanged(to, "Slow", c.Slow)
	if !c.Random.none() {
		to = fmt.Appendf(to, "%+v", c.Random)
	}
	return to
}

func appendChanged[T any](to []byte, name string, value *T) []byte {
	if value == nil {
		return to
	}
	return fmt.Appendf(to, "%s:%#v ", name, *value)
}
