package conformance_test

import (
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// metadata is the part of an object's metadata that the cases use.
type metadata struct {
	Name              string            `json:"name,omitempty"`
	Namespace         string            `json:"namespace,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	Generation        int64             `json:"generation,omitempty"`
	DeletionTimestamp *string           `json:"deletionTimestamp,omitempty"`
}

func (m metadata) object() cluster.ObjectMeta {
	return cluster.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, Labels: m.Labels, Annotations: m.Annotations,
	}
}

type nodeCase struct {
	Metadata metadata         `json:"metadata"`
	Spec     cluster.NodeSpec `json:"spec"`
}

func (n nodeCase) object() *cluster.Node {
	return &cluster.Node{ObjectMeta: n.Metadata.object(), Spec: n.Spec}
}

type setCase struct {
	Metadata metadata         `json:"metadata"`
	Spec     daemonset.Spec   `json:"spec"`
	Status   daemonset.Status `json:"status"`
}

// object is the DaemonSet with the defaults of the API server.
func (s setCase) object() *daemonset.DaemonSet {
	d := &daemonset.DaemonSet{ObjectMeta: s.Metadata.object(), Spec: s.Spec, Status: s.Status}
	d.Default()
	return d
}
