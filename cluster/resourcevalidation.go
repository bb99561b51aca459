package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// validateResources judges what a container asks for. Claims are the names of the pod's resource claims.
func validateResources(r *ResourceRequirements, claims []string, path *field.Path) field.ErrorList {
	return validateRequirements(r, validateContainerResource, claims, path)
}

// validateRequirements judges requests and limits, whose names are for judge to say something about.
func validateRequirements(
	r *ResourceRequirements, judge func(ResourceName, *field.Path) field.ErrorList, claims []string,
	path *field.Path,
) field.ErrorList {
	limits, requests := path.Child("limits"), path.Child("requests")
	var errs field.ErrorList
	for _, name := range r.Limits.names() {
		at := limits.Key(string(name))
		errs = append(errs, judge(name, at)...)
		errs = append(errs, validateAmount(name, r.Limits[name], at)...)
		errs = append(errs, validatePages(name, r.Limits[name], at)...)
	}
	for _, name := range r.Requests.names() {
		at := requests.Key(string(name))
		errs = append(errs, judge(name, at)...)
		errs = append(errs, validateAmount(name, r.Requests[name], at)...)
		errs = append(errs, validateRequest(name, r, limits, requests)...)
		errs = append(errs, validatePages(name, r.Requests[name], at)...)
	}
	huge := hasAny(r, isHugePages)
	if huge && !hasAny(r, func(n ResourceName) bool { return n == ResourceCPU || n == ResourceMemory }) {
		errs = append(errs, field.Forbidden(path, "HugePages require cpu or memory"))
	}
	return append(errs, validateClaimsUsed(r.Claims, claims, path.Child("claims"))...)
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

// validateAmount judges an amount alone, whatever its resource is for.
func validateAmount(name ResourceName, q quantity.Quantity, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if q.Sign() < 0 {
		errs = append(errs, field.Invalid(path, q.String(), notNegative))
	}
	if (isCounted(name) || isExtended(name)) && q.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, q.String(), "must be an integer"))
	}
	return errs
}

// validatePages asks for whole pages of huge memory.
func validatePages(name ResourceName, q quantity.Quantity, path *field.Path) field.ErrorList {
	if !isHugePages(name) {
		return nil
	}
	size, err := quantity.Parse(strings.TrimPrefix(string(name), hugePagesPrefix))
	if err == nil && size.Sign() > 0 && size.MilliValue()%1000 == 0 && q.Value()%size.Value() == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, q.String(),
		fmt.Sprintf("%s is not positive integer multiple of %s", q, name))}
}

// validateResourceName judges the name of any resource.
func validateResourceName(name ResourceName, path *field.Path) field.ErrorList {
	text := string(name)
	errs := invalids(path, text, affinity.KeyErrors(text))
	if len(errs) == 0 && !strings.Contains(text, "/") && !isStandard(name) {
		errs = append(errs, field.Invalid(path, text, "must be a standard resource type or fully qualified"))
	}
	return errs
}

// validateContainerResource judges the name of a resource that a container uses.
func validateContainerResource(name ResourceName, path *field.Path) field.ErrorList {
	text := string(name)
	errs := validateResourceName(name, path)
	switch {
	case !strings.Contains(text, "/"):
		if !isContainerResource(name) {
			errs = append(errs, field.Invalid(path, text, "must be a standard resource for containers"))
		}
	case !isNative(name) && !isExtended(name):
		errs = append(errs, field.Invalid(path, text, "doesn't follow extended resource name standard"))
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

// isCounted reports whether a resource comes in whole pieces.
func isCounted(name ResourceName) bool {
	switch name {
	case ResourcePods, "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
		"persistentvolumeclaims", "services.nodeports", "services.loadbalancers":
		return true
	}
	return false
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
	case ResourceStorage, "requests.cpu", "requests.memory", "requests.storage",
		"requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage":
		return true
	}
	return isCounted(name)
}
