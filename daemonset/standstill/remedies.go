package standstill

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// The processes without which nobody makes a DaemonSet's pods and nobody binds them.
const (
	controllerManager = "kube-controller-manager"
	kubeScheduler     = "kube-scheduler"
)

// Remedies lists the single changes that are worth trying on a rollout that has been explained. They follow
// from the roots; none of them has been tried. Those of a group are alike: the same is done, to nodes with the
// same root or their pods, and to pods of the same owner. What does not help one of the nodes will seldom
// help another, though it may. The groups come by size, the smallest first, and each is in the order of
// the nodes' names.
func Remedies(q Question, e *Explanation) [][]Remedy {
	s := seeker{Question: q, e: e, known: make(map[remedyKey]bool), at: make(map[groupKey]int)}
	for i := range e.Roots {
		s.root = i
		for _, node := range e.Roots[i].Nodes {
			if w, ok := e.Wait(node); ok {
				s.forNode(&w)
			}
		}
	}
	for i := range e.Waits {
		s.forHold(e.Waits[i].Cause)
	}
	slices.SortStableFunc(s.groups, func(a, b []Remedy) int {
		return cmp.Compare(a[0].Kind.size(), b[0].Kind.size())
	})
	return s.groups
}

// seeker collects remedies.
type seeker struct {
	Question
	e      *Explanation
	groups [][]Remedy
	known  map[remedyKey]bool
	at     map[groupKey]int
	// root is the place of the root that is being looked at, and last the last cause.
	root int
	last *Cause
}

// remedyKey tells remedies apart.
type remedyKey struct {
	kind              RemedyKind
	namespace, name   string
	number            int64
	taint, toleration string
}

// groupKey tells groups apart.
type groupKey struct {
	root  int
	kind  RemedyKind
	owner cluster.UID
}

// add adds a remedy, unless it is known, to those that have to do with pods of the same owner.
func (s *seeker) add(r Remedy, owner cluster.UID) {
	key := remedyKey{kind: r.Kind, namespace: r.Namespace, name: r.Name, number: r.Number}
	if r.Taint != nil {
		key.taint = r.Taint.String()
	}
	if r.Toleration != nil {
		key.toleration = r.Toleration.Describe()
	}
	if s.known[key] {
		return
	}
	s.known[key] = true
	group := groupKey{s.root, r.Kind, owner}
	i, known := s.at[group]
	if !known {
		i = len(s.groups)
		s.at[group], s.groups = i, append(s.groups, nil)
	}
	s.groups[i] = append(s.groups[i], r)
}

// set adds a change of the DaemonSet.
func (s *seeker) set(kind RemedyKind, number int) {
	s.add(Remedy{Kind: kind, Namespace: s.Set.Namespace, Name: s.Set.Name, Number: int64(number)}, 0)
}

// pod adds a change of a pod.
func (s *seeker) pod(kind RemedyKind, p *cluster.Pod) {
	if p == nil {
		return
	}
	r := Remedy{Kind: kind, Namespace: p.Namespace, Name: p.Name, Node: p.TargetNode()}
	owner := cluster.UID(0)
	if ref := p.Controller(); ref != nil {
		owner = ref.UID
		if kind == DeleteOtherPod {
			r.Owner = string(ref.Kind) + " " + ref.Name
			r.Returns = s.Reader.ByUID(owner) != nil
		}
	}
	s.add(r, owner)
}

// find is the pod that a cause is about.
func (s *seeker) find(c *Cause) *cluster.Pod {
	if namespace, name, elsewhere := strings.Cut(c.Pod, "/"); elsewhere {
		return s.Reader.Pod(namespace, name)
	}
	return s.Reader.Pod(s.Set.Namespace, c.Pod)
}

// forNode proposes what might help a node that is to blame.
func (s *seeker) forNode(w *Wait) {
	for _, c := range w.Cause.chain() {
		pod := s.find(c)
		switch c.Kind {
		case PodNotReady, PodCrashing, PodStarting, PodFailed:
			s.pod(DeletePod, pod)
			s.undo()
			if s.Set.Spec.MinReadySeconds > 0 {
				s.set(SetMinReadySeconds, 0)
			}
		case PodUnschedulable, PodGated:
			s.undo()
		case PodTooYoung:
			s.set(SetMinReadySeconds, 0)
		case PodTerminating:
			s.pod(ForceDeletePod, pod)
		case Finalizers:
			s.pod(ReleasePod, pod)
		case NodeGone, NodeNotReady, NodeSilent:
			s.deadNode(c.Node)
		case NoRoom, HostPortTaken:
			s.makeRoom(c)
		case TaintNotTolerated:
			s.tolerate(c)
		case ControllerFails:
			s.undo()
		case ControllerUnaware, ControllerExpects:
			s.set(WakeController, int(s.Now.Seconds()))
		case ControllerStopped:
			s.add(Remedy{Kind: StartComponent, Name: controllerManager}, 0)
		case PodQueued:
			s.add(Remedy{Kind: StartComponent, Name: kubeScheduler}, 0)
		case ByHand:
			s.pod(DeletePod, s.oldPod(w.Node))
		}
	}
}

// forHold proposes what might make a strategy go on. Nodes that the same holds back share a cause.
func (s *seeker) forHold(c *Cause) {
	if c == s.last {
		return
	}
	s.last = c
	switch c.Kind {
	case BudgetUsed:
		s.set(SetMaxUnavailable, len(c.By)+1)
	case SurgeUsed:
		s.set(SetMaxSurge, len(c.By)+1)
	case ByHand:
		if s.Set.Spec.UpdateStrategy.Type == daemonset.OnDelete {
			s.set(StartRolling, 0)
		}
	}
}

// undo goes back to the template before.
func (s *seeker) undo() {
	if s.e.Previous > 0 {
		s.set(Undo, int(s.e.Previous))
	}
}

// deadNode takes away what is left on a node that does not answer, or the node itself.
func (s *seeker) deadNode(name string) {
	node := s.Reader.Node(name)
	for p := range s.Reader.PodsOn(name) {
		if ref := p.Controller(); ref != nil && ref.UID == s.Set.UID {
			s.pod(ForceDeletePod, p)
		}
	}
	if node != nil {
		s.add(Remedy{Kind: DeleteNode, Name: name}, 0)
	}
}

// makeRoom proposes pods to delete from a node: the one that has the port, or those whose resources are
// enough, the smallest first.
func (s *seeker) makeRoom(c *Cause) {
	if c.Own {
		s.set(StopSurge, 0)
		s.pod(DeletePod, s.oldPod(c.Node))
		return
	}
	var pods []*cluster.Pod
	for p := range s.Reader.PodsOn(c.Node) {
		ref := p.Controller()
		own := ref != nil && ref.UID == s.Set.UID
		if !own && !p.Terminating() && !p.Terminal() && c.eased(p) {
			pods = append(pods, p)
		}
	}
	slices.SortStableFunc(pods, func(a, b *cluster.Pod) int {
		x, y := a.Template.Requests(), b.Template.Requests()
		return cmp.Or(cmp.Compare(x.MilliCPU, y.MilliCPU), cmp.Compare(x.Memory, y.Memory))
	})
	for _, p := range pods {
		s.pod(DeleteOtherPod, p)
	}
}

// eased reports whether the cause would be gone without a pod.
func (c *Cause) eased(p *cluster.Pod) bool {
	if c.Kind == HostPortTaken {
		return slices.ContainsFunc(p.Template.HostPorts(), c.Port.Conflicts)
	}
	r := p.Template.Requests()
	for _, s := range c.Shortages {
		given := r.Amount(s.Resource)
		if s.Resource == cluster.ResourcePods {
			given = 1
		}
		if s.Free+given < s.Requested {
			return false
		}
	}
	return true
}

// tolerate takes a taint away, or tolerates it.
func (s *seeker) tolerate(c *Cause) {
	s.add(Remedy{Kind: RemoveTaint, Name: c.Node, Taint: c.Taint}, 0)
	t := taints.Toleration{
		Key: c.Taint.Key, Operator: taints.OperatorEqual, Value: c.Taint.Value, Effect: c.Taint.Effect,
	}
	if t.Value == "" {
		t.Operator = taints.OperatorExists
	}
	s.add(Remedy{
		Kind: AddToleration, Namespace: s.Set.Namespace, Name: s.Set.Name, Toleration: &t,
		First: len(s.Set.Spec.Template.Spec.Tolerations) == 0,
	}, 0)
}

// oldPod is the DaemonSet's oldest live pod on a node; nil without one.
func (s *seeker) oldPod(node string) *cluster.Pod {
	for p := range s.Reader.PodsOn(node) {
		if ref := p.Controller(); ref != nil && ref.UID == s.Set.UID && !p.Terminating() {
			return p
		}
	}
	return nil
}
