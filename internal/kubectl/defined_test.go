package kubectl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/manifest"
)

// squad is a kind of somebody's own that has a scale and a short name.
type squad struct {
	fleet
	Spec struct {
		Replicas int32  `json:"replicas"`
		Motto    string `json:"motto,omitempty"`
	} `json:"spec"`
}

func (s *squad) Kind() cluster.Kind    { return "Squad" }
func (s *squad) Clone() cluster.Object { return &squad{fleet{s.CloneMeta()}, s.Spec} }
func (s *squad) Scale() int32          { return s.Spec.Replicas }

// TestDefinedKinds works on kinds that only this simulation knows.
func TestDefinedKinds(t *testing.T) {
	sh := newShell()
	sh.sim = daemonsim.New(daemonsim.Config{Definitions: []manifest.Definition{
		{Object: &fleet{}},
		{},
		{Object: &squad{}, Plural: "squaddies", ShortName: "sq", Columns: []manifest.PrinterColumn{
			{Name: "SIZE", JSONPath: ".spec.replicas"}, {Name: "MOTTO", JSONPath: ".spec.motto"},
			{Name: "WRONG", JSONPath: ".spec["},
		}},
	}})
	sh.WriteFile("s.yaml", []byte(`
apiVersion: example.com/v1
kind: Squad
metadata: {name: one, labels: {a: b}}
spec: {replicas: 2, motto: onward}
---
apiVersion: example.com/v1
kind: Fleet
metadata: {name: all}
---
apiVersion: example.com/v2
kind: Fleet
metadata: {name: other}
`))
	for _, row := range []struct{ line, want string }{
		{"apply -f s.yaml", "squad.example.com/one created\nfleet.example.com/all created\nfleet.example.com/other not simulated\n"},
		{"apply -f s.yaml", "squad.example.com/one unchanged\nfleet.example.com/all unchanged\nfleet.example.com/other not simulated\n"},
		{"get sq", "NAME   SIZE   MOTTO    WRONG   AGE\none    2      onward           0s\n"},
		{"get squaddies.example.com/one -o name", "squad.example.com/one\n"},
		{"get fleets -l a=b", "No resources found in default namespace.\n"},
		{"get fleet", "NAME   AGE\nall    0s\n"},
		{"get squad two", "Error from server (NotFound): squaddies.example.com \"two\" not found\n"},
		{"get sq one -o jsonpath={.spec.motto}", "onward"},
		{"scale sq/one --replicas=5", "squad.example.com/one scaled\n"},
		{"scale fleet/all --replicas=5", "Error from server (NotFound): the server could not find the requested resource\n"},
		{`patch sq one --type=merge -p {"spec":{"motto":"back"}}`, "squad.example.com/one patched\n"},
		{"label fleet all c=d", "fleet.example.com/all labeled\n"},
		{"get sq,fleet --show-labels", "NAME                    SIZE   MOTTO   WRONG   AGE   LABELS\n" +
			"squad.example.com/one   5      back            0s    a=b\n\n" +
			"NAME                    AGE   LABELS\nfleet.example.com/all   0s    c=d\n"},
		{"describe sq one", "Name:         one\nNamespace:    default\nLabels:       a=b\nAnnotations:  <none>\n" +
			"API Version:  example.com/v1\nKind:         Squad\nEvents:       <none>\n"},
		{"delete sq one", "squad.example.com \"one\" deleted from default namespace\n"},
		{"delete -f s.yaml --ignore-not-found", "fleet.example.com \"all\" deleted from default namespace\nfleet.example.com/other not simulated\n"},
	} {
		output, _ := kubectl.Run(sh.sim, sh.file, strings.Fields(row.line))
		require.Equal(t, row.want, output, row.line)
	}
}
