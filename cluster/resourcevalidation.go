package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// validateResources judges the resources of a container.
func validateResources(r *ResourceRequirements, path *field.Path) field.ErrorList {
	limits, requests := path.Child("limits"), path.Child("requests")
	errs := validateAmounts(r.Limits, limits)
	for _, name := range r.Requests.names() {
		errs = append(errs, validateAmount(name, r.Requests[name], requests.Key(string(name)))...)
		errs = append(errs, validateRequest(name, r, limits, requests)...)
	}
	huge := hasAny(r, isHugePages)
	if huge && !hasAny(r, func(n ResourceName) bool { return n == ResourceCPU || n == ResourceMemory }) {
		errs = append(errs, field.Forbidden(path, "HugePages require cpu or memory"))
	}
	return errs
}

func hasAny(r *ResourceRequirements, is func(ResourceName) bool) bool {
	return slices.ContainsFunc(r.Limits.names(), is) || slices.ContainsFunc(r.Requests.names(), is)
}

// validateRequest compares a request with its limit. Resources of which a node cannot hand out more
// than it has need a limit, and an equal one.
func validateRequest(
	name ResourceName, r *ResourceRequirements, limits, requests *field.Path,
) field.ErrorList {
	request := r.Requests[name]
	limit, found := r.Limits[name]
	switch elastic := isNative(name) && !isHugePages(name); {
	case !found && !elastic:
		return field.ErrorList{field.Required(limits, "Limit must be set for non overcommitable resources")}
	case !found:
		return nil
	case !elastic && request.Cmp(limit) != 0:
		return field.ErrorList{field.Invalid(requests, request.String(),
			fmt.Sprintf("must be equal to %s limit of %s", name, limit))}
	case request.Cmp(limit) > 0:
		return field.ErrorList{field.Invalid(requests, request.String(),
			fmt.Sprintf("must be less than or equal to %s limit of %s", name, limit))}
	}
	return nil
}

func validateAmounts(l ResourceList, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, name := range l.names() {
		errs = append(errs, validateAmount(name, l[name], path.Key(string(name)))...)
	}
	return errs
}

func validateAmount(name ResourceName, q quantity.Quantity, path *field.Path) field.ErrorList {
	errs := validateContainerResource(name, path)
	if q.Sign() < 0 {
		errs = append(errs, field.Invalid(path, q.String(), notNegative))
	}
	if isExtended(name) && q.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, q.String(), "must be an integer"))
	}
	return errs
}

// validateContainerResource judges the name of a resource that a container uses.
func validateContainerResource(name ResourceName, path *field.Path) field.ErrorList {
	text := string(name)
	errs := invalids(path, text, affinity.KeyErrors(text))
	if len(errs) > 0 {
		return errs
	}
	if strings.Contains(text, "/") {
		if !isNative(name) && !isExtended(name) {
			errs = append(errs, field.Invalid(path, text, "doesn't follow extended resource name standard"))
		}
		return errs
	}
	if !isStandard(name) {
		errs = append(errs, field.Invalid(path, text, "must be a standard resource type or fully qualified"))
	}
	if !isContainerResource(name) {
		errs = append(errs, field.Invalid(path, text, "must be a standard resource for containers"))
	}
	return errs
}

// isNative reports whether a resource is Kubernetes' own.
func isNative(name ResourceName) bool {
	return !strings.Contains(string(name), "/") || strings.Contains(string(name), "kubernetes.io/")
}

const requestsPrefix = "requests."

// isExtended reports whether a resource is one that somebody has added to nodes.
func isExtended(name ResourceName) bool {
	return !isNative(name) && !strings.HasPrefix(string(name), requestsPrefix) &&
		len(affinity.KeyErrors(requestsPrefix+string(name))) == 0
}

func isContainerResource(name ResourceName) bool {
	return name == ResourceCPU || name == ResourceMemory || name == ResourceEphemeralStorage ||
		isHugePages(name)
}

// isStandard reports whether a name without prefix means something anywhere, if only in a quota.
func isStandard(name ResourceName) bool {
	if isContainerResource(name) || isHugePages(ResourceName(strings.TrimPrefix(string(name), requestsPrefix))) {
		return true
	}
	switch name {
	case ResourcePods, ResourceStorage, "requests.cpu", "requests.memory", "requests.storage",
		"requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
		"resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
		"persistentvolumeclaims", "services.nodeports", "services.loadbalancers":
		return true
	}
	return false
}
