package standstill

// Summary is the kind in a few words that name nothing: what many futures of a rollout, say, have in common. A
// kind that there is not has none.
func (k Kind) Summary() string {
	switch k {
	case BudgetUsed, SurgeUsed:
		return "the budget leaves no room"
	case TooFewAvailable:
		return "too few pods are available"
	case PlanFails:
		return "the strategy cannot plan a step"
	case ByHand:
		return "nobody deletes the old pods"
	case Strategy:
		return "the strategy holds nodes back"
	case SetDeleted:
		return "the DaemonSet is being deleted"
	case ControllerDue, ControllerLate, ControllerExpects, ControllerFails, ControllerStopped, ControllerUnaware:
		return k.controllerSummary()
	case NodeGone, NodeNotReady, NodeSilent, Finalizers, NoRoom, HostPortTaken, TaintNotTolerated, Rejected:
		return k.obstacleSummary()
	}
	return k.podSummary()
}

func (k Kind) controllerSummary() string {
	switch k {
	case ControllerDue:
		return "the controller is about to act"
	case ControllerLate:
		return "the controller has not seen the latest changes"
	case ControllerExpects:
		return "the controller has not seen what it asked for"
	case ControllerFails:
		return "the controller fails"
	case ControllerStopped:
		return "the controller is stopped"
	}
	return "nothing has told the controller to look"
}

func (k Kind) podSummary() string {
	switch k {
	case PodTerminating:
		return "a pod does not terminate"
	case PodFailed:
		return "pods keep failing on a node"
	case PodGated:
		return "scheduling gates hold a pod"
	case PodQueued:
		return "the scheduler does not try a pod"
	case PodUnschedulable:
		return "a pod does not fit on its node"
	case PodPreempting:
		return "a pod waits for others to make room"
	case PodStarting:
		return "a pod does not start"
	case PodNotReady:
		return "a pod does not become ready"
	case PodCrashing:
		return "a pod crashes again and again"
	case PodTooYoung:
		return "a pod has not been ready for long enough"
	}
	return ""
}

func (k Kind) obstacleSummary() string {
	switch k {
	case NodeGone:
		return "a node does not exist any more"
	case NodeNotReady:
		return "a node is not ready"
	case NodeSilent:
		return "a node does not end a pod"
	case Finalizers:
		return "finalizers hold a pod"
	case NoRoom:
		return "a node has too little room"
	case HostPortTaken:
		return "a host port is taken"
	case TaintNotTolerated:
		return "a taint is not tolerated"
	}
	return "the scheduler rejects a node"
}

// Passes reports whether time alone may make an end of such a cause: of a pod that is starting, but not of one
// that crashes again and again, nor of a node that has too little room.
func (k Kind) Passes() bool {
	switch k {
	case ControllerDue, ControllerLate, ControllerExpects, ControllerFails,
		PodTerminating, PodFailed, PodQueued, PodPreempting, PodStarting, PodNotReady, PodTooYoung:
		return true
	}
	return false
}
