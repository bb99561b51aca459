package strategy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/rollout"
)

// ZoneLabel is the node label that Zones goes by if it is not told another.
const ZoneLabel = "topology.kubernetes.io/zone"

// Zones updates one zone after another. The next zone begins when the last is done and healthy: when its Base
// has nothing to do there, and every node there that should run a pod has one new pod, which is available.
// Trouble in a zone that was done stops the rollout wherever it is by then, but what has begun on a node goes
// on.
//
// A node that should not run a pod is healthy as long as it has one that is available, be it old or new. A
// pod that is not available or that is terminating on a node which failed keeps its zone from being done.
type Zones struct {
	// Key is the node label whose values are the zones. Empty means ZoneLabel.
	Key string
	// Order lists zones that come first, in this order. The others follow by name; nodes without the label,
	// and those that are gone, are a zone of their own and the last.
	Order []string
	// Base takes a zone through the rollout. It sees all other nodes as if they were done, so that a budget
	// in percent is one of all nodes, and trouble in another zone uses it up. Nil is RollingUpdate within
	// the limits of the DaemonSet's spec.
	Base rollout.Planner

	_ struct{}
}

var _ rollout.Waiter = Zones{}

// Name is "Zones".
func (Zones) Name() string { return "Zones" }

// String tells all settings.
func (z Zones) String() string {
	words := []string{"Zones", "by " + z.key()}
	if len(z.Order) > 0 {
		words = append(words, "first "+strings.Join(z.Order, ","))
	}
	return strings.Join(append(words, "of "+text(z.Base)), " ")
}

// Plan is what the Base plans for the zone whose turn it is.
func (z Zones) Plan(s rollout.State) rollout.Plan {
	base := orOwn(z.Base, s)
	for _, zone := range z.open(s) {
		plan := base.Plan(z.showing(s, zone))
		if plan.Err != nil || !plan.Empty() || z.unhealthy(s, zone) != nil {
			return plan
		}
	}
	return rollout.Plan{}
}

// Waits says of the zones that come later for which zone they wait, and for which of its nodes. Within that
// zone, and in those that the Base has left behind, it is for the Base to say.
func (z Zones) Waits(s rollout.State, plan rollout.Plan) []rollout.Wait {
	turn, ok := z.turn(s, plan)
	var on []rollout.Node
	if ok {
		on = z.unhealthy(s, turn)
	}
	later := func(zone string) bool { return ok && z.compare(turn, zone) < 0 }
	list := waits(s, plan, nil, s, func(n rollout.Node) (rollout.Reason, []rollout.Node) {
		if !later(z.zone(n)) {
			return "", nil
		}
		return ReasonOtherZone(turn), on
	})
	ofBase := func(rollout.Node) (rollout.Reason, []rollout.Node) { return "", nil }
	for _, zone := range z.open(s) {
		if !later(zone) {
			list = append(list, waits(s, plan, orOwn(z.Base, s), z.showing(s, zone), ofBase)...)
		}
	}
	return list
}

// ReasonOtherZone is why Zones holds back the nodes of all zones but one.
func ReasonOtherZone(turn string) rollout.Reason {
	if turn == "" {
		return "it is the turn of the nodes without a zone"
	}
	return rollout.Reason("it is the turn of zone " + turn)
}

// turn is the zone in which a plan begins on nodes or, if it does not, the first that is not done.
func (z Zones) turn(s rollout.State, plan rollout.Plan) (zone string, ok bool) {
	if nodes := begun(plan); len(nodes) > 0 {
		return z.zone(nodes[0]), true
	}
	for _, zone := range z.open(s) {
		if z.unhealthy(s, zone) != nil {
			return zone, true
		}
	}
	return "", false
}

func (z Zones) key() string { return cmp.Or(z.Key, ZoneLabel) }

func (z Zones) zone(n rollout.Node) string { return n.Label(z.key()) }

// showing is the state in which all nodes but those of a zone are held.
func (z Zones) showing(s rollout.State, zone string) rollout.State {
	return Holding(s, func(n rollout.Node) bool { return z.zone(n) != zone })
}

// open are the zones in which anything may be left to do, in their order.
func (z Zones) open(s rollout.State) []string {
	var list []string
	seen := make(map[string]bool)
	for n := range s.Nodes() {
		if zone := z.zone(n); n.Situation != rollout.NewAvailable && !seen[zone] {
			seen[zone] = true
			list = append(list, zone)
		}
	}
	slices.SortFunc(list, z.compare)
	return list
}

func (z Zones) compare(a, b string) int {
	rank := func(zone string) int {
		switch i := slices.Index(z.Order, zone); {
		case i >= 0:
			return i
		case zone != "":
			return len(z.Order)
		}
		return len(z.Order) + 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// unhealthy are the nodes that keep a zone from being done.
func (z Zones) unhealthy(s rollout.State, zone string) []rollout.Node {
	var list []rollout.Node
	for n := range s.Nodes() {
		if z.zone(n) == zone && !healthy(n) {
			list = append(list, n)
		}
	}
	return list
}

func healthy(n rollout.Node) bool {
	return n.Situation == rollout.NewAvailable || !n.ShouldRun && n.Situation == rollout.OldAvailable
}
