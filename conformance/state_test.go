package conformance_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

type nodeState struct {
	Ready         string            `json:"ready"`
	Unschedulable bool              `json:"unschedulable"`
	Taints        []taints.Taint    `json:"taints"`
	Labels        map[string]string `json:"labels"`
}

type podState struct {
	Pod                string          `json:"pod"`
	Namespace          string          `json:"ns"`
	Node               string          `json:"node,omitempty"`
	Owner              *string         `json:"owner"`
	Revision           *int64          `json:"revision"`
	Template           *string         `json:"tmpl"`
	TemplateGeneration *string         `json:"template_generation"`
	Image              string          `json:"image"`
	Phase              string          `json:"phase"`
	Bound              bool            `json:"bound"`
	Ready              bool            `json:"ready"`
	Terminating        bool            `json:"terminating"`
	Unschedulable      *reasonState    `json:"unschedulable,omitempty"`
	Container          *containerState `json:"container_state,omitempty"`
	Reason             string          `json:"reason,omitempty"`
	Message            string          `json:"message,omitempty"`
}

type reasonState struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

type containerState struct {
	Waiting    string `json:"waiting,omitempty"`
	Terminated string `json:"terminated,omitempty"`
}

type setState struct {
	Generation         int64           `json:"generation"`
	Status             json.RawMessage `json:"status"`
	TemplateGeneration string          `json:"template_generation_annotation"`
	Strategy           json.RawMessage `json:"updateStrategy"`
	MinReadySeconds    int32           `json:"minReadySeconds"`
	Deleting           bool            `json:"deleting"`
}

type revisionState struct {
	Revision    int64   `json:"revision"`
	Template    string  `json:"tmpl"`
	Image       string  `json:"image"`
	ChangeCause *string `json:"change_cause"`
}

type eventState struct {
	Kind    string `json:"kind"`
	Object  string `json:"object"`
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	From    string `json:"from"`
	Message string `json:"message"`
}

// state is what the recordings hold of a moment, without texts.
func (p *player) state() observation {
	o := observation{
		Nodes: make(map[string]nodeState), DaemonPods: make(map[string][]podState),
		DaemonSets: make(map[string]setState), Revisions: make(map[string][]revisionState),
	}
	for n := range p.sim.Nodes() {
		o.Nodes[n.Name] = stateOfNode(n)
		o.DaemonPods[n.Name] = nil
	}
	for pod := range p.sim.Pods("") {
		s := p.stateOfPod(pod)
		if ref := pod.Controller(); ref != nil && ref.Kind == daemonset.Kind {
			o.DaemonPods[pod.TargetNode()] = append(o.DaemonPods[pod.TargetNode()], s)
		} else {
			s.Node = pod.NodeName
			o.OtherPods = append(o.OtherPods, s)
		}
	}
	for obj := range p.sim.Objects(daemonset.Kind, "") {
		set := obj.(*daemonset.DaemonSet)
		o.DaemonSets[set.Key()] = setState{
			Generation: set.Generation, Status: rawJSON(set.Status),
			TemplateGeneration: set.Annotations[daemonset.TemplateGenerationAnnotation],
			Strategy:           rawJSON(set.Spec.UpdateStrategy), MinReadySeconds: set.Spec.MinReadySeconds,
			Deleting: set.Terminating(),
		}
	}
	p.addRevisions(&o)
	p.addEvents(&o)
	return o
}

func rawJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}

func stateOfNode(n *cluster.Node) nodeState {
	return nodeState{nodeReady(n), n.Spec.Unschedulable, n.Spec.Taints, n.Labels}
}

func nodeReady(n *cluster.Node) string {
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status
		}
	}
	return ""
}

func (p *player) stateOfPod(pod *cluster.Pod) podState {
	s := podState{
		Pod: p.tracer.alias[pod.UID], Namespace: pod.Namespace, Phase: string(pod.Phase()),
		Bound: pod.Bound(), Ready: pod.Status.Ready, Terminating: pod.Terminating(),
	}
	if spec := pod.Spec(); len(spec.Containers) > 0 {
		s.Image = spec.Containers[0].Image
	}
	if owner := ownerName(pod); owner != "" {
		s.Owner = &owner
	}
	if g, ok := pod.Labels[daemonset.TemplateGenerationLabel]; ok {
		s.TemplateGeneration = &g
	}
	if hash := pod.Labels[rollout.HashLabel]; hash != "" {
		s.Revision = p.revisionNumber(pod.Namespace, hash)
		if t, ok := p.tracer.hashes[hash]; ok {
			s.Template = &t
		}
	}
	for _, c := range pod.Conditions() {
		if c.Type == cluster.PodScheduled && c.Status == "False" {
			s.Unschedulable = &reasonState{c.Reason, c.Message}
		}
	}
	s.Container = stateOfContainer(pod)
	if t := pod.Status.Trouble; t != nil {
		s.Reason, s.Message = t.Reason, t.Message
	}
	return s
}

// stateOfContainer is what keeps the first container from running. That a container is being created is
// nothing that a kubelet of the recordings would report.
func stateOfContainer(pod *cluster.Pod) *containerState {
	for _, c := range pod.ContainerStatuses() {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "ContainerCreating":
			return &containerState{Waiting: c.State.Waiting.Reason}
		case c.State.Terminated != nil:
			return &containerState{Terminated: c.State.Terminated.Reason}
		}
	}
	return nil
}

func (p *player) revisionNumber(namespace, hash string) *int64 {
	for obj := range p.sim.Objects(rollout.KindControllerRevision, namespace) {
		if r := obj.(*rollout.ControllerRevision); r.Labels[rollout.HashLabel] == hash {
			return &r.Revision
		}
	}
	return nil
}

func (p *player) addRevisions(o *observation) {
	for obj := range p.sim.Objects(rollout.KindControllerRevision, "") {
		r := obj.(*rollout.ControllerRevision)
		owner := r.Namespace + "/None"
		if ref := r.Controller(); ref != nil {
			owner = r.Namespace + "/" + ref.Name
		}
		s := revisionState{Revision: r.Revision, Template: p.tracer.templates[string(r.Data)]}
		if t, err := rollout.Decode(r.Data); err == nil && len(t.Spec.Containers) > 0 {
			s.Image = t.Spec.Containers[0].Image
		}
		if cause, ok := r.Annotations["kubernetes.io/change-cause"]; ok {
			s.ChangeCause = &cause
		}
		o.Revisions[owner] = append(o.Revisions[owner], s)
	}
	for owner := range maps.Keys(o.Revisions) {
		slices.SortFunc(o.Revisions[owner], func(a, b revisionState) int { return cmp.Compare(a.Revision, b.Revision) })
	}
}

// addEvents lists the Events that the cluster shows, and of a series that it has folded all there were.
func (p *player) addEvents(o *observation) {
	folded := make(map[string]bool)
	add := func(e *cluster.Event) eventState {
		s := eventState{
			Kind: string(e.Kind), Object: p.tracer.aliases(e.Name), Type: string(e.Type),
			Reason: e.Reason, From: e.Source, Message: p.tracer.aliases(e.Message),
		}
		o.Events = append(o.Events, s)
		return s
	}
	for e := range p.sim.Events(0) {
		if s := add(e); strings.HasPrefix(e.Message, combined) {
			folded[e.UID.String()+" "+s.group()] = true
		}
	}
	for i := range p.told {
		e := &p.told[i]
		group := eventState{Kind: string(e.Kind), Object: p.tracer.aliases(e.Name), Type: string(e.Type), Reason: e.Reason}
		if folded[e.UID.String()+" "+group.group()] {
			add(e)
		}
	}
}
