package taints

import (
	"slices"
	"strconv"
)

// Operator is how a toleration relates its value to a taint's.
type Operator string

// The operators of a toleration. The empty operator means Equal.
const (
	// OperatorEqual asks for an equal value.
	OperatorEqual Operator = "Equal"
	// OperatorExists accepts every value.
	OperatorExists Operator = "Exists"
	// OperatorLt asks for a taint whose value is less than the toleration's. It needs Comparison.
	OperatorLt Operator = "Lt"
	// OperatorGt asks for a taint whose value is greater than the toleration's. It needs
	// Comparison.
	OperatorGt Operator = "Gt"
)

// Comparison says whether the operators Lt and Gt have a meaning. Kubernetes hides them behind the
// alpha feature gate TaintTolerationComparisonOperators.
type Comparison bool

// The two states of the feature gate.
const (
	// ComparisonOff is Kubernetes' default: a toleration with Lt or Gt tolerates nothing.
	ComparisonOff Comparison = false
	// ComparisonOn gives Lt and Gt their meaning.
	ComparisonOn Comparison = true
)

// Toleration lets a pod onto nodes despite certain taints.
type Toleration struct {
	// Key is the key of the taints; empty, with the operator Exists, stands for every key.
	Key string `json:"key,omitempty"`
	// Operator relates the values. Empty means Equal.
	Operator Operator `json:"operator,omitempty"`
	// Value is what the taint's value is related to; it is empty with Exists.
	Value string `json:"value,omitempty"`
	// Effect is the effect of the taints; empty stands for every effect.
	Effect Effect `json:"effect,omitempty"`
	// TolerationSeconds limits how long a NoExecute taint is tolerated; nil is for ever, zero and
	// less is not at all once the pod runs. It takes no part in Tolerates.
	TolerationSeconds *int64 `json:"tolerationSeconds,omitempty"`
}

// Tolerates reports whether t tolerates the taint, with Kubernetes' default feature gates: the
// effect and the key must be empty or the taint's, and the operator must be satisfied.
func (t Toleration) Tolerates(taint Taint) bool {
	return t.ToleratesWithComparison(taint, ComparisonOff)
}

// ToleratesWithComparison is [Toleration.Tolerates] with a choice about the operators Lt and Gt.
// Those compare canonical decimal integers (no plus sign, no leading zeros); any other text on
// either side is not tolerated.
func (t Toleration) ToleratesWithComparison(taint Taint, comparison Comparison) bool {
	return t.tolerates(&taint, comparison)
}

// tolerates is ToleratesWithComparison without copying, which counts when a million nodes ask.
func (t *Toleration) tolerates(taint *Taint, comparison Comparison) bool {
	if t.Effect != "" && t.Effect != taint.Effect {
		return false
	}
	if t.Key != "" && t.Key != taint.Key {
		return false
	}
	switch t.Operator {
	case "", OperatorEqual:
		return t.Value == taint.Value
	case OperatorExists:
		return true
	case OperatorLt, OperatorGt:
		return bool(comparison) && t.compares(taint.Value)
	default:
		return false
	}
}

// compares reports whether a taint's value satisfies the operator Lt or Gt of t.
func (t *Toleration) compares(taintValue string) bool {
	bound, ok := canonicalInt64(t.Value)
	if !ok {
		return false
	}
	value, ok := canonicalInt64(taintValue)
	if !ok {
		return false
	}
	if t.Operator == OperatorLt {
		return value < bound
	}
	return value > bound
}

// Equal reports whether t and other say the same, the seconds compared by value.
func (t Toleration) Equal(other Toleration) bool {
	if !t.sameMatch(other) {
		return false
	}
	if t.TolerationSeconds == nil || other.TolerationSeconds == nil {
		return t.TolerationSeconds == other.TolerationSeconds
	}
	return *t.TolerationSeconds == *other.TolerationSeconds
}

// Describe returns the toleration as kubectl describe writes it: key=value:Effect, or key:Effect
// op=Exists, each part only if there is one, and the seconds as in "for 30s".
func (t Toleration) Describe() string {
	text := t.Key
	if t.Value != "" {
		text += "=" + t.Value
	}
	if t.Effect != "" {
		text += ":" + string(t.Effect)
	}
	if t.Operator == OperatorExists && t.Value == "" {
		if text != "" {
			text += " "
		}
		text += "op=Exists"
	}
	if t.TolerationSeconds != nil {
		text += " for " + strconv.FormatInt(*t.TolerationSeconds, 10) + "s"
	}
	return text
}

// sameMatch reports whether t and other are the same text apart from the seconds. NB: an empty
// operator and Equal mean the same but are not the same here, as in Kubernetes.
func (t Toleration) sameMatch(other Toleration) bool {
	return t.Key == other.Key && t.Effect == other.Effect &&
		t.Operator == other.Operator && t.Value == other.Value
}

// FirstUntolerated returns the position of the first taint that has one of the effects and that no
// toleration tolerates; ok is false if there is none. Without effects no taint counts. It walks
// the taints in their order and does not allocate.
//
// A pod may be placed on a node if nothing is found for NoSchedule and NoExecute, and may stay
// there if nothing is found for NoExecute.
func FirstUntolerated(
	taints []Taint, tolerations []Toleration, effects ...Effect,
) (index int, ok bool) {
	return FirstUntoleratedWithComparison(taints, tolerations, ComparisonOff, effects...)
}

// FirstUntoleratedWithComparison is [FirstUntolerated] with a choice about the operators Lt and
// Gt.
func FirstUntoleratedWithComparison(
	taints []Taint, tolerations []Toleration, comparison Comparison, effects ...Effect,
) (index int, ok bool) {
	for i := range taints {
		if slices.Contains(effects, taints[i].Effect) &&
			!anyTolerates(tolerations, &taints[i], comparison) {
			return i, true
		}
	}
	return -1, false
}

// anyTolerates reports whether one of the tolerations tolerates the taint.
func anyTolerates(tolerations []Toleration, taint *Taint, comparison Comparison) bool {
	for i := range tolerations {
		if tolerations[i].tolerates(taint, comparison) {
			return true
		}
	}
	return false
}

// canonicalInt64 parses a decimal integer that is written in the one canonical way: no plus sign,
// no leading zeros, no minus zero.
func canonicalInt64(text string) (n int64, ok bool) {
	digits := text
	if digits != "" && digits[0] == '-' {
		digits = digits[1:]
	}
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	if digits[0] == '0' && text != "0" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
