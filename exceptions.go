package daemonsim

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// SetExceptions says on which nodes and in which pods images behave otherwise from now on, in place of what was said of
// that before; without exceptions they behave alike everywhere. All that are about a container count, on top of what
// SetImageBehaviour says; of several that change the same field the first one does. It is an error when Config.Kubelet
// has replaced the kubelets that go by behaviours.
func (s *Sim) SetExceptions(list ...kubelet.Exception) error {
	k := s.kubelet()
	if k == nil {
		return fmt.Errorf("set exceptions: %w: the kubelets have been replaced", cluster.ErrInvalid)
	}
	return k.SetExceptions(list...)
}

// Exceptions lists on which nodes and in which pods images behave otherwise. The caller owns the result.
func (s *Sim) Exceptions() []kubelet.Exception {
	if k := s.kubelet(); k != nil {
		return k.Exceptions()
	}
	return nil
}

// SetClocks says whose clocks are off from now on, in place of those that were; without any all are right. Of several
// the first one whose selector matches a node is about it. It is an error when Config.Kubelet has replaced the kubelets
// that go by behaviours.
func (s *Sim) SetClocks(list ...kubelet.ClockSkew) error {
	k := s.kubelet()
	if k == nil {
		return fmt.Errorf("set clocks: %w: the kubelets have been replaced", cluster.ErrInvalid)
	}
	return k.SetClocks(list...)
}

// Clocks lists the clocks that are off.
func (s *Sim) Clocks() []kubelet.ClockSkew {
	if k := s.kubelet(); k != nil {
		return k.Clocks()
	}
	return nil
}
