// Package taints models the taints of nodes and the tolerations of pods.
//
// A [Taint] keeps pods off a node, with one of three effects; a [Toleration] lets a pod past the
// taints it describes. The one question, does this toleration tolerate that taint, is
// [Toleration.Tolerates]; the one asked in bulk, which taint of this node does this pod not
// tolerate, is [FirstUntolerated]. Start there:
//
//	node := []taints.Taint{{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule}}
//	pod := []taints.Toleration{{Key: "dedicated", Operator: taints.OperatorExists}}
//	_, found := taints.FirstUntolerated(node, pod, taints.EffectNoSchedule)
//	fmt.Println(found) // false
//
// [WithDaemonTolerations] gives the tolerations that the DaemonSet controller adds. [ParseTaint]
// and [ParseSpec] read kubectl's notation; [ValidateToleration] and [ValidateTaints] judge as the
// API server does.
//
// # Guarantees
//
// Everything is a pure function of its arguments, which are neither changed nor kept. Matching
// does not fail and does not allocate, and takes malformed input as it is.
//
// # Differences from Kubernetes
//
// A Taint has no timeAdded: when a NoExecute taint was added belongs to whoever evicts. The
// operators Lt and Gt follow the alpha feature gate TaintTolerationComparisonOperators, which is a
// [Comparison] argument here and off where there is none. The wording of errors of [ParseTaint]
// and [ParseSpec] is ours.
package taints
