package daemonsim

import "github.com/daemonsim/daemonsim/cluster/disruption"

// Evict asks for a pod to go in a way that respects disruption budgets, as kubectl drain does for each pod of a node.
// See disruption.Evict for the verdict, and for the errors.
func (s *Sim) Evict(namespace, name string, opts disruption.EvictOptions) (disruption.Verdict, error) {
	return disruption.Evict(s.Client, namespace, name, opts)
}
