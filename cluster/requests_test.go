package cluster_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

func TestPodRequests(t *testing.T) {
	for _, tt := range []struct {
		name, spec string
		want       cluster.Resources
		reason     string
	}{
		{"nothing", `{"containers":[{}]}`, cluster.Resources{}, "S-46: no request is zero"},
		{
			"sum", `{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Gi"}}},
			  {"resources":{"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 1100, Memory: 1 << 30}, "S-39",
		},
		{
			"rounded once", `{"containers":[{"resources":{"requests":{"memory":"0.5"}}},
			  {"resources":{"requests":{"memory":"0.5"}}}]}`,
			cluster.Resources{Memory: 1}, "S-43: the sum is rounded up, not its parts",
		},
		{
			"init", `{"initContainers":[{"resources":{"requests":{"cpu":"3"}}}],
			  "containers":[{"resources":{"requests":{"cpu":"1","example.com/b":"2","example.com/a":"1"}}}]}`,
			cluster.Resources{MilliCPU: 3000, Scalars: []cluster.ScalarResource{
				{Name: "example.com/a", Value: 1}, {Name: "example.com/b", Value: 2},
			}}, "S-39: the peak of the init containers; scalars are sorted",
		},
		{
			"sidecar", `{"initContainers":[
			  {"resources":{"requests":{"cpu":"5"}}},
			  {"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},
			  {"resources":{"requests":{"cpu":"4"}}}],
			  "containers":[{"resources":{"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 6000}, "S-39: the third runs beside the sidecar",
		},
		{
			"pod level", `{"resources":{"requests":{"cpu":"3","ephemeral-storage":"9"}},"overhead":{"cpu":"250m"},
			  "containers":[{"resources":{"requests":{"cpu":"1","memory":"5","ephemeral-storage":"1"}}}]}`,
			cluster.Resources{MilliCPU: 3250, Memory: 5, EphemeralStorage: 1},
			"S-40: replaces what it lists, of cpu, memory and huge pages; S-41: then overhead",
		},
		{
			"limits", `{"containers":[{"resources":{"limits":{"cpu":"2","memory":"8"},"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 1000, Memory: 8}, "S-44: a limit without request is one",
		},
		{
			"pod limits", `{"resources":{"limits":{"cpu":"4","memory":"8"}},
			  "containers":[{"resources":{"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 1000, Memory: 8}, "what containers request goes before the limit",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			template := &cluster.PodTemplateSpec{}
			require.NoError(t, json.Unmarshal([]byte(tt.spec), &template.Spec))
			if diff := cmp.Diff(tt.want, cluster.PodRequests(&template.Spec)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			cluster.DefaultPod(template)
			if diff := cmp.Diff(tt.want, cluster.PodRequests(&template.Spec)); diff != "" {
				t.Errorf("with defaults: %s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// TestInsufficient_S66: the order of the reasons, and what is no reason.
func TestInsufficient_S66(t *testing.T) {
	gpu := func(n int64) []cluster.ScalarResource {
		return []cluster.ScalarResource{{Name: "example.com/gpu", Value: n}}
	}
	want := []string{"Insufficient cpu", "Insufficient memory", "Insufficient ephemeral-storage",
		"Insufficient example.com/gpu"}
	request := cluster.Resources{MilliCPU: 2, Memory: 2, EphemeralStorage: 2, Scalars: gpu(2)}
	require.Equal(t, want, cluster.Insufficient(request, cluster.Resources{}))
	require.Empty(t, cluster.Insufficient(request, request), "S-69: a request equal to the rest fits")
	require.Empty(t, cluster.Insufficient(cluster.Resources{}, cluster.Resources{MilliCPU: -1}))
}

func TestResourcesArithmetic(t *testing.T) {
	a := cluster.Resources{MilliCPU: 1, Scalars: []cluster.ScalarResource{{Name: "b", Value: 1}}}
	b := cluster.Resources{Memory: 2, Scalars: []cluster.ScalarResource{
		{Name: "a", Value: 1}, {Name: "b", Value: 2},
	}}
	sum := a.Plus(b)
	want := cluster.Resources{MilliCPU: 1, Memory: 2, Scalars: []cluster.ScalarResource{
		{Name: "a", Value: 1}, {Name: "b", Value: 3},
	}}
	require.Empty(t, cmp.Diff(want, sum))
	require.Empty(t, cmp.Diff(a, sum.Minus(b)))
	left := a.Minus(a)
	require.True(t, left.IsZero())
	require.Equal(t, int64(3), sum.Scalar("b"))
	require.Zero(t, sum.Scalar("c"))
}
