package kubelet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// Chance is how likely something is, in millionths: 0 never happens, Always always does. Whole numbers
// keep what is drawn the same on every platform.
type Chance uint32

// Always is the chance of what is certain.
const Always Chance = 1_000_000

// percent is the chance of one in a hundred.
const percent = Always / 100

// String is the chance in percent, as in "0.5%".
func (c Chance) String() string {
	text := strconv.Itoa(int(c / percent))
	if rest := c % percent; rest > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%04d", uint32(rest)), "0")
	}
	return text + "%"
}

// ParseChance reads a percentage from 0% to 100%, with at most four decimals.
func ParseChance(text string) (Chance, error) {
	digits, ok := strings.CutSuffix(text, "%")
	if c, fits := parsePercent(digits); ok && fits {
		return c, nil
	}
	return 0, fmt.Errorf("%q is no chance: give a percentage from 0%% to 100%%, such as 0.5%%", text)
}

// parsePercent reads the number before a percent sign, or after the p of a percentile.
func parsePercent(digits string) (Chance, bool) {
	whole, decimals, dotted := strings.Cut(digits, ".")
	if len(whole) > 3 || dotted && decimals == "" || len(decimals) > 4 {
		return 0, false
	}
	decimals += "0000"[len(decimals):]
	n, err := strconv.ParseUint(whole, 10, 32)
	m, err2 := strconv.ParseUint(decimals, 10, 32)
	c := Chance(n)*percent + Chance(m)
	return c, err == nil && err2 == nil && c <= Always
}

// validate reports a chance beyond certainty.
func (c Chance) validate() error {
	if c > Always {
		return fmt.Errorf("%d millionths is more than 100%%", uint32(c))
	}
	return nil
}

// comesUp draws.
func (c Chance) comesUp(s *cluster.Stream) bool { return Chance(s.IntN(int(Always))) < c }
