package daemonset

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/taints"
)

// nodeFor proposes changes of the node that let it in: labels for one of the terms, and no taint that
// forbids. A node whose name is asked for cannot be changed into another.
func (in *inquiry) nodeFor() [][]Edit {
	untaint := in.taintsToRemove()
	demands := demandsOf(&in.template.Spec, in.node.Name)
	var proposals [][]Edit
	for i := range demands {
		labels, ok := demands[i].edits(in.node.Labels)
		if ok {
			labels = fewest(demands, in.node.Labels, labels)
			proposals = append(proposals, slices.Concat(labels, untaint))
		}
	}
	return proposals
}

// taintsToRemove lists the taints that forbid, each mark once.
func (in *inquiry) taintsToRemove() []Edit {
	var edits []Edit
	for _, r := range in.decision.Reasons {
		if r.Check != CheckTaint || !r.Forbids(in.question) {
			continue
		}
		if !slices.ContainsFunc(edits, func(e Edit) bool { return e.Taint.Same(*r.Taint) }) {
			edits = append(edits, Edit{Kind: EditRemoveTaint, Taint: r.Taint})
		}
	}
	return edits
}

// nodeAgainst proposes changes of the node that keep pods away: labels, and a taint.
func (in *inquiry) nodeAgainst() [][]Edit {
	proposals := in.labelsAgainst()
	effects := []taints.Effect{taints.EffectNoSchedule, taints.EffectNoExecute}
	for _, effect := range effects {
		// The key is one that nobody means: a toleration that fits it fits every key.
		taint := &taints.Taint{Key: "example.com/keep-away", Effect: effect}
		edits := []Edit{{Kind: EditAddTaint, Taint: taint}}
		if _, turned := in.try(edits); turned {
			return append(proposals, edits)
		}
	}
	return proposals
}

// labelsAtOnce is how many labels are changed together, at most, to make a node match no longer.
const labelsAtOnce = 3

// labelsAgainst proposes changes of labels after which the node does not match: each single one that does
// it, or else each pair, or else each three.
func (in *inquiry) labelsAgainst() [][]Edit {
	sets := [][]Edit{nil}
	single := in.harmfulLabels()
	for range labelsAtOnce {
		var larger, found [][]Edit
		for _, set := range sets {
			for _, e := range single {
				if len(set) > 0 && set[len(set)-1].Key >= e.Key {
					continue
				}
				next := append(slices.Clone(set), e)
				if _, turned := in.try(next); turned {
					found = append(found, next)
				} else {
					larger = append(larger, next)
				}
			}
		}
		if len(found) > 0 {
			return found
		}
		sets = larger
	}
	return nil
}

// maxHarmful bounds how many changes of labels are combined.
const maxHarmful = 24

// harmfulLabels lists the changes of labels that break a requirement of the template, by key: to take away
// what it asks for, and to set what it does not want.
func (in *inquiry) harmfulLabels() []Edit {
	byKey := make(map[string][]Edit)
	add := func(key string, e Edit) {
		e.Key = key
		if current, present := in.node.Labels[key]; present && e.Kind == EditSetLabel && current == e.Value {
			return
		}
		byKey[key] = append(byKey[key], e)
	}
	for _, d := range demandsOf(&in.template.Spec, in.node.Name) {
		for i := range d.keys {
			k := &d.keys[i]
			if _, present := in.node.Labels[k.key]; present && !slices.ContainsFunc(byKey[k.key], isRemoval) {
				add(k.key, Edit{Kind: EditRemoveLabel})
			}
			for _, value := range k.unwanted {
				e := Edit{Kind: EditSetLabel, Key: k.key, Value: value}
				if !slices.Contains(byKey[k.key], e) {
					add(k.key, e)
				}
			}
		}
	}
	var list []Edit
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		list = append(list, byKey[key]...)
	}
	return list[:min(len(list), maxHarmful)]
}

func isRemoval(e Edit) bool { return e.Kind == EditRemoveLabel }

// validLabel reports whether a node may have the label.
func validLabel(key, value string) bool {
	return len(affinity.KeyErrors(key)) == 0 && len(affinity.ValueErrors(value)) == 0
}
