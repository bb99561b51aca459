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
// when what is to be changed is not there or the change is refused.
func (s *Sim) CarryOut(r standstill.Remedy) error {
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
	edit, ok := setEdit(r)
	if !ok {
		return fmt.Errorf("carry out %q: %w: there is no such remedy", r.Kind, cluster.ErrInvalid)
	}
	return s.UpdateDaemonSet(r.Namespace, r.Name, edit)
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

// setEdit is what a remedy changes in a DaemonSet.
func setEdit(r standstill.Remedy) (edit func(*daemonset.DaemonSet), ok bool) {
	number := cluster.FromInt(int32(r.Number))
	rolling := func(change func(*daemonset.RollingUpdateSpec)) func(*daemonset.DaemonSet) {
		return func(d *daemonset.DaemonSet) {
			if d.Spec.UpdateStrategy.RollingUpdate == nil {
				d.Spec.UpdateStrategy.RollingUpdate = new(daemonset.RollingUpdateSpec)
			}
			change(d.Spec.UpdateStrategy.RollingUpdate)
		}
	}
	switch r.Kind {
	case standstill.WakeController:
		return func(d *daemonset.DaemonSet) {
			if d.Annotations == nil {
				d.Annotations = make(map[string]string, 1)
			}
			d.Annotations[standstill.WakeAnnotation] = fmt.Sprint(r.Number)
		}, true
	case standstill.SetMaxUnavailable:
		return rolling(func(u *daemonset.RollingUpdateSpec) { u.MaxUnavailable = &number }), true
	case standstill.SetMaxSurge:
		return rolling(func(u *daemonset.RollingUpdateSpec) { u.MaxSurge = &number }), true
	case standstill.StopSurge:
		return rolling(func(u *daemonset.RollingUpdateSpec) {
			one, zero := cluster.FromInt(1), cluster.FromInt(0)
			u.MaxUnavailable, u.MaxSurge = &one, &zero
		}), true
	case standstill.SetMinReadySeconds:
		return func(d *daemonset.DaemonSet) { d.Spec.MinReadySeconds = int32(r.Number) }, true
	case standstill.StartRolling:
		return func(d *daemonset.DaemonSet) {
			d.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.RollingUpdate}
		}, true
	case standstill.AddToleration:
		return func(d *daemonset.DaemonSet) {
			spec := &d.Spec.Template.Spec
			spec.Tolerations = append(spec.Tolerations, *r.Toleration)
		}, true
	}
	return nil, false
}
