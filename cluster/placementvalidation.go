package cluster

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

func validateTolerations(tolerations []taints.Toleration, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, t := range tolerations {
		errs = append(errs, taintErrors(path.Index(i), taints.ValidateToleration(t, taints.ComparisonOff))...)
	}
	return errs
}

// validateGates judges what a pod waits for before it is ready, and before it is scheduled.
func validateGates(s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, g := range s.ReadinessGates {
		at, name := path.Child("readinessGates").Index(i).Child("conditionType"), string(g.ConditionType)
		errs = append(errs, invalids(at, name, affinity.KeyErrors(name))...)
	}
	seen := make(map[string]bool, len(s.SchedulingGates))
	for i, g := range s.SchedulingGates {
		at := path.Child("schedulingGates").Index(i)
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
			slices.DeleteFunc(affinity.ValidateNodeSelectorTerm(&term.Preference), aboutLabelValue))...)
	}
	return errs
}

// aboutLabelValue picks out what is judged only where it is required: whether a value can be one of a label.
func aboutLabelValue(p *affinity.Problem) bool {
	return strings.HasPrefix(p.Field, "matchExpressions[") && strings.Contains(p.Field, ".values[")
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
	for _, ns := range t.Namespaces {
		// NB: the API server says "namespace", and not which.
		errs = append(errs, validateDNSLabel(ns, path.Child("namespace"))...)
	}
	errs = append(errs, SelectorErrors(path,
		affinity.ValidateLabelKeys(t.LabelSelector, t.MatchLabelKeys, t.MismatchLabelKeys))...)
	at := path.Child("topologyKey")
	errs = append(errs, validateTopologyKey(t.TopologyKey, at)...)
	return append(errs, invalids(at, t.TopologyKey, affinity.KeyErrors(t.TopologyKey))...)
}

func validateTopologyKey(key string, path *field.Path) field.ErrorList {
	if key == "" {
		return field.ErrorList{field.Required(path, "can not be empty")}
	}
	return nil
}

func validateSpread(constraints []TopologySpreadConstraint, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range constraints {
		errs = append(errs, validateSpreadConstraint(&constraints[i], path.Index(i))...)
		for _, later := range constraints[i+1:] {
			c := &constraints[i]
			if later.TopologyKey == c.TopologyKey && later.WhenUnsatisfiable == c.WhenUnsatisfiable {
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
