package manifest

import (
	"reflect"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// podManifest is a Pod as manifests write it. The cluster keeps what a pod shares with others
// apart.
type podManifest struct {
	cluster.ObjectMeta
	Spec cluster.PodSpec `json:"spec"`
}

// pod takes the manifest apart: the metadata, the node name and the pinned node are the pod's own,
// the rest of the spec is its template.
func (m *podManifest) pod() *cluster.Pod {
	pod := &cluster.Pod{ObjectMeta: m.ObjectMeta, NodeName: m.Spec.NodeName}
	spec := m.Spec
	spec.NodeName = ""
	if node, ok := cluster.PinnedNode(&spec); ok && onlyPins(spec.Affinity, node) {
		pod.Target = node
		spec.Affinity = unpin(spec.Affinity)
	}
	pod.Template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: spec})
	return pod
}

// onlyPins reports whether the required node affinity names the node and says nothing else, so that
// the node's name can stand for all of it.
func onlyPins(a *affinity.Affinity, node string) bool {
	return reflect.DeepEqual(a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution,
		&affinity.NodeSelector{NodeSelectorTerms: []affinity.NodeSelectorTerm{{
			MatchFields: []affinity.NodeSelectorRequirement{{
				Key: affinity.FieldMetadataName, Operator: affinity.NodeSelectorOpIn, Values: []string{node},
			}},
		}}})
}

// unpin returns the affinity without its required node affinity, nil when nothing else is in it.
func unpin(a *affinity.Affinity) *affinity.Affinity {
	rest := *a
	node := *a.NodeAffinity
	node.RequiredDuringSchedulingIgnoredDuringExecution = nil
	rest.NodeAffinity = &node
	if reflect.ValueOf(node).IsZero() {
		rest.NodeAffinity = nil
	}
	if reflect.ValueOf(rest).IsZero() {
		return nil
	}
	return &rest
}
