package kubectl

import (
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// podFate is what a filter of drain says about a pod.
type podFate struct {
	// goes says that the pod is to go. One that stays is not looked at any further.
	goes bool
	// fatal is why nothing is drained as long as the pod is there, warning what there is to say otherwise.
	fatal, warning string
}

// The texts of the filters.
const (
	daemonSetFatal      = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
	daemonSetWarning    = "ignoring DaemonSet-managed Pods"
	localStorageFatal   = "Pods with local storage (use --delete-emptydir-data to override)"
	localStorageWarning = "deleting Pods with local storage"
	unmanagedFatal      = "Pods that declare no controller (use --force to override)"
	unmanagedWarning    = "deleting Pods that declare no controller"
)

// mirrorAnnotation is on pods that show what a kubelet runs from a file of its own.
const mirrorAnnotation = "kubernetes.io/config.mirror"

// drainList are the pods of a node, sorted by what is to become of them.
type drainList struct {
	pods             []*cluster.Pod
	fatals, warnings grouped
}

// drainList looks at the pods of a node, by namespace and name.
func (c *call) drainList(node string) drainList {
	pods := slices.Collect(c.sim.PodsOn(node))
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return strings.Compare(a.Key(), b.Key()) })
	var list drainList
	for _, p := range pods {
		if !c.podLabels.Matches(p.Labels) {
			continue
		}
		fate := c.fate(p)
		if fate.goes {
			list.pods = append(list.pods, p)
		}
		list.fatals.add(fate.fatal, p.Key())
		list.warnings.add(fate.warning, p.Key())
	}
	return list
}

// fate asks the filters about a pod, in their order. What the last of them says of it counts, so that a warning
// of an earlier one is lost, as in kubectl.
func (c *call) fate(p *cluster.Pod) podFate {
	var fate podFate
	for _, filter := range [...]func(*cluster.Pod) podFate{
		c.keepDeleted, c.keepDaemons, keepMirrors, c.keepData, c.keepUnmanaged,
	} {
		if fate = filter(p); !fate.goes {
			break
		}
	}
	return fate
}

// keepDeleted passes over pods whose deletion has been due for too long.
func (c *call) keepDeleted(p *cluster.Pod) podFate { return podFate{goes: !c.tooLate(p)} }

// tooLate reports whether a pod should have been gone for longer than somebody is willing to wait.
func (c *call) tooLate(p *cluster.Pod) bool {
	limit := c.opts.skipWait
	return limit > 0 && p.Terminating() && int((c.sim.Now()-*p.DeletionTimestamp)/time.Second) > limit
}

// keepDaemons keeps pods of DaemonSets, which would be back at once: a cordon does not keep them out.
func (c *call) keepDaemons(p *cluster.Pod) podFate {
	ref := p.Controller()
	if ref == nil || ref.Kind != daemonset.Kind || ref.APIVersion != "apps/v1" || p.Terminal() {
		return podFate{goes: true}
	}
	switch found := daemonset.Get(c.sim.Reader, p.Namespace, ref.Name) != nil; {
	case !found && c.opts.force:
		return podFate{goes: true, warning: serverText(notFound(resourceOf(daemonset.Kind), ref.Name))}
	case !found:
		return podFate{fatal: serverText(notFound(resourceOf(daemonset.Kind), ref.Name))}
	case !c.opts.ignoreDaemonSets:
		return podFate{fatal: daemonSetFatal}
	}
	return podFate{warning: daemonSetWarning}
}

// keepMirrors keeps pods that no API server can delete.
func keepMirrors(p *cluster.Pod) podFate {
	_, mirror := p.Annotations[mirrorAnnotation]
	return podFate{goes: !mirror}
}

// keepData keeps pods with data that would be lost.
func (c *call) keepData(p *cluster.Pod) podFate {
	local := slices.ContainsFunc(p.Spec().Volumes, func(v cluster.Volume) bool { return v.EmptyDir != nil })
	switch {
	case !local || p.Terminal():
		return podFate{goes: true}
	case !c.opts.deleteEmptyDir:
		return podFate{fatal: localStorageFatal}
	}
	return podFate{goes: true, warning: localStorageWarning}
}

// keepUnmanaged keeps pods that nobody would replace.
func (c *call) keepUnmanaged(p *cluster.Pod) podFate {
	switch {
	case p.Terminal() || p.Controller() != nil:
		return podFate{goes: true}
	case !c.opts.force:
		return podFate{fatal: unmanagedFatal}
	}
	return podFate{goes: true, warning: unmanagedWarning}
}

// grouped are texts and the pods that they are about, in the order in which they came up first.
type grouped []struct {
	text string
	pods []string
}

// add notes a text about a pod; an empty one is nothing to note.
func (g *grouped) add(text, pod string) {
	if text == "" {
		return
	}
	for i := range *g {
		if (*g)[i].text == text {
			(*g)[i].pods = append((*g)[i].pods, pod)
			return
		}
	}
	*g = append(*g, struct {
		text string
		pods []string
	}{text, []string{pod}})
}

// lines are the texts, each with its pods.
func (g grouped) lines(prefix string) []string {
	var lines []string
	for _, group := range g {
		lines = append(lines, prefix+group.text+": "+strings.Join(group.pods, ", "))
	}
	return lines
}
