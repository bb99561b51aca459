package kubelet

import (
	"fmt"
	"strings"
	"time"
)

// digits is a chance as in the name of a percentile.
func (c Chance) digits() string { return strings.TrimSuffix(c.String(), "%") }

// String is the text that ParseDelay reads; "" for the zero Distribution.
func (d Distribution) String() string {
	n := len(d.Points)
	switch {
	case d.Shape == Nothing || n == 0:
		return ""
	case d.Shape == Exponential:
		return "mean=" + d.Points[0].Value.String()
	case d.Shape == Straight && n == 2:
		return d.Points[0].Value.String() + ".." + d.Points[1].Value.String()
	}
	words := make([]string, n)
	for i, p := range d.Points {
		words[i] = "p" + p.At.digits() + "=" + p.Value.String()
	}
	return strings.Join(words, ",")
}

// ParseDelay reads how long something takes:
//
//	5s                            always the same; the Distribution is the zero one
//	2s..8s                        Uniform
//	mean=30s                          Memoryless, with the mean
//	p50=4s,p99=30s                LogNormal through two percentiles
//	p0=1s,p50=3s,p90=9s,p100=60s  Measured: straight lines through percentiles from p0 to p100
//
// Durations are those of time.ParseDuration. Percentiles may have up to four decimals, as in p99.9.
func ParseDelay(text string) (time.Duration, Distribution, error) {
	d, err := parseDistribution(text)
	if err == nil && d.Shape == Nothing {
		var fixed time.Duration
		if fixed, err = parseDuration(text); err == nil {
			return fixed, Distribution{}, nil
		}
	}
	if err == nil {
		err = d.Validate()
	}
	if err != nil {
		return 0, Distribution{}, fmt.Errorf("delay %q: %w; delays are such as 5s, 2s..8s, mean=30s, "+
			"p50=4s,p99=30s or p0=1s,p50=3s,p100=60s", text, err)
	}
	return 0, d, nil
}

// parseDistribution reads what is no single duration.
func parseDistribution(text string) (Distribution, error) {
	if low, high, ok := strings.Cut(text, ".."); ok {
		from, err := parseDuration(low)
		if err != nil {
			return Distribution{}, err
		}
		to, err := parseDuration(high)
		return Uniform(from, to), err
	}
	if mean, ok := strings.CutPrefix(text, "mean="); ok {
		d, err := parseDuration(mean)
		return Memoryless(d), err
	}
	if strings.HasPrefix(text, "p") {
		return parsePercentiles(text)
	}
	return Distribution{}, nil
}

func parsePercentiles(text string) (Distribution, error) {
	d := Distribution{Shape: LogNormal}
	for word := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(word, "=")
		digits, named := strings.CutPrefix(name, "p")
		at, ok := parsePercent(digits)
		if !named || !ok {
			return d, fmt.Errorf("%q is no percentile", word)
		}
		v, err := parseDuration(value)
		if err != nil {
			return d, err
		}
		d.Points = append(d.Points, Percentile{at, v})
	}
	if d.Points[0].At == 0 || d.Points[len(d.Points)-1].At == Always {
		d.Shape = Straight
	}
	return d, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration", text)
	case d < 0:
		return 0, fmt.Errorf("%v is negative", d)
	}
	return d, nil
}
