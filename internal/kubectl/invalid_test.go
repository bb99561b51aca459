package kubectl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInvalid looks at how what the API refuses is told.
func TestInvalid(t *testing.T) {
	const valid = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  minReadySeconds: 1
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: "agent:v1"}]}
`
	negative := strings.Replace(valid, "Seconds: 1", "Seconds: -1", 1)
	const below = "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0\n"
	for _, tt := range []struct{ rule, manifest, want string }{
		{"D-13 one error", negative, `The DaemonSet "agent" is invalid: ` + below},
		{"D-13 several errors", strings.Replace(negative, "labels: {app: agent}", "labels: {app: other}", 1),
			"The DaemonSet \"agent\" is invalid: \n" +
				"* spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: " +
				"`selector` does not match template `labels`\n* " + below},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			sh := newShell()
			sh.WriteFile("agent.yaml", []byte(tt.manifest))
			before := sh.sim.Hash()
			result := sh.Run([]string{"kubectl", "apply", "-f", "agent.yaml"})
			require.Equal(t, tt.want+"[exit code 1]\n", result.Output)
			require.Equal(t, 1, result.Code)
			require.Equal(t, before, sh.sim.Hash())
		})
	}
}
