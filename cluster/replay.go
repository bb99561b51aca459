package cluster

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrToken says that a text is no token of a Recorder.
var ErrToken = errors.New("not a choice token")

// Recorder is a Chooser that remembers what another one chose, so that the run can be replayed.
type Recorder struct {
	inner   Chooser
	choices []int
}

// NewRecorder returns a chooser that asks inner and writes down its answers. A nil inner always takes
// the first candidate.
func NewRecorder(inner Chooser) *Recorder { return &Recorder{inner: inner} }

// Choose asks the inner chooser.
func (r *Recorder) Choose(c Choice) int {
	i := 0
	if r.inner != nil {
		i = r.inner.Choose(c)
	}
	if i < 0 || i >= c.N {
		i = 0
	}
	r.choices = append(r.choices, i)
	return i
}

// Fork returns a recorder that has the same choices behind it.
func (r *Recorder) Fork() Chooser {
	f := &Recorder{choices: slices.Clone(r.choices)}
	if r.inner != nil {
		f.inner = r.inner.Fork()
	}
	return f
}

// Token is a short text that NewReplay turns into the same choices.
func (r *Recorder) Token() string {
	var b []byte
	for i := 0; i < len(r.choices); {
		// Most choices are the first candidate, so runs of those are counted.
		n := i
		for n < len(r.choices) && r.choices[n] == 0 {
			n++
		}
		b = binary.AppendUvarint(b, uint64(n-i))
		if i = n; i < len(r.choices) {
			b = binary.AppendUvarint(b, uint64(r.choices[i]))
			i++
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// replay gives recorded answers.
type replay struct {
	// zeros is how many first candidates come before the next number of rest.
	zeros uint64
	rest  []byte
}

// NewReplay returns a chooser that chooses as the run did whose Recorder gave the token, and takes the
// first candidate from where that run ended. The error wraps ErrToken.
func NewReplay(token string) (Chooser, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrToken, token)
	}
	for rest := b; len(rest) > 0; {
		_, n := binary.Uvarint(rest)
		if n <= 0 {
			return nil, fmt.Errorf("%w: %q", ErrToken, token)
		}
		rest = rest[n:]
	}
	r := &replay{rest: b}
	r.zeros = r.number()
	return r, nil
}

// number reads the next number, 0 at the end.
func (r *replay) number() uint64 {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

// Choose returns the recorded answer.
func (r *replay) Choose(c Choice) int {
	if r.zeros > 0 {
		r.zeros--
		return 0
	}
	i := r.number()
	r.zeros = r.number()
	if i >= uint64(c.N) {
		return 0
	}
	return int(i)
}

// Fork returns a copy that goes on from the same place.
func (r *replay) Fork() Chooser {
	f := *r
	return &f
}
