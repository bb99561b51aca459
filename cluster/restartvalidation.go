package cluster

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// The bounds of a container's own restart rules.
const (
	maxRestartRules = 20
	maxExitCodes    = 255
)

// validateRestarts judges when a container is restarted by its own rules. Of an init container that has
// rules and no policy nothing else is judged.
func validateRestarts(c *Container, init bool, path *field.Path) field.ErrorList {
	at, rules := path.Child("restartPolicy"), c.RestartPolicyRules
	policies := []ContainerRestartPolicy{
		ContainerRestartPolicyAlways, ContainerRestartPolicyNever, ContainerRestartPolicyOnFailure,
	}
	var errs field.ErrorList
	switch p := c.RestartPolicy; {
	case p == nil && len(rules) == 0:
		return nil
	case p == nil:
		errs = append(errs, field.Required(at, "must specify restartPolicy when restart rules are used"))
		if init {
			return errs
		}
	case !slices.Contains(policies, *p):
		errs = append(errs, notSupported(at, *p, policies...)...)
	}
	at = path.Child("restartPolicyRules")
	if len(rules) > maxRestartRules {
		errs = append(errs, field.TooMany(at, len(rules), maxRestartRules))
	}
	for i := range rules {
		errs = append(errs, rules[i].validate(at.Index(i))...)
	}
	return errs
}

func (r *ContainerRestartRule) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if r.Action != "Restart" && r.Action != "RestartAllContainers" {
		errs = append(errs, notSupported(path.Child("action"), r.Action, "Restart",
			"RestartAllContainers")...)
	}
	at, codes := path.Child("exitCodes"), r.ExitCodes
	if codes == nil {
		return append(errs, field.Required(at, "must be specified"))
	}
	if codes.Operator != "In" && codes.Operator != "NotIn" {
		errs = append(errs, notSupported(at.Child("operator"), codes.Operator, "In", "NotIn")...)
	}
	if len(codes.Values) > maxExitCodes {
		errs = append(errs, field.TooMany(at.Child("values"), len(codes.Values), maxExitCodes))
	}
	return errs
}

// What a change of a resource does to a container.
const (
	notRequired      = "NotRequired"
	restartContainer = "RestartContainer"
)

// validateResizing judges what changes of resources do. NB: what is wrong with an entry is reported of the
// whole list.
func validateResizing(list []ContainerResizePolicy, pod RestartPolicy, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[ResourceName]bool)
	for i, p := range list {
		if seen[p.ResourceName] {
			errs = append(errs, field.Duplicate(path.Index(i), p.ResourceName))
		}
		seen[p.ResourceName] = true
		errs = append(errs, oneOf(path, p.ResourceName, ResourceCPU, ResourceMemory)...)
		errs = append(errs, oneOf(path, p.RestartPolicy, notRequired, restartContainer)...)
		if pod == RestartPolicyNever && p.RestartPolicy != notRequired {
			errs = append(errs, field.Invalid(path, p.RestartPolicy,
				"must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
		}
	}
	return errs
}
