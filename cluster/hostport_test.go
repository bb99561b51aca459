package cluster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"

	"github.com/daemonsim/daemonsim/cluster"
)

func TestPodHostPorts_S63(t *testing.T) {
	always := cluster.ContainerRestartPolicyAlways
	port := func(container, host int32) []cluster.ContainerPort {
		return []cluster.ContainerPort{{ContainerPort: container, HostPort: host}}
	}
	spec := &cluster.PodSpec{
		InitContainers: []cluster.Container{
			{Ports: port(1, 1)},
			{Ports: port(2, 2), RestartPolicy: &always},
		},
		Containers: []cluster.Container{
			{Ports: port(3, 0)},
			{Ports: []cluster.ContainerPort{{ContainerPort: 4, HostPort: 5, Protocol: "UDP", HostIP: "::"}}},
		},
	}
	want := []cluster.HostPort{{IP: "0.0.0.0", Protocol: "TCP", Port: 2}, {IP: "::", Protocol: "UDP", Port: 5}}
	if diff := cmp.Diff(want, cluster.PodHostPorts(spec)); diff != "" {
		t.Errorf("an init container takes no port (-want +got):\n%s", diff)
	}
	spec.HostNetwork = true
	want = append(want[:1:1], cluster.HostPort{IP: "0.0.0.0", Protocol: "TCP", Port: 3}, want[1])
	if diff := cmp.Diff(want, cluster.PodHostPorts(spec)); diff != "" {
		t.Errorf("D-8: all ports in the node's network (-want +got):\n%s", diff)
	}
}

func TestHostPortConflicts_S64(t *testing.T) {
	port := func(ip, protocol string, number int32) cluster.HostPort {
		return cluster.HostPort{IP: ip, Protocol: protocol, Port: number}
	}
	for _, tt := range []struct {
		a, b cluster.HostPort
		want bool
	}{
		{port("0.0.0.0", "TCP", 80), port("10.0.0.1", "TCP", 80), true},
		{port("10.0.0.1", "TCP", 80), port("10.0.0.1", "TCP", 80), true},
		{port("10.0.0.1", "TCP", 80), port("10.0.0.2", "TCP", 80), false},
		{port("0.0.0.0", "TCP", 80), port("0.0.0.0", "UDP", 80), false},
		{port("0.0.0.0", "TCP", 80), port("0.0.0.0", "TCP", 81), false},
		{port("::", "TCP", 80), port("10.0.0.1", "TCP", 80), false},
		{port("::", "TCP", 80), port("0.0.0.0", "TCP", 80), true},
	} {
		assert.Equal(t, tt.want, tt.a.Conflicts(tt.b), "%v and %v", tt.a, tt.b)
		assert.Equal(t, tt.want, tt.b.Conflicts(tt.a), "%v and %v", tt.b, tt.a)
	}
}
