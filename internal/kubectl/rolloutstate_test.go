package kubectl

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/daemonset"
)

// TestRolloutState puts states into words. Where several conditions hold the first decides.
func TestRolloutState(t *testing.T) {
	const finished = `daemon set "agent" successfully rolled out`
	for _, tt := range []struct {
		name                                   string
		generation, observed                   int64
		desired, updated, available, unrelated int32
		want                                   string
		done                                   bool
	}{
		{
			"D-232 not observed comes first", 2, 1, 3, 1, 1, 3,
			"Waiting for daemon set spec update to be observed...", false,
		},
		{
			"D-232 updated comes before available", 2, 2, 3, 1, 0, 3,
			`Waiting for daemon set "agent" rollout to finish: 1 out of 3 new pods have been updated...`, false,
		},
		{
			"D-232 available comes last", 2, 2, 3, 3, 2, 3,
			`Waiting for daemon set "agent" rollout to finish: 2 of 3 updated pods are available...`, false,
		},
		{"D-232 nothing else is looked at", 2, 2, 3, 3, 3, 0, finished, true},
		{"D-234 nothing desired is success at once", 1, 1, 0, 0, 0, 0, finished, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := &daemonset.DaemonSet{}
			set.Name, set.Generation = "agent", tt.generation
			set.Status = daemonset.Status{
				ObservedGeneration:     tt.observed,
				DesiredNumberScheduled: tt.desired, UpdatedNumberScheduled: tt.updated, NumberAvailable: tt.available,
				NumberReady: tt.unrelated, CurrentNumberScheduled: tt.unrelated,
			}
			line, done := rolloutState(set)
			require.Equal(t, tt.want, line)
			require.Equal(t, tt.done, done)
		})
	}
}
