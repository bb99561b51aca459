package cluster_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

const mib = 1 << 20

func TestScoringRequests(t *testing.T) {
	both := func(milli, mem int64) [2]cluster.Resources {
		r := cluster.Resources{MilliCPU: milli, Memory: mem}
		return [2]cluster.Resources{r, r}
	}
	for _, tt := range []struct {
		rule, spec string
		// want is what counts for a node's sums, and what the scorer takes the pod for.
		want [2]cluster.Resources
	}{
		{"S-45 nothing named", `{"containers":[{}]}`, both(100, 200*mib)},
		{"S-45 each container", `{"containers":[{},{}]}`, both(200, 400*mib)},
		{"S-45 an explicit zero stays", `{"containers":[{"resources":{"requests":{"cpu":"0","memory":"0"}}}]}`, both(0, 0)},
		{"S-45 what is named stays", `{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}`, both(1000, 200*mib)},
		{"S-45 a limit names it", `{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1Mi"}}}]}`, both(1000, mib)},
		{"S-45 one names it, the other does not", `{"containers":[
		  {"resources":{"requests":{"cpu":"1","memory":"1Mi"}}},{}]}`, both(1100, 201*mib)},
		{"S-45 init containers, too", `{"initContainers":[{}],"containers":[
		  {"resources":{"requests":{"cpu":"50m","memory":"1Mi"}}}]}`, both(100, 200*mib)},
		{"S-45 sidecars, too", `{"initContainers":[{"restartPolicy":"Always"},{"resources":{"requests":{"cpu":"1"}}}],
		  "containers":[{}]}`, both(1100, 400*mib)},
		{"S-45 and overhead", `{"overhead":{"cpu":"5m"},"containers":[{}]}`, both(105, 200*mib)},
		{"S-45 other resources get nothing", `{"containers":[{"resources":{"requests":{"ephemeral-storage":"7"}}}]}`,
			[2]cluster.Resources{
				{MilliCPU: 100, Memory: 200 * mib, EphemeralStorage: 7}, {MilliCPU: 100, Memory: 200 * mib, EphemeralStorage: 7},
			}},
		{"S-45 S-87 named for the pod as a whole", `{"resources":{"requests":{"cpu":"3"}},
		  "containers":[{},{"resources":{"requests":{"cpu":"1"}}}]}`,
			[2]cluster.Resources{{MilliCPU: 3000, Memory: 400 * mib}, {MilliCPU: 1100, Memory: 400 * mib}}},
		{"S-45 S-87 named by one container of a pod with requests", `{"resources":{"requests":{"cpu":"3"}},
		  "containers":[{},{"resources":{"requests":{"cpu":"1","memory":"5Mi"}}}]}`,
			[2]cluster.Resources{{MilliCPU: 3000, Memory: 5 * mib}, {MilliCPU: 1100, Memory: 205 * mib}}},
		{"S-45 S-87 the pod's limit is its request", `{"resources":{"limits":{"memory":"9Mi"}},"containers":[{}]}`,
			[2]cluster.Resources{{MilliCPU: 100, Memory: 9 * mib}, {MilliCPU: 100, Memory: 200 * mib}}},
		{"S-45 an empty request of the pod is none", `{"resources":{},"containers":[{}]}`, both(100, 200*mib)},
		{"S-45 named by the overhead alone", `{"resources":{"requests":{"cpu":"1"}},"overhead":{"memory":"1Mi"},
		  "containers":[{}]}`,
			[2]cluster.Resources{{MilliCPU: 1000, Memory: mib}, {MilliCPU: 100, Memory: 201 * mib}}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			template := cluster.PodTemplateSpec{}
			require.NoError(t, json.Unmarshal([]byte(tt.spec), &template.Spec))
			got := [2]cluster.Resources{
				cluster.NonZeroRequests(&template.Spec), cluster.ScoredRequests(&template.Spec),
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			made := cluster.NewTemplate(template)
			require.Equal(t, tt.want, [2]cluster.Resources{made.NonZeroRequests(), made.ScoredRequests()})
		})
	}
}

// TestScoringRequestsAgree: the short way and the long way come to the same. An init container that asks
// for nothing and says so makes the way long.
func TestScoringRequestsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := randomTemplate().Draw(t, "template").Spec
		spec.InitContainers, spec.Resources = nil, nil
		short := cluster.NonZeroRequests(&spec)
		idle := cluster.Container{}
		require.NoError(t, json.Unmarshal([]byte(`{"resources":{"requests":{"cpu":"0","memory":"0"}}}`), &idle))
		spec.InitContainers = []cluster.Container{idle}
		long := cluster.NonZeroRequests(&spec)
		if diff := cmp.Diff(long, short); diff != "" {
			t.Fatalf("(-long +short):\n%s", diff)
		}
	})
}
