package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/explain"
	"github.com/daemonsim/daemonsim/internal/simcmd"
	"github.com/daemonsim/daemonsim/manifest"
)

// stated returns the objects as the manifests state them, with what an API server fills in and nothing
// that a kubelet would: a node of a manifest has the labels in the manifest and no others. Plain nodes are
// added as for run. Pods are of interest only to a query about one.
func (o *worldOptions) stated(set *manifest.Set, query explain.Query) (explain.World, error) {
	var world explain.World
	for _, item := range set.Items {
		switch obj := item.Object.(type) {
		case *cluster.Node:
			world.Nodes = append(world.Nodes, statedNode(obj))
		case *daemonset.DaemonSet:
			world.Sets = append(world.Sets, obj)
		case *cluster.Namespace, *cluster.PodDisruptionBudget:
			other := obj.Clone()
			other.Default()
			world.Others = append(world.Others, other)
		}
	}
	plain, err := o.plainNodes(set, world.Nodes)
	world.Nodes = append(world.Nodes, plain...)
	if err == nil && query.Kind == cluster.KindPod {
		world.Pods, err = statedPods(set)
	}
	return world, err
}

// statedPods returns the pods of manifests. The error tells of all that name no priority class.
func statedPods(set *manifest.Set) ([]*cluster.Pod, error) {
	// A cluster without controllers knows the classes.
	classes := cluster.New(cluster.Config{})
	var errs []error
	for _, item := range set.Items {
		if obj, ok := item.Object.(*cluster.PriorityClass); ok {
			if _, err := classes.Create(obj); err != nil {
				errs = append(errs, located(item, err))
			}
		}
	}
	var pods []*cluster.Pod
	for _, item := range set.Items {
		if _, ok := item.Object.(*cluster.Pod); !ok {
			continue
		}
		pod, err := statedPod(item, classes.Reader)
		if err != nil {
			errs = append(errs, located(item, err))
		}
		pods = append(pods, pod)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, mistakes{err}
	}
	return pods, nil
}

// statedNode returns a node with what an API server fills in.
func statedNode(n *cluster.Node) *cluster.Node {
	n = n.Clone().(*cluster.Node)
	if n.Status.Allocatable == nil {
		n.Status.Allocatable = n.Status.Capacity
	}
	return n
}

// statedPod returns a pod as it is once an API server has taken it, with the parts of its status that
// decide whether it takes room.
func statedPod(item manifest.Item, classes cluster.Reader) (*cluster.Pod, error) {
	p := item.Object.Clone().(*cluster.Pod)
	p.Default()
	p.PrepareCreate()
	spec := p.Spec()
	switch priority, ok := classes.PriorityOf(spec.PriorityClassName); {
	case spec.Priority != nil:
		p.Priority = *spec.Priority
	case ok:
		p.Priority = priority
	default:
		return nil, fmt.Errorf("pod %q: no PriorityClass with name %s was found", p.Name, spec.PriorityClassName)
	}
	if phase := item.Source.Text("status.phase"); phase != "" {
		p.Status.Phase = cluster.PodPhase(phase)
	}
	if node := item.Source.Text("status.nominatedNodeName"); node != "" {
		p.Status.Trouble = &cluster.PodTrouble{NominatedNodeName: node}
	}
	if item.Source.Text("metadata.deletionTimestamp") != "" {
		p.DeletionTimestamp = new(time.Duration)
	}
	return p, nil
}

// plainNodes returns the nodes that --nodes adds, beside those that there are.
func (o *worldOptions) plainNodes(set *manifest.Set, there []*cluster.Node) ([]*cluster.Node, error) {
	names := simcmd.Names(o.count(set))
	for _, n := range there {
		if slices.Contains(names, n.Name) {
			return nil, fmt.Errorf("add node %q: %w", n.Name, cluster.ErrAlreadyExists)
		}
	}
	// Nothing happens here, so the nodes are to be as if they had been there for a while.
	sim := daemonsim.New(daemonsim.Config{Without: []string{nodelifecycle.Name}})
	if err := sim.AddNodes(names...); err != nil {
		return nil, err
	}
	var plain []*cluster.Node
	for _, name := range names {
		plain = append(plain, sim.Node(name))
	}
	return plain, nil
}
