package nodelifecycle

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Config says how patient the controller is. The zero Config is what Kubernetes does.
type Config struct {
	// MonitorPeriod is the time between two looks at all nodes. Zero means 5 s.
	MonitorPeriod time.Duration
	// GracePeriod is how long a node may be without a heartbeat before it is given up. Zero means 50 s.
	GracePeriod time.Duration
	// StartupGracePeriod is the same for a node that has never reported a status, counted from its creation.
	// Zero means 60 s.
	StartupGracePeriod time.Duration
	// TaintInterval is the time from one node of a zone that gets a taint of effect NoExecute to the next. Zero
	// means 10 s. SecondaryTaintInterval is the same for a zone of more than LargeZone nodes that is in a partial
	// disruption; a smaller one gets none then. Zeros mean 100 s and 50 nodes.
	TaintInterval, SecondaryTaintInterval time.Duration
	LargeZone                             int
	// UnhealthyPercent is from which part of a zone's nodes on that are not ready a zone is in a partial
	// disruption. Zero means 55.
	UnhealthyPercent int

	_ struct{}
}

// Validate reports the first field that makes no sense.
func (c Config) Validate() error {
	for _, d := range [...]struct {
		name  string
		value time.Duration
	}{
		{"MonitorPeriod", c.MonitorPeriod}, {"GracePeriod", c.GracePeriod},
		{"StartupGracePeriod", c.StartupGracePeriod},
		{"TaintInterval", c.TaintInterval}, {"SecondaryTaintInterval", c.SecondaryTaintInterval},
	} {
		if d.value < 0 {
			return fmt.Errorf("%s: %v is negative", d.name, d.value)
		}
	}
	if c.LargeZone < 0 {
		return fmt.Errorf("LargeZone: %d is negative", c.LargeZone)
	}
	if c.UnhealthyPercent < 0 || c.UnhealthyPercent > 100 {
		return fmt.Errorf("UnhealthyPercent: %d is not from 0 to 100", c.UnhealthyPercent)
	}
	return nil
}

// withDefaults fills in what Kubernetes does. A negative duration counts as none.
func (c Config) withDefaults() Config {
	for _, d := range [...]struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&c.MonitorPeriod, 5 * time.Second}, {&c.GracePeriod, 50 * time.Second},
		{&c.StartupGracePeriod, 60 * time.Second},
		{&c.TaintInterval, 10 * time.Second}, {&c.SecondaryTaintInterval, 100 * time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	if c.LargeZone <= 0 {
		c.LargeZone = 50
	}
	if c.UnhealthyPercent <= 0 {
		c.UnhealthyPercent = 55
	}
	return c
}

// pass is the first pass at or after a time.
func (c Config) pass(at time.Duration) time.Duration {
	return cluster.NextTurn(at, c.MonitorPeriod)
}

// GivenUpAt is the pass in which a node is given up that does not answer: the first one more than the grace
// period after the pass that saw its last heartbeat. The second result is false for a node that answers and
// for one that has been given up already.
func (c Config) GivenUpAt(n *cluster.Node) (time.Duration, bool) { return c.givenUpAt(n, 0) }

// givenUpAt is GivenUpAt when every node counts as heard of at a time.
func (c Config) givenUpAt(n *cluster.Node, fresh time.Duration) (time.Duration, bool) {
	out, silent := n.Outage()
	status := n.ConditionStatus(cluster.NodeReady)
	if !silent || status == cluster.ConditionUnknown {
		return 0, false
	}
	c = c.withDefaults()
	seen, grace := c.pass(out.LastHeartbeat), c.GracePeriod
	if status == "" {
		grace = c.StartupGracePeriod
		if out.LastHeartbeat == n.CreationTimestamp {
			// It has never been heard of, so it is its creation that counts.
			seen = n.CreationTimestamp
		}
	}
	seen = max(seen, fresh)
	if grace >= math.MaxInt64-seen-c.MonitorPeriod {
		return 0, false
	}
	limit := seen + grace
	return limit - limit%c.MonitorPeriod + c.MonitorPeriod, true
}

// GiveUp returns the conditions of a node that has not been heard of for too long: what a kubelet should have
// reported is Unknown.
func GiveUp(conditions []cluster.NodeCondition, now time.Duration) []cluster.NodeCondition {
	next := slices.Clone(conditions)
	for _, kind := range [...]string{
		cluster.NodeReady, cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure,
	} {
		i := slices.IndexFunc(next, func(c cluster.NodeCondition) bool { return c.Type == kind })
		if i < 0 {
			next = append(next, cluster.NodeCondition{
				Type: kind, Status: cluster.ConditionUnknown, LastTransitionTime: now,
				Reason: "NodeStatusNeverUpdated", Message: "Kubelet never posted node status.",
			})
			continue
		}
		c := &next[i]
		if c.Status == cluster.ConditionUnknown {
			continue
		}
		c.Status, c.LastTransitionTime = cluster.ConditionUnknown, now
		c.Reason, c.Message = cluster.NodeStatusUnknown, "Kubelet stopped posting node status."
	}
	return next
}
