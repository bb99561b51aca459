package simtest_test

import (
	"fmt"
	"maps"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// Somebody edits the labels by which revisions are told apart.

// drawHash draws a hash label: none, one that no revision has, or that of some revision.
func (m *machine) drawHash(t *rapid.T) string {
	hashes := []string{"", "abc"}
	for obj := range m.sim().Objects(rollout.KindControllerRevision, "") {
		hashes = append(hashes, obj.(*rollout.ControllerRevision).Hash())
	}
	return rapid.SampledFrom(hashes).Draw(t, "hash")
}

// relabelled returns labels with another value for one, or without it for "".
func relabelled(labels map[string]string, key, value string) map[string]string {
	next := maps.Clone(labels)
	if next == nil {
		next = make(map[string]string, 1)
	}
	next[key] = value
	if value == "" {
		delete(next, key)
	}
	return next
}

func (m *machine) PodRevisionEdited(t *rapid.T) {
	p, hash := m.pod(t), m.drawHash(t)
	generation := rapid.SampledFrom([]string{"", "1", "2", "3", "77", "x"}).Draw(t, "template generation")
	what := fmt.Sprintf("pod %s gets hash %q and template generation %q", p.Name, hash, generation)
	m.do(t, what, func(sim *daemonsim.Sim) error {
		next := sim.Pod(p.Namespace, p.Name).Clone().(*cluster.Pod)
		next.Labels = relabelled(next.Labels, rollout.HashLabel, hash)
		next.Labels = relabelled(next.Labels, daemonset.TemplateGenerationLabel, generation)
		_, err := sim.Update(next)
		return err
	})
}

func (m *machine) RevisionEdited(t *rapid.T) {
	var list []*rollout.ControllerRevision
	for obj := range m.sim().Objects(rollout.KindControllerRevision, "") {
		list = append(list, obj.(*rollout.ControllerRevision))
	}
	r, hash := pick(t, list, "revision"), m.drawHash(t)
	m.do(t, fmt.Sprintf("ControllerRevision %s gets hash %q", r.Name, hash), func(sim *daemonsim.Sim) error {
		next := sim.Object(r.Kind(), r.Namespace, r.Name).Clone().(*rollout.ControllerRevision)
		next.Labels = relabelled(next.Labels, rollout.HashLabel, hash)
		_, err := sim.Update(next)
		return err
	})
}
