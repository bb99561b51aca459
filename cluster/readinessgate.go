package cluster

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// closedGates says of each readiness gate of the pod that is not open why that is.
func (p *Pod) closedGates() []string {
	gates := p.Spec().ReadinessGates
	if len(gates) == 0 {
		return nil
	}
	var list []string
	for i := range gates {
		switch c := p.reported(gates[i].ConditionType); {
		case c == nil:
			list = append(list, fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.",
				gates[i].ConditionType))
		case c.Status != ConditionTrue:
			list = append(list, fmt.Sprintf("the status of pod readiness gate %q is not \"True\", but %s",
				gates[i].ConditionType, c.Status))
		}
	}
	return list
}

// reported is the condition of a type that somebody else than the kubelet has reported; nil when nobody has.
func (p *Pod) reported(kind PodConditionType) *PodCondition {
	d := p.Status.detail()
	if d == nil {
		return nil
	}
	i := slices.IndexFunc(d.conditions, func(c PodCondition) bool { return c.Type == kind })
	if i < 0 {
		return nil
	}
	return &d.conditions[i]
}

// GatesChanged reports whether the readiness gates of the pod are not as its kubelet last found them, which then has
// to say something else of the condition Ready.
func (p *Pod) GatesChanged() bool {
	d := p.Status.detail()
	return d != nil && d.gates != (len(p.closedGates()) == 0)
}

// ownConditions are the conditions of a pod that Kubernetes' own parts report.
var ownConditions = [...]PodConditionType{
	PodScheduled, PodInitialized, ContainersReady, PodReady, PodReadyToStartContainers, DisruptionTarget,
}

// SetPodCondition reports a condition of a pod, as a controller does whose word opens a readiness gate of the pod.
// LastTransitionTime is now if the status is another than before, whatever is given. It fails with ErrNotFound when
// the pod is gone, and with ErrInvalid for a type that is none, for one of those that Kubernetes itself reports, and
// for a status other than True, False and Unknown.
func (cl *Client) SetPodCondition(uid UID, c PodCondition) (*Pod, error) {
	p := cl.c.store.pod(uid)
	if p == nil {
		return nil, &ObjectError{"update", KindPod, uid.String(), ErrNotFound}
	}
	if errs := validateReport(&c); len(errs) > 0 {
		return nil, invalid("update", p, errs)
	}
	now := cl.c.now
	c.LastTransitionTime = &now
	next := p.detail()
	next.conditions = slices.Clone(next.conditions)
	if was := p.reported(c.Type); was == nil {
		next.conditions = append(next.conditions, c)
	} else {
		if was.Status == c.Status {
			c.LastTransitionTime = was.LastTransitionTime
			if was.Reason == c.Reason && was.Message == c.Message {
				return p, nil
			}
		}
		i := slices.IndexFunc(next.conditions, func(o PodCondition) bool { return o.Type == c.Type })
		next.conditions[i] = c
	}
	return cl.SetPodStatus(uid, p.Status.WithTrouble(func(t *PodTrouble) { t.Detail = &next }))
}

// validateReport judges a condition that somebody reports.
func validateReport(c *PodCondition) field.ErrorList {
	at := field.NewPath("status", "conditions")
	errs := invalids(at.Child("type"), string(c.Type), affinity.KeyErrors(string(c.Type)))
	if slices.Contains(ownConditions[:], c.Type) {
		errs = append(errs, field.Forbidden(at.Child("type"), string(c.Type)+" is not for others to report"))
	}
	return append(errs, oneOf(at.Child("status"), c.Status, ConditionTrue, ConditionFalse, ConditionUnknown)...)
}

// detail is the detail of the pod's status, or what it would say.
func (p *Pod) detail() PodDetail {
	if d := p.Status.detail(); d != nil {
		return *d
	}
	s := &p.Status
	d := PodDetail{
		containers: p.records(), containersReady: s.ContainersReady(), containersReadySince: s.WithNode().ReadySince,
		gates: len(p.Spec().ReadinessGates) == 0,
	}
	if len(p.Spec().InitContainers) > 0 {
		d.initializedAt = s.StartedAt
	}
	return d
}
