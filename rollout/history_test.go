package rollout_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

func template(image string) *cluster.PodTemplateSpec {
	return &cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: map[string]string{"b": "2", "a": "1"}},
		Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: image}}},
	}
}

// TestEncode_D170 looks at the bytes of a revision.
func TestEncode_D170(t *testing.T) {
	data := rollout.Encode(template("agent:v1"))
	text := string(data)
	require.True(t, strings.HasPrefix(text, `{"spec":{"template":{"metadata":{"labels":{"a":"1","b":"2"}}`), text)
	require.True(t, json.Valid(data), text)
	require.Equal(t, text, string(rollout.Encode(template("agent:v1"))))
	require.NotEqual(t, text, string(rollout.Encode(template("agent:v2"))))
	back, err := rollout.Decode(data)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(template("agent:v1"), back))
	require.Contains(t, string(rollout.Encode(&cluster.PodTemplateSpec{})), `"$patch":"replace"`)
	_, err = rollout.Decode([]byte("["))
	require.ErrorContains(t, err, "revision data")
}

// TestHash_D172 looks at the form of hashes: at most ten characters, another for another collision count, and 0 is not nil.
func TestHash_D172(t *testing.T) {
	zero, one := int32(0), int32(1)
	seen := map[string]bool{}
	for i := range 200 {
		data := rollout.Encode(template(fmt.Sprint("agent:", i)))
		for _, collisions := range []*int32{nil, &zero, &one} {
			hash := rollout.Hash(data, collisions)
			require.Regexp(t, `^[456789bcdf]{1,10}$`, hash)
			require.Equal(t, hash, rollout.Hash(data, collisions))
			seen[hash] = true
		}
	}
	require.Len(t, seen, 600)
	require.Equal(t, "5859f96865", rollout.Hash([]byte("{}"), nil), "golden: a change of it renames revisions")
}

func revision(number int64, name, data string) *rollout.ControllerRevision {
	return &rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: name, Namespace: "default", Labels: map[string]string{rollout.HashLabel: name},
		},
		Data: []byte(data), Revision: number,
	}
}

func list(revisions []*rollout.ControllerRevision) string {
	var names []string
	for _, r := range revisions {
		names = append(names, fmt.Sprintf("%d:%s", r.Revision, r.Name))
	}
	return strings.Join(names, " ")
}

// TestReconcile covers D-173, D-174 and D-176.
func TestReconcile(t *testing.T) {
	a, b, c := revision(1, "a", "A"), revision(2, "b", "B"), revision(3, "c", "C")
	tests := []struct {
		name                     string
		revisions                []*rollout.ControllerRevision
		data                     string
		current, old, duplicates string
		number                   int64
		reason                   string
	}{
		{"first", nil, "A", "", "", "", 1, "D-173: 0 if none"},
		{"new", []*rollout.ControllerRevision{b, a}, "C", "", "1:a 2:b", "", 3, "D-173"},
		{"current", []*rollout.ControllerRevision{a, b}, "B", "2:b", "1:a", "", 2, "D-174: kept"},
		{"earlier one", []*rollout.ControllerRevision{c, a, b}, "A", "1:a", "2:b 3:c", "", 4, "D-174: raised"},
		{"higher than need be", []*rollout.ControllerRevision{a, revision(9, "b", "B")}, "B", "9:b", "1:a", "", 9,
			"D-174: otherwise kept"},
		{"duplicates", []*rollout.ControllerRevision{revision(5, "x", "A"), a, b, revision(5, "y", "A")}, "A",
			"5:y", "2:b", "1:a 5:x", 5, "D-176: the highest, the last by name among equals"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := list(tt.revisions)
			h := rollout.Reconcile(tt.revisions, []byte(tt.data))
			current := ""
			if h.Current != nil {
				current = list([]*rollout.ControllerRevision{h.Current})
			}
			require.Equal(t, tt.current, current, tt.reason)
			require.Equal(t, tt.old, list(h.Old), tt.reason)
			require.Equal(t, tt.duplicates, list(h.Duplicates), tt.reason)
			require.Equal(t, tt.number, h.Number, tt.reason)
			require.Equal(t, before, list(tt.revisions), "the argument is left alone")
		})
	}
}

// TestSurplus covers D-181 and D-182.
func TestSurplus(t *testing.T) {
	old := []*rollout.ControllerRevision{revision(1, "a", "A"), revision(2, "b", "B"), revision(3, "c", "C")}
	used := func(names string) func(string) bool {
		return func(hash string) bool { return strings.Contains(names, hash) }
	}
	tests := []struct {
		limit      int
		used, want string
		reason     string
	}{
		{3, "", "", "no surplus"},
		{2, "", "1:a", "D-181: the lowest first"},
		{2, "a", "2:b", "D-182: a skipped one does not reduce the surplus"},
		{0, "", "1:a 2:b 3:c", "D-182"},
		{0, "b", "1:a 3:c", "D-182"},
		{1, "abc", "", "all in use"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.limit, tt.used), func(t *testing.T) {
			require.Equal(t, tt.want, list(rollout.Surplus(old, tt.limit, used(tt.used))), tt.reason)
		})
	}
}

// TestSurplusWithoutHash has an old revision without a hash, whose name is the hash of a pod.
func TestSurplusWithoutHash(t *testing.T) {
	old := []*rollout.ControllerRevision{revision(1, "a", "A"), revision(2, "b", "B")}
	old[0].Labels = nil
	all := func(string) bool { return true }
	require.Equal(t, "1:a", list(rollout.Surplus(old, 0, all)), "D-181: no pod runs it")
}

// TestUndoTarget covers D-239 and D-240.
func TestUndoTarget(t *testing.T) {
	all := []*rollout.ControllerRevision{revision(7, "c", "C"), revision(2, "a", "A"), revision(4, "b", "B")}
	tests := []struct {
		name      string
		revisions []*rollout.ControllerRevision
		number    int64
		want      string
		err       error
	}{
		{"the one before", all, 0, "b", nil},
		{"by number", all, 2, "a", nil},
		{"the current one", all, 7, "c", nil},
		{"unknown", all, 3, "", rollout.ErrNoRevision},
		{"negative", all, -1, "", rollout.ErrNoRevision},
		{"only one", all[:1], 0, "", rollout.ErrFewRevisions},
		{"none", nil, 0, "", rollout.ErrFewRevisions},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := rollout.UndoTarget(tt.revisions, tt.number)
			require.ErrorIs(t, err, tt.err)
			if err == nil {
				require.Equal(t, tt.want, got.Name)
			}
		})
	}
}

// TestControllerRevision covers D-24.
func TestControllerRevision(t *testing.T) {
	r := revision(1, "a", `{"x":1}`)
	require.Empty(t, r.Validate())
	r.Labels = nil
	require.Empty(t, r.Hash(), "its name is no hash until it is labelled with it")
	r.Labels = map[string]string{rollout.HashLabel: "h"}
	require.Equal(t, "h", r.Hash())
	for _, data := range []string{"", "null", "[]", `"x"`, "{"} {
		require.Len(t, revision(1, "a", data).Validate(), 1, "%q: the data must be a JSON object", data)
	}
	require.Len(t, revision(-1, "a", "{}").Validate(), 1, "the number must not be negative")
	next := r.Clone().(*rollout.ControllerRevision)
	next.Revision = 5
	require.Empty(t, next.ValidateUpdate(r), "the number may change")
	next.Data[2] = 'y'
	require.Len(t, next.ValidateUpdate(r), 1, "the data may not")
	require.Equal(t, `{"x":1}`, string(r.Data), "a clone is deep")
}
