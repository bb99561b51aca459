package cluster_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

func TestAnnotations_S3(t *testing.T) {
	const most = 256 << 10
	for _, tt := range []struct {
		reason      string
		annotations map[string]string
		want        string
	}{
		{"S-3 capitals in the prefix", map[string]string{"EXAMPLE.com/Note": "any text, really\n"}, ""},
		{"S-3 no label key", map[string]string{"a b": ""}, "metadata.annotations: Invalid value: "},
		{"S-3 just small enough", map[string]string{"k": strings.Repeat("x", most-1)}, ""},
		{"S-3 too large", map[string]string{"k": strings.Repeat("x", most-2), "l": "x"}, "metadata.annotations: Too long: "},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			n := newNode("n")
			n.Annotations = tt.annotations
			_, err := cluster.New(cluster.Config{}).Create(n)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrInvalid)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
