package daemonsim

import (
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/taints"
)

// CarryOut makes the change that a remedy stands for, as its command would. It fails, and changes nothing,
// when what is to be changed is not there or the change is refused. The error is cluster.ErrInvalid, with the
// field, for a remedy that its Validate refuses.
func (s *Sim) CarryOut(r standstill.Remedy) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("carry out %q: %w: %w", r.Kind, cluster.ErrInvalid, err)
	}
	switch r.Kind {
	case standstill.DeletePod, standstill.DeleteOtherPod:
		return s.Delete(cluster.KindPod, r.Namespace, r.Name, cluster.DeleteOptions{})
	case standstill.ForceDeletePod:
		return s.Delete(cluster.KindPod, r.Namespace, r.Name, cluster.DeleteOptions{GracePeriod: new(time.Duration)})
	case standstill.ReleasePod:
		return s.releasePod(r)
	case standstill.RemoveTaint:
		return s.UpdateNode(r.Name, func(n *cluster.Node) {
			n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, func(t taints.Taint) bool { return t.Same(*r.Taint) })
		})
	case standstill.StartComponent:
		return s.Start(r.Name)
	case standstill.Undo:
		return s.Undo(r.Namespace, r.Name, r.Number)
	case standstill.DeleteNode:
		return s.RemoveNode(r.Name)
	}
	return s.UpdateDaemonSet(r.Namespace, r.Name, func(d *daemonset.DaemonSet) { editSet(d, r) })
}

func (s *Sim) releasePod(r standstill.Remedy) error {
	pod := s.Pod(r.Namespace, r.Name)
	if pod == nil {
		return &cluster.ObjectError{
			Op: "update", Kind: cluster.KindPod, Key: r.Namespace + "/" + r.Name, Err: cluster.ErrNotFound,
		}
	}
	next := pod.Clone().(*cluster.Pod)
	next.Finalizers = nil
	_, err := s.Update(next)
	return err
}

// editSet makes the change of a remedy that is one of a DaemonSet.
func editSet(d *daemonset.DaemonSet, r standstill.Remedy) {
	rolling := func() *daemonset.RollingUpdateSpec {
		if d.Spec.UpdateStrategy.RollingUpdate == nil {
			d.Spec.UpdateStrategy.RollingUpdate = new(daemonset.RollingUpdateSpec)
		}
		return d.Spec.UpdateStrategy.RollingUpdate
	}
	number, zero, one := cluster.FromInt(int32(r.Number)), cluster.FromInt(0), cluster.FromInt(1)
	switch r.Kind {
	case standstill.WakeController:
		if d.Annotations == nil {
			d.Annotations = make(map[string]string, 1)
		}
		d.Annotations[standstill.WakeAnnotation] = fmt.Sprint(r.Number)
	case standstill.SetMaxUnavailable:
		rolling().MaxUnavailable = &number
	case standstill.SetMaxSurge:
		rolling().MaxSurge = &number
	case standstill.StopSurge:
		rolling().MaxUnavailable, rolling().MaxSurge = &one, &zero
	case standstill.SetMinReadySeconds:
		d.Spec.MinReadySeconds = int32(r.Number)
	case standstill.StartRolling:
		d.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.RollingUpdate}
	case standstill.AddToleration:
		spec := &d.Spec.Template.Spec
		spec.Tolerations = append(spec.Tolerations, *r.Toleration)
	}
}
