package podgc

import (
	"fmt"
	"math"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Config says how patient the collector is. The zero Config is what Kubernetes does.
type Config struct {
	// Period is the time between two passes. Zero means 20 s.
	Period time.Duration
	// Quarantine is for how long a node must have been missing at a pass. Zero means 40 s.
	Quarantine time.Duration
	// TerminatedThreshold is how many pods that have ended may be there. Zero means 12500, and a negative
	// number that there is no limit.
	TerminatedThreshold int

	_ struct{}
}

// Validate reports the first duration that is negative.
func (c Config) Validate() error {
	for _, d := range [...]struct {
		name  string
		value time.Duration
	}{{"Period", c.Period}, {"Quarantine", c.Quarantine}} {
		if d.value < 0 {
			return fmt.Errorf("%s: %v is negative", d.name, d.value)
		}
	}
	return nil
}

// withDefaults fills in what Kubernetes does. A negative duration counts as none.
func (c Config) withDefaults() Config {
	if c.Period <= 0 {
		c.Period = 20 * time.Second
	}
	if c.Quarantine <= 0 {
		c.Quarantine = 40 * time.Second
	}
	switch {
	case c.TerminatedThreshold == 0:
		c.TerminatedThreshold = 12_500
	case c.TerminatedThreshold < 0:
		c.TerminatedThreshold = math.MaxInt
	}
	return c
}

// pass is the first pass at or after a time.
func (c Config) pass(at time.Duration) time.Duration {
	return cluster.NextTurn(at, c.Period)
}
