package kubelet

import (
	"fmt"
	"math"
	"time"
)

// Behaviour is what an image does when it runs. It is plain data, so a scenario can say it and a fork
// keeps it. The zero Behaviour is ready the moment it is bound and stops the moment it is told to.
type Behaviour struct {
	// Pull is how long it takes to pull the image.
	Pull time.Duration
	// PullError is the error in which every attempt to pull the image ends, after Pull. Empty means that it
	// can be pulled.
	PullError string
	// Start is how long the container takes to run once its image is there.
	Start time.Duration
	// ReadyAfter is how long a running container takes to become ready: from then on it answers its probes, if it
	// has any, which find that out at their next attempt.
	ReadyAfter time.Duration
	// NeverReady keeps a running container from ever becoming ready and from answering probes.
	NeverReady bool
	// HangAfter is how long a container runs until it does not answer its probes any more, each time it is started.
	// Zero means that it goes on answering. A container without probes is none the worse for it.
	HangAfter time.Duration
	// CrashAfter is how long a container runs before it exits with an error, each time it is
	// started. Zero means that it does not.
	CrashAfter time.Duration
	// ExitAfter is how long a container runs before it exits without an error, each time it is started. Zero means
	// that an init container does so at once, and any other never. One that crashes at that time or before does not.
	ExitAfter time.Duration
	// PreStop is how long the preStop hook of a container takes that has one. A hook that only sleeps says so
	// itself.
	PreStop time.Duration
	// Stop is how long a container takes to stop once it is told to, and StopCode its exit code then. What the
	// hook leaves of the pod's grace period is the limit, but for 2 seconds at least; beyond it the container is
	// killed.
	Stop     time.Duration
	StopCode int32
	// NetworkAgent says that a container sets up the network of its node as soon as it runs, as the agent of a
	// network plugin does. Where some image is one, nodes that join have no network until one runs there, unless
	// their conditions say so: they are not ready, and only pods with hostNetwork start.
	NetworkAgent bool
	// Slow is how many times as long as they say it takes to pull, to start and to get ready. Less than 2 is once.
	Slow int
	// Usage is what a running container takes of its node.
	Usage Usage
	// Random is what is left to chance.
	Random Random
}

// Typical is the behaviour of images about which nothing is said: pulled in one second, running and
// ready one second later, and stopped within one second.
func Typical() Behaviour {
	return Behaviour{Pull: time.Second, Start: time.Second, Stop: time.Second}
}

// Validate reports a negative duration or factor, an exit code that there is not, a distribution that nothing can
// be drawn from, and a chance beyond certainty.
func (b Behaviour) Validate() error {
	for _, d := range [...]struct {
		name  string
		value time.Duration
	}{
		{"Pull", b.Pull}, {"Start", b.Start}, {"ReadyAfter", b.ReadyAfter},
		{"CrashAfter", b.CrashAfter}, {"HangAfter", b.HangAfter}, {"ExitAfter", b.ExitAfter},
		{"PreStop", b.PreStop}, {"Stop", b.Stop},
	} {
		if d.value < 0 {
			return fmt.Errorf("%s: %v is negative", d.name, d.value)
		}
	}
	if err := b.Usage.validate(); err != nil {
		return err
	}
	if b.Slow < 0 {
		return fmt.Errorf("Slow: %d is negative", b.Slow)
	}
	if b.StopCode < 0 || b.StopCode > 255 {
		return fmt.Errorf("StopCode: %d is no exit code", b.StopCode)
	}
	return b.Random.validate()
}

// appendState writes the behaviour; PullError, NetworkAgent and Random only where there is something in them.
func (b Behaviour) appendState(to []byte) []byte {
	to = fmt.Appendf(to, "{Pull:%v Start:%v ReadyAfter:%v NeverReady:%v CrashAfter:%v Stop:%v}",
		b.Pull, b.Start, b.ReadyAfter, b.NeverReady, b.CrashAfter, b.Stop)
	if b.PullError != "" {
		to = fmt.Appendf(to, "PullError:%q", b.PullError)
	}
	if b.HangAfter != 0 {
		to = fmt.Appendf(to, "HangAfter:%v", b.HangAfter)
	}
	if b.ExitAfter != 0 {
		to = fmt.Appendf(to, "ExitAfter:%v", b.ExitAfter)
	}
	if b.PreStop != 0 || b.StopCode != 0 {
		to = fmt.Appendf(to, "PreStop:%v StopCode:%d", b.PreStop, b.StopCode)
	}
	if b.NetworkAgent {
		to = append(to, "NetworkAgent"...)
	}
	if b.Slow != 0 {
		to = fmt.Appendf(to, "Slow:%d", b.Slow)
	}
	if b.Usage != (Usage{}) {
		to = fmt.Appendf(to, "%+v", b.Usage)
	}
	if !b.Random.none() {
		to = fmt.Appendf(to, "%+v", b.Random)
	}
	return to
}

// own is a copy for the kubelets to keep.
func (b Behaviour) own() Behaviour {
	b.Random = b.Random.own()
	return b
}

// slowed is the behaviour where all takes that many times as long; less than 2 is once.
func (b Behaviour) slowed(factor int) Behaviour {
	b.Slow = 0
	if factor <= 1 {
		return b
	}
	for _, d := range [...]*time.Duration{&b.Pull, &b.Start, &b.ReadyAfter} {
		if *d > math.MaxInt64/time.Duration(factor) {
			*d = math.MaxInt64
			continue
		}
		*d *= time.Duration(factor)
	}
	return b
}
