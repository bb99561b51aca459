package cluster

import "github.com/daemonsim/daemonsim/affinity"

// TopologySpreadConstraint limits how unevenly matching pods may be spread.
type TopologySpreadConstraint struct {
	// MaxSkew is the largest permitted difference between a domain and the emptiest one.
	MaxSkew int32 `json:"maxSkew"`
	// TopologyKey is the node label whose values are the domains.
	TopologyKey string `json:"topologyKey"`
	// WhenUnsatisfiable says whether the constraint is a rule or a preference.
	WhenUnsatisfiable UnsatisfiableConstraintAction `json:"whenUnsatisfiable"`
	// LabelSelector selects the pods that are counted.
	LabelSelector *affinity.LabelSelector `json:"labelSelector,omitempty"`
	// MinDomains is the number of domains below which the emptiest one counts as having no pods.
	MinDomains *int32 `json:"minDomains,omitempty"`
	// NodeAffinityPolicy and NodeTaintsPolicy say whether nodes that the pod cannot use for these
	// reasons count.
	NodeAffinityPolicy *NodeInclusionPolicy `json:"nodeAffinityPolicy,omitempty"`
	NodeTaintsPolicy   *NodeInclusionPolicy `json:"nodeTaintsPolicy,omitempty"`
	// MatchLabelKeys are keys of labels whose value is the pod's own.
	MatchLabelKeys []string `json:"matchLabelKeys,omitempty"`
}

// UnsatisfiableConstraintAction says what to do with a pod that a spread constraint would keep off
// a node.
type UnsatisfiableConstraintAction string

// The actions.
const (
	DoNotSchedule  UnsatisfiableConstraintAction = "DoNotSchedule"
	ScheduleAnyway UnsatisfiableConstraintAction = "ScheduleAnyway"
)

// NodeInclusionPolicy says whether a property of nodes decides about which of them count.
type NodeInclusionPolicy string

// The policies.
const (
	NodeInclusionPolicyIgnore NodeInclusionPolicy = "Ignore"
	NodeInclusionPolicyHonor  NodeInclusionPolicy = "Honor"
)
