package kubectl

import (
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// KubeletVersion is the version of a node that does not say which kubelet it has.
const KubeletVersion = "v1.37.2"

func nodeColumns() []column {
	info := func(header string, of func(*cluster.NodeSystemInfo) string) column {
		return wide(header, func(_ *view, n *cluster.Node) string {
			if i := n.Status.NodeInfo; i != nil && of(i) != "" {
				return of(i)
			}
			return "<unknown>"
		})
	}
	address := func(header, kind string) column {
		return wide(header, func(_ *view, n *cluster.Node) string { return nodeAddress(n, kind) })
	}
	return []column{
		nameColumn(),
		narrow("STATUS", func(_ *view, n *cluster.Node) string { return nodeStatus(n) }),
		narrow("ROLES", func(_ *view, n *cluster.Node) string { return nodeRoles(n) }),
		ageColumn(),
		narrow("VERSION", func(_ *view, n *cluster.Node) string { return nodeVersion(n) }),
		address("INTERNAL-IP", "InternalIP"),
		address("EXTERNAL-IP", "ExternalIP"),
		info("OS-IMAGE", func(i *cluster.NodeSystemInfo) string { return i.OSImage }),
		info("KERNEL-VERSION", func(i *cluster.NodeSystemInfo) string { return i.KernelVersion }),
		info("CONTAINER-RUNTIME", func(i *cluster.NodeSystemInfo) string { return i.ContainerRuntimeVersion }),
	}
}

// nodeStatus is the condition Ready in one word, and whether the node is cordoned.
func nodeStatus(n *cluster.Node) string {
	status := "Unknown"
	for _, c := range n.Status.Conditions {
		if c.Type != "Ready" {
			continue
		}
		status = "NotReady"
		if c.Status == "True" {
			status = "Ready"
		}
	}
	if n.Spec.Unschedulable {
		status += ",SchedulingDisabled"
	}
	return status
}

// nodeRoles are the roles that the node's labels give it.
func nodeRoles(n *cluster.Node) string {
	const prefix, single = "node-role.kubernetes.io/", "kubernetes.io/role"
	var roles []string
	for _, key := range slices.Sorted(maps.Keys(n.Labels)) {
		if role, ok := strings.CutPrefix(key, prefix); ok && role != "" {
			roles = append(roles, role)
		} else if role := n.Labels[key]; key == single && role != "" {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return orNone(strings.Join(slices.Compact(roles), ","))
}

func nodeVersion(n *cluster.Node) string {
	if i := n.Status.NodeInfo; i != nil && i.KubeletVersion != "" {
		return i.KubeletVersion
	}
	return KubeletVersion
}

func nodeAddress(n *cluster.Node, kind string) string {
	for _, a := range n.Status.Addresses {
		if a.Type == kind {
			return a.Address
		}
	}
	return none
}
