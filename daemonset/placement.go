package daemonset

import (
	"maps"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Placement answers the two questions about a node for one template: whether a pod should run there,
// and whether one that is there may go on. It is worked out once a template; a zero Placement wants every
// node without taints.
type Placement struct {
	nodeName     string
	nodeSelector map[string]string
	required     affinity.RequiredNodeAffinity
	tolerations  []taints.Toleration
	// own is how many of the tolerations are the template's; those that every pod gets follow.
	own int
}

// NewPlacement works out the placement of a template, with the tolerations that every pod of a
// DaemonSet gets. No template is one that says nothing.
func NewPlacement(t *cluster.PodTemplateSpec) *Placement {
	if t == nil {
		t = new(cluster.PodTemplateSpec)
	}
	return &Placement{
		nodeName:     t.Spec.NodeName,
		nodeSelector: maps.Clone(t.Spec.NodeSelector),
		required:     cluster.CompileNodeAffinity(&t.Spec),
		tolerations:  taints.WithDaemonTolerations(t.Spec.Tolerations, t.Spec.HostNetwork),
		own:          len(t.Spec.Tolerations),
	}
}

// Verdict answers both questions for a node. Only the node's name, labels and taints count: neither its
// conditions nor its resources nor what else runs there. No node fits nothing.
func (p *Placement) Verdict(node *cluster.Node) (shouldRun, shouldContinue bool) {
	if node == nil || !p.nameFits(node) || !p.required.Matches(node.Name, node.Labels) {
		return false, false
	}
	return p.tolerates(node)
}

// tolerates is the verdict on a node whose name and labels fit.
func (p *Placement) tolerates(node *cluster.Node) (shouldRun, shouldContinue bool) {
	if len(node.Spec.Taints) == 0 {
		return true, true
	}
	if _, found := p.untolerated(node, taints.EffectNoExecute); found {
		return false, false
	}
	_, found := p.untolerated(node, taints.EffectNoSchedule)
	return !found, true
}

func (p *Placement) nameFits(node *cluster.Node) bool {
	return p.nodeName == "" || p.nodeName == node.Name
}

func (p *Placement) untolerated(node *cluster.Node, effect taints.Effect) (int, bool) {
	return taints.FirstUntolerated(node.Spec.Taints, p.tolerations, effect)
}
