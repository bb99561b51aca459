package kubectl

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// environment writes the environment variables of a container. Values that come from elsewhere are
// only known within a pod.
func (d *describer) environment(c *cluster.Container, pod running) {
	d.environmentFrom(c.EnvFrom)
	if len(c.Env) == 0 {
		d.line(2, "Environment:\t%s", none)
		return
	}
	d.line(2, "Environment:")
	for i := range c.Env {
		d.variable(&c.Env[i], c, pod)
	}
}

func (d *describer) environmentFrom(list []cluster.EnvFromSource) {
	if len(list) == 0 {
		return
	}
	d.line(2, "Environment Variables from:")
	for _, e := range list {
		name, from, optional := "", "", false
		switch {
		case e.ConfigMapRef != nil:
			name, from, optional = e.ConfigMapRef.Name, "ConfigMap", isTrue(e.ConfigMapRef.Optional)
		case e.SecretRef != nil:
			name, from, optional = e.SecretRef.Name, "Secret", isTrue(e.SecretRef.Optional)
		}
		if e.Prefix != "" {
			from += " with prefix '" + e.Prefix + "'"
		}
		d.line(3, "%s\t%s\tOptional: %t", name, from, optional)
	}
}

func (d *describer) variable(e *cluster.EnvVar, c *cluster.Container, pod running) {
	from := e.ValueFrom
	switch {
	case from == nil:
		lines := strings.Split(e.Value, "\n")
		d.line(3, "%s:\t%s", e.Name, lines[0])
		for _, line := range lines[1:] {
			d.line(3, "\t%s", line)
		}
	case from.FieldRef != nil:
		d.line(3, "%s:\t%s (%s:%s)", e.Name, podField(pod, from.FieldRef.FieldPath),
			from.FieldRef.APIVersion, from.FieldRef.FieldPath)
	case from.ResourceFieldRef != nil:
		d.line(3, "%s:\t%s (%s)", e.Name, resourceField(c, from.ResourceFieldRef), from.ResourceFieldRef.Resource)
	case from.SecretKeyRef != nil:
		s := from.SecretKeyRef
		d.line(3, "%s:\t<set to the key '%s' in secret '%s'>\tOptional: %t", e.Name, s.Key, s.Name, isTrue(s.Optional))
	case from.ConfigMapKeyRef != nil:
		m := from.ConfigMapKeyRef
		d.line(3, "%s:\t<set to the key '%s' of config map '%s'>\tOptional: %t",
			e.Name, m.Key, m.Name, isTrue(m.Optional))
	case from.FileKeyRef != nil:
		f := from.FileKeyRef
		d.line(3, "%s:\t<set to the key '%s' of file '%s' in volume '%s'>\tOptional: %t",
			e.Name, f.Key, f.Path, f.VolumeName, isTrue(f.Optional))
	}
}

// podField is the value of a field of a pod's metadata; "" for all others, as in kubectl.
func podField(pod running, path string) string {
	if pod == nil {
		return ""
	}
	key, isLabel := strings.CutPrefix(strings.TrimSuffix(path, "']"), "metadata.labels['")
	if isLabel {
		return pod.Labels[key]
	}
	if key, ok := strings.CutPrefix(strings.TrimSuffix(path, "']"), "metadata.annotations['"); ok {
		return pod.Annotations[key]
	}
	switch path {
	case "metadata.name":
		return pod.Name
	case "metadata.namespace":
		return pod.Namespace
	case "metadata.uid":
		return pod.UID.String()
	}
	return ""
}

// resourceField is an amount of the container, in units of the divisor and rounded up.
func resourceField(c *cluster.Container, f *cluster.ResourceFieldSelector) string {
	which, name, _ := strings.Cut(f.Resource, ".")
	list := c.Resources.Limits
	if which == "requests" {
		list = c.Resources.Requests
	}
	amount, divisor := list[cluster.ResourceName(name)], f.Divisor
	if divisor.IsZero() {
		divisor = quantity.New(1)
	}
	var n int64
	if name == string(cluster.ResourceCPU) {
		n = divideUp(amount.MilliValue(), divisor.MilliValue())
	} else {
		n = divideUp(amount.Value(), divisor.Value())
	}
	if n == 0 && (f.Resource == "limits.cpu" || f.Resource == "limits.memory") {
		return "node allocatable"
	}
	return fmt.Sprintf("%d", n)
}

func divideUp(n, by int64) int64 {
	if by == 0 {
		return 0
	}
	q := n / by
	if n%by != 0 && (n > 0) == (by > 0) {
		q++
	}
	return q
}

func isTrue(b *bool) bool { return b != nil && *b }
