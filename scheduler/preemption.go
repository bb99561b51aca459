package scheduler

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// DefaultPreemption finds a node on which a pod that fits nowhere would fit if pods of lower priority
// went. Disruption budgets forbid nothing here: they only count when nodes are compared.
type DefaultPreemption struct{}

// Name is "DefaultPreemption".
func (DefaultPreemption) Name() string { return "DefaultPreemption" }

const (
	// Of the nodes that come into question this many are looked at, and at least so many percent.
	minCandidates        = 100
	minCandidatesPercent = 10

	messagePrefix  = "preemption: "
	messageNever   = "not eligible due to preemptionPolicy=Never."
	messageWaiting = "not eligible due to a terminating pod on the nominated node."
	// preemptionReason is the reason of the condition DisruptionTarget of a victim.
	preemptionReason = "PreemptionByScheduler"
	reasonNoVictims  = "No preemption victims found for incoming pod"
	reasonNotHelpful = "Preemption is not helpful for scheduling"
)

// PostFilter looks for victims.
func (DefaultPreemption) PostFilter(c *Cycle) PostFilterResult {
	if message := ineligible(c); message != "" {
		return PostFilterResult{Message: messagePrefix + message}
	}
	found, why := dryRun(c)
	if len(found) == 0 {
		why.add(reasonNotHelpful, c.Snapshot.Len()-len(c.Unschedulable()))
		text := fmt.Sprintf("%s0/%d nodes are available:%v", messagePrefix, c.Snapshot.Len(), why)
		return PostFilterResult{Clear: true, Message: text}
	}
	best := pickNode(c, found)
	return PostFilterResult{
		NominatedNode: best.node.Node.Name,
		Victims:       best.victims,
		Message: fmt.Sprintf("%sfound a potential placement for pod on node %s, preempting %d victims",
			messagePrefix, best.node.Node.Name, len(best.victims)),
	}
}

// ineligible is why the pod may not displace others now; empty when it may.
func ineligible(c *Cycle) string {
	if c.Pod.PreemptionPolicy() == cluster.PreemptNever {
		return messageNever
	}
	nominated := c.Pod.NominatedNodeName()
	if nominated == "" {
		return ""
	}
	i := slices.IndexFunc(c.Unschedulable(), func(n *NodeInfo) bool { return n.Node.Name == nominated })
	if i < 0 {
		return ""
	}
	leaving := func(p *cluster.Pod) bool {
		why, _ := p.Disruption()
		return p.Priority < c.Pod.Priority && p.Terminating() && why.Reason == preemptionReason
	}
	if slices.ContainsFunc(c.Unschedulable()[i].Pods, leaving) {
		return messageWaiting
	}
	return ""
}

// sacrifice is what it would cost to put the pod on a node.
type sacrifice struct {
	node *NodeInfo
	// victims are the pods that would have to go, the most important first.
	victims []*cluster.Pod
	// violations is how many of them a disruption budget would rather keep.
	violations int
}

// dryRun tries the nodes out on which pods are in the way, until there are enough to compare. Where none
// will do it says why.
func dryRun(c *Cycle) (found []sacrifice, why histogram) {
	nodes := c.Unschedulable()
	n := len(nodes)
	enough := min(n, max(n*minCandidatesPercent/100, minCandidates))
	offset := 0
	if n > enough {
		offset = c.Choose(cluster.Choice{
			Point: "preemption-offset", N: n, Describe: func(i int) string { return nodes[i].Node.Name },
		})
	}
	harmless := false
	for i := range n {
		if len(found) >= enough && harmless {
			break
		}
		s, status := sacrificeOn(c, nodes[(offset+i)%n])
		if status.IsSuccess() {
			found = append(found, s)
			harmless = harmless || s.violations == 0
			continue
		}
		for _, r := range status.Reasons {
			why.add(r, 1)
		}
	}
	return found, why
}

// sacrificeOn finds the victims on a node. It removes all pods of lower priority and, if the pod fits
// then, puts back as many as it can: first those that a disruption budget protects, and of each kind
// the more important first.
func sacrificeOn(c *Cycle, node *NodeInfo) (sacrifice, Status) {
	var potential []*cluster.Pod
	for _, p := range node.Pods {
		if p.Priority < c.Pod.Priority {
			potential = append(potential, p)
		}
	}
	if len(potential) == 0 {
		return sacrifice{}, reject(UnschedulableAndUnresolvable, reasonNoVictims)
	}
	trial, rest := c.trial(), node
	for _, p := range potential {
		rest = trial.remove(p, rest)
	}
	if _, v := trial.filter(rest); !v.Fits() {
		return sacrifice{}, v.Status
	}
	slices.SortStableFunc(potential, importance)
	s := sacrifice{node: node}
	violating, others := splitByBudget(c, potential)
	for _, p := range slices.Concat(violating, others) {
		with := trial.add(p, rest)
		if _, v := trial.filter(with); v.Fits() {
			rest = with
			continue
		}
		rest = trial.remove(p, with)
		s.victims = append(s.victims, p)
		if slices.Contains(violating, p) {
			s.violations++
		}
	}
	slices.SortStableFunc(s.victims, importance)
	return s, Status{}
}

// splitByBudget tells the pods that would overdraw a disruption budget from the others, if they went in
// the order given.
func splitByBudget(c *Cycle, pods []*cluster.Pod) (violating, others []*cluster.Pod) {
	left := make(map[*cluster.PodDisruptionBudget]int32)
	for _, p := range pods {
		over := false
		for _, b := range c.Snapshot.Budgets(p.Namespace) {
			if !protects(b, p) {
				continue
			}
			if _, ok := left[b]; !ok {
				left[b] = b.Status.DisruptionsAllowed
			}
			left[b]--
			over = over || left[b] < 0
		}
		if over {
			violating = append(violating, p)
		} else {
			others = append(others, p)
		}
	}
	return violating, others
}

// protects reports whether a budget counts a pod that would go. A budget whose selector asks for nothing
// counts none, and neither does one that has been told already that the pod goes.
func protects(b *cluster.PodDisruptionBudget, p *cluster.Pod) bool {
	selector, err := affinity.Compile(b.Spec.Selector)
	if err != nil || selector.Empty() || len(p.Labels) == 0 {
		return false
	}
	_, told := b.Status.DisruptedPods[p.Name]
	return !told && selector.Matches(p.Labels)
}
