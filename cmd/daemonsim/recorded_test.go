package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// object is an object of a recording, which leaves out what it is.
type object map[string]any

func (o object) as(apiVersion, kind string) object {
	o["apiVersion"], o["kind"] = apiVersion, kind
	return o
}

func (o object) name() string      { return o["metadata"].(map[string]any)["name"].(string) }
func (o object) namespace() string { return o["metadata"].(map[string]any)["namespace"].(string) }

// explainCase is a recorded case: about a DaemonSet, or about a pod.
type explainCase struct {
	DaemonSet, Pod                  object
	Nodes, ExistingPods, Namespaces []object
}

// manifest is the case as one manifest.
func (c *explainCase) manifest(t *testing.T) []byte {
	var items []object
	for _, o := range c.Nodes {
		items = append(items, o.as("v1", "Node"))
	}
	for _, o := range c.ExistingPods {
		items = append(items, o.as("v1", "Pod"))
	}
	for _, o := range c.Namespaces {
		items = append(items, o.as("v1", "Namespace"))
	}
	if c.Pod != nil {
		items = append(items, c.Pod.as("v1", "Pod"))
	}
	if c.DaemonSet != nil {
		items = append(items, c.DaemonSet.as("apps/v1", "DaemonSet"))
	}
	text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
	require.NoError(t, err)
	return text
}

// placementAnswer is what Kubernetes says of a DaemonSet and a node.
type placementAnswer struct {
	Node                             string
	ShouldRun, ShouldContinueRunning bool
}

// filterAnswer is what Kubernetes says of a pod and a node.
type filterAnswer struct {
	Node, Plugin, Code string
	Reasons            []string
	Scores             map[string]int64 `json:",omitempty"`
	Total              int64
	Best               bool
}

// recordedAnswer is what was recorded of either.
type recordedAnswer struct {
	Nodes  json.RawMessage
	Scores []struct {
		Node     string
		Weighted map[string]int64
		Total    int64
	}
	Best []string
}

// filterAnswers puts the parts of a recorded answer together by node.
func (a *recordedAnswer) filterAnswers(t *testing.T) []filterAnswer {
	var nodes []filterAnswer
	require.NoError(t, json.Unmarshal(a.Nodes, &nodes))
	for i := range nodes {
		n := &nodes[i]
		n.Reasons = append([]string{}, n.Reasons...)
		n.Scores = map[string]int64{}
		for _, s := range a.Scores {
			if s.Node == n.Node {
				n.Scores, n.Total = s.Weighted, s.Total
			}
		}
		for _, name := range a.Best {
			n.Best = n.Best || name == n.Node
		}
	}
	return nodes
}

// explainCases is how many cases of a recording are asked about. Many have objects that an API server would
// refuse, for which Kubernetes' code has an answer all the same.
const explainCases = 200

// TestExplainRecorded asks the command about recorded cases, as a script would, and compares its JSON with
// what Kubernetes' own code answered.
func TestExplainRecorded(t *testing.T) {
	t.Run("placement", func(t *testing.T) {
		eachCase(t, "placement", func(id string, in explainCase, want recordedAnswer) {
			text := explainJSON(t, &in, "-n", in.DaemonSet.namespace(), "ds/"+in.DaemonSet.name())
			var got, recorded []placementAnswer
			require.NoError(t, json.Unmarshal(text, &got))
			require.NoError(t, json.Unmarshal(want.Nodes, &recorded))
			require.Empty(t, cmp.Diff(recorded, got), id)
		})
	})
	t.Run("filter", func(t *testing.T) {
		eachCase(t, "filter", func(id string, in explainCase, want recordedAnswer) {
			text := explainJSON(t, &in, "-n", in.Pod.namespace(), "pod/"+in.Pod.name())
			var got []filterAnswer
			require.NoError(t, json.Unmarshal(text, &got))
			require.Empty(t, cmp.Diff(want.filterAnswers(t), got), id)
		})
	})
}

// explainJSON returns what the command prints.
func explainJSON(t *testing.T, in *explainCase, args ...string) []byte {
	var stdout, stderr bytes.Buffer
	args = append([]string{"explain", "-f", "-", "-o", "json"}, args...)
	code := run(args, bytes.NewReader(in.manifest(t)), &stdout, &stderr)
	require.Equal(t, codeOK, code, stderr.String())
	return stdout.Bytes()
}

// eachCase asks about the first cases of a recording that is a part of the repository.
func eachCase(t *testing.T, kind string, ask func(string, explainCase, recordedAnswer)) {
	file, err := os.Open(filepath.Join("..", "..", "conformance", "testdata", kind+".jsonl.gz"))
	if err != nil {
		t.Skipf("no recording of this kind: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for n := 0; n < explainCases && lines.Scan(); n++ {
		var c struct {
			ID     string
			Case   explainCase
			Answer recordedAnswer
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		ask(c.ID, c.Case, c.Answer)
	}
	require.NoError(t, lines.Err())
}
