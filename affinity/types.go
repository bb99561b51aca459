package affinity

// LabelSelector selects objects by their labels. Everything in it must hold (AND). A nil
// *LabelSelector selects nothing, an empty LabelSelector everything. [Compile] makes it matchable.
type LabelSelector struct {
	// MatchLabels asks for labels with exactly these values.
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
	// MatchExpressions lists further requirements.
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// LabelSelectorRequirement is one requirement on one label.
type LabelSelectorRequirement struct {
	// Key is the label's key.
	Key string `json:"key"`
	// Operator relates the key to the values.
	Operator LabelSelectorOperator `json:"operator"`
	// Values belong to In and NotIn, which need at least one; the others have none.
	Values []string `json:"values,omitempty"`
}

// LabelSelectorOperator is how a label selector relates a key to values.
type LabelSelectorOperator string

// The operators of a label selector.
const (
	// LabelSelectorOpIn holds if the label is present with one of the values.
	LabelSelectorOpIn LabelSelectorOperator = "In"
	// LabelSelectorOpNotIn holds if the label is absent or has none of the values.
	LabelSelectorOpNotIn LabelSelectorOperator = "NotIn"
	// LabelSelectorOpExists holds if the label is present.
	LabelSelectorOpExists LabelSelectorOperator = "Exists"
	// LabelSelectorOpDoesNotExist holds if the label is absent.
	LabelSelectorOpDoesNotExist LabelSelectorOperator = "DoesNotExist"
)

// NodeSelector selects nodes: those that at least one of its terms selects (OR). Without terms it
// selects none. [CompileNodeSelector] makes it matchable.
type NodeSelector struct {
	// NodeSelectorTerms are the alternatives.
	NodeSelectorTerms []NodeSelectorTerm `json:"nodeSelectorTerms"`
}

// NodeSelectorTerm selects the nodes for which all its requirements hold (AND). A term without
// requirements selects none.
type NodeSelectorTerm struct {
	// MatchExpressions are requirements on the node's labels.
	MatchExpressions []NodeSelectorRequirement `json:"matchExpressions,omitempty"`
	// MatchFields are requirements on the node's fields, of which there is one: metadata.name.
	MatchFields []NodeSelectorRequirement `json:"matchFields,omitempty"`
}

// NodeSelectorRequirement is one requirement on one label or field of a node.
type NodeSelectorRequirement struct {
	// Key is the label's key or the field's name.
	Key string `json:"key"`
	// Operator relates the key to the values.
	Operator NodeSelectorOperator `json:"operator"`
	// Values belong to In and NotIn (at least one) and to Gt and Lt (exactly one integer).
	Values []string `json:"values,omitempty"`
}

// NodeSelectorOperator is how a node selector relates a key to values.
type NodeSelectorOperator string

// The operators of a node selector.
const (
	// NodeSelectorOpIn holds if the label is present with one of the values.
	NodeSelectorOpIn NodeSelectorOperator = "In"
	// NodeSelectorOpNotIn holds if the label is absent or has none of the values.
	NodeSelectorOpNotIn NodeSelectorOperator = "NotIn"
	// NodeSelectorOpExists holds if the label is present.
	NodeSelectorOpExists NodeSelectorOperator = "Exists"
	// NodeSelectorOpDoesNotExist holds if the label is absent.
	NodeSelectorOpDoesNotExist NodeSelectorOperator = "DoesNotExist"
	// NodeSelectorOpGt holds if the label is an integer greater than the value.
	NodeSelectorOpGt NodeSelectorOperator = "Gt"
	// NodeSelectorOpLt holds if the label is an integer less than the value.
	NodeSelectorOpLt NodeSelectorOperator = "Lt"
)

// FieldMetadataName is the only field that MatchFields may ask about.
const FieldMetadataName = "metadata.name"

// PreferredSchedulingTerm is a preference for the nodes that a term selects. Unlike in a
// [NodeSelector], a term without requirements is no preference at all.
type PreferredSchedulingTerm struct {
	// Weight is what a matching node gains, 1 to 100.
	Weight int32 `json:"weight"`
	// Preference says which nodes match.
	Preference NodeSelectorTerm `json:"preference"`
}

// Affinity gathers a pod's wishes about where it runs.
type Affinity struct {
	// NodeAffinity is about the nodes themselves.
	NodeAffinity *NodeAffinity `json:"nodeAffinity,omitempty"`
	// PodAffinity is about pods to run near.
	PodAffinity *PodAffinity `json:"podAffinity,omitempty"`
	// PodAntiAffinity is about pods to stay away from.
	PodAntiAffinity *PodAntiAffinity `json:"podAntiAffinity,omitempty"`
}

// NodeAffinity relates a pod to nodes.
type NodeAffinity struct {
	// RequiredDuringSchedulingIgnoredDuringExecution must select the pod's node; nil selects all.
	RequiredDuringSchedulingIgnoredDuringExecution *NodeSelector `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	// PreferredDuringSchedulingIgnoredDuringExecution ranks the nodes that are left.
	PreferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// PodAffinity relates a pod to the places where certain other pods run.
type PodAffinity struct {
	// RequiredDuringSchedulingIgnoredDuringExecution must all hold.
	RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	// PreferredDuringSchedulingIgnoredDuringExecution ranks the nodes that are left.
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// PodAntiAffinity relates a pod to the places where certain other pods do not run.
type PodAntiAffinity struct {
	// RequiredDuringSchedulingIgnoredDuringExecution must all hold.
	RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	// PreferredDuringSchedulingIgnoredDuringExecution ranks the nodes that are left.
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// PodAffinityTerm selects a set of pods and the topology in which to be near them, or not.
type PodAffinityTerm struct {
	// LabelSelector selects the pods; nil selects none.
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
	// Namespaces are the names of the pods' namespaces. Without them and without a
	// NamespaceSelector it is the namespace of the pod that has the term.
	Namespaces []string `json:"namespaces,omitempty"`
	// TopologyKey is the node label whose equal values make nodes near.
	TopologyKey string `json:"topologyKey"`
	// NamespaceSelector selects namespaces by label, in addition to Namespaces.
	NamespaceSelector *LabelSelector `json:"namespaceSelector,omitempty"`
	// MatchLabelKeys are keys of labels whose value is the pod's own.
	MatchLabelKeys []string `json:"matchLabelKeys,omitempty"`
	// MismatchLabelKeys are keys of labels whose value is not the pod's own.
	MismatchLabelKeys []string `json:"mismatchLabelKeys,omitempty"`
}

// WeightedPodAffinityTerm is a preference for a [PodAffinityTerm].
type WeightedPodAffinityTerm struct {
	// Weight is what a matching node gains, 1 to 100.
	Weight int32 `json:"weight"`
	// PodAffinityTerm says which nodes match.
	PodAffinityTerm PodAffinityTerm `json:"podAffinityTerm"`
}
