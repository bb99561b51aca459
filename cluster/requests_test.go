package cluster_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

func TestPodRequests(t *testing.T) {
	for _, tt := range []struct {
		name, spec string
		want       cluster.Resources
		reason     string
	}{
		{"S-46 nothing", `{"containers":[{}]}`, cluster.Resources{}, "S-46: no request is zero"},
		{
			"S-39 sum", `{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Gi"}}},
			  {"resources":{"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 1100, Memory: 1 << 30}, "S-39",
		},
		{
			"S-43 rounded once", `{"containers":[{"resources":{"requests":{"memory":"0.5"}}},
			  {"resources":{"requests":{"memory":"0.5"}}}]}`,
			cluster.Resources{Memory: 1}, "S-43: the sum is rounded up, not its parts",
		},
		{
			"S-39 init", `{"initContainers":[{"resources":{"requests":{"cpu":"3"}}}],
			  "containers":[{"resources":{"requests":{"cpu":"1","example.com/b":"2","example.com/a":"1"}}}]}`,
			cluster.Resources{MilliCPU: 3000, Scalars: []cluster.ScalarResource{
				{Name: "example.com/a", Value: 1}, {Name: "example.com/b", Value: 2},
			}}, "S-39: the peak of the init containers; scalars are sorted",
		},
		{
			"S-39 sidecar", `{"initContainers":[
			  {"resources":{"requests":{"cpu":"5"}}},
			  {"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},
			  {"resources":{"requests":{"cpu":"4"}}}],
			  "containers":[{"resources":{"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 6000}, "S-39: the third runs beside the sidecar",
		},
		{
			"S-40 S-41 pod level", `{"resources":{"requests":{"cpu":"3","ephemeral-storage":"9"}},"overhead":{"cpu":"250m"},
			  "containers":[{"resources":{"requests":{"cpu":"1","memory":"5","ephemeral-storage":"1"}}}]}`,
			cluster.Resources{MilliCPU: 3250, Memory: 5, EphemeralStorage: 1},
			"S-40: replaces what it lists, of cpu, memory and huge pages; S-41: then overhead",
		},
		{
			"S-44 limits", `{"containers":[{"resources":{"limits":{"cpu":"2","memory":"8"},"requests":{"cpu":"1"}}}]}`,
			cluster.Resources{MilliCPU: 1000, Memory: 8}, "S-44: a limit without request is one",
		},
		{
			"S-40 pod limits", `{"resources":{"limits":{"cpu":"4","memory":"8"}},
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

// TestWorkedRequests is the worked table of the rules, cpu in milli units: what the init containers request
// (a sidecar is negative), what the containers do, overhead and the pod as a whole.
func TestWorkedRequests(t *testing.T) {
	for _, tt := range []struct {
		rule               string
		init, containers   []int64
		overhead, podLevel int64
		want               int64
	}{
		{"S-39 containers add up", nil, []int64{100, 200}, 0, 0, 300},
		{"S-39 an init container is a peak", []int64{500}, []int64{100, 200}, 0, 0, 500},
		{"S-39 the largest peak", []int64{500, 700}, []int64{100, 200}, 0, 0, 700},
		{"S-39 beside a sidecar", []int64{-100, 500}, []int64{200}, 0, 0, 600},
		{"S-39 before a sidecar", []int64{500, -100}, []int64{200}, 0, 0, 500},
		{"S-39 beside two sidecars", []int64{-100, -200, 300}, []int64{50}, 0, 0, 600},
		{"S-41 overhead", nil, []int64{100, 200}, 50, 0, 350},
		{"S-40 S-41 pod level, then overhead", []int64{500}, []int64{100, 200}, 50, 800, 850},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			list := func(milli int64) cluster.ResourceList {
				return cluster.ResourceList{cluster.ResourceCPU: quantity.NewMilli(max(milli, -milli))}
			}
			spec := &cluster.PodSpec{}
			for _, milli := range tt.init {
				c := cluster.Container{Resources: cluster.ResourceRequirements{Requests: list(milli)}}
				if milli < 0 {
					c.RestartPolicy = new(cluster.ContainerRestartPolicyAlways)
				}
				spec.InitContainers = append(spec.InitContainers, c)
			}
			for _, milli := range tt.containers {
				spec.Containers = append(spec.Containers,
					cluster.Container{Resources: cluster.ResourceRequirements{Requests: list(milli)}})
			}
			if tt.overhead > 0 {
				spec.Overhead = list(tt.overhead)
			}
			if tt.podLevel > 0 {
				spec.Resources = &cluster.ResourceRequirements{Requests: list(tt.podLevel)}
			}
			require.Equal(t, cluster.Resources{MilliCPU: tt.want}, cluster.PodRequests(spec))
		})
	}
}

// TestRunningPodsCountBySpec_S42: no container is resized in place, so a pod that runs counts as before.
func TestRunningPodsCountBySpec_S42(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := newPodOn("p", "a")
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.Spec.Containers[0].Resources.Requests = cluster.ResourceList{cluster.ResourceCPU: quantity.New(2)}
	})
	p = create(t, c, p)
	before := p.Template.Requests()
	p, err := c.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true})
	require.NoError(t, err)
	require.Equal(t, before, p.Template.Requests())
	require.EqualValues(t, 2000, before.MilliCPU)
}
