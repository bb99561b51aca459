package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestSemanticallyEqual covers D-28: what makes two templates differ.
func TestSemanticallyEqual(t *testing.T) {
	amount := func(text string) *quantity.Quantity {
		q, err := quantity.Parse(text)
		require.NoError(t, err)
		return &q
	}
	template := func(edit func(*cluster.PodSpec)) *cluster.PodTemplateSpec {
		var t cluster.PodTemplateSpec
		t.ObjectMeta.Labels = map[string]string{"app": "agent"}
		t.Spec.Containers = []cluster.Container{{Name: "main"}}
		edit(&t.Spec)
		return &t
	}
	request := func(name cluster.ResourceName, text string) func(*cluster.PodSpec) {
		return func(s *cluster.PodSpec) {
			s.Containers[0].Resources.Requests = cluster.ResourceList{name: *amount(text)}
		}
	}
	size := func(text string) func(*cluster.PodSpec) {
		return func(s *cluster.PodSpec) {
			s.Volumes = []cluster.Volume{{Name: "v"}}
			s.Volumes[0].EmptyDir = &cluster.EmptyDirVolumeSource{SizeLimit: amount(text)}
		}
	}
	no := func(*cluster.PodSpec) {}
	for _, tt := range []struct {
		name string
		a, b func(*cluster.PodSpec)
		want bool
	}{
		{"nothing", no, no, true},
		{"a request in another way", request("cpu", "1"), request("cpu", "1000m"), true},
		{"another request", request("cpu", "1"), request("cpu", "1001m"), false},
		{"of another resource", request("cpu", "1"), request("memory", "1"), false},
		{"a size in another way", size("1Gi"), size("1073741824"), true},
		{"another size", size("1Gi"), size("1G"), false},
		{"no request", request("cpu", "1"), no, false},
		{"an empty map", func(s *cluster.PodSpec) { s.NodeSelector = map[string]string{} }, no, true},
		{"an empty list", func(s *cluster.PodSpec) { s.Volumes = []cluster.Volume{} }, no, true},
		{"a pointer to zero", func(s *cluster.PodSpec) { s.TerminationGracePeriodSeconds = new(int64) }, no, false},
		{"a name", func(s *cluster.PodSpec) { s.Containers[0].Name = "other" }, no, false},
		{"one more", func(s *cluster.PodSpec) { s.Containers = append(s.Containers, s.Containers[0]) }, no, false},
	} {
		t.Run("D-28 "+tt.name, func(t *testing.T) {
			a, b := template(tt.a), template(tt.b)
			require.Equal(t, tt.want, a.SemanticallyEqual(b))
			require.Equal(t, tt.want, b.SemanticallyEqual(a))
		})
	}
}
