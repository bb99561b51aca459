package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// listing is one row of the table of deliberate differences.
type listing struct {
	// kind is the kind of cases that it is about, rule the rule that says what Kubernetes does.
	kind, rule string
	// what says which part of which cases it covers, and reason why daemonsim answers otherwise.
	what, reason string
	// covers picks differences out of those of a case.
	covers func(in any, d difference) bool
}

// listings is the whole table. DIFFERENCES.md prints it.
var listings = []listing{
	{
		kind: "ground-truth", rule: "N-26",
		what: "whether RegisteredNode or RemovingNode is told yet of a node that came or went less than five seconds " +
			"before",
		reason: "The passes of the node lifecycle controller are five seconds apart, counted from when it started. " +
			"A recording does not say when that was; here it is the beginning of the simulation.",
		covers: betweenPasses,
	},
}

// betweenPasses is about the Events of nodes that have come or gone since the latest pass.
func betweenPasses(in any, d difference) bool {
	p, ok := in.(*player)
	for _, side := range []any{d.want, d.got} {
		e, isEvent := side.(eventState)
		if ok && isEvent && (e.Reason == "RegisteredNode" || e.Reason == "RemovingNode") {
			return p.sim.Now()-p.tracer.moved[e.Object] < monitorPeriod
		}
	}
	return false
}

// dropListed returns the differences that no row of the table covers, and notes which rows were used.
func dropListed(kind string, in any, found []difference, used []bool) []difference {
	return slices.DeleteFunc(slices.Clone(found), func(d difference) bool {
		for i, l := range listings {
			if l.kind == kind && l.covers(in, d) {
				used[i] = true
				return true
			}
		}
		return false
	})
}

var update = flag.Bool("update", false, "rewrite DIFFERENCES.md and the slices in testdata")

const differencesFile = "DIFFERENCES.md"

// TestDifferences keeps the printed table the same as the one that is used.
func TestDifferences(t *testing.T) {
	text := differencesText()
	if *update {
		require.NoError(t, os.WriteFile(differencesFile, []byte(text), 0o644))
	}
	was, err := os.ReadFile(differencesFile)
	require.NoError(t, err)
	require.Equal(t, text, string(was), "run go test ./conformance -update")
}

func differencesText() string {
	var b strings.Builder
	b.WriteString("# Deliberate differences from Kubernetes\n\n" +
		"Where an answer of daemonsim is not the recorded one of Kubernetes v1.37.2, and is not meant to be. " +
		"What is not in\nthis table must agree in every recorded case. A test keeps this page and the table " +
		"that the tests use the same.\n\n" +
		"| kind | rule | what | why |\n|---|---|---|---|\n")
	for _, l := range listings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.kind, l.rule, l.what, l.reason)
	}
	return b.String()
}
