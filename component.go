package daemonsim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// The components of the control plane that Stop and Start know: the processes of a real cluster.
const (
	// Scheduler binds pods to nodes.
	Scheduler = "kube-scheduler"
	// ControllerManager runs all controllers, that of DaemonSets and the garbage collector among them.
	ControllerManager = "kube-controller-manager"
)

// What is wrong with stopping or starting a component.
var (
	ErrNotRunning = errors.New("it is not running")
	ErrRunning    = errors.New("it is running")
)

// Stop ends a component of the control plane. Until Start nothing of what it does is done: pods stay
// Pending without a scheduler, and rollouts stand still without controllers. The error is ErrNotRunning for
// one that is stopped, and cluster.ErrNotFound for one that there is not.
func (s *Sim) Stop(component string) error {
	actors, err := s.component(component)
	if err != nil {
		return fmt.Errorf("stop %q: %w", component, err)
	}
	actors = slices.DeleteFunc(actors, func(a cluster.Actor) bool { return s.Stopped(a.Name()) })
	if len(actors) == 0 {
		return fmt.Errorf("stop %q: %w", component, ErrNotRunning)
	}
	for _, a := range actors {
		if err := s.Cluster.Stop(a.Name()); err != nil {
			return err
		}
	}
	return nil
}

// Start begins a stopped component anew: what it kept to itself, such as back-offs, is lost, and what it
// finds is as if it had just come. Where only some of its actors were stopped, by Cluster.Stop, the others go
// on. The error is ErrRunning for a component of which none was, and cluster.ErrNotFound for one that there
// is not.
func (s *Sim) Start(component string) error {
	actors, err := s.component(component)
	if err != nil {
		return fmt.Errorf("start %q: %w", component, err)
	}
	actors = slices.DeleteFunc(actors, func(a cluster.Actor) bool { return !s.Stopped(a.Name()) })
	if len(actors) == 0 {
		return fmt.Errorf("start %q: %w", component, ErrRunning)
	}
	for _, a := range actors {
		if err := s.Cluster.Start(a); err != nil {
			return err
		}
	}
	return nil
}

// component makes the actors of a component.
func (s *Sim) component(name string) ([]cluster.Actor, error) {
	isOf := func(a cluster.Actor) bool { return a.Name() == scheduler.Name }
	switch name {
	case Scheduler:
	case ControllerManager:
		isOf = func(a cluster.Actor) bool { return a.Name() != scheduler.Name && a.Name() != "kubelet" }
	default:
		return nil, fmt.Errorf("%w; the components are %q and %q", cluster.ErrNotFound, Scheduler, ControllerManager)
	}
	all := append([]cluster.Actor{cluster.NewCollector()}, s.config.actors()...)
	return slices.DeleteFunc(all, func(a cluster.Actor) bool { return !isOf(a) }), nil
}
