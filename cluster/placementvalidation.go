package cluster

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// validatePlacement judges what a pod says about where it runs.
func validatePlacement(s *PodSpec, path *field.Path) field.ErrorList {
	errs := validateLabels(s.NodeSelector, path.Child("nodeSelector"))
	errs = append(errs, validateAffinity(s.Affinity, path.Child("affinity"))...)
	for i, t := range s.Tolerations {
		errs = append(errs, taintErrors(path.Child("tolerations").Index(i),
			taints.ValidateToleration(t, taints.ComparisonOff))...)
	}
	errs = append(errs, validateSpread(s.TopologySpreadConstraints,
		path.Child("topologySpreadConstraints"))...)
	return append(errs, validateGates(s.SchedulingGates, path.Child("schedulingGates"))...)
}

func validateGates(gates []PodSchedulingGate, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(gates))
	for i, g := range gates {
		at := path.Index(i)
		errs = append(errs, invalids(at, g.Name, affinity.KeyErrors(g.Name))...)
		if seen[g.Name] {
			errs = append(errs, field.Duplicate(at, g.Name))
		}
		seen[g.Name] = true
	}
	return errs
}

func validateAffinity(a *affinity.Affinity, path *field.Path) field.ErrorList {
	if a == nil {
		return nil
	}
	var errs field.ErrorList
	if a.NodeAffinity != nil {
		errs = validateNodeAffinity(a.NodeAffinity, path.Child("nodeAffinity"))
	}
	if p := a.PodAffinity; p != nil {
		errs = append(errs, validatePodTerms(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))...)
	}
	if p := a.PodAntiAffinity; p != nil {
		errs = append(errs, validatePodTerms(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))...)
	}
	return errs
}

const (
	fieldRequired  = "requiredDuringSchedulingIgnoredDuringExecution"
	fieldPreferred = "preferredDuringSchedulingIgnoredDuringExecution"
)

func validateNodeAffinity(a *affinity.NodeAffinity, path *field.Path) field.ErrorList {
	errs := SelectorErrors(path.Child(fieldRequired),
		affinity.ValidateNodeSelector(a.RequiredDuringSchedulingIgnoredDuringExecution))
	for i := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		term := &a.PreferredDuringSchedulingIgnoredDuringExecution[i]
		at := path.Child(fieldPreferred).Index(i)
		errs = append(errs, validateWeight(term.Weight, at)...)
		errs = append(errs, SelectorErrors(at.Child("preference"),
			affinity.ValidateNodeSelectorTerm(&term.Preference))...)
	}
	return errs
}

const maxWeight = 100

func validateWeight(weight int32, path *field.Path) field.ErrorList {
	if weight >= 1 && weight <= maxWeight {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("weight"), weight, "must be in the range 1-100")}
}

func validatePodTerms(
	required []affinity.PodAffinityTerm, preferred []affinity.WeightedPodAffinityTerm, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	for i := range required {
		errs = append(errs, validatePodTerm(&required[i], path.Child(fieldRequired).Index(i))...)
	}
	for i := range preferred {
		at := path.Child(fieldPreferred).Index(i)
		errs = append(errs, validateWeight(preferred[i].Weight, at)...)
		errs = append(errs, validatePodTerm(&preferred[i].PodAffinityTerm, at.Child("podAffinityTerm"))...)
	}
	return errs
}

func validatePodTerm(t *affinity.PodAffinityTerm, path *field.Path) field.ErrorList {
	errs := SelectorErrors(path.Child("labelSelector"), affinity.ValidateLabelSelector(t.LabelSelector))
	errs = append(errs, SelectorErrors(path.Child("namespaceSelector"),
		affinity.ValidateLabelSelector(t.NamespaceSelector))...)
	for i, ns := range t.Namespaces {
		errs = append(errs, validateDNSLabel(ns, path.Child("namespaces").Index(i))...)
	}
	errs = append(errs, SelectorErrors(path,
		affinity.ValidateLabelKeys(t.LabelSelector, t.MatchLabelKeys, t.MismatchLabelKeys))...)
	return append(errs, validateTopologyKey(t.TopologyKey, path.Child("topologyKey"))...)
}

func validateTopologyKey(key string, path *field.Path) field.ErrorList {
	if key == "" {
		return field.ErrorList{field.Required(path, "can not be empty")}
	}
	return invalids(path, key, affinity.KeyErrors(key))
}

func validateSpread(constraints []TopologySpreadConstraint, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range constraints {
		errs = append(errs, validateSpreadConstraint(&constraints[i], path.Index(i))...)
		for _, earlier := range constraints[:i] {
			c := &constraints[i]
			if earlier.TopologyKey == c.TopologyKey && earlier.WhenUnsatisfiable == c.WhenUnsatisfiable {
				errs = append(errs, field.Duplicate(path.Index(i).Child("{topologyKey, whenUnsatisfiable}"),
					"{"+c.TopologyKey+", "+string(c.WhenUnsatisfiable)+"}"))
				break
			}
		}
	}
	return errs
}

func validateSpreadConstraint(c *TopologySpreadConstraint, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if c.MaxSkew <= 0 {
		errs = append(errs, field.Invalid(path.Child("maxSkew"), c.MaxSkew, "must be greater than zero"))
	}
	errs = append(errs, validateTopologyKey(c.TopologyKey, path.Child("topologyKey"))...)
	if c.WhenUnsatisfiable != DoNotSchedule && c.WhenUnsatisfiable != ScheduleAnyway {
		errs = append(errs, notSupported(path.Child("whenUnsatisfiable"), c.WhenUnsatisfiable,
			DoNotSchedule, ScheduleAnyway)...)
	}
	errs = append(errs, validateMinDomains(c, path.Child("minDomains"))...)
	for _, p := range [...]struct {
		name  string
		value *NodeInclusionPolicy
	}{{"nodeAffinityPolicy", c.NodeAffinityPolicy}, {"nodeTaintsPolicy", c.NodeTaintsPolicy}} {
		if p.value != nil && *p.value != NodeInclusionPolicyHonor && *p.value != NodeInclusionPolicyIgnore {
			errs = append(errs, notSupported(path.Child(p.name), *p.value,
				NodeInclusionPolicyHonor, NodeInclusionPolicyIgnore)...)
		}
	}
	errs = append(errs, SelectorErrors(path,
		affinity.ValidateLabelKeys(c.LabelSelector, c.MatchLabelKeys, nil))...)
	return append(errs, SelectorErrors(path.Child("labelSelector"),
		affinity.ValidateLabelSelector(c.LabelSelector))...)
}

func validateMinDomains(c *TopologySpreadConstraint, path *field.Path) field.ErrorList {
	if c.MinDomains == nil {
		return nil
	}
	var errs field.ErrorList
	if *c.MinDomains <= 0 {
		errs = append(errs, field.Invalid(path, *c.MinDomains, "must be greater than zero"))
	}
	if c.WhenUnsatisfiable != DoNotSchedule {
		errs = append(errs, field.Invalid(path, *c.MinDomains,
			"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "+string(c.WhenUnsatisfiable)))
	}
	return errs
}
