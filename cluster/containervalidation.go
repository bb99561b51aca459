package cluster

import (
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// containersIn walks over all containers of a pod with the paths to them: those that initialize it, the
// regular and the ephemeral ones.
func (s *PodSpec) containersIn(path *field.Path) iter.Seq2[*field.Path, *Container] {
	return func(yield func(*field.Path, *Container) bool) {
		for i := range s.InitContainers {
			if !yield(path.Child("initContainers").Index(i), &s.InitContainers[i]) {
				return
			}
		}
		for i := range s.Containers {
			if !yield(path.Child("containers").Index(i), &s.Containers[i]) {
				return
			}
		}
		for i := range s.EphemeralContainers {
			if !yield(path.Child("ephemeralContainers").Index(i), &s.EphemeralContainers[i].Container) {
				return
			}
		}
	}
}

// validateContainers judges the regular containers and what must be unique among them.
func validateContainers(s *PodSpec, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	if len(s.Containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	names := make(map[string]bool)
	for i := range s.Containers {
		c, at := &s.Containers[i], path.Index(i)
		errs = append(errs, validateContainer(c, s, volumes, at)...)
		if names[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		names[c.Name] = true
		errs = append(errs, validateLifecycle(c.Lifecycle, s, at.Child("lifecycle"))...)
		errs = append(errs, validateProbes(c, at)...)
		errs = append(errs, validateRestarts(c, false /* init */, at)...)
	}
	ports := make(map[string]bool)
	for i := range s.Containers {
		errs = append(errs, validateHostPorts(s.Containers[i].Ports, ports, path.Index(i).Child("ports"))...)
	}
	return errs
}

// validateInitContainers judges the containers that run before the others. One that has the name of a
// regular container is the duplicate. NB: a host port that is there twice is reported of the first.
func validateInitContainers(s *PodSpec, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	names := make(map[string]bool)
	for i := range s.Containers {
		names[s.Containers[i].Name] = true
	}
	var errs field.ErrorList
	for i := range s.InitContainers {
		c, at := &s.InitContainers[i], path.Index(i)
		errs = append(errs, validateContainer(c, s, volumes, at)...)
		errs = append(errs, validateRestarts(c, true /* init */, at)...)
		if names[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		names[c.Name] = names[c.Name] || c.Name != ""
		errs = append(errs, validateHostPorts(c.Ports, make(map[string]bool),
			path.Index(0).Child("ports"))...)
		if c.isSidecar() {
			errs = append(errs, validateLifecycle(c.Lifecycle, s, at.Child("lifecycle"))...)
			errs = append(errs, validateProbes(c, at)...)
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
		{"lifecycle", c.Lifecycle.acts()}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil},
	} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name),
				"may not be set for init containers without restartPolicy=Always"))
		}
	}
	for i, p := range c.ResizePolicy {
		if p.RestartPolicy == restartContainer {
			errs = append(errs, field.Invalid(path.Child("resizePolicy").Index(i).Child("restartPolicy"),
				p.RestartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"))
		}
	}
	return errs
}

// validateEphemerals judges the containers that are added for debugging, which have names of their own and
// may look at other containers.
func validateEphemerals(s *PodSpec, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	lasting := make(map[string]bool)
	for _, list := range [...][]Container{s.Containers, s.InitContainers} {
		for i := range list {
			lasting[list[i].Name] = true
		}
	}
	var errs field.ErrorList
	names := make(map[string]bool)
	for i := range s.EphemeralContainers {
		c, at := &s.EphemeralContainers[i], path.Index(i)
		errs = append(errs, validateContainer(&c.Container, s, volumes, at)...)
		errs = append(errs, validateImageSpace(c.Image, at.Child("image"))...)
		if lasting[c.Name] || names[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		names[c.Name] = true
		if target := c.TargetContainerName; target != "" && !lasting[target] {
			errs = append(errs, field.NotFound(at.Child("targetContainerName"), target))
		}
		errs = append(errs, onlyForLasting(&c.Container, at)...)
	}
	return errs
}

// onlyForLasting reports what an ephemeral container may not have.
func onlyForLasting(c *Container, path *field.Path) field.ErrorList {
	const not = "cannot be set for an Ephemeral Container"
	var errs field.ErrorList
	for _, f := range [...]struct {
		name string
		set  bool
	}{
		{"ports", c.Ports != nil}, {"resources", !reflect.DeepEqual(c.Resources, ResourceRequirements{})},
		{"resizePolicy", c.ResizePolicy != nil}, {"restartPolicy", c.RestartPolicy != nil},
		{"restartPolicyRules", c.RestartPolicyRules != nil}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil},
		{"lifecycle", c.Lifecycle.acts()},
	} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), not))
		}
	}
	for i := range c.VolumeMounts {
		m, at := &c.VolumeMounts[i], path.Child("volumeMounts").Index(i)
		if m.SubPath != "" {
			errs = append(errs, field.Forbidden(at.Child("subPath"), not))
		}
		if m.SubPathExpr != "" {
			errs = append(errs, field.Forbidden(at.Child("subPathExpr"), not))
		}
	}
	return errs
}

// validateImageSpace holds for pods only: a template may have an image of blanks.
func validateImageSpace(image string, path *field.Path) field.ErrorList {
	if image == strings.TrimSpace(image) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, image, "must not have leading or trailing whitespace")}
}

// validateContainer judges what all kinds of containers have in common.
func validateContainer(
	c *Container, s *PodSpec, volumes map[string]*Volume, path *field.Path,
) field.ErrorList {
	errs := requiredName(path.Child("name"), c.Name, affinity.DNSLabelErrors)
	errs = append(errs, required(path.Child("image"), c.Image)...)
	errs = append(errs, oneOf(path.Child("terminationMessagePolicy"), c.TerminationMessagePolicy,
		TerminationMessageReadFile, TerminationMessageFallbackToLogsOnError)...)
	errs = append(errs, validatePorts(c.Ports, path.Child("ports"))...)
	errs = append(errs, validateEnv(c.Env, path.Child("env"))...)
	errs = append(errs, validateEnvFrom(c.EnvFrom, path.Child("envFrom"))...)
	errs = append(errs, validateMounts(c, volumes, path.Child("volumeMounts"))...)
	errs = append(errs, validateDevices(c, volumes, path.Child("volumeDevices"))...)
	errs = append(errs, oneOf(path.Child("imagePullPolicy"), c.ImagePullPolicy,
		PullAlways, PullIfNotPresent, PullNever)...)
	errs = append(errs, validateResources(&c.Resources, claimNames(s.ResourceClaims),
		path.Child("resources"))...)
	errs = append(errs, validateResizing(c.ResizePolicy, s.RestartPolicy, path.Child("resizePolicy"))...)
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
func validateHostPorts(ports []ContainerPort, taken map[string]bool, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range ports {
		p := &ports[i]
		if p.HostPort == 0 {
			continue
		}
		key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort)
		if taken[key] {
			errs = append(errs, field.Duplicate(path.Index(i).Child("hostPort"), key))
		}
		taken[key] = true
	}
	return errs
}

// validateHostNetwork asks of containers in the node's network that their ports are the node's. In a
// template a port may be left out, because a pod gets it as a default.
func validateHostNetwork(s *PodSpec, of specOf, path *field.Path) field.ErrorList {
	if !s.HostNetwork {
		return nil
	}
	var errs field.ErrorList
	for i := range s.Containers {
		for j, p := range s.Containers[i].Ports {
			if (of == ofPod || p.HostPort != 0) && p.HostPort != p.ContainerPort {
				errs = append(errs, field.Invalid(path.Index(i).Child("ports").Index(j).Child("hostPort"),
					p.HostPort, "must match `containerPort` when `hostNetwork` is true"))
			}
		}
	}
	return errs
}
