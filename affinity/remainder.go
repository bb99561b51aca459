package affinity

// Remainder is what a [RequiredNodeAffinity] leaves to ask of a node once all of its labels but one are
// known. Where many nodes differ in their names and one label only, the rest is asked once for all of
// them. It is immutable and safe to copy. The zero Remainder matches every node.
type Remainder struct {
	// never says that no node matches. Otherwise a node matches with the label's requirements, and
	// with one of the terms unless there are none.
	never  bool
	labels []requirement
	terms  []remainderTerm
}

// remainderTerm is the open part of a term whose other requirements hold. It is never empty.
type remainderTerm struct{ labels, fields []requirement }

// Given returns what is left to ask of nodes that have these labels but may differ in the label open
// and in their names. The remainder matches such a node exactly when r does.
func (r RequiredNodeAffinity) Given(labels map[string]string, open string) Remainder {
	left, ok := openPart(r.nodeSelector.requirements, labels, open)
	if !ok || r.nodeSelector.nothing {
		return Remainder{never: true}
	}
	rest := Remainder{labels: left}
	if !r.hasAffinity {
		return rest
	}
	for i := range r.affinity.terms {
		t := &r.affinity.terms[i]
		if t.isEmpty() || len(t.problems) > 0 {
			continue
		}
		left, ok := openPart(t.labels, labels, open)
		switch {
		case !ok:
		case len(left) == 0 && len(t.fields) == 0:
			rest.terms = nil
			return rest
		default:
			rest.terms = append(rest.terms, remainderTerm{left, t.fields})
		}
	}
	if len(rest.terms) == 0 {
		return Remainder{never: true}
	}
	return rest
}

// openPart returns the requirements on the label open; ok is false when one on another label fails.
func openPart(requirements []requirement, labels map[string]string, open string) (left []requirement, ok bool) {
	for i := range requirements {
		r := &requirements[i]
		if r.key == open {
			left = append(left, *r)
			continue
		}
		if value, present := labels[r.key]; !r.matches(value, present) {
			return nil, false
		}
	}
	return left, true
}

// Settled reports whether nothing is left to ask; answer is then what Matches says of every node.
func (r Remainder) Settled() (answer, ok bool) {
	return !r.never, r.never || len(r.labels) == 0 && len(r.terms) == 0
}

// Matches reports whether a node with the known labels matches, going by its name and its value of the
// open label; it looks at no other label. It does not allocate.
func (r Remainder) Matches(nodeName string, labels map[string]string) bool {
	if r.never || !matchAll(r.labels, labels) {
		return false
	}
	for i := range r.terms {
		if matchAll(r.terms[i].labels, labels) && failedField(r.terms[i].fields, nodeName) < 0 {
			return true
		}
	}
	return len(r.terms) == 0
}
