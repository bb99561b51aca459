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
		what: "the Events RegisteredNode and RemovingNode",
		reason: "Nodes that come and go are told as changes. Events about them would say nothing more, and one for " +
			"every node of a large cluster is much.",
		covers: announced,
	},
	{
		kind: "ground-truth", rule: "N-7",
		what: "the labels beta.kubernetes.io/os and beta.kubernetes.io/arch of nodes",
		reason: "The node lifecycle controller copies them from the labels without beta. They have been out of use " +
			"for years, and nothing here looks at them.",
		covers: betaLabel,
	},
}

// announced is about Events of nodes that come and go.
func announced(_ any, d difference) bool {
	e, ok := d.want.(eventState)
	return ok && (e.Reason == "RegisteredNode" || e.Reason == "RemovingNode")
}

func betaLabel(_ any, d difference) bool {
	return strings.HasPrefix(d.path, "nodes.") && strings.Contains(d.path, ".labels.beta.kubernetes.io/")
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
