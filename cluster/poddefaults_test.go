package cluster_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestDefaultPod_D8 has what is filled in for a pod and not for a template.
func TestDefaultPod_D8(t *testing.T) {
	const text = `{"spec":{"hostNetwork":true,"terminationGracePeriodSeconds":-5,"containers":[
	  {"name":"c","image":"x","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}]}}`
	var template, pod cluster.PodTemplateSpec
	require.NoError(t, json.Unmarshal([]byte(text), &template))
	require.NoError(t, json.Unmarshal([]byte(text), &pod))
	cluster.DefaultPodTemplate(&template)
	cluster.DefaultPod(&pod)
	require.Zero(t, template.Spec.Containers[0].Ports[0].HostPort)
	require.Nil(t, template.Spec.Containers[0].Resources.Requests)
	require.Nil(t, template.Spec.EnableServiceLinks)
	require.Equal(t, int64(-5), *template.Spec.TerminationGracePeriodSeconds)
	require.Equal(t, int32(80), pod.Spec.Containers[0].Ports[0].HostPort)
	require.Equal(t, "1", pod.Spec.Containers[0].Resources.Requests["cpu"].String())
	require.True(t, *pod.Spec.EnableServiceLinks)
	require.Equal(t, int64(1), *pod.Spec.TerminationGracePeriodSeconds)
}

// TestDefaultsAreStable: defaulting what has its defaults changes nothing.
func TestDefaultsAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		template := randomTemplate().Draw(t, "template")
		for _, set := range []func(*cluster.PodTemplateSpec){cluster.DefaultPodTemplate, cluster.DefaultPod} {
			set(template)
			once := string(cluster.JSON(template, time.Time{}))
			set(template)
			if diff := cmp.Diff(once, string(cluster.JSON(template, time.Time{}))); diff != "" {
				t.Fatalf("(-once +twice):\n%s", diff)
			}
		}
	})
}

// TestDefaultPullPolicy_D7: always for the tag latest, given or implied.
func TestDefaultPullPolicy_D7(t *testing.T) {
	for image, want := range map[string]cluster.PullPolicy{
		"agent": "Always", "agent:latest": "Always", "agent:v1": "IfNotPresent",
		"example.com:5000/team/agent": "Always", "example.com:5000/team/agent:v1": "IfNotPresent",
		"agent@sha256:" + strings.Repeat("a", 64):        "IfNotPresent",
		"agent:latest@sha256:" + strings.Repeat("a", 64): "Always",
		"Agent": "IfNotPresent", "": "IfNotPresent", "a b": "IfNotPresent", "agent:": "IfNotPresent",
	} {
		template := cluster.PodTemplateSpec{Spec: cluster.PodSpec{Containers: []cluster.Container{{Image: image}}}}
		cluster.DefaultPodTemplate(&template)
		require.Equal(t, want, template.Spec.Containers[0].ImagePullPolicy, image)
	}
}

// TestDefaultsRoundUp: amounts are stored in thousandths at the finest.
func TestDefaultsRoundUp(t *testing.T) {
	for text, want := range map[string]string{
		"100u": "1m", "1.0001": "1001m", "-100u": "-1m", "0": "0", "1500m": "1500m", "8E": "8E",
		"12345678901234567890": "12345678901234567890",
	} {
		template := cluster.PodTemplateSpec{Spec: cluster.PodSpec{
			Overhead: cluster.ResourceList{"cpu": quantity.MustParse(text)},
		}}
		cluster.DefaultPodTemplate(&template)
		require.Equal(t, want, template.Spec.Overhead["cpu"].String())
	}
}
