package cluster

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// changeable are the parts of a pod's spec that an update may change, as the API server lists them.
const changeable = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`," +
	"`spec.tolerations` (only additions to existing tolerations)," +
	"`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

// Validate reports everything that is wrong with a new pod. The template has been judged already, when it
// was made.
func (p *Pod) Validate() field.ErrorList {
	if p.Template == nil {
		return field.ErrorList{field.Required(field.NewPath("spec"), "")}
	}
	t := p.Template
	if p.asTemplate && len(t.metaErrs) == 0 && p.plain() {
		return t.errs
	}
	meta, spec := field.NewPath("metadata"), field.NewPath("spec")
	errs := ValidateMeta(&p.ObjectMeta, Namespaced, meta)
	errs = append(errs, p.validateAnnotations(meta.Child("annotations"))...)
	errs = append(errs, t.errs...)
	errs = append(errs, optionalName(spec.Child("nodeName"), p.NodeName, affinity.DNSSubdomainErrors)...)
	if len(t.spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(spec.Child("ephemeralContainers"), "cannot be set on create"))
	}
	if p.NodeName != "" && len(t.spec.SchedulingGates) > 0 {
		errs = append(errs, field.Forbidden(spec.Child("nodeName"),
			"cannot be set until all schedulingGates have been cleared"))
	}
	return append(errs, validateProfilesAgree(p.Annotations, &t.spec, spec)...)
}

// plain reports whether there is nothing unusual about what is the pod's own.
func (p *Pod) plain() bool {
	s := &p.Template.spec
	return len(affinity.DNSSubdomainErrors(p.Name)) == 0 && len(affinity.DNSLabelErrors(p.Namespace)) == 0 &&
		p.NodeName == "" && len(s.EphemeralContainers) == 0 && len(p.Annotations) == 0
}

func (p *Pod) validateAnnotations(path *field.Path) field.ErrorList {
	if len(p.Annotations) == 0 {
		return nil
	}
	s := p.Template.spec
	s.NodeName = p.NodeName
	return validatePodAnnotations(p.Annotations, &s, path)
}

// ValidateUpdate reports everything that is wrong with the pod as the next version of old. Of the spec
// only images, the deadline, tolerations and scheduling gates may change, and these in one direction.
func (p *Pod) ValidateUpdate(old Object) field.ErrorList {
	was := old.(*Pod)
	if p.Template == nil {
		return p.Validate()
	}
	meta, spec := field.NewPath("metadata"), field.NewPath("spec")
	errs := ValidateMetaUpdate(&p.ObjectMeta, &was.ObjectMeta, meta)
	errs = append(errs, p.validateAnnotations(meta.Child("annotations"))...)
	errs = append(errs, lastingAnnotations(p.Annotations, was.Annotations, meta.Child("annotations"))...)
	moved := p.NodeName != was.NodeName || p.Target != was.Target
	if p.Template != was.Template {
		errs = append(errs, p.Template.errs...)
		changes, stop := validateSpecUpdate(&p.Template.spec, &was.Template.spec, spec)
		if errs = append(errs, changes...); stop {
			return errs
		}
		moved = moved || !sameBesides(&p.Template.spec, &was.Template.spec)
	}
	if moved {
		errs = append(errs, field.Forbidden(spec, "pod updates may not change fields other than "+changeable))
	}
	return errs
}

// lastingAnnotations refuses changes of annotations that belong to the spec.
func lastingAnnotations(now, was map[string]string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	report := func(key, verb string) {
		switch {
		case strings.HasPrefix(key, prefixAppArmor):
			errs = append(errs, field.Forbidden(path.Key(key), "may not "+verb+" AppArmor annotations"))
		case key == annotationMirror:
			errs = append(errs, field.Forbidden(path.Key(key), "may not "+verb+" mirror pod annotation"))
		}
	}
	for _, key := range sortedKeys(was) {
		if value, ok := now[key]; !ok || value != was[key] {
			report(key, "remove or update")
		}
	}
	for _, key := range sortedKeys(now) {
		if _, ok := was[key]; !ok {
			report(key, "add")
		}
	}
	return errs
}

// validateSpecUpdate judges the changes that are allowed in principle. Stop says that the rest cannot be
// compared.
func validateSpecUpdate(s, was *PodSpec, path *field.Path) (errs field.ErrorList, stop bool) {
	for _, list := range [...]struct {
		name     string
		now, was []Container
	}{{"containers", s.Containers, was.Containers}, {"initContainers", s.InitContainers, was.InitContainers}} {
		if len(list.now) != len(list.was) {
			return append(errs, field.Forbidden(path.Child(list.name),
				"pod updates may not add or remove containers")), true
		}
	}
	deadline := validateDeadlineUpdate(s.ActiveDeadlineSeconds, was.ActiveDeadlineSeconds,
		path.Child("activeDeadlineSeconds"))
	if errs = append(errs, deadline...); len(deadline) > 0 && s.ActiveDeadlineSeconds != nil {
		return errs, true
	}
	if !onlyAdded(s.Tolerations, was.Tolerations) {
		errs = append(errs, field.Forbidden(path.Child("tolerations"),
			"existing toleration can not be modified except its tolerationSeconds"))
	}
	for i, gate := range s.SchedulingGates {
		if !slices.Contains(was.SchedulingGates, gate) {
			errs = append(errs, field.Forbidden(path.Child("schedulingGates").Index(i).Child("name"),
				fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", gate.Name)))
		}
	}
	return errs, false
}

// validateDeadlineUpdate allows a deadline to be set, and to come nearer.
func validateDeadlineUpdate(now, was *int64, path *field.Path) field.ErrorList {
	switch {
	case now == nil && was == nil:
		return nil
	case now == nil:
		return field.ErrorList{field.Invalid(path, now,
			"must not update from a positive integer to nil value")}
	case *now < 0 || *now > math.MaxInt32:
		return inRange(path, *now, 0, math.MaxInt32)
	case was != nil && *was < *now:
		return field.ErrorList{field.Invalid(path, *now, "must be less than or equal to previous value")}
	}
	return nil
}

// onlyAdded reports whether all old tolerations are still there. How long they last does not count.
func onlyAdded(now, was []taints.Toleration) bool {
	for _, old := range was {
		same := func(t taints.Toleration) bool {
			return t.Key == old.Key && t.Operator == old.Operator && t.Value == old.Value && t.Effect == old.Effect
		}
		if !slices.ContainsFunc(now, same) {
			return false
		}
	}
	return true
}

// sameBesides reports whether two specs are the same but for what an update may change.
func sameBesides(s, was *PodSpec) bool {
	now := s.Clone()
	for i := range now.Containers {
		now.Containers[i].Image = was.Containers[i].Image
	}
	for i := range now.InitContainers {
		now.InitContainers[i].Image = was.InitContainers[i].Image
	}
	now.ActiveDeadlineSeconds, now.Tolerations = was.ActiveDeadlineSeconds, was.Tolerations
	now.SchedulingGates = was.SchedulingGates
	grace, before := now.TerminationGracePeriodSeconds, was.TerminationGracePeriodSeconds
	if grace != nil && before != nil && *before < 0 && *grace == 1 {
		now.TerminationGracePeriodSeconds = before
	}
	return sameText(&now, was)
}
