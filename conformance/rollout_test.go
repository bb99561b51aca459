package conformance_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

type round struct {
	Created   int              `json:"created"`
	Deleted   int              `json:"deleted"`
	Status    daemonset.Status `json:"status"`
	Revisions []int64          `json:"revisions"`
	Templates []int            `json:"templates"`
}

// TestRollout lets time pass in rounds, with one sync in each, while a plain kubelet makes pods ready
// and takes deleted ones away.
func TestRollout(t *testing.T) {
	type change struct {
		Round    int `json:"round"`
		Template int `json:"template"`
	}
	type input struct {
		Nodes        int                       `json:"nodes"`
		DaemonSet    setCase                   `json:"daemonSet"`
		Templates    []cluster.PodTemplateSpec `json:"templates"`
		Switches     []change                  `json:"switches"`
		Rounds       int                       `json:"rounds"`
		Tick         int64                     `json:"tick"`
		StartSeconds int64                     `json:"startSeconds"`
		GraceSeconds int64                     `json:"graceSeconds"`
	}
	type answer struct {
		Rounds []round `json:"rounds"`
	}
	check := func(in input, want answer) []difference {
		w := newWorld(in.DaemonSet, in.Templates)
		w.gate.open = false
		for i := range in.Nodes {
			w.do(w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: fmt.Sprintf("n%03d", i)}}))
		}
		start, grace := time.Duration(in.StartSeconds)*time.Second, time.Duration(in.GraceSeconds)*time.Second
		var got answer
		for i := range in.Rounds {
			if i > 0 {
				w.do(nil, w.RunFor(time.Duration(in.Tick)*time.Second))
			}
			w.kubelet(start, grace)
			for _, s := range in.Switches {
				if s.Round == i {
					w.set(s.Template, func(*daemonset.DaemonSet) {})
				}
			}
			r := w.sync()
			for _, rev := range w.revisions() {
				r.Revisions, r.Templates = append(r.Revisions, rev.Revision), append(r.Templates,
					rev.Template)
			}
			got.Rounds = append(got.Rounds, r)
			if w.err != nil {
				return failed(w.err)
			}
		}
		return diff(want, got)
	}
	replay(t, runner[input, answer]{kind: "rollout", check: check, part: func(in input, d difference) any {
		// Later rounds do not count.
		var i int
		if _, err := fmt.Sscanf(d.path, "rounds[%d]", &i); err == nil {
			in.Rounds = i + 1
		}
		return in
	}})
}

// kubelet binds the pods, makes those ready that are old enough, terminating ones too, and takes
// deleted ones away.
func (w *world) kubelet(start, grace time.Duration) {
	now := w.Now()
	for _, p := range slices.Collect(w.Pods("")) {
		if p.Terminating() {
			if *p.DeletionTimestamp-time.Duration(*p.DeletionGracePeriodSeconds)*time.Second+grace <= now {
				w.do(nil, w.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: new(time.Duration)}))
				continue
			}
		}
		if !p.Bound() && !p.Terminating() {
			_, err := w.Bind(p.UID, p.Target)
			w.do(nil, err)
		}
		if at := p.CreationTimestamp + start; at <= now && !p.Status.Ready {
			status := w.PodByUID(p.UID).Status
			status.Phase, status.Ready, status.ReadySince = cluster.PodRunning, true, at
			_, err := w.SetPodStatus(p.UID, status)
			w.do(nil, err)
		}
	}
}

// sync lets the controller do one sync, whether it has asked for one or not, and says what it did.
func (w *world) sync() round {
	w.do(nil, w.RunFor(0))
	if len(w.gate.held) == 0 {
		// A change that means nothing is a reason to look.
		d := w.stored().Clone().(*daemonset.DaemonSet)
		d.Labels = map[string]string{"looked-at": w.Now().String()}
		w.do(w.Update(d))
		w.do(nil, w.RunFor(0))
	}
	var r round
	before := map[cluster.UID]bool{}
	for p := range w.Pods("") {
		before[p.UID] = p.Terminating()
	}
	w.gate.release()
	for p := range w.Pods("") {
		was, there := before[p.UID]
		switch {
		case !there:
			r.Created++
		case p.Terminating() && !was:
			r.Deleted++
		}
		delete(before, p.UID)
	}
	r.Deleted += len(before)
	r.Status = w.stored().Status
	return r
}
