package daemonsim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/cluster/podgc"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/scheduler"
)

// AddFault lets requests fail from now on: see cluster.Fault. Without an actor they are those of the DaemonSet
// controller. An actor that is not part of daemonsim may be named as well. Of its own actors these requests can fail,
// and are made again as in Kubernetes:
//
//   - those of the DaemonSet controller, all of them
//   - those of the scheduler that bind a pod, Created cluster.KindBinding: the pod is tried again after its back-off
//   - those of the taint eviction controller about pods: five times in a row, then the pod is left until its node has
//     other taints
//   - those of the pod garbage collector about pods: at its next pass, and for the pods of a node that is gone after
//     another quarantine
//   - those of the disruption controller that write the status of a budget: after a back-off
//
// Others are refused with cluster.ErrInvalid.
func (s *Sim) AddFault(f cluster.Fault) error {
	f.Actor = cmp.Or(f.Actor, daemonset.Name)
	if s.ours(f.Actor) && !slices.ContainsFunc(repeated, func(r request) bool { return r.covers(&f) }) {
		return fmt.Errorf("add a fault: %w: no request %q %q of %q can fail; %s",
			cluster.ErrInvalid, f.Verb, f.Kind, f.Actor, canFail(f.Actor))
	}
	return s.Cluster.AddFault(f)
}

// request is a request of an actor; without a verb and a kind it is any.
type request struct {
	actor string
	verb  cluster.Verb
	kind  cluster.Kind
}

// covers reports whether the requests of a fault are among these.
func (r request) covers(f *cluster.Fault) bool {
	return r.actor == f.Actor && (r.verb == "" || r.verb == f.Verb) && (r.kind == "" || r.kind == f.Kind)
}

// repeated are the requests that are made again when they have failed.
var repeated = []request{
	{actor: daemonset.Name},
	{scheduler.Name, cluster.Created, cluster.KindBinding},
	{tainteviction.Name, cluster.Updated, cluster.KindPod},
	{tainteviction.Name, cluster.Deleted, cluster.KindPod},
	{podgc.Name, cluster.Updated, cluster.KindPod},
	{podgc.Name, cluster.Deleted, cluster.KindPod},
	{disruption.Name, cluster.Updated, cluster.KindPodDisruptionBudget},
}

// canFail says which requests of an actor can fail.
func canFail(actor string) string {
	var list []string
	for _, r := range repeated {
		if r.actor == actor {
			list = append(list, fmt.Sprintf("%q %q", r.verb, r.kind))
		}
	}
	if list == nil {
		return "none of its requests can"
	}
	return "those that can are " + strings.Join(list, " and ")
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
