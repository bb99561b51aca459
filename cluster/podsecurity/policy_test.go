package podsecurity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster/podsecurity"
)

func TestPolicyOf(t *testing.T) {
	v := podsecurity.V1
	at := func(l podsecurity.Level, v podsecurity.Version) podsecurity.LevelVersion {
		return podsecurity.LevelVersion{Level: l, Version: v}
	}
	const badLevel = "must be one of privileged, baseline, restricted"
	const badVersion = `must be "latest" or "v1.x"`
	latest := podsecurity.Version{}
	type labels = map[string]string
	for _, tt := range []struct {
		rule   string
		labels labels
		want   podsecurity.Policy
		// invalid has the labels that cannot be read, with what they must be.
		invalid [][2]string
	}{
		{rule: "P-4 without labels nothing is demanded"},
		{rule: "P-4 other labels say nothing", labels: labels{"kubernetes.io/metadata.name": "kube-system"}},
		{
			rule: "P-2 each mode has a level and a version",
			labels: labels{
				podsecurity.LabelEnforce: "baseline", podsecurity.LabelEnforceVersion: "v1.20",
				podsecurity.LabelAudit: "restricted", podsecurity.LabelAuditVersion: "v1.21",
				podsecurity.LabelWarn: "privileged", podsecurity.LabelWarnVersion: "latest",
			},
			want: podsecurity.Policy{
				Enforce: at(podsecurity.Baseline, v(20)), Audit: at(podsecurity.Restricted, v(21)),
				Warn: at(podsecurity.Privileged, latest),
			},
		},
		{
			rule:   "P-5 what is enforced is warned of",
			labels: labels{podsecurity.LabelEnforce: "baseline", podsecurity.LabelEnforceVersion: "v1.20"},
			want: podsecurity.Policy{
				Enforce: at(podsecurity.Baseline, v(20)), Warn: at(podsecurity.Baseline, v(20)),
			},
		},
		{
			rule:   "P-5 in the version of the warnings",
			labels: labels{podsecurity.LabelEnforce: "baseline", podsecurity.LabelWarnVersion: "v1.30"},
			want: podsecurity.Policy{
				Enforce: at(podsecurity.Baseline, latest), Warn: at(podsecurity.Baseline, v(30)),
			},
		},
		{
			rule:   "P-5 unless the level of the warnings is given",
			labels: labels{podsecurity.LabelEnforce: "restricted", podsecurity.LabelWarn: "baseline"},
			want: podsecurity.Policy{
				Enforce: at(podsecurity.Restricted, latest), Warn: at(podsecurity.Baseline, latest),
			},
		},
		{
			rule:    "P-6 a level to enforce that is none fails closed, and is not warned of",
			labels:  labels{podsecurity.LabelEnforce: "none", podsecurity.LabelEnforceVersion: "v1.20"},
			want:    podsecurity.Policy{Enforce: at(podsecurity.Restricted, v(20))},
			invalid: [][2]string{{podsecurity.LabelEnforce, badLevel}},
		},
		{
			rule: "P-6 a level to audit or warn of that is none fails open",
			labels: labels{
				podsecurity.LabelEnforce: "baseline", podsecurity.LabelAudit: "Baseline", podsecurity.LabelWarn: "",
			},
			want: podsecurity.Policy{
				Enforce: at(podsecurity.Baseline, latest), Audit: at(podsecurity.Privileged, latest),
				Warn: at(podsecurity.Privileged, latest),
			},
			invalid: [][2]string{{podsecurity.LabelAudit, badLevel}, {podsecurity.LabelWarn, badLevel}},
		},
		{
			rule: "P-6 a version that is none is the latest",
			labels: labels{
				podsecurity.LabelEnforceVersion: "1.20", podsecurity.LabelAuditVersion: "v1.08",
				podsecurity.LabelWarnVersion: "v2.0",
			},
			invalid: [][2]string{
				{podsecurity.LabelEnforceVersion, badVersion}, {podsecurity.LabelAuditVersion, badVersion},
				{podsecurity.LabelWarnVersion, badVersion},
			},
		},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			got, errs := podsecurity.PolicyOf(tt.labels, podsecurity.Policy{})
			require.Empty(t, cmp.Diff(tt.want, got, cmp.Comparer(func(a, b podsecurity.Version) bool { return a == b })))
			var invalid [][2]string
			for _, e := range errs {
				label := e.Field[len("metadata.labels[") : len(e.Field)-1]
				require.Equal(t, tt.labels[label], e.BadValue)
				invalid = append(invalid, [2]string{label, e.Detail})
			}
			require.Equal(t, tt.invalid, invalid)
		})
	}
}

func TestDefaultsArePartOfThePolicy(t *testing.T) {
	restricted := podsecurity.LevelVersion{Level: podsecurity.Restricted}
	defaults := podsecurity.Policy{Enforce: restricted, Warn: restricted}
	got, errs := podsecurity.PolicyOf(map[string]string{podsecurity.LabelEnforce: "baseline"}, defaults)
	require.Empty(t, errs)
	require.Equal(t, podsecurity.Policy{
		Enforce: podsecurity.LevelVersion{Level: podsecurity.Baseline}, Warn: restricted,
	}, got, "P-5 what is warned of already is stricter")
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"latest": "latest", "v1.0": "v1.0", "v1.37": "v1.37", "v1.1000": "v1.1000",
		"": "", "Latest": "", "v1": "", "v1.": "", "v1.01": "", "v1.-1": "", "v1.+1": "", "v1.1.0": "", "v2.1": "",
		"v1.99999999999999999999": "", " v1.1": "", "v1.1 ": "",
	} {
		t.Run("P-3 "+text, func(t *testing.T) {
			v, err := podsecurity.ParseVersion(text)
			if want == "" {
				require.ErrorIs(t, err, podsecurity.ErrVersion)
				want = "latest"
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, want, v.String())
		})
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("v1.30")
	f.Add("latest")
	f.Add("v1.")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := podsecurity.ParseVersion(text)
		if err == nil {
			require.Equal(t, text, v.String())
		} else {
			require.Equal(t, podsecurity.Version{}, v)
		}
	})
}

func TestLevels(t *testing.T) {
	levels := []podsecurity.Level{podsecurity.Privileged, podsecurity.Baseline, podsecurity.Restricted}
	for i, a := range levels {
		for j, b := range levels {
			require.Equal(t, i > j, a.Stricter(b), "P-1 %s and %s", a, b)
		}
		got, err := podsecurity.ParseLevel(string(a))
		require.NoError(t, err)
		require.Equal(t, a, got)
	}
	require.Equal(t, "privileged:latest", podsecurity.LevelVersion{}.String())
	require.Equal(t, "baseline:v1.30", podsecurity.LevelVersion{Level: "baseline", Version: podsecurity.V1(30)}.String())
	require.Equal(t, "v1.0", podsecurity.V1(-1).String())
}
