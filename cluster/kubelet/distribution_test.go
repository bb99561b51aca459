package kubelet_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const ms = time.Millisecond

var measured = kubelet.Measured(
	kubelet.Percentile{At: 0, Value: s}, kubelet.Percentile{At: kubelet.Always / 2, Value: 3 * s},
	kubelet.Percentile{At: 999_000, Value: 9 * s}, kubelet.Percentile{At: kubelet.Always, Value: 60 * s},
)

// startups are the times at which the pods of n nodes run, each bound at t=0, sorted by node.
func startups(t *testing.T, seed uint64, b kubelet.Behaviour, n int) []time.Duration {
	c := cluster.New(cluster.Config{Seed: seed}, kubelet.New(kubelet.Config{Default: b}))
	for i := range n {
		bind(t, c, nodeName(i))
	}
	require.NoError(t, c.RunFor(10*time.Hour))
	list := make([]time.Duration, n)
	for i := range list {
		p := c.Pod("default", nodeName(i))
		require.True(t, p.Status.Started)
		list[i] = p.Status.StartedAt
	}
	return list
}

func nodeName(i int) string { return fmt.Sprintf("n-%05d", i) }

// bind creates a node and a pod of the same name on it.
func bind(t *testing.T, c *cluster.Cluster, name string) {
	if c.Node(name) == nil {
		_, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
		require.NoError(t, err)
	}
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "c", Image: "agent:v1"}}
	_, err := c.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, Template: cluster.NewTemplate(spec), NodeName: name,
	})
	require.NoError(t, err)
}

func pulling(d kubelet.Distribution) kubelet.Behaviour {
	return kubelet.Behaviour{Random: kubelet.Random{Pull: d}}
}

// TestDraws holds the durations that a seed gives. They are the same on every platform and must never
// change.
func TestDraws(t *testing.T) {
	for _, row := range []struct {
		delay kubelet.Distribution
		want  []time.Duration
	}{
		{kubelet.Uniform(2*s, 8*s), []time.Duration{4892 * ms, 5640 * ms, 4887 * ms, 6984 * ms, 4953 * ms}},
		{kubelet.Memoryless(30 * s), []time.Duration{21894 * ms, 14995 * ms, 21951 * ms, 5566 * ms, 21264 * ms}},
		{kubelet.Skewed(4*s, 30*s), []time.Duration{3847 * ms, 5056 * ms, 3839 * ms, 9161 * ms, 3933 * ms}},
		{measured, []time.Duration{2928 * ms, 4282 * ms, 2924 * ms, 6976 * ms, 2969 * ms}},
	} {
		t.Run(row.delay.String(), func(t *testing.T) {
			got := startups(t, 7, pulling(row.delay), 5)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("draws (-want +got):\n%s", diff)
			}
		})
	}
}

// TestShapes draws often enough to see the percentiles that were asked for.
func TestShapes(t *testing.T) {
	const n = 4000
	for _, row := range []struct {
		delay  kubelet.Distribution
		want   map[int]time.Duration // by percentile
		reason string
	}{
		{kubelet.Uniform(2*s, 8*s), map[int]time.Duration{10: 2600 * ms, 50: 5 * s, 90: 7400 * ms}, "a straight line"},
		{kubelet.Uniform(5*s, 5*s), map[int]time.Duration{0: 5 * s, 50: 5 * s, 99: 5 * s}, "one duration"},
		{kubelet.Memoryless(30 * s), map[int]time.Duration{50: 20794 * ms, 90: 69078 * ms}, "mean times ln 2, ln 10"},
		{kubelet.Skewed(4*s, 30*s), map[int]time.Duration{50: 4 * s, 99: 30 * s}, "as given"},
		{measured, map[int]time.Duration{25: 2 * s, 50: 3 * s, 75: 6 * s}, "straight lines between the points"},
	} {
		t.Run(row.delay.String(), func(t *testing.T) {
			got := slices.Sorted(slices.Values(startups(t, 1, pulling(row.delay), n)))
			for p, want := range row.want {
				require.InEpsilon(t, want, got[p*n/100], 0.12, "p%d: %s", p, row.reason)
			}
		})
	}
}

func TestDistributionValidate(t *testing.T) {
	for _, row := range []struct {
		delay kubelet.Distribution
		want  string
	}{
		{kubelet.Distribution{}, ""},
		{measured, ""},
		{kubelet.Distribution{Points: measured.Points}, "points without a shape"},
		{kubelet.Distribution{Shape: 9}, "there is no Shape(9)"},
		{kubelet.Distribution{Shape: kubelet.Exponential}, "an exponential distribution is given by its mean alone"},
		{kubelet.Memoryless(0), "0s: must be at least 1ns"},
		{kubelet.Distribution{Shape: kubelet.LogNormal, Points: measured.Points},
			"a log-normal distribution is given by two percentiles between p0 and p100"},
		{kubelet.Skewed(0, s), "0s: must be at least 1ns"},
		{kubelet.Skewed(2*s, s), "p99 is 1s, less than the 2s of p50"},
		{kubelet.Uniform(2*s, s), "p100 is 1s, less than the 2s of p0"},
		{kubelet.Uniform(-s, s), "-1s: must be at least 0s"},
		{kubelet.Measured(measured.Points[:2]...),
			"measured percentiles start with p0, the shortest, and end with p100, the longest"},
		{kubelet.Measured(measured.Points[0], measured.Points[2], measured.Points[1], measured.Points[3]),
			"p50 comes after p99.9"},
	} {
		err := row.delay.Validate()
		if row.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, row.want)
		// What is not valid is passed over where there is nobody to tell.
		require.Equal(t, []time.Duration{0}, startups(t, 0, pulling(row.delay), 1))
		err = kubelet.New(kubelet.Config{}).SetImage("x", pulling(row.delay))
		require.EqualError(t, err, `image "x": Random.Pull: `+row.want)
	}
}

func TestParseDelay(t *testing.T) {
	remedy := "; delays are such as 5s, 2s..8s, mean=30s, p50=4s,p99=30s or p0=1s,p50=3s,p100=60s"
	for _, row := range []struct {
		text  string
		fixed time.Duration
		want  kubelet.Distribution
		err   string
	}{
		{text: "5s", fixed: 5 * s},
		{text: "0", fixed: 0},
		{text: "2s..8s", want: kubelet.Uniform(2*s, 8*s)},
		{text: "mean=30s", want: kubelet.Memoryless(30 * s)},
		{text: "p50=4s,p99=30s", want: kubelet.Skewed(4*s, 30*s)},
		{text: "p0=1s,p50=3s,p99.9=9s,p100=1m0s", want: measured},
		{text: "", err: `"" is no duration`},
		{text: "-5s", err: "-5s is negative"},
		{text: "8s..2s", err: "p100 is 2s, less than the 8s of p0"},
		{text: "2s..", err: `"" is no duration`},
		{text: "..2s", err: `"" is no duration`},
		{text: "2..8", err: `"2" is no duration`},
		{text: "mean=", err: `"" is no duration`},
		{text: "mean=0s", err: "0s: must be at least 1ns"},
		{text: "p50=4s", err: "a log-normal distribution is given by two percentiles between p0 and p100"},
		{text: "p50=4s,p99", err: `"" is no duration`},
		{text: "p50=4s,99=5s", err: `"99=5s" is no percentile`},
		{text: "p101=4s,p99=5s", err: `"p101=4s" is no percentile`},
		{text: "p50.=4s,p99=5s", err: `"p50.=4s" is no percentile`},
		{text: "p50.12345=4s,p99=5s", err: `"p50.12345=4s" is no percentile`},
		{text: "p0=4s,p50=5s",
			err: "measured percentiles start with p0, the shortest, and end with p100, the longest"},
	} {
		t.Run(row.text, func(t *testing.T) {
			fixed, d, err := kubelet.ParseDelay(row.text)
			if row.err != "" {
				require.EqualError(t, err, `delay "`+row.text+`": `+row.err+remedy)
				return
			}
			require.NoError(t, err)
			require.Equal(t, row.fixed, fixed)
			require.Equal(t, row.want, d)
			if d.Shape != kubelet.Nothing {
				require.Equal(t, row.text, d.String())
			}
		})
	}
}

func TestParseChance(t *testing.T) {
	for text, want := range map[string]kubelet.Chance{
		"0%": 0, "100%": kubelet.Always, "1%": 10_000, "0.5%": 5_000, "99.9999%": 999_999, "12.25%": 122_500,
	} {
		c, err := kubelet.ParseChance(text)
		require.NoError(t, err, text)
		require.Equal(t, want, c, text)
		require.Equal(t, text, c.String())
	}
	for _, text := range []string{"", "%", "1", "-1%", "101%", "100.0001%", "1.%", ".5%", "0.00001%", "1e1%", "+1%", "0001%"} {
		_, err := kubelet.ParseChance(text)
		require.EqualError(t, err, `"`+text+`" is no chance: give a percentage from 0% to 100%, such as 0.5%`)
	}
}

// FuzzParseDelay reads anything. What is accepted can be written, read again and drawn from.
func FuzzParseDelay(f *testing.F) {
	for _, text := range []string{
		"5s", "2s..8s", "mean=30s", "p50=4s,p99=30s", "p0=1s,p50=3s,p100=60s", "p0=0s,p0.0001=1ns,p100=2562047h",
		"p1=1ns,p99.9999=2562047h47m", "mean=2562047h47m16.854775807s", "p50=4s,p50=5s", "mean=p..,=",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fixed, d, err := kubelet.ParseDelay(text)
		if err != nil {
			return
		}
		require.NoError(t, d.Validate())
		if d.Shape == kubelet.Nothing {
			require.GreaterOrEqual(t, fixed, time.Duration(0))
			return
		}
		again := d.String()
		_, same, err := kubelet.ParseDelay(again)
		require.NoError(t, err)
		require.Equal(t, d, same)
		k := kubelet.New(kubelet.Config{Default: pulling(d)})
		c := cluster.New(cluster.Config{Seed: uint64(len(text))}, k)
		bind(t, c, "a")
		require.NoError(t, c.Settle())
		first, last := d.Points[0].Value, d.Points[len(d.Points)-1].Value
		if p := c.Pod("default", "a"); d.Shape == kubelet.Straight && p.Status.Started {
			require.GreaterOrEqual(t, p.Status.StartedAt, first.Round(ms))
			require.LessOrEqual(t, p.Status.StartedAt, last.Round(ms))
		}
	})
}
