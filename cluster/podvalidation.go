package cluster

import (
	"math"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// ValidatePodTemplate reports what is wrong with a pod template that has its defaults, in the order in
// which the API server looks. The path leads to the template; nil is the root.
func ValidatePodTemplate(t *PodTemplateSpec, path *field.Path) field.ErrorList {
	annotations, spec := path.Child("annotations"), path.Child("spec")
	errs := validateLabels(t.ObjectMeta.Labels, path.Child("labels"))
	errs = append(errs, validateAnnotations(t.ObjectMeta.Annotations, annotations)...)
	errs = append(errs, validatePodAnnotations(t.ObjectMeta.Annotations, &t.Spec, annotations)...)
	errs = append(errs, validatePodSpec(&t.Spec, spec, ofTemplate)...)
	errs = append(errs, validateProfilesAgree(t.ObjectMeta.Annotations, &t.Spec, spec)...)
	if len(t.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(spec.Child("ephemeralContainers"),
			"ephemeral containers not allowed in pod template"))
	}
	return errs
}

// specOf says whose spec is judged.
type specOf bool

const (
	ofTemplate specOf = false
	ofPod      specOf = true
)

func validatePodSpec(s *PodSpec, path *field.Path, of specOf) field.ErrorList {
	volumes, errs := validateVolumes(s.Volumes, path.Child("volumes"))
	errs = append(errs, validateResourceClaims(s.ResourceClaims, path.Child("resourceClaims"))...)
	errs = append(errs, validateContainers(s, volumes, path.Child("containers"))...)
	errs = append(errs, validateInitContainers(s, volumes, path.Child("initContainers"))...)
	errs = append(errs, validateEphemerals(s, volumes, path.Child("ephemeralContainers"))...)
	errs = append(errs, validatePodResources(s, path.Child("resources"))...)
	errs = append(errs, validateHostNetwork(s, of, path.Child("containers"))...)
	errs = append(errs, oneOf(path.Child("restartPolicy"), s.RestartPolicy,
		RestartPolicyAlways, RestartPolicyOnFailure, RestartPolicyNever)...)
	errs = append(errs, oneOf(path.Child("dnsPolicy"), s.DNSPolicy,
		DNSClusterFirstWithHostNet, DNSClusterFirst, DNSDefault, DNSNone)...)
	errs = append(errs, validateLabels(s.NodeSelector, path.Child("nodeSelector"))...)
	errs = append(errs, validatePodSecurity(s, path.Child("securityContext"))...)
	if share := s.ShareProcessNamespace; share != nil && *share && s.HostPID {
		errs = append(errs, field.Invalid(path.Child("shareProcessNamespace"), *share,
			"ShareProcessNamespace and HostPID cannot both be enabled"))
	}
	errs = append(errs, validateAffinity(s.Affinity, path.Child("affinity"))...)
	errs = append(errs, validateDNS(s, path.Child("dnsConfig"))...)
	errs = append(errs, validateGates(s, path)...)
	errs = append(errs, validateSpread(s.TopologySpreadConstraints,
		path.Child("topologySpreadConstraints"))...)
	errs = append(errs, validateHostProcess(s, path)...)
	errs = append(errs, validateHostUsers(s, path)...)
	errs = append(errs, validateHostname(s, path)...)
	errs = append(errs, validatePodNames(s, path)...)
	errs = append(errs, validateTolerations(s.Tolerations, path.Child("tolerations"))...)
	errs = append(errs, validateRest(s, path)...)
	errs = append(errs, validateOS(s, path)...)
	errs = append(errs, validateFileVolumes(s, path)...)
	if of == ofPod {
		errs = append(errs, onlyForPods(s, path)...)
	}
	return errs
}

// onlyForPods reports what is wrong with a pod and would be right in a template.
func onlyForPods(s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range s.Volumes {
		projected := s.Volumes[i].Projected
		if projected == nil || s.ServiceAccountName != "" {
			continue
		}
		for j := range projected.Sources {
			if projected.Sources[j].ServiceAccountToken != nil {
				at := path.Child("volumes").Index(i).Child("projected", "sources").Index(j)
				errs = append(errs, field.Forbidden(at.Child("serviceAccountToken"),
					"must not be specified when serviceAccountName is not set"))
			}
		}
	}
	if grace := s.TerminationGracePeriodSeconds; grace != nil {
		errs = append(errs, notBelowZero(path.Child("terminationGracePeriodSeconds"), *grace)...)
	}
	for _, list := range [...]struct {
		name       string
		containers []Container
	}{{"containers", s.Containers}, {"initContainers", s.InitContainers}} {
		for i := range list.containers {
			errs = append(errs, validateImageSpace(list.containers[i].Image,
				path.Child(list.name).Index(i).Child("image"))...)
		}
	}
	return errs
}

// validatePodNames judges the names of other objects, and those that the pod gets in DNS. An empty
// name is no name.
func validatePodNames(s *PodSpec, path *field.Path) field.ErrorList {
	errs := optionalName(path.Child("serviceAccountName"), s.ServiceAccountName, affinity.DNSSubdomainErrors)
	errs = append(errs, optionalName(path.Child("nodeName"), s.NodeName, affinity.DNSSubdomainErrors)...)
	if d := s.ActiveDeadlineSeconds; d != nil {
		errs = append(errs, inRange(path.Child("activeDeadlineSeconds"), *d, 1, math.MaxInt32)...)
	}
	errs = append(errs, optionalName(path.Child("hostname"), s.Hostname, affinity.DNSLabelErrors)...)
	return append(errs, optionalName(path.Child("subdomain"), s.Subdomain, affinity.DNSLabelErrors)...)
}

func optionalName(path *field.Path, name string, check func(string) []string) field.ErrorList {
	if name == "" {
		return nil
	}
	return invalids(path, name, check(name))
}

func validateRest(s *PodSpec, path *field.Path) field.ErrorList {
	errs := validateHostAliases(s.HostAliases, path.Child("hostAliases"))
	errs = append(errs,
		optionalName(path.Child("priorityClassName"), s.PriorityClassName, affinity.DNSSubdomainErrors)...)
	if n := s.RuntimeClassName; n != nil {
		errs = append(errs, invalids(path.Child("runtimeClassName"), *n, affinity.DNSSubdomainErrors(*n))...)
	}
	if p := s.PreemptionPolicy; p != nil {
		errs = append(errs, oneOf(path.Child("preemptionPolicy"), *p, PreemptLowerPriority, PreemptNever)...)
	}
	if s.Overhead != nil {
		errs = append(errs,
			validateResources(&ResourceRequirements{Limits: s.Overhead}, nil, path.Child("overhead"))...)
	}
	return errs
}

func validateHostAliases(aliases []HostAlias, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, alias := range aliases {
		errs = append(errs, validateAddress(alias.IP, path.Index(i).Child("ip"))...)
		for j, name := range alias.Hostnames {
			errs = append(errs,
				invalids(path.Index(i).Child("hostnames").Index(j), name,
					affinity.DNSSubdomainErrors(name))...)
		}
	}
	return errs
}

// maxHostname is what the kernel allows.
const maxHostname = 64

func validateHostname(s *PodSpec, path *field.Path) field.ErrorList {
	name, at := s.HostnameOverride, path.Child("hostnameOverride")
	if name == nil {
		return nil
	}
	var errs field.ErrorList
	if s.SetHostnameAsFQDN != nil && *s.SetHostnameAsFQDN {
		errs = append(errs, field.Forbidden(at, "may not be specified when setHostnameAsFQDN is true"))
	}
	if s.HostNetwork {
		errs = append(errs, field.Forbidden(at, "may not be specified when hostNetwork is true"))
	}
	if len(*name) > maxHostname {
		errs = append(errs, field.TooLong(at, "", maxHostname))
	}
	return append(errs, invalids(at, *name, affinity.DNSSubdomainErrors(*name))...)
}

// validateHostUsers keeps pods with users of their own out of the node's namespaces. NB: two of the
// paths are spelled with a capital, as the API server has them.
func validateHostUsers(s *PodSpec, path *field.Path) field.ErrorList {
	if s.HostUsers == nil || *s.HostUsers {
		return nil
	}
	const detail = "when `hostUsers` is false"
	var errs field.ErrorList
	for _, f := range [...]struct {
		name string
		set  bool
	}{{"hostNetwork", s.HostNetwork}, {"HostPID", s.HostPID}, {"HostIPC", s.HostIPC}} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), detail))
		}
	}
	for at, c := range s.containersIn(path) {
		if len(c.VolumeDevices) > 0 {
			errs = append(errs, field.Forbidden(at.Child("volumeDevices"), detail))
		}
	}
	return errs
}
