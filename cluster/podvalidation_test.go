package cluster_test

import (
	"encoding/json"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestValidatePodTemplate has a row per family of rules, for those without the recordings.
func TestValidatePodTemplate(t *testing.T) {
	const valid = `"name":"c","image":"x"`
	for _, tt := range []struct{ rule, spec, want string }{
		{"valid", `{"containers":[{` + valid + `}]}`, ""},
		{"D-14", `{}`, "spec.containers: Required value"},
		{"D-14", `{"containers":[{}]}`,
			"[spec.containers[0].name: Required value, spec.containers[0].image: Required value]"},
		{"D-14", `{"containers":[{` + valid + `}],"initContainers":[{` + valid + `}]}`,
			`spec.initContainers[0].name: Duplicate value: "c"`},
		{"D-14", `{"containers":[{` + valid + `,"ports":[{"containerPort":1,"hostPort":80},
			{"containerPort":2,"hostPort":80}]}]}`,
			`spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"`},
		{"D-14", `{"hostNetwork":true,"containers":[{` + valid + `,"ports":[{"containerPort":1,"hostPort":80},
			{"containerPort":2}]}]}`, "spec.containers[0].ports[0].hostPort: Invalid value: 80: " +
			"must match `containerPort` when `hostNetwork` is true"},
		{"D-20", `{"containers":[{` + valid + `}],"tolerations":[{"key":"a","operator":"Exists","value":"b"}]}`,
			`spec.tolerations[0].operator: Invalid value: "b": value must be empty when ` + "`operator` is 'Exists'"},
		{"D-21", `{"containers":[{` + valid + `}],"affinity":{"nodeAffinity":{
			"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[]}}}}`,
			"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: " +
				"Required value: must have at least one node selector term"},
		{"D-22", `{"containers":[{` + valid + `}],"ephemeralContainers":[{"name":"e","image":"x"}]}`,
			"spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
		{"D-22", `{"containers":[{` + valid + `}],"terminationGracePeriodSeconds":-1}`, ""},
		{"resources", `{"containers":[{` + valid + `,"resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}}]}`,
			`spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`},
		{"resources", `{"containers":[{` + valid + `,"resources":{"limits":{"hugepages-2Mi":"2Mi"}}}]}`,
			"spec.containers[0].resources: Forbidden: HugePages require cpu or memory"},
		{"volumes", `{"containers":[{` + valid + `,"volumeMounts":[{"name":"v","mountPath":"/v"}]}]}`,
			`spec.containers[0].volumeMounts[0].name: Not found: "v"`},
		{"probes", `{"containers":[{` + valid + `,"livenessProbe":{}}]}`,
			"spec.containers[0].livenessProbe: Required value: must specify a handler type"},
		{"env", `{"containers":[{` + valid + `,"env":[{"name":"A=B"}]}]}`,
			`spec.containers[0].env[0].name: Invalid value: "A=B": a valid environment variable name ` +
				"must consist only of printable ASCII characters other than '='"},
	} {
		var template cluster.PodTemplateSpec
		require.NoError(t, json.Unmarshal([]byte(tt.spec), &template.Spec), tt.rule)
		cluster.DefaultPodTemplate(&template)
		got := ""
		if err := cluster.ValidatePodTemplate(&template, nil).Err(); err != nil {
			got = err.Error()
		}
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", tt.rule, tt.spec, diff)
		}
	}
}

// TestValidateNeverPanics: any template gets a verdict, and the judge does not touch it.
func TestValidateNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		template := randomTemplate().Draw(t, "template")
		if rapid.Bool().Draw(t, "with defaults") {
			cluster.DefaultPodTemplate(template)
		}
		before := string(cluster.JSON(template, time.Time{}))
		for _, e := range cluster.ValidatePodTemplate(template, nil) {
			if e.Error() == "" || e.Field == "" {
				t.Fatalf("a finding without text: %#v", e)
			}
		}
		if after := string(cluster.JSON(template, time.Time{})); after != before {
			t.Fatalf("(-before +after):\n%s", gocmp.Diff(before, after))
		}
	})
}
