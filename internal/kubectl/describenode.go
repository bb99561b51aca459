package kubectl

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
)

func describeNode(d *describer, obj cluster.Object) {
	n := obj.(*cluster.Node)
	d.line(0, "Name:\t%s", n.Name)
	d.line(0, "Roles:\t%s", nodeRoles(n))
	d.pairs("Labels", n.Labels)
	d.annotations("Annotations", n.Annotations)
	d.line(0, "CreationTimestamp:\t%s", d.stamp(n.CreationTimestamp))
	var marks []string
	for _, t := range n.Spec.Taints {
		marks = append(marks, t.String())
	}
	slices.Sort(marks)
	d.list("Taints", marks)
	d.line(0, "Unschedulable:\t%s", strconv.FormatBool(n.Spec.Unschedulable))
	d.nodeConditions(n)
	d.line(0, "Addresses:")
	for _, a := range n.Status.Addresses {
		d.line(1, "%s:\t%s", a.Type, a.Address)
	}
	d.nodeAmounts("Capacity", n.Status.Capacity)
	d.nodeAmounts("Allocatable", n.Status.Allocatable)
	d.nodeInfo(n)
	if n.Spec.PodCIDR != "" {
		d.line(0, "PodCIDR:\t%s", n.Spec.PodCIDR)
	}
	if n.Spec.ProviderID != "" {
		d.line(0, "ProviderID:\t%s", n.Spec.ProviderID)
	}
	d.nodePods(n)
	d.events(n)
}

func (d *describer) nodeConditions(n *cluster.Node) {
	if len(n.Status.Conditions) == 0 {
		return
	}
	d.line(0, "Conditions:")
	d.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
	d.line(1, "----\t------\t-----------------\t------------------\t------\t-------")
	for _, c := range n.Status.Conditions {
		d.line(1, "%s \t%s \t%s \t%s \t%s \t%s", c.Type, c.Status,
			d.stamp(c.LastHeartbeatTime), d.stamp(c.LastTransitionTime), c.Reason, c.Message)
	}
}

func (d *describer) nodeAmounts(title string, list cluster.ResourceList) {
	if len(list) == 0 {
		return
	}
	d.line(0, "%s:", title)
	for _, name := range sortedResources(list) {
		amount := list[name]
		d.line(1, "%s:\t%s", name, amount.String())
	}
}

func (d *describer) nodeInfo(n *cluster.Node) {
	i := n.Status.NodeInfo
	if i == nil {
		i = &cluster.NodeSystemInfo{KubeletVersion: KubeletVersion}
	}
	d.line(0, "System Info:")
	for _, f := range [...][2]string{
		{"Machine ID", i.MachineID}, {"System UUID", i.SystemUUID}, {"Boot ID", i.BootID},
		{"Kernel Version", i.KernelVersion}, {"OS Image", i.OSImage},
		{"Operating System", i.OperatingSystem}, {"Architecture", i.Architecture},
		{"Container Runtime Version", i.ContainerRuntimeVersion}, {"Kubelet Version", i.KubeletVersion},
		{"Kube-Proxy Version", i.KubeProxyVersion},
	} {
		d.line(1, "%s:\t%s", f[0], f[1])
	}
}

// nodePods writes the pods on a node that have not come to their end, and what they take together.
func (d *describer) nodePods(n *cluster.Node) {
	var pods []*cluster.Pod
	for p := range d.sim.PodsOn(n.Name) {
		if !p.Terminal() {
			pods = append(pods, p)
		}
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return compareKeys(a, b) })
	d.line(0, "Non-terminated Pods:\t(%d in total)", len(pods))
	d.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
	d.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
	requests, limits := cluster.ResourceList{}, cluster.ResourceList{}
	v := view{d.sim}
	for _, p := range pods {
		r, l := podAmounts(p.Spec())
		d.line(1, "%s\t%s\t\t%s\t%s\t%s\t%s\t%s", p.Namespace, p.Name,
			share(r, n, cluster.ResourceCPU), share(l, n, cluster.ResourceCPU),
			share(r, n, cluster.ResourceMemory), share(l, n, cluster.ResourceMemory),
			v.since(p.CreationTimestamp))
		addAmounts(requests, r)
		addAmounts(limits, l)
	}
	d.nodeTotals(n, requests, limits)
}

func (d *describer) nodeTotals(n *cluster.Node, requests, limits cluster.ResourceList) {
	d.line(0, "Allocated resources:")
	d.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)")
	d.line(1, "Resource\tRequests\tLimits")
	d.line(1, "--------\t--------\t------")
	for _, name := range [...]cluster.ResourceName{
		cluster.ResourceCPU, cluster.ResourceMemory, cluster.ResourceEphemeralStorage,
	} {
		d.line(1, "%s\t%s\t%s", name, share(requests, n, name), share(limits, n, name))
	}
	for _, name := range sortedResources(n.Status.Allocatable) {
		switch name {
		case cluster.ResourceCPU, cluster.ResourceMemory, cluster.ResourceEphemeralStorage, cluster.ResourcePods:
			continue
		}
		r, l := requests[name], limits[name]
		d.line(1, "%s\t%s\t%s", name, r.String(), l.String())
	}
}

// share is an amount and the percent of what the node has that it comes to.
func share(list cluster.ResourceList, n *cluster.Node, name cluster.ResourceName) string {
	amount, all := list[name], n.Status.Allocatable[name]
	percent := int64(0)
	if name == cluster.ResourceCPU && all.MilliValue() != 0 {
		percent = int64(float64(amount.MilliValue()) / float64(all.MilliValue()) * 100)
	} else if name != cluster.ResourceCPU && all.Value() != 0 {
		percent = int64(float64(amount.Value()) / float64(all.Value()) * 100)
	}
	return fmt.Sprintf("%s (%d%%)", amount.String(), percent)
}

// podAmounts adds up what the containers of a pod request and are limited to; the largest init
// container counts where it is larger than the others together.
func podAmounts(spec *cluster.PodSpec) (requests, limits cluster.ResourceList) {
	requests, limits = cluster.ResourceList{}, cluster.ResourceList{}
	for i := range spec.Containers {
		addAmounts(requests, spec.Containers[i].Resources.Requests)
		addAmounts(limits, spec.Containers[i].Resources.Limits)
	}
	for i := range spec.InitContainers {
		raiseAmounts(requests, spec.InitContainers[i].Resources.Requests)
		raiseAmounts(limits, spec.InitContainers[i].Resources.Limits)
	}
	addAmounts(requests, spec.Overhead)
	return requests, limits
}

func addAmounts(sum, list cluster.ResourceList) {
	for _, name := range sortedResources(list) {
		if old, ok := sum[name]; ok {
			sum[name] = old.Add(list[name])
		} else {
			sum[name] = list[name]
		}
	}
}

func raiseAmounts(most, list cluster.ResourceList) {
	for _, name := range sortedResources(list) {
		if old, ok := most[name]; !ok || old.Cmp(list[name]) < 0 {
			most[name] = list[name]
		}
	}
}
