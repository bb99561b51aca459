package explain

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// pairJSON is one pair.
type pairJSON struct {
	DaemonSet             string            `json:"daemonSet"`
	Namespace             string            `json:"namespace"`
	Node                  string            `json:"node"`
	ShouldRun             bool              `json:"shouldRun"`
	ShouldContinueRunning bool              `json:"shouldContinueRunning"`
	Reasons               []string          `json:"reasons"`
	DecidedBy             map[string]string `json:"decidedBy,omitempty"`
	Checks                []checkJSON       `json:"checks"`
	Flips                 []flipJSON        `json:"flips"`
}

// checkJSON is one check. Want and Got belong to names and the node selector.
type checkJSON struct {
	Check      daemonset.Check    `json:"check"`
	Passed     bool               `json:"passed"`
	Message    string             `json:"message"`
	Key        string             `json:"key,omitempty"`
	Want       *string            `json:"want,omitempty"`
	Got        *string            `json:"got,omitempty"`
	Terms      []termJSON         `json:"terms,omitempty"`
	Taint      *taints.Taint      `json:"taint,omitempty"`
	Toleration *taints.Toleration `json:"toleration,omitempty"`
	Automatic  bool               `json:"automatic,omitempty"`
}

// termJSON is one term of required node affinity, with the requirement that failed.
type termJSON struct {
	Term        int                               `json:"term"`
	Matches     bool                              `json:"matches"`
	Message     string                            `json:"message"`
	Requirement *affinity.NodeSelectorRequirement `json:"requirement,omitempty"`
	Got         *string                           `json:"got,omitempty"`
}

// flipJSON is one way to turn an answer.
type flipJSON struct {
	Question              daemonset.Question `json:"question"`
	Side                  daemonset.Side     `json:"side"`
	Message               string             `json:"message"`
	Edits                 []daemonset.Edit   `json:"edits"`
	ShouldRun             bool               `json:"shouldRun"`
	ShouldContinueRunning bool               `json:"shouldContinueRunning"`
}

func jsonText(sets []*daemonset.DaemonSet, nodes []*cluster.Node) string {
	pairs := []pairJSON{}
	for _, set := range sets {
		for _, e := range daemonset.ExplainAll(set, slices.Values(nodes)) {
			pairs = append(pairs, newPairJSON(&e))
		}
	}
	return indented(pairs)
}

// indented is JSON as kubectl prints it.
func indented(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	if err := enc.Encode(v); err != nil {
		panic(err) // the types above have no values that JSON has not
	}
	return b.String()
}

func newPairJSON(e *daemonset.Explanation) pairJSON {
	p := pairJSON{
		DaemonSet: e.DaemonSet, Namespace: e.Namespace, Node: e.Node,
		ShouldRun: e.ShouldRun, ShouldContinueRunning: e.ShouldContinueRunning,
		Reasons: []string{}, Checks: []checkJSON{}, Flips: []flipJSON{},
		DecidedBy: make(map[string]string),
	}
	for _, r := range e.Reasons {
		p.Reasons = append(p.Reasons, r.String())
		p.Checks = append(p.Checks, newCheckJSON(r))
	}
	for _, q := range daemonset.Questions() {
		if r, ok := e.Decided(q); ok {
			p.DecidedBy[string(q)] = r.Subject()
		}
	}
	for _, f := range e.Flips {
		p.Flips = append(p.Flips, flipJSON{
			f.Question, f.Side, f.String(), f.Edits, f.ShouldRun, f.ShouldContinueRunning,
		})
	}
	return p
}

func newCheckJSON(r daemonset.Reason) checkJSON {
	c := checkJSON{
		Check: r.Check, Passed: r.Passed, Message: r.String(), Key: r.Key,
		Taint: r.Taint, Toleration: r.Toleration, Automatic: r.Automatic,
	}
	if r.Key != "" {
		c.Want, c.Got = &r.Want, got(r.Got, r.Present)
	}
	for _, v := range r.Terms {
		t := termJSON{Term: v.Term, Matches: v.Outcome == affinity.TermMatched, Message: v.String()}
		switch v.Outcome {
		case affinity.TermExpressionFailed, affinity.TermFieldFailed:
			t.Requirement, t.Got = &v.Requirement, got(v.Value, v.Present)
		}
		c.Terms = append(c.Terms, t)
	}
	return c
}

// got is a value if there is one.
func got(value string, present bool) *string {
	if !present {
		return nil
	}
	return &value
}
