package rollout

// Reason is why a planner moves a pod, or why a node waits, in words. A planner of your own states its
// reasons in its own words; those of the strategies of Kubernetes are constants, to be compared with.
type Reason string

// Why a pod is deleted or created.
const (
	// ReasonOldUnavailable replaces an old pod that is not available, whatever the budget.
	ReasonOldUnavailable Reason = "old pod is not available"
	// ReasonWithinBudget replaces an available old pod because the budget has room.
	ReasonWithinBudget Reason = "within the budget"
	// ReasonNewAvailable deletes an old pod because the new one beside it is available.
	ReasonNewAvailable Reason = "new pod is available"
	// ReasonNotWanted deletes an unavailable old pod on a node that should run none.
	ReasonNotWanted Reason = "node should not run a pod"
	// ReasonSunset deletes an available old pod on a node that should run none, since enough others
	// are available.
	ReasonSunset Reason = "enough other pods are available"
)

// Why a node waits that keeps its old pod.
const (
	// ReasonBudgetUsed holds an available old pod back because as many nodes as may be are without an
	// available pod.
	ReasonBudgetUsed Reason = "maxUnavailable is used up"
	// ReasonSurgeUsed holds an available old pod back because new pods that are not available yet run
	// beside old ones on as many nodes as may be.
	ReasonSurgeUsed Reason = "maxSurge is used up"
	// ReasonTooFewAvailable holds back, with surge, an available old pod on a node that should run none.
	ReasonTooFewAvailable Reason = "too few other pods are available"
	// ReasonByHand leaves the old pod to whoever deletes it.
	ReasonByHand Reason = "somebody has to delete the old pod"
	// ReasonNotChosen is all there is to say when the planner does not say why, and has not failed.
	ReasonNotChosen Reason = "the strategy has not chosen it"
)

// Why a node waits on which the change has begun.
const (
	// ReasonTerminating waits for terminating pods to be gone.
	ReasonTerminating Reason = "pod is terminating"
	// ReasonNoPod waits for the DaemonSet controller to create a pod.
	ReasonNoPod Reason = "new pod has not been created"
	// ReasonNewUnavailable waits for the new pod to be available.
	ReasonNewUnavailable Reason = "new pod is not available"
	// ReasonCrowded waits for the DaemonSet controller to delete pods of which the node has too many.
	ReasonCrowded Reason = "node has too many pods"
)
