package cluster

import (
	"fmt"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// validateAllContainers judges the containers and what must be unique among them. Regular containers
// come first: an init container that has the name of one is the duplicate.
func validateAllContainers(
	s *PodSpec, volumes map[string]*Volume, path *field.Path,
) field.ErrorList {
	containers := path.Child("containers")
	if len(s.Containers) == 0 {
		errs := field.ErrorList{field.Required(containers, "")}
		return append(errs, validateInitContainers(s, volumes, nil, path.Child("initContainers"))...)
	}
	var errs field.ErrorList
	names, ports := make(map[string]bool), make(map[string]bool)
	for i := range s.Containers {
		c, at := &s.Containers[i], containers.Index(i)
		errs = append(errs, validateContainer(c, s, volumes, at)...)
		errs = append(errs, uniqueName(c.Name, names, at)...)
		errs = append(errs, validateHostPorts(c, s.HostNetwork, ports, at)...)
		errs = append(errs, validateProbes(c, at)...)
		errs = append(errs, validateLifecycle(c.Lifecycle, s.TerminationGracePeriodSeconds, at)...)
	}
	return append(errs, validateInitContainers(s, volumes, names, path.Child("initContainers"))...)
}

func validateInitContainers(
	s *PodSpec, volumes map[string]*Volume, names map[string]bool, path *field.Path,
) field.ErrorList {
	if names == nil {
		names = make(map[string]bool)
	}
	var errs field.ErrorList
	for i := range s.InitContainers {
		c, at := &s.InitContainers[i], path.Index(i)
		errs = append(errs, validateContainer(c, s, volumes, at)...)
		errs = append(errs, uniqueName(c.Name, names, at)...)
		errs = append(errs, validateHostPorts(c, false, make(map[string]bool), at)...)
		if c.isSidecar() {
			errs = append(errs, validateProbes(c, at)...)
			errs = append(errs, validateLifecycle(c.Lifecycle, s.TerminationGracePeriodSeconds, at)...)
		} else {
			errs = append(errs, onlyForSidecars(c, at)...)
		}
	}
	return errs
}

// onlyForSidecars reports what makes no sense for a container that ends before others start.
func onlyForSidecars(c *Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, f := range [...]struct {
		name string
		set  bool
	}{
		{"lifecycle", c.Lifecycle != nil}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil},
	} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name),
				"may not be set for init containers without restartPolicy=Always"))
		}
	}
	return errs
}

func uniqueName(name string, names map[string]bool, path *field.Path) field.ErrorList {
	if names[name] {
		return field.ErrorList{field.Duplicate(path.Child("name"), name)}
	}
	if name != "" {
		names[name] = true
	}
	return nil
}

// validateContainer judges what all kinds of containers have in common.
func validateContainer(
	c *Container, s *PodSpec, volumes map[string]*Volume, path *field.Path,
) field.ErrorList {
	errs := requiredName(path.Child("name"), c.Name, affinity.DNSLabelErrors)
	errs = append(errs, required(path.Child("image"), c.Image)...)
	errs = append(errs, oneOf(path.Child("imagePullPolicy"), c.ImagePullPolicy,
		PullAlways, PullIfNotPresent, PullNever)...)
	errs = append(errs, oneOf(path.Child("terminationMessagePolicy"), c.TerminationMessagePolicy,
		TerminationMessageFallbackToLogsOnError, TerminationMessageReadFile)...)
	if p := c.RestartPolicy; p != nil {
		errs = append(errs, oneOf(path.Child("restartPolicy"), *p, ContainerRestartPolicyAlways,
			ContainerRestartPolicyNever, ContainerRestartPolicyOnFailure)...)
	}
	errs = append(errs, validatePorts(c.Ports, path.Child("ports"))...)
	errs = append(errs, validateEnv(c.Env, path.Child("env"))...)
	errs = append(errs, validateResources(&c.Resources, claimNames(s.ResourceClaims), path.Child("resources"))...)
	errs = append(errs, validateMounts(c, volumes, path.Child("volumeMounts"))...)
	return append(errs, validateSecurityContext(c.SecurityContext, s, path.Child("securityContext"))...)
}

func validatePorts(ports []ContainerPort, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := make(map[string]bool)
	for i := range ports {
		p, at := &ports[i], path.Index(i)
		errs = append(errs, validatePortName(p.Name, names, at.Child("name"))...)
		if p.ContainerPort == 0 {
			errs = append(errs, field.Required(at.Child("containerPort"), ""))
		} else {
			errs = append(errs, validPort(at.Child("containerPort"), p.ContainerPort)...)
		}
		if p.HostPort != 0 {
			errs = append(errs, validPort(at.Child("hostPort"), p.HostPort)...)
		}
		errs = append(errs, oneOf(at.Child("protocol"), p.Protocol,
			ProtocolSCTP, ProtocolTCP, ProtocolUDP)...)
	}
	return errs
}

// validatePortName judges a name if there is one. One that is malformed is not a duplicate as well.
func validatePortName(name string, names map[string]bool, path *field.Path) field.ErrorList {
	if name == "" {
		return nil
	}
	if errs := invalids(path, name, affinity.PortNameErrors(name)); len(errs) > 0 {
		return errs
	}
	if names[name] {
		return field.ErrorList{field.Duplicate(path, name)}
	}
	names[name] = true
	return nil
}

// validateHostPorts judges the ports that a container takes on its node; taken are those of the
// containers before it.
func validateHostPorts(
	c *Container, hostNetwork bool, taken map[string]bool, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	for i := range c.Ports {
		p, at := &c.Ports[i], path.Child("ports").Index(i).Child("hostPort")
		if p.HostPort == 0 {
			continue
		}
		key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort)
		if taken[key] {
			errs = append(errs, field.Duplicate(at, key))
		}
		taken[key] = true
		if hostNetwork && p.HostPort != p.ContainerPort {
			errs = append(errs, field.Invalid(at, p.HostPort,
				"must match `containerPort` when `hostNetwork` is true"))
		}
	}
	return errs
}
