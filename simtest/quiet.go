package simtest

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/daemonset"
)

// touched is the annotation by which AtRest makes the controller look at a DaemonSet.
const touched = "daemonsim.dev/touched"

// AtRest returns a fork of a simulation in which every DaemonSet has been looked at once more and nothing
// is left to do. The error is that of Settle: a cluster with a crash loop does not come to rest.
//
// The second look is needed because Kubernetes does not take notice of everything: when a taint with the
// effect NoSchedule comes to a node with a running pod, or a node is removed on which nothing ran, no
// sync follows, and the status stays as it was until something else asks for one. Any update of the
// DaemonSet does.
func AtRest(sim *daemonsim.Sim) (*daemonsim.Sim, error) {
	rest := sim.Fork()
	if err := rest.Settle(); err != nil {
		return nil, err
	}
	for _, set := range daemonset.All(rest.Reader, "") {
		err := rest.UpdateDaemonSet(set.Namespace, set.Name, func(d *daemonset.DaemonSet) {
			if d.Annotations == nil {
				d.Annotations = make(map[string]string, 1)
			}
			n, _ := strconv.Atoi(d.Annotations[touched])
			d.Annotations[touched] = strconv.Itoa(n + 1)
		})
		if err != nil {
			return nil, fmt.Errorf("touch DaemonSet %s: %w", set.Key(), err)
		}
	}
	return rest, rest.Settle()
}

// Quiet checks a simulation that has nothing left to do, whether its rollouts are through or stuck: see
// Placed, Scheduled, Counted, History, Claimed and Collected. It does so on a fork that is AtRest, and
// fails if that cannot be had.
func Quiet(sim *daemonsim.Sim) error {
	rest, err := AtRest(sim)
	if err != nil {
		return err
	}
	return quiet(rest)
}

func quiet(rest *daemonsim.Sim) error {
	return errors.Join(Placed(rest), Scheduled(rest), Counted(rest),
		History(rest), Claimed(rest), Collected(rest))
}

// Converged checks what Quiet checks, and that every rollout has come to its end: see RolledOut. Before
// it, make the images healthy that were not.
func Converged(sim *daemonsim.Sim) error {
	rest, err := AtRest(sim)
	if err != nil {
		return err
	}
	return errors.Join(quiet(rest), RolledOut(rest))
}
