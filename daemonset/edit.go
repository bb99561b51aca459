package daemonset

import (
	"fmt"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// EditKind names what an Edit does.
type EditKind string

// The edits of a node.
const (
	// EditSetLabel gives the node's label Key the Value.
	EditSetLabel EditKind = "SetLabel"
	// EditRemoveLabel takes the label Key away.
	EditRemoveLabel EditKind = "RemoveLabel"
	// EditAddTaint adds a Taint.
	EditAddTaint EditKind = "AddTaint"
	// EditRemoveTaint takes away the taints with the key and the effect of Taint.
	EditRemoveTaint EditKind = "RemoveTaint"
)

// The edits of a DaemonSet's template.
const (
	// EditUnsetNodeName empties spec.nodeName, which was Value.
	EditUnsetNodeName EditKind = "UnsetNodeName"
	// EditRemoveNodeSelector takes Key, which had the Value, out of spec.nodeSelector.
	EditRemoveNodeSelector EditKind = "RemoveNodeSelector"
	// EditReplaceRequirement puts Replacement in the place of Requirement, which is At.
	EditReplaceRequirement EditKind = "ReplaceRequirement"
	// EditRemoveRequirement takes away the Requirement that is At.
	EditRemoveRequirement EditKind = "RemoveRequirement"
	// EditRemoveNodeAffinity takes away the required node affinity as a whole.
	EditRemoveNodeAffinity EditKind = "RemoveNodeAffinity"
	// EditExcludeNode adds the Requirement, which excludes one node by its name, to every term of the
	// required node affinity that can select nodes, or makes it the only term.
	EditExcludeNode EditKind = "ExcludeNode"
	// EditAddToleration adds a Toleration.
	EditAddToleration EditKind = "AddToleration"
	// EditRemoveToleration takes away the Toleration at Index.
	EditRemoveToleration EditKind = "RemoveToleration"
)

// Edit is one change of a node or of a DaemonSet's template. It is data: [Flip.Apply] makes the change.
type Edit struct {
	// Kind says what is done, and to which of the two.
	Kind EditKind `json:"kind"`
	// Key and Value are a label, an entry of the node selector, or the value of spec.nodeName.
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"`
	// Taint is the taint that comes or goes; Toleration, the toleration.
	Taint      *taints.Taint      `json:"taint,omitempty"`
	Toleration *taints.Toleration `json:"toleration,omitempty"`
	// Index is the toleration's position in the template as it stands.
	Index int `json:"index,omitempty"`
	// At is where the Requirement stands in the template as it stands.
	At *RequirementPlace `json:"at,omitempty"`
	// Requirement is the requirement that is changed, taken away or added; Replacement, what it
	// becomes.
	Requirement *affinity.NodeSelectorRequirement `json:"requirement,omitempty"`
	Replacement *affinity.NodeSelectorRequirement `json:"replacement,omitempty"`
}

// RequirementPlace is the place of a requirement in the required node affinity of a template.
type RequirementPlace struct {
	// Term is the position of the term, and Index that of the requirement in MatchExpressions or, if
	// Field is set, in MatchFields.
	Term  int  `json:"term"`
	Field bool `json:"field,omitempty"`
	Index int  `json:"index"`
}

// String is the edit as an instruction.
func (e Edit) String() string {
	switch e.Kind {
	case EditSetLabel:
		return fmt.Sprintf("set label %s=%s", e.Key, e.Value)
	case EditRemoveLabel:
		return "remove label " + e.Key
	case EditAddTaint:
		return fmt.Sprintf("add a taint that is not tolerated, such as %v", e.Taint)
	case EditRemoveTaint:
		return fmt.Sprintf("remove taint %v", e.Taint)
	case EditUnsetNodeName:
		return "remove nodeName " + e.Value
	case EditRemoveNodeSelector:
		return fmt.Sprintf("remove %s=%s from nodeSelector", e.Key, e.Value)
	case EditReplaceRequirement:
		return fmt.Sprintf("change %v to %v in term %d of node affinity", e.Requirement, e.Replacement, e.At.Term)
	case EditRemoveRequirement:
		return fmt.Sprintf("remove %v from term %d of node affinity", e.Requirement, e.At.Term)
	case EditRemoveNodeAffinity:
		return "remove the required node affinity"
	case EditExcludeNode:
		return fmt.Sprintf("require %v by node affinity", e.Requirement)
	case EditAddToleration:
		return "add toleration " + e.Toleration.Describe()
	default:
		return "remove toleration " + e.Toleration.Describe()
	}
}

// ofNode reports whether the edit is one of a node.
func (e *Edit) ofNode() bool {
	switch e.Kind {
	case EditSetLabel, EditRemoveLabel, EditAddTaint, EditRemoveTaint:
		return true
	}
	return false
}

// editNode makes one edit of a node in place.
func editNode(n *cluster.Node, e *Edit) {
	switch e.Kind {
	case EditSetLabel:
		if n.Labels == nil {
			n.Labels = make(map[string]string, 1)
		}
		n.Labels[e.Key] = e.Value
	case EditRemoveLabel:
		delete(n.Labels, e.Key)
	case EditAddTaint:
		n.Spec.Taints = append(n.Spec.Taints, *e.Taint)
	case EditRemoveTaint:
		n.Spec.Taints = removeTaint(n.Spec.Taints, *e.Taint)
	}
}

// removeTaint returns the list without the taints of that key and effect.
func removeTaint(list []taints.Taint, gone taints.Taint) []taints.Taint {
	var rest []taints.Taint
	for _, t := range list {
		if !t.Same(gone) {
			rest = append(rest, t)
		}
	}
	return rest
}
