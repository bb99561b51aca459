package kubectl

import (
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// podSummary is what a table says of the containers of a pod together.
type podSummary struct {
	// ready is how many containers are ready, of total. Sidecars count.
	ready, total int
	// word is what is most wrong with the pod, else its phase.
	word string
	// restarts is the sum over the containers, lastRestart when one of them last ended.
	restarts    int32
	lastRestart time.Duration
}

func (s *podSummary) readiness() string { return fmt.Sprintf("%d/%d", s.ready, s.total) }

// summarize says how a pod does. As long as its init containers are not done it tells of them alone.
func summarize(p *cluster.Pod) podSummary {
	s := podSummary{word: string(p.Phase()), total: len(p.Spec().Containers)}
	if t := p.Status.Trouble; t != nil && t.Reason != "" {
		s.word = t.Reason
	}
	if !p.Bound() && len(p.Spec().SchedulingGates) > 0 {
		s.word = "SchedulingGated"
	}
	if !s.addInit(p) || conditionTrue(p, cluster.PodInitialized) {
		s.addRegular(p)
	}
	if p.Terminating() && !p.Terminal() {
		s.word = "Terminating"
	}
	return s
}

// addInit takes in the init containers. It reports whether one of them keeps the others waiting.
func (s *podSummary) addInit(p *cluster.Pod) (waits bool) {
	inits := p.Spec().InitContainers
	for i := range inits {
		if inits[i].Sidecar() {
			s.total++
		}
	}
	list := p.InitContainerStatuses()
	for i := range list {
		s.count(&list[i])
		switch end := list[i].State.Terminated; {
		case end != nil && end.ExitCode == 0:
			continue
		case inits[i].Sidecar() && *list[i].Started:
			if list[i].Ready {
				s.ready++
			}
			continue
		case end != nil:
			s.word = "Init:" + end.Reason
		case list[i].State.Waiting != nil && list[i].State.Waiting.Reason != "PodInitializing":
			s.word = "Init:" + list[i].State.Waiting.Reason
		default:
			s.word = fmt.Sprintf("Init:%d/%d", i, len(inits))
		}
		return true
	}
	return false
}

// addRegular takes in the containers that run once the init containers are done, whose restarts but for those of
// sidecars are of no more interest.
func (s *podSummary) addRegular(p *cluster.Pod) {
	s.restarts, s.lastRestart = 0, 0
	for i, status := range p.InitContainerStatuses() {
		if p.Spec().InitContainers[i].Sidecar() {
			s.count(&status)
		}
	}
	running, failure := false, ""
	for _, status := range slices.Backward(p.ContainerStatuses()) {
		s.count(&status)
		switch state := &status.State; {
		case state.Waiting != nil && !p.Terminal():
			s.word = state.Waiting.Reason
		case state.Terminated != nil:
			s.word = state.Terminated.Reason
			if state.Terminated.ExitCode != 0 {
				failure = s.word
			}
		case state.Running != nil && status.Ready:
			running = true
			s.ready++
		}
	}
	switch {
	case s.word != "Completed":
	case running && conditionTrue(p, cluster.PodReady):
		s.word = "Running"
	case failure != "":
		s.word = failure
	case running:
		s.word = "NotReady"
	}
}

// count adds the restarts of a container.
func (s *podSummary) count(c *cluster.ContainerStatus) {
	s.restarts += c.RestartCount
	if end := c.LastTerminationState.Terminated; end != nil && end.FinishedAt != nil {
		s.lastRestart = max(s.lastRestart, *end.FinishedAt)
	}
}

// conditionTrue reports whether a condition of a pod is True.
func conditionTrue(p *cluster.Pod, kind cluster.PodConditionType) bool {
	return slices.ContainsFunc(p.Conditions(), func(c cluster.PodCondition) bool {
		return c.Type == kind && c.Status == cluster.ConditionTrue
	})
}
