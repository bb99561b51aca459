package disruption_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

// TestHandmadeVerdict has verdicts without a budget say what they can.
func TestHandmadeVerdict(t *testing.T) {
	for _, reason := range []disruption.Reason{disruption.BudgetNegative, disruption.BudgetBacklog} {
		err := disruption.Verdict{Reason: reason}.Err()
		require.ErrorIs(t, err, cluster.ErrForbidden)
		require.ErrorContains(t, err, `poddisruptionbudget.policy "" is forbidden`)
	}
}
