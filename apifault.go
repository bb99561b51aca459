package daemonsim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// AddFault lets requests fail from now on: see cluster.Fault. Without an actor they are those of the DaemonSet
// controller, which tries again as Kubernetes' does. An actor that is not part of daemonsim may be named as well;
// what the others of daemonsim ask for never fails, so they are refused with cluster.ErrInvalid.
func (s *Sim) AddFault(f cluster.Fault) error {
	f.Actor = cmp.Or(f.Actor, daemonset.Name)
	if f.Actor != daemonset.Name && s.ours(f.Actor) {
		return fmt.Errorf("add a fault: %w: requests of %q do not fail; those of %q can",
			cluster.ErrInvalid, f.Actor, daemonset.Name)
	}
	return s.Cluster.AddFault(f)
}

// ours reports whether the actor of that name is one that New puts into every simulation.
func (s *Sim) ours(name string) bool {
	if name == cluster.NewCollector().Name() {
		return true
	}
	for _, a := range s.config.builtin() {
		if a.Name() == name && !slices.Contains(s.config.Without, name) {
			return true
		}
	}
	return false
}
