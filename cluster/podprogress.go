package cluster

import (
	"slices"
	"time"
)

// WithRecord returns the pod's status with something else known of one container from now on. Phase, readiness and
// what else follows from the containers follows. The status of a pod in a terminal phase only changes in what it
// says of the container.
func (p *Pod) WithRecord(i int, r ContainerRecord, now time.Duration) PodStatus {
	if p.Status.detail() == nil && (p.Template == nil || !p.Template.detailed) {
		return p.withOnly(r, now)
	}
	list := p.records()
	if i < 0 || i >= len(list) {
		return p.Status
	}
	list[i] = r
	return p.withRecords(list, now)
}

// WithRecords is WithRecord for all containers at once: edit changes what is known of each.
func (p *Pod) WithRecords(now time.Duration, edit func(i int, r *ContainerRecord)) PodStatus {
	if p.Status.detail() == nil && (p.Template == nil || !p.Template.detailed) {
		r := p.Record(0)
		edit(0, &r)
		return p.withOnly(r, now)
	}
	list := p.records()
	for i := range list {
		edit(i, &list[i])
	}
	return p.withRecords(list, now)
}

// records lists what is known of each container. It belongs to the caller.
func (p *Pod) records() []ContainerRecord {
	list := make([]ContainerRecord, p.ContainerCount())
	for i := range list {
		list[i] = p.Record(i)
	}
	return list
}

// withOnly is the status of a pod with a single container.
func (p *Pod) withOnly(r ContainerRecord, now time.Duration) PodStatus {
	s := p.Status
	if !p.Terminal() {
		s.Phase = PodPending
		if r.Running || r.Exited {
			s.Phase = PodRunning
		}
		if r.Exited && !r.Running && !p.RestartsAfter(0, r.ExitCode) {
			s.Phase = finished(r.ExitCode == 0)
		}
	}
	s.Started, s.StartedAt, s.Restarts = r.Running, r.StartedAt, r.Restarts
	s = s.withReady(r.Ready, now)
	if p.Status.Trouble == nil && r.Waiting == "" && r.FailedPulls|r.ExitCode|r.Boots == 0 && r.LastExitAt == 0 {
		return s
	}
	return s.withFate(r, nil)
}

// withReady is the status with another condition Ready from now on. Nobody says that a pod is ready whose node does not
// answer.
func (s PodStatus) withReady(ready bool, now time.Duration) PodStatus {
	switch {
	case s.OutOfSight() && !ready:
		return s.WithTrouble(func(t *PodTrouble) { t.NodeNotReady, t.ContainersReadySince = false, 0 })
	case !s.OutOfSight() && ready != s.Ready:
		s.Ready, s.ReadySince = ready, now
	}
	return s
}

// withFate is the status with a trouble that tells what a record does, and with a detail.
func (s PodStatus) withFate(r ContainerRecord, d *PodDetail) PodStatus {
	return s.WithTrouble(func(t *PodTrouble) {
		t.Detail = d
		t.Waiting, t.WaitingMessage = r.Waiting, r.WaitingMessage
		t.LastExitAt, t.ExitCode, t.FailedPulls, t.Boots = r.LastExitAt, r.ExitCode, r.FailedPulls, r.Boots
	})
}

// finished is the phase of a pod that has come to its end.
func finished(well bool) PodPhase {
	if well {
		return PodSucceeded
	}
	return PodFailed
}

// withRecords is the status of a pod whose containers are told apart.
func (p *Pod) withRecords(list []ContainerRecord, now time.Duration) PodStatus {
	s := p.Status
	d := &PodDetail{containers: list}
	if was := s.detail(); was != nil {
		d.initializedAt, d.conditions = was.initializedAt, was.conditions
		d.containersReady, d.containersReadySince = was.containersReady, was.containersReadySince
	}
	if !p.initializedBy(p.Status.detail()) && p.initializedBy(d) {
		d.initializedAt = now
	}
	if !p.Terminal() {
		s.Phase = p.phaseBy(list)
	}
	t := p.tally(list)
	s.Started, s.StartedAt, s.Restarts = t.Running, t.StartedAt, t.Restarts
	if t.Ready != d.containersReady {
		d.containersReady, d.containersReadySince = t.Ready, now
	}
	d.gates = len(p.closedGates()) == 0
	return s.withReady(t.Ready && d.gates, now).withFate(t, d)
}

// tally is what is said of the containers together: whether all of the regular ones run, since when, whether all of
// these and of the sidecars are ready, and how often they have been restarted; the latest exit of any, and why the
// first one waits that does.
func (p *Pod) tally(list []ContainerRecord) ContainerRecord {
	t := ContainerRecord{Running: true, Ready: true}
	begun := false
	for i := range list {
		r := &list[i]
		if r.Exited && (!t.Exited || r.LastExitAt >= t.LastExitAt) {
			t.Exited, t.LastExitAt, t.ExitCode = true, r.LastExitAt, r.ExitCode
		}
		if r.Waiting != "" && t.Waiting == "" {
			t.Waiting, t.WaitingMessage, t.FailedPulls = r.Waiting, r.WaitingMessage, r.FailedPulls
		}
		c, init := p.ContainerAt(i)
		if init && !c.Sidecar() {
			continue
		}
		t.Ready = t.Ready && r.Ready
		t.Restarts += r.Restarts
		if init {
			continue
		}
		t.Running = t.Running && r.Running
		if ran := r.Running || r.Exited; ran && (!begun || r.StartedAt > t.StartedAt) {
			t.StartedAt, begun = r.StartedAt, true
		}
	}
	return t
}

// phaseBy is the phase of a pod that has not been told to end, by the states of its containers.
func (p *Pod) phaseBy(list []ContainerRecord) PodPhase {
	pending, sidecars, waiting, running, failed, stopped, ended, well := false, false, false, false, false, 0, 0, 0
	inits := len(p.Spec().InitContainers)
	regularRan := slices.ContainsFunc(list[inits:], func(r ContainerRecord) bool { return r.Running || r.Exited })
	for i := range list {
		c, init := p.ContainerAt(i)
		r := &list[i]
		final := r.Exited && !r.Running && !p.RestartsAfter(i, r.ExitCode)
		switch {
		case init && !c.Sidecar():
			failed = failed || final && r.ExitCode != 0
			pending = pending || r.Running || !r.Exited
		case init:
			running = running || r.Running
			sidecars = sidecars || r.Running && !r.Started || !r.Running && !r.Exited
			waiting = waiting || !r.Running && !r.Exited
		case r.Running:
			running = true
		case r.Exited:
			stopped++
			if final {
				ended++
			}
			if r.ExitCode == 0 {
				well++
			}
		default:
			waiting = true
		}
	}
	switch {
	case failed && !running:
		return PodFailed
	case pending, sidecars && !regularRan, waiting:
		return PodPending
	case running:
		return PodRunning
	case stopped == 0:
		return PodPending
	case stopped != ended:
		return PodRunning
	}
	return finished(well == stopped)
}

// initializedBy reports whether the init containers are done: all have ended well, or are sidecars and have been
// started, or a regular container has been.
func (p *Pod) initializedBy(d *PodDetail) bool { return p.incomplete(d) == nil }

// incomplete lists the init containers that keep a pod from being initialized.
func (p *Pod) incomplete(d *PodDetail) []Container {
	inits := p.Spec().InitContainers
	if d == nil {
		if p.hasRun() {
			return nil
		}
		return inits
	}
	var list []Container
	for i := range d.containers {
		r := &d.containers[i]
		switch {
		case i >= len(inits):
			if r.Running || r.Exited {
				return nil
			}
		case inits[i].Sidecar() && !r.Started, !inits[i].Sidecar() && !r.succeeded():
			list = append(list, inits[i])
		}
	}
	return list
}
