package conformance_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/taints"
)

type matchCase struct {
	Op           string                  `json:"op"`
	Selector     *affinity.LabelSelector `json:"selector,omitempty"`
	Labels       map[string]string       `json:"labels,omitempty"`
	NodeSelector *affinity.NodeSelector  `json:"nodeSelector,omitempty"`
	NodeName     string                  `json:"nodeName,omitempty"`
	Toleration   *taints.Toleration      `json:"toleration,omitempty"`
	Taint        *taints.Taint           `json:"taint,omitempty"`
	Value        *cluster.IntOrString    `json:"value,omitempty"`
	Total        int                     `json:"total,omitempty"`
	RoundUp      bool                    `json:"roundUp,omitempty"`
	Text         string                  `json:"text,omitempty"`
	Syntax       string                  `json:"syntax,omitempty"`
}

type matchAnswer struct {
	Match               bool         `json:"match"`
	MatchWithComparison *bool        `json:"matchWithComparison,omitempty"`
	Error               string       `json:"error,omitempty"`
	Invalid             []fieldError `json:"invalid"`
	Int                 *int         `json:"int,omitempty"`
	Canonical           string       `json:"canonical,omitempty"`
	WholeUnits          json.Number  `json:"wholeUnits,omitempty"`
	MilliUnits          json.Number  `json:"milliUnits,omitempty"`
}

// TestMatch asks the vocabulary: selectors, tolerations, percents, quantities and the syntax of names.
func TestMatch(t *testing.T) {
	ops := map[string]func(in *matchCase) matchAnswer{
		"labelSelector": matchLabelSelector, "nodeSelector": matchNodeSelector,
		"toleration": matchToleration, "scaled": matchScaled, "quantity": matchQuantity, "name": matchName,
	}
	replay(t, runner[matchCase, matchAnswer]{kind: "match", check: func(in matchCase, want matchAnswer) []difference {
		op := ops[in.Op]
		if op == nil {
			return []difference{{"op", in.Op, absent{}}}
		}
		got := op(&in)
		invalid := diffSets("invalid", want.Invalid, got.Invalid, fieldError.name)
		want.Invalid, got.Invalid = nil, nil
		return append(diff(want, got), invalid...)
	}})
}

func matchLabelSelector(in *matchCase) matchAnswer {
	var got matchAnswer
	selector, err := affinity.Compile(in.Selector)
	got.Match = selector.Matches(in.Labels)
	got.fail(err)
	got.Invalid = fieldErrors(
		cluster.SelectorErrors(field.NewPath("selector"), affinity.ValidateLabelSelector(in.Selector)))
	return got
}

func matchNodeSelector(in *matchCase) matchAnswer {
	var got matchAnswer
	matcher := affinity.CompileNodeSelector(in.NodeSelector)
	match, err := matcher.Match(in.NodeName, in.Labels)
	got.Match = match
	got.fail(err)
	got.Invalid = fieldErrors(
		cluster.SelectorErrors(field.NewPath("nodeSelector"), affinity.ValidateNodeSelector(in.NodeSelector)))
	explained := slices.ContainsFunc(matcher.Explain(in.NodeName, in.Labels),
		func(v affinity.TermVerdict) bool { return v.Outcome == affinity.TermMatched })
	if explained != match {
		got.Error = "what is explained is not what is answered"
	}
	return got
}

func matchToleration(in *matchCase) matchAnswer {
	var got matchAnswer
	toleration, taint := *in.Toleration, *in.Taint
	got.Match = toleration.Tolerates(taint)
	compared := toleration.ToleratesWithComparison(taint, taints.ComparisonOn)
	got.MatchWithComparison = &compared
	for _, p := range taints.ValidateToleration(toleration, taints.ComparisonOff) {
		at := "tolerations[0]." + p.Field
		p.Field = ""
		got.Invalid = append(got.Invalid, fieldError{at, string(p.Kind), p.Detail, p.Error()})
	}
	return got
}

func matchScaled(in *matchCase) matchAnswer {
	n, err := in.Value.Scaled(in.Total, in.RoundUp)
	got := matchAnswer{Match: err == nil, Int: &n}
	if err != nil {
		got.Int = nil
	}
	got.fail(err)
	return got
}

func matchQuantity(in *matchCase) matchAnswer {
	var got matchAnswer
	q, err := quantity.Parse(in.Text)
	if err != nil {
		got.fail(err)
		return got
	}
	number := func(n int64) json.Number { return asTree(n).(json.Number) }
	return matchAnswer{
		Match: true, Canonical: q.String(), WholeUnits: number(q.Value()), MilliUnits: number(q.MilliValue()),
	}
}

func matchName(in *matchCase) matchAnswer {
	checks := map[string]func(string) []string{
		"qualifiedName": affinity.KeyErrors,
		"labelValue":    affinity.ValueErrors,
		"dnsLabel":      affinity.DNSLabelErrors,
		"dnsSubdomain":  affinity.DNSSubdomainErrors,
		"portName":      affinity.PortNameErrors,
		"envVarName":    affinity.EnvVarNameErrors,
		"percent":       affinity.PercentErrors,
	}
	var got matchAnswer
	for _, message := range checks[in.Syntax](in.Text) {
		got.Invalid = append(got.Invalid, fieldError{Message: message})
	}
	got.Match = len(got.Invalid) == 0
	return got
}

func (a *matchAnswer) fail(err error) {
	if err != nil {
		a.Error = err.Error()
	}
}
