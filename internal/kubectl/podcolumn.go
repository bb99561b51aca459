package kubectl

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

func podColumns() []column {
	return []column{
		nameColumn(),
		narrow("READY", func(_ *view, p *cluster.Pod) string { return podReady(p) }),
		narrow("STATUS", func(_ *view, p *cluster.Pod) string { return podStatus(p) }),
		narrow("RESTARTS", podRestarts),
		ageColumn(),
		wide("IP", (*view).podAddress),
		wide("NODE", func(_ *view, p *cluster.Pod) string { return orNone(p.NodeName) }),
		wide("NOMINATED NODE", func(_ *view, p *cluster.Pod) string { return orNone(p.NominatedNodeName()) }),
		wide("READINESS GATES", func(_ *view, p *cluster.Pod) string { return podGates(p) }),
	}
}

// podReady is how many containers are ready, of how many. Sidecars count.
func podReady(p *cluster.Pod) string {
	spec := p.Spec()
	total, ready := len(spec.Containers)+sidecars(spec), 0
	if p.Status.ContainersReady() && !p.Terminal() {
		ready = total
	}
	return fmt.Sprintf("%d/%d", ready, total)
}

func sidecars(spec *cluster.PodSpec) int {
	n := 0
	for i := range spec.InitContainers {
		if p := spec.InitContainers[i].RestartPolicy; p != nil && *p == cluster.ContainerRestartPolicyAlways {
			n++
		}
	}
	return n
}

// podStatus is the state of a pod in one word: what is most wrong with it, else its phase.
func podStatus(p *cluster.Pod) string {
	if p.Terminating() && !p.Terminal() {
		return "Terminating"
	}
	word := string(p.Phase())
	if t := p.Status.Trouble; t != nil && t.Reason != "" {
		word = t.Reason
	}
	if !p.Bound() && len(p.Spec().SchedulingGates) > 0 {
		word = "SchedulingGated"
	}
	statuses := p.ContainerStatuses()
	for i := range statuses {
		state := &statuses[len(statuses)-1-i].State
		switch {
		case state.Waiting != nil && state.Waiting.Reason == "PodInitializing":
			return fmt.Sprintf("Init:0/%d", len(p.Spec().InitContainers))
		case state.Waiting != nil && !p.Terminal():
			word = state.Waiting.Reason
		case state.Terminated != nil && state.Terminated.Reason != "":
			word = state.Terminated.Reason
		}
	}
	if t := p.Status.Trouble; t != nil && t.WaitingContainer != "" && !p.Terminal() {
		// The others wait for this one; on a real node they would run.
		word = t.Waiting
	}
	return word
}

// podRestarts is the sum over the containers.
func podRestarts(v *view, p *cluster.Pod) string {
	n := number(p.Status.Restarts * int32(len(p.Spec().Containers)))
	if t := p.Status.Trouble; p.Status.Restarts > 0 && t != nil && t.LastExitAt > 0 {
		return fmt.Sprintf("%s (%s ago)", n, v.since(t.LastExitAt))
	}
	return n
}

func podGates(p *cluster.Pod) string {
	total := len(p.Spec().ReadinessGates)
	if total == 0 {
		return none
	}
	ready := 0
	if p.Status.Ready {
		ready = total
	}
	return fmt.Sprintf("%d/%d", ready, total)
}
