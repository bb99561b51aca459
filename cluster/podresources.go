package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// claimNames are the names that containers can use of the pod's resource claims.
func claimNames(claims []PodResourceClaim) []string {
	var names []string
	for i := range claims {
		if name := claims[i].Name; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func validateResourceClaims(claims []PodResourceClaim, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := make(map[string]bool, len(claims))
	for i := range claims {
		c, at := &claims[i], path.Index(i)
		if names[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		} else {
			errs = append(errs, requiredName(at.Child("name"), c.Name, affinity.DNSLabelErrors)...)
		}
		names[c.Name] = c.Name != ""
		switch {
		case c.ResourceClaimName != nil && c.ResourceClaimTemplateName != nil:
			errs = append(errs, field.Invalid(at, field.Internal(c),
				"at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"))
		case c.ResourceClaimName == nil && c.ResourceClaimTemplateName == nil:
			errs = append(errs, field.Invalid(at, field.Internal(c),
				"must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"))
		}
		if name := c.ResourceClaimName; name != nil {
			errs = append(errs, invalids(at.Child("resourceClaimName"), *name,
				affinity.DNSSubdomainErrors(*name))...)
		}
		if name := c.ResourceClaimTemplateName; name != nil {
			errs = append(errs,
				invalids(at.Child("resourceClaimTemplateName"), *name, affinity.DNSSubdomainErrors(*name))...)
		}
	}
	return errs
}

// validateClaimsUsed judges which of the pod's claims a container uses. A claim without a request stands
// for all of its requests, so that naming one of them as well is naming it twice.
func validateClaimsUsed(used []ResourceClaim, names []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(used))
	for i, c := range used {
		at := path.Index(i)
		if c.Name == "" {
			errs = append(errs, field.Required(at, ""))
			continue
		}
		errs = append(errs, validateClaimUsed(c, seen, at)...)
		if !slices.Contains(names, c.Name) {
			err := field.NotFound(at, c.Name)
			err.Detail = "must be one of the names in pod.spec.resourceClaims which is empty"
			if len(names) > 0 {
				err.Detail = "must be one of the names in pod.spec.resourceClaims: " + strings.Join(names, ", ")
			}
			errs = append(errs, err)
		}
	}
	return errs
}

func validateClaimUsed(c ResourceClaim, seen map[string]bool, path *field.Path) field.ErrorList {
	if seen[c.Name] {
		return field.ErrorList{field.Duplicate(path, c.Name)}
	}
	key := c.Name
	var errs field.ErrorList
	if c.Request != "" {
		errs = invalids(path.Child("request"), c.Request, affinity.DNSLabelErrors(c.Request))
		key += "/" + c.Request
	}
	if seen[key] {
		errs = append(errs, field.Duplicate(path, key))
	} else if c.Request == "" {
		for _, other := range sortedKeys(seen) {
			if strings.HasPrefix(other, c.Name+"/") {
				errs = append(errs, field.Duplicate(path, c.Name))
			}
		}
	}
	seen[key] = true
	return errs
}

// validatePodResources judges what the pod as a whole asks for, and that the containers together stay
// within it.
func validatePodResources(s *PodSpec, path *field.Path) field.ErrorList {
	r := s.Resources
	if r == nil {
		return nil
	}
	if s.onWindows() {
		return field.ErrorList{field.Forbidden(path, "may not be set for a windows pod")}
	}
	var errs field.ErrorList
	if r.Claims != nil {
		errs = append(errs, field.Forbidden(path.Child("claims"),
			"claims may not be set for Resources at pod-level"))
	}
	errs = append(errs, validateRequirements(r, validatePodResource, claimNames(s.ResourceClaims), path)...)
	return append(errs, validateShares(s, path)...)
}

// onWindows reports whether the pod says that it is for Windows.
func (s *PodSpec) onWindows() bool { return s.OS != nil && s.OS.Name == Windows }

// validatePodResource judges the name of a resource that a pod as a whole can ask for.
func validatePodResource(name ResourceName, path *field.Path) field.ErrorList {
	if errs := validateResourceName(name, path); len(errs) > 0 {
		return errs
	}
	if hasPodLevel(name) {
		return nil
	}
	return notSupported(path, name, ResourceCPU, hugePagesPrefix, ResourceMemory)
}

// validateShares compares the pod's resources with those of its containers.
func validateShares(s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	requests := aggregate(s, func(r *ResourceRequirements) ResourceList { return r.Requests })
	limits := aggregate(s, func(r *ResourceRequirements) ResourceList { return r.Limits })
	for _, name := range requests.names() {
		have, found := s.Resources.Requests[name]
		if sum := requests[name]; found && sum.Cmp(have) > 0 {
			errs = append(errs, field.Invalid(path.Child("requests").Key(string(name)), have.String(),
				fmt.Sprintf("must be greater than or equal to aggregate container requests of %s", sum)))
		}
	}
	for _, name := range limits.names() {
		have, found := s.Resources.Limits[name]
		if sum := limits[name]; found && isHugePages(name) && sum.Cmp(have) > 0 {
			errs = append(errs, field.Invalid(path.Child("limits").Key(string(name)), have.String(),
				fmt.Sprintf("must be greater than or equal to aggregate container limits of %s", sum)))
		}
	}
	for i := range s.Containers {
		own := s.Containers[i].Resources.Limits
		for _, name := range own.names() {
			have, found := s.Resources.Limits[name]
			if limit := own[name]; found && limit.Cmp(have) > 0 {
				at := path.Child("containers").Index(i).Key(string(name)).Child("limits")
				errs = append(errs, field.Invalid(at, limit.String(),
					fmt.Sprintf("must be less than or equal to pod limits of %s", have)))
			}
		}
	}
	return errs
}
