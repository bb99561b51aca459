package daemonset

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// demand is one way to satisfy a template's node selector and node affinity by labels: everything in the
// selector, and everything in one term.
type demand struct {
	keys []keyDemand
}

// keyDemand is all that a demand asks of one label, together with values to try.
type keyDemand struct {
	key     string
	matcher affinity.NodeMatcher
	// wanted are values that may satisfy the demand; unwanted, values that break it. A label that is
	// absent may do either.
	wanted, unwanted []string
}

// demandsOf returns the ways to satisfy a template on a node of that name, in the order of the terms.
func demandsOf(s *cluster.PodSpec, nodeName string) []demand {
	if s.NodeName != "" && s.NodeName != nodeName {
		return nil
	}
	var fixed []affinity.NodeSelectorRequirement
	for _, key := range slices.Sorted(maps.Keys(s.NodeSelector)) {
		fixed = append(fixed, affinity.NodeSelectorRequirement{
			Key: key, Operator: affinity.NodeSelectorOpIn, Values: []string{s.NodeSelector[key]},
		})
	}
	required := requiredSelector(s)
	if required == nil {
		return []demand{newDemand(fixed)}
	}
	var demands []demand
	for _, term := range required.NodeSelectorTerms {
		byName := affinity.NodeSelectorTerm{MatchFields: term.MatchFields}
		if wellFormed(term) && (len(term.MatchFields) == 0 || selects(byName, nodeName, nil)) {
			demands = append(demands, newDemand(slices.Concat(fixed, term.MatchExpressions)))
		}
	}
	return demands
}

// newDemand gathers requirements on labels by their keys.
func newDemand(requirements []affinity.NodeSelectorRequirement) demand {
	byKey := make(map[string][]affinity.NodeSelectorRequirement)
	for _, r := range requirements {
		byKey[r.Key] = append(byKey[r.Key], r)
	}
	var d demand
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		d.keys = append(d.keys, newKeyDemand(key, byKey[key]))
	}
	return d
}

func newKeyDemand(key string, list []affinity.NodeSelectorRequirement) keyDemand {
	k := keyDemand{key: key, matcher: affinity.CompileNodeSelector(
		selectorOf(affinity.NodeSelectorTerm{MatchExpressions: list}))}
	var bounds []string
	// One more neighbour of each bound than there are values that could be excluded.
	neighbours := 1
	for _, r := range list {
		neighbours += len(r.Values)
	}
	for _, r := range list {
		switch r.Operator {
		case affinity.NodeSelectorOpIn:
			k.wanted = append(k.wanted, r.Values...)
		case affinity.NodeSelectorOpNotIn:
			k.unwanted = append(k.unwanted, r.Values...)
		case affinity.NodeSelectorOpDoesNotExist:
			k.unwanted = append(k.unwanted, "true")
		case affinity.NodeSelectorOpGt, affinity.NodeSelectorOpLt:
			bounds = append(bounds, beyond(r, neighbours)...)
		}
	}
	k.wanted = append(k.wanted, bounds...)
	k.wanted = append(k.wanted, "true")
	for i := range neighbours {
		k.wanted = append(k.wanted, "other-"+strconv.Itoa(i+1))
	}
	return k
}

// beyond returns the first integers on the right side of the bound of Gt or Lt.
func beyond(r affinity.NodeSelectorRequirement, count int) []string {
	bound, err := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil {
		return nil
	}
	step, end := int64(1), int64(math.MaxInt64)
	if r.Operator == affinity.NodeSelectorOpLt {
		step, end = -1, math.MinInt64
	}
	var list []string
	for n := bound; n != end && len(list) < count; {
		n += step
		list = append(list, strconv.FormatInt(n, 10))
	}
	return list
}

// holds reports whether labels satisfy what is asked of the key.
func (k *keyDemand) holds(labels map[string]string) bool { return k.matcher.Matches("", labels) }

// edit returns the change of the label that satisfies the demand.
func (k *keyDemand) edit() (e Edit, ok bool) {
	for _, value := range k.wanted {
		// A label that may be absent is better taken away than given a value that means nothing.
		if value == "true" && k.holds(nil) {
			return Edit{Kind: EditRemoveLabel, Key: k.key}, true
		}
		if validLabel(k.key, value) && k.holds(map[string]string{k.key: value}) {
			return Edit{Kind: EditSetLabel, Key: k.key, Value: value}, true
		}
	}
	return Edit{}, false
}

// edits returns the changes of labels that satisfy the demand; ok is false if there are none that do.
func (d *demand) edits(labels map[string]string) (edits []Edit, ok bool) {
	for i := range d.keys {
		k := &d.keys[i]
		if k.holds(labels) {
			continue
		}
		e, ok := k.edit()
		if !ok {
			return nil, false
		}
		edits = append(edits, e)
	}
	return edits, true
}

// within returns those of the edits that are needed to satisfy the demand; ok is false if all of them do
// not.
func (d *demand) within(edits []Edit, labels map[string]string) (needed []Edit, ok bool) {
	for i := range d.keys {
		k := &d.keys[i]
		if k.holds(labels) {
			continue
		}
		at := slices.IndexFunc(edits, func(e Edit) bool { return e.Key == k.key })
		if at < 0 || !k.holds(edits[at].label()) {
			return nil, false
		}
		needed = append(needed, edits[at])
	}
	return needed, true
}

// label is what an edit of a label leaves of it.
func (e *Edit) label() map[string]string {
	if e.Kind == EditRemoveLabel {
		return nil
	}
	return map[string]string{e.Key: e.Value}
}

// fewest returns the smallest part of the edits that satisfies any of the demands.
func fewest(demands []demand, labels map[string]string, edits []Edit) []Edit {
	for i := range demands {
		if fewer, ok := demands[i].within(edits, labels); ok && len(fewer) < len(edits) {
			edits = fewer
		}
	}
	return edits
}
