package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// TestAvailable is N-95.
func TestAvailable(t *testing.T) {
	for _, row := range []struct {
		name     string
		ready    bool
		since    time.Duration
		minReady time.Duration
		want     bool
		reason   string
	}{
		{"not ready", false, 0, 0, false, "an available pod is ready"},
		{"no minimum", true, 10 * time.Second, 0, true, "at once"},
		{"exactly", true, 5 * time.Second, 5 * time.Second, true, "the end is included"},
		{"too early", true, 5*time.Second + 1, 5 * time.Second, false, "not for long enough"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPod("p")
			p.Status.Ready, p.Status.ReadySince = row.ready, row.since
			require.Equal(t, row.want, p.Available(10*time.Second, row.minReady), row.reason)
		})
	}
	require.Equal(t, cluster.PodPending, newPod("p").Phase(), "the empty phase")
}

// fieldTerm is a node selector term on fields.
func fieldTerm(operator affinity.NodeSelectorOperator, key string, values ...string) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{
		{Key: key, Operator: operator, Values: values},
	}}
}

func TestPinnedNode(t *testing.T) {
	const in, notIn = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
	for _, row := range []struct {
		name   string
		terms  []affinity.NodeSelectorTerm
		want   string
		reason string
	}{
		{"one node", []affinity.NodeSelectorTerm{fieldTerm(in, "metadata.name", "a")}, "a", "as a DaemonSet's pod has it"},
		{"two nodes", []affinity.NodeSelectorTerm{fieldTerm(in, "metadata.name", "a", "b")}, "", "not one node"},
		{"not that node", []affinity.NodeSelectorTerm{fieldTerm(notIn, "metadata.name", "a")}, "", "another operator"},
		{"another field", []affinity.NodeSelectorTerm{fieldTerm(in, "metadata.uid", "a")}, "", "another field"},
		{"second term", []affinity.NodeSelectorTerm{{}, fieldTerm(in, "metadata.name", "b")}, "b", "the first entry counts"},
		{"no terms", nil, "", "nothing is said"},
	} {
		t.Run("D-54 "+row.name, func(t *testing.T) {
			spec := cluster.PodSpec{Affinity: &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{NodeSelectorTerms: row.terms},
			}}}
			name, ok := cluster.PinnedNode(&spec)
			require.Equal(t, row.want, name, row.reason)
			require.Equal(t, row.want != "", ok)
		})
	}
	for _, spec := range []cluster.PodSpec{
		{}, {Affinity: &affinity.Affinity{}}, {Affinity: &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{}}},
	} {
		_, ok := cluster.PinnedNode(&spec)
		require.False(t, ok)
	}
}

// TestFullSpec puts a pinned pod of a priority class together (S-163).
func TestFullSpec(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := withPriority("system-node-critical", nil)
	p.Target = "a"
	p = create(t, c, p)
	spec := p.FullSpec()
	name, ok := cluster.PinnedNode(&spec)
	require.True(t, ok)
	require.Equal(t, "a", name, "what is written is read back")
	require.EqualValues(t, 2_000_001_000, *spec.Priority)
	require.Nil(t, p.Spec().Affinity, "the template is as it was")
	require.Equal(t, "a", p.TargetNode())

	p, err := c.Bind(p.UID, "b")
	require.NoError(t, err)
	require.Equal(t, "b", p.FullSpec().NodeName)
	require.Equal(t, "b", p.TargetNode(), "where a pod is counts more than where it was meant to be")
}

// TestGeneratedNameClash is D-105: eight attempts in all. A fork tells which names come next.
func TestGeneratedNameClash(t *testing.T) {
	next := func(c *cluster.Cluster, n int) []string {
		var names []string
		for fork := c.Fork(); len(names) < n; {
			obj, err := fork.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{GenerateName: "n-"}})
			require.NoError(t, err)
			names = append(names, obj.Meta().Name)
		}
		return names
	}
	c := cluster.New(cluster.Config{})
	names := next(c, 8)
	for _, name := range names[:7] {
		create(t, c, newNode(name))
	}
	require.Equal(t, names[7:], next(c, 1), "the eighth attempt is free")
	create(t, c, newNode(names[7]))
	hash := c.Hash()
	_, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{GenerateName: "n-"}})
	require.ErrorIs(t, err, cluster.ErrAlreadyExists)
	require.ErrorContains(t, err, `no free name for prefix "n-"`)
	require.Equal(t, hash, c.Hash(), "the random stream is where it was")
}
