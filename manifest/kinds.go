package manifest

import (
	"reflect"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// kind is one kind of object that a simulation knows.
type kind struct {
	name, apiVersion string
	// alloc returns a pointer for the decoder to fill.
	alloc func() any
}

// kinds lists the kinds in alphabetical order.
func kinds() []kind {
	return []kind{
		{"ControllerRevision", "apps/v1", func() any { return new(rollout.ControllerRevision) }},
		{"DaemonSet", "apps/v1", func() any { return new(daemonset.DaemonSet) }},
		{"Namespace", "v1", func() any { return new(cluster.Namespace) }},
		{"Node", "v1", func() any { return new(cluster.Node) }},
		{"Pod", "v1", func() any { return new(podManifest) }},
		{"PodDisruptionBudget", "policy/v1",
			func() any { return new(cluster.PodDisruptionBudget) }},
		{"PriorityClass", "scheduling.k8s.io/v1",
			func() any { return new(cluster.PriorityClass) }},
	}
}

// object turns what the decoder filled into the object of the cluster.
func object(decoded any) cluster.Object {
	switch d := decoded.(type) {
	case *podManifest:
		return d.pod()
	case *rollout.ControllerRevision:
		d.Data = canonicalData(d.Data)
		return d
	}
	return decoded.(cluster.Object)
}

func daemonSetStatusType() reflect.Type { return reflect.TypeFor[daemonset.Status]() }
