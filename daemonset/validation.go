package daemonset

import (
	"strconv"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// Validate reports everything that is wrong with the DaemonSet. When the annotation with the template
// generation cannot be read it reports that alone, because the API server then reads no further.
func (d *DaemonSet) Validate() field.ErrorList {
	if errs := d.validateTemplateGeneration(); len(errs) > 0 {
		return errs
	}
	errs := cluster.ValidateMeta(&d.ObjectMeta, cluster.Namespaced, field.NewPath("metadata"))
	return append(errs, d.validateSpec(field.NewPath("spec"))...)
}

// ValidateUpdate reports everything that is wrong with the DaemonSet as the next version of old; the
// selector may not change.
func (d *DaemonSet) ValidateUpdate(old cluster.Object) field.ErrorList {
	if errs := d.validateTemplateGeneration(); len(errs) > 0 {
		return errs
	}
	was, spec := old.(*DaemonSet), field.NewPath("spec")
	errs := cluster.ValidateMetaUpdate(&d.ObjectMeta, &was.ObjectMeta, field.NewPath("metadata"))
	if !sameJSON(d.Spec.Selector, was.Spec.Selector) {
		errs = append(errs, field.Invalid(spec.Child("selector"), d.Spec.Selector, "field is immutable"))
	}
	return append(errs, d.validateSpec(spec)...)
}

func (d *DaemonSet) validateTemplateGeneration() field.ErrorList {
	err := d.templateGenerationError()
	if err == nil {
		return nil
	}
	path := field.NewPath("metadata", "annotations").Key(TemplateGenerationAnnotation)
	return field.ErrorList{field.Invalid(path, d.Annotations[TemplateGenerationAnnotation], err.Error())}
}

func (d *DaemonSet) validateSpec(spec *field.Path) field.ErrorList {
	errs := d.validateSelector(spec)
	template := spec.Child("template")
	errs = append(errs, cluster.ValidatePodTemplate(&d.Spec.Template, template)...)
	errs = append(errs, validateDaemonTemplate(&d.Spec.Template, template)...)
	errs = append(errs, notNegative(int64(d.Spec.MinReadySeconds), spec.Child("minReadySeconds"))...)
	errs = append(errs, d.Spec.UpdateStrategy.validate(spec.Child("updateStrategy"))...)
	if n := d.Spec.RevisionHistoryLimit; n != nil {
		errs = append(errs, notNegative(int64(*n), spec.Child("revisionHistoryLimit"))...)
	}
	return errs
}

func notNegative(n int64, path *field.Path) field.ErrorList {
	if n >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, n, "must be greater than or equal to 0")}
}

func (d *DaemonSet) validateSelector(spec *field.Path) field.ErrorList {
	path := spec.Child("selector")
	errs := cluster.SelectorErrors(path, affinity.ValidateLabelSelector(d.Spec.Selector))
	selector, err := affinity.Compile(d.Spec.Selector)
	labels := d.Spec.Template.ObjectMeta.Labels
	if err == nil && !selector.Matches(labels) {
		errs = append(errs, field.Invalid(spec.Child("template", "metadata", "labels"), labels,
			"`selector` does not match template `labels`"))
	}
	if s := d.Spec.Selector; s != nil && len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		errs = append(errs, field.Invalid(path, s, "empty selector is invalid for daemonset"))
	}
	return errs
}

// validateDaemonTemplate holds what a template must obey because it is a DaemonSet's.
func validateDaemonTemplate(t *cluster.PodTemplateSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := path.Child("spec")
	if p := t.Spec.RestartPolicy; p != "Always" {
		errs = append(errs, field.NotSupported(spec.Child("restartPolicy"), string(p), "Always"))
	}
	if t.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(spec.Child("activeDeadlineSeconds"),
			"activeDeadlineSeconds in DaemonSet is not Supported"))
	}
	return errs
}

func (u *UpdateStrategy) validate(path *field.Path) field.ErrorList {
	switch u.Type {
	case OnDelete:
		return nil
	case RollingUpdate:
		if u.RollingUpdate == nil {
			return field.ErrorList{field.Required(path.Child("rollingUpdate"), "")}
		}
		return u.RollingUpdate.validate(path.Child("rollingUpdate"))
	default:
		return field.ErrorList{field.NotSupported(path, field.Internal(u.shown()),
			string(RollingUpdate), string(OnDelete))}
	}
}

// shown is the strategy as a message repeats it.
func (u UpdateStrategy) shown() UpdateStrategy {
	u.complete()
	return u
}

func (r *RollingUpdateSpec) validate(path *field.Path) field.ErrorList {
	unavailable, surge := path.Child("maxUnavailable"), path.Child("maxSurge")
	errs := cluster.ValidateIntOrPercent(r.MaxUnavailable, unavailable)
	errs = append(errs, cluster.ValidateIntOrPercent(r.MaxSurge, surge)...)
	errs = append(errs, cluster.ValidatePercent(r.MaxUnavailable, unavailable)...)
	errs = append(errs, cluster.ValidatePercent(r.MaxSurge, surge)...)
	hasUnavailable, hasSurge := nonZero(r.MaxUnavailable), nonZero(r.MaxSurge)
	switch {
	case hasUnavailable && hasSurge:
		errs = append(errs, field.Invalid(surge, *r.MaxSurge,
			"may not be set when maxUnavailable is non-zero"))
	case !hasUnavailable && !hasSurge:
		errs = append(errs, field.Required(unavailable, "cannot be 0 when maxSurge is 0"))
	}
	return errs
}

// nonZero reads a text that is neither a percent nor a number as zero, as the API server does.
func nonZero(v *cluster.IntOrString) bool {
	if v == nil {
		return false
	}
	if !v.IsString {
		return v.Int != 0
	}
	n, ok := v.Percent()
	if !ok {
		n, _ = strconv.Atoi(v.Str)
	}
	return n != 0
}
