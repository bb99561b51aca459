package kubectl_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
)

const budgets = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: keep-two}
spec:
  minAvailable: 2
  selector: {matchLabels: {app: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: lose-few}
spec: {maxUnavailable: 10%}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: x}]}
`

func TestBudgets(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("n1"))
	require.NoError(t, sim.ApplyYAML("budgets.yaml", budgets))
	require.NoError(t, sim.Settle())
	same(t, `NAME       MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
keep-two   2               N/A               0                     2s
lose-few   N/A             10%               0                     2s
`, run(t, sim, 0, "get", "pdb"))
	same(t, `Name:           keep-two
Namespace:      default
Min available:  2
Selector:       app=web
Status:
    Allowed disruptions:  0
    Current:              1
    Desired:              2
    Total:                1
Events:                   <none>
`, run(t, sim, 0, "describe", "poddisruptionbudgets.policy", "keep-two"))
	require.Contains(t, run(t, sim, 0, "describe", "pdb", "lose-few"), `
Max unavailable:  10%
Selector:         <unset>
`)
	require.Equal(t, "poddisruptionbudget.policy \"lose-few\" deleted from default namespace\n",
		run(t, sim, 0, "delete", "pdb", "lose-few"))
}
