package disruption

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
)

// unmanaged is the warning about pods without a controller.
func unmanaged(s *affinity.LabelSelector) string {
	return fmt.Sprintf("Pods selected by this PodDisruptionBudget (selector: %s) were found to be unmanaged. "+
		"As a result, the status of the PDB cannot be calculated correctly, which may result in undefined "+
		"behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer "+
		"value.", selectorText(s))
}

// selectorText is a selector in the notation of Kubernetes' own log.
func selectorText(s *affinity.LabelSelector) string {
	if s == nil {
		return "nil"
	}
	var b strings.Builder
	b.WriteString("&LabelSelector{MatchLabels:map[string]string{")
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		fmt.Fprintf(&b, "%s: %s,", key, s.MatchLabels[key])
	}
	b.WriteString("},MatchExpressions:[]LabelSelectorRequirement{")
	for _, e := range s.MatchExpressions {
		fmt.Fprintf(&b, "LabelSelectorRequirement{Key:%s,Operator:%s,Values:%v,},", e.Key, e.Operator, e.Values)
	}
	b.WriteString("},}")
	return b.String()
}
