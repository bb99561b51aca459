package affinity_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
)

// recorded walks over the recorded answers of Kubernetes to one kind of question and calls check
// with each. It skips the test if they are not here.
func recorded(t *testing.T, op string, check func(id string, input, answer []byte)) {
	t.Helper()
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", "match.jsonl.gz"))
	if err != nil {
		t.Skipf("recorded cases are not here, set DAEMONSIM_SHARED: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	count := 0
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			ID           string
			Case, Answer json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		var kind struct{ Op string }
		require.NoError(t, json.Unmarshal(line.Case, &kind))
		if kind.Op == op {
			count++
			check(line.ID, line.Case, line.Answer)
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d cases", count)
	require.NotZero(t, count)
}

// verdict is the part of a recorded answer that all questions share.
type verdict struct {
	Match   bool
	Error   string
	Invalid []problem
}

// problem is a recorded field error.
type problem struct{ Field, Type, Detail, Message string }

// problems turns ours into the recorded form, in the order of the recording's sorting.
func problems(prefix string, list affinity.Problems) []problem {
	all := []problem{}
	for _, p := range list {
		bare := *p
		bare.Field = ""
		all = append(all, problem{prefix + p.Field, string(p.Kind), p.Detail, bare.Error()})
	}
	sortProblems(all)
	return all
}

// sortProblems sorts by everything: upstream's order follows maps in places.
func sortProblems(list []problem) {
	slices.SortFunc(list, func(a, b problem) int {
		return strings.Compare(a.Field+a.Type+a.Message, b.Field+b.Type+b.Message)
	})
}

func TestRecordedLabelSelectors(t *testing.T) {
	recorded(t, "labelSelector", func(id string, input, answer []byte) {
		var in struct {
			Selector *affinity.LabelSelector
			Labels   map[string]string
		}
		var want, got verdict
		require.NoError(t, json.Unmarshal(input, &in))
		require.NoError(t, json.Unmarshal(answer, &want))
		sortProblems(want.Invalid)
		selector, err := affinity.Compile(in.Selector)
		got.Match = selector.Matches(in.Labels)
		if err != nil {
			got.Error = err.Error()
		}
		got.Invalid = problems("selector.", affinity.ValidateLabelSelector(in.Selector))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s\n(-want +got):\n%s", id, input, diff)
		}
	})
}

func TestRecordedNodeSelectors(t *testing.T) {
	recorded(t, "nodeSelector", func(id string, input, answer []byte) {
		var in struct {
			NodeSelector *affinity.NodeSelector
			NodeName     string
			Labels       map[string]string
		}
		var want, got verdict
		require.NoError(t, json.Unmarshal(input, &in))
		require.NoError(t, json.Unmarshal(answer, &want))
		sortProblems(want.Invalid)
		matcher := affinity.CompileNodeSelector(in.NodeSelector)
		match, err := matcher.Match(in.NodeName, in.Labels)
		got.Match = match
		if err != nil {
			got.Error = err.Error()
		}
		got.Invalid = problems("nodeSelector.", affinity.ValidateNodeSelector(in.NodeSelector))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s\n(-want +got):\n%s", id, input, diff)
		}
		require.Equal(t, match, slices.ContainsFunc(matcher.Explain(in.NodeName, in.Labels),
			func(v affinity.TermVerdict) bool { return v.Outcome == affinity.TermMatched }))
	})
}

func TestRecordedNames(t *testing.T) {
	checks := map[string]func(string) []string{
		"qualifiedName": affinity.KeyErrors,
		"labelValue":    affinity.ValueErrors,
		"dnsLabel":      affinity.DNSLabelErrors,
		"dnsSubdomain":  affinity.DNSSubdomainErrors,
		"portName":      affinity.PortNameErrors,
		"envVarName":    affinity.EnvVarNameErrors,
		"percent":       affinity.PercentErrors,
	}
	recorded(t, "name", func(id string, input, answer []byte) {
		var in struct{ Syntax, Text string }
		var want verdict
		require.NoError(t, json.Unmarshal(input, &in))
		require.NoError(t, json.Unmarshal(answer, &want))
		check := checks[in.Syntax]
		require.NotNil(t, check, in.Syntax)
		var messages []string
		for _, p := range want.Invalid {
			messages = append(messages, p.Message)
		}
		got := check(in.Text)
		require.Equal(t, want.Match, len(got) == 0)
		if diff := cmp.Diff(messages, got); diff != "" {
			t.Errorf("%s: %s %q (-want +got):\n%s", id, in.Syntax, in.Text, diff)
		}
	})
}
