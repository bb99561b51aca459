package scheduler

import (
	"cmp"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Snapshot is the cluster as one attempt sees it: the nodes in the order in which they are walked, the
// pods on them, those that are nominated to them, the labels of namespaces and the disruption budgets.
// It is made by [NewSnapshot] from values, or by [ReadSnapshot] from a cluster. The zero Snapshot is an
// empty cluster.
type Snapshot struct{ source source }

// source is where a Snapshot reads from. Equal questions get the same NodeInfo.
type source interface {
	count() int
	node(name string) *NodeInfo
	nodes() []*NodeInfo
	// affine are the nodes with pods that have terms of pod affinity or anti-affinity.
	affine() []*NodeInfo
	namespaceLabels(name string) map[string]string
	// nominated are the pods without a node that are nominated to the node.
	nominated(node string) []*cluster.Pod
	budgets(namespace string) []*cluster.PodDisruptionBudget
}

func (s *Snapshot) from() source {
	if s.source == nil {
		return new(values)
	}
	return s.source
}

// Len is the number of nodes.
func (s *Snapshot) Len() int { return s.from().count() }

// Node returns the node of that name, or nil.
func (s *Snapshot) Node(name string) *NodeInfo { return s.from().node(name) }

// Nodes are the nodes in the order in which they are walked. The slice is not to be changed.
func (s *Snapshot) Nodes() []*NodeInfo { return s.from().nodes() }

// WithAffinity are the nodes with pods that have terms of pod affinity or anti-affinity, in no
// particular order. The slice is not to be changed.
func (s *Snapshot) WithAffinity() []*NodeInfo { return s.from().affine() }

// NamespaceLabels are the labels of a namespace; nil when there is no such namespace.
func (s *Snapshot) NamespaceLabels(name string) map[string]string {
	return s.from().namespaceLabels(name)
}

// Nominated are the pods that wait for the node to become free for them.
func (s *Snapshot) Nominated(node string) []*cluster.Pod { return s.from().nominated(node) }

// Budgets are the disruption budgets of a namespace.
func (s *Snapshot) Budgets(namespace string) []*cluster.PodDisruptionBudget {
	return s.from().budgets(namespace)
}

// NewSnapshot puts a snapshot together from objects: Nodes, Pods, Namespaces and PodDisruptionBudgets;
// others are passed over. The nodes are walked in the order in which Kubernetes would walk them had they
// been created in the order given, and budgets are asked in that order. Pods count that are bound to one of
// the nodes and have not come to their end, or are nominated to one; a pod without a template is passed over.
func NewSnapshot(objects ...cluster.Object) *Snapshot {
	v := &values{
		byName:     make(map[string]*NodeInfo),
		labels:     make(map[string]map[string]string),
		nominees:   make(map[string][]*cluster.Pod),
		budgetList: make(map[string][]*cluster.PodDisruptionBudget),
	}
	v.takeNodes(objects)
	for _, obj := range objects {
		v.take(obj)
	}
	for _, info := range v.list {
		if slices.ContainsFunc(info.Pods, hasPodAffinity) {
			v.affineList = append(v.affineList, info)
		}
	}
	return &Snapshot{v}
}

// ReadSnapshot shows a cluster as it is now. It reads everything at once.
func ReadSnapshot(r cluster.Reader) *Snapshot {
	var objects []cluster.Object
	for n := range r.Nodes() {
		objects = append(objects, n)
	}
	// A UID numbers the nodes in the order of their creation.
	slices.SortFunc(objects, func(a, b cluster.Object) int { return cmp.Compare(a.Meta().UID, b.Meta().UID) })
	for _, kind := range []cluster.Kind{
		cluster.KindPod, cluster.KindNamespace, cluster.KindPodDisruptionBudget,
	} {
		objects = slices.AppendSeq(objects, r.Objects(kind, ""))
	}
	return NewSnapshot(objects...)
}

// values is a source that holds everything.
type values struct {
	list, affineList []*NodeInfo
	byName           map[string]*NodeInfo
	labels           map[string]map[string]string
	nominees         map[string][]*cluster.Pod
	budgetList       map[string][]*cluster.PodDisruptionBudget
}

func (v *values) takeNodes(objects []cluster.Object) {
	var zones [][]*NodeInfo
	places := make(map[zone]int)
	for _, obj := range objects {
		n, ok := obj.(*cluster.Node)
		if !ok || v.byName[n.Name] != nil {
			continue
		}
		z := zoneOf(n)
		if _, ok := places[z]; !ok {
			places[z] = len(zones)
			zones = append(zones, nil)
		}
		info := &NodeInfo{Node: n}
		v.byName[n.Name] = info
		zones[places[z]] = append(zones[places[z]], info)
	}
	v.list = interleave(zones)
}

func (v *values) take(obj cluster.Object) {
	switch obj := obj.(type) {
	case *cluster.Pod:
		v.takePod(obj)
	case *cluster.Namespace:
		v.labels[obj.Name] = obj.Labels
	case *cluster.PodDisruptionBudget:
		v.budgetList[obj.Namespace] = append(v.budgetList[obj.Namespace], obj)
	}
}

func (v *values) takePod(p *cluster.Pod) {
	if p.Terminal() || p.Template == nil {
		return
	}
	if !p.Bound() {
		if node := p.NominatedNodeName(); node != "" {
			v.nominees[node] = append(v.nominees[node], p)
		}
		return
	}
	if info := v.byName[p.NodeName]; info != nil {
		info.Pods = append(info.Pods, p)
	}
}

func (v *values) count() int                                    { return len(v.list) }
func (v *values) node(name string) *NodeInfo                    { return v.byName[name] }
func (v *values) nodes() []*NodeInfo                            { return v.list }
func (v *values) affine() []*NodeInfo                           { return v.affineList }
func (v *values) namespaceLabels(name string) map[string]string { return v.labels[name] }
func (v *values) nominated(node string) []*cluster.Pod          { return v.nominees[node] }
func (v *values) budgets(ns string) []*cluster.PodDisruptionBudget {
	return v.budgetList[ns]
}
