package daemonsim

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// Share is a part of a whole in millionths.
type Share uint32

// Whole is all of it.
const Whole = Share(kubelet.Always)

// shareOf is a of b, rounded down; all of nothing.
func shareOf(a, b int) Share {
	if b <= 0 {
		return Whole
	}
	return Share(int64(max(0, a)) * int64(Whole) / int64(b))
}

// String is the share in percent, with at most four decimals.
func (s Share) String() string { return kubelet.Chance(s).String() }

// short is the share in percent with at most one decimal, rounded down: what is not all never looks like all.
func (s Share) short() string {
	const tenth = Whole / 1000
	return (s / tenth * tenth).String()
}

// ParseShare reads a percentage from 0% to 100%, with at most four decimals.
func ParseShare(text string) (Share, error) {
	c, err := kubelet.ParseChance(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no share: give a percentage from 0%% to 100%%, such as 99.5%%", text)
	}
	return Share(c), nil
}
