package kubectl

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// podAddress is the address of a pod: that of its node if it shares the node's network, else one of 10.0.0.0/8
// by the pod's serial number, as a small network would give it. A pod has one once its kubelet
// has begun with its containers.
func (v *view) podAddress(p *cluster.Pod) string {
	s := &p.Status
	begun := s.Started || s.Restarts > 0 || s.Trouble != nil && (s.Trouble.Waiting != "" || s.Trouble.LastExitAt > 0)
	if !p.Bound() || !begun {
		return none
	}
	if p.Spec().HostNetwork {
		if n := v.sim.Node(p.NodeName); n != nil {
			return nodeAddress(n, "InternalIP")
		}
		return none
	}
	serial := uint64(p.UID) + 1
	return fmt.Sprintf("10.%d.%d.%d", serial>>16&0xff, serial>>8&0xff, serial&0xff)
}
