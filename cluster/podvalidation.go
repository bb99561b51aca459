package cluster

import (
	"math"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// ValidatePodTemplate reports what is wrong with a pod template that has its defaults, in the order of
// the fields. The path leads to the template; nil is the root.
//
// Fields that the simulator does not interpret are judged where the rule is simple. What is
// accepted here may still be refused by a real cluster; what is refused here is refused there.
func ValidatePodTemplate(t *PodTemplateSpec, path *field.Path) field.ErrorList {
	errs := validateLabels(t.ObjectMeta.Labels, path.Child("labels"))
	errs = append(errs, validateAnnotations(t.ObjectMeta.Annotations, path.Child("annotations"))...)
	spec := path.Child("spec")
	errs = append(errs, validatePodSpec(&t.Spec, spec, ofTemplate)...)
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
	errs = append(errs, validateAllContainers(s, volumes, path)...)
	errs = append(errs, validatePodPolicies(s, path)...)
	errs = append(errs, validatePodNames(s, path)...)
	errs = append(errs, validateHostUsers(s, path)...)
	errs = append(errs, validatePodSecurity(s, path.Child("securityContext"))...)
	return append(errs, validatePlacement(s, path)...)
}

func validatePodPolicies(s *PodSpec, path *field.Path) field.ErrorList {
	errs := oneOf(path.Child("restartPolicy"), s.RestartPolicy,
		RestartPolicyAlways, RestartPolicyOnFailure, RestartPolicyNever)
	if d := s.ActiveDeadlineSeconds; d != nil {
		errs = append(errs, inRange(path.Child("activeDeadlineSeconds"), *d, 1, math.MaxInt32)...)
	}
	return append(errs, validateDNS(s, path)...)
}

// maxNameservers is how many nameservers resolvers support.
const maxNameservers = 3

func validateDNS(s *PodSpec, path *field.Path) field.ErrorList {
	errs := oneOf(path.Child("dnsPolicy"), s.DNSPolicy,
		DNSClusterFirstWithHostNet, DNSClusterFirst, DNSDefault, DNSNone)
	config, at := s.DNSConfig, path.Child("dnsConfig")
	if s.DNSPolicy == DNSNone {
		switch {
		case config == nil:
			errs = append(errs, field.Required(at, "must provide `dnsConfig` when `dnsPolicy` is None"))
		case len(config.Nameservers) == 0:
			errs = append(errs, field.Required(at.Child("nameservers"),
				"must provide at least one DNS nameserver when `dnsPolicy` is None"))
		}
	}
	if config != nil && len(config.Nameservers) > maxNameservers {
		errs = append(errs, field.Invalid(at.Child("nameservers"), config.Nameservers,
			"must not have more than 3 nameservers"))
	}
	return errs
}

// validatePodNames judges the names of other objects, and those that the pod gets in DNS. An empty
// name is no name.
func validatePodNames(s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, f := range [...]struct {
		name, value string
		check       func(string) []string
	}{
		{"serviceAccountName", s.ServiceAccountName, affinity.DNSSubdomainErrors},
		{"nodeName", s.NodeName, affinity.DNSSubdomainErrors},
		{"hostname", s.Hostname, affinity.DNSLabelErrors},
		{"subdomain", s.Subdomain, affinity.DNSLabelErrors},
		{"priorityClassName", s.PriorityClassName, affinity.DNSSubdomainErrors},
	} {
		if f.value != "" {
			errs = append(errs, invalids(path.Child(f.name), f.value, f.check(f.value))...)
		}
	}
	if n := s.RuntimeClassName; n != nil {
		errs = append(errs, invalids(path.Child("runtimeClassName"), *n, affinity.DNSSubdomainErrors(*n))...)
	}
	return errs
}

// validateHostUsers keeps pods with users of their own out of the node's namespaces. NB: two of the
// paths are spelled with a capital, as the API server has them.
func validateHostUsers(s *PodSpec, path *field.Path) field.ErrorList {
	if s.HostUsers == nil || *s.HostUsers {
		return nil
	}
	var errs field.ErrorList
	for _, f := range [...]struct {
		name string
		set  bool
	}{{"hostNetwork", s.HostNetwork}, {"HostPID", s.HostPID}, {"HostIPC", s.HostIPC}} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), "when `hostUsers` is false"))
		}
	}
	return errs
}
