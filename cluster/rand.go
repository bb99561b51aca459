package cluster

import "math/bits"

// Stream is a stream of pseudo-random numbers: PCG-XSH-RR with 64 bits of state and 32 of output. It
// is a plain value, so copying one copies the stream at its present point. The algorithm is written
// out here, and not taken from a library, because every recorded run depends on its exact numbers.
type Stream struct{ state, inc uint64 }

// NewStream returns the stream that belongs to a seed and a name. Different names give unrelated
// streams, so that one more actor does not disturb the others.
func NewStream(seed uint64, name string) Stream {
	h := fnvOffset
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * fnvPrime
	}
	s := Stream{inc: mix(h)<<1 | 1}
	s.Uint32()
	s.state += mix(seed ^ h)
	s.Uint32()
	return s
}

const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

// mix spreads every bit of x over the whole word (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Uint32 returns the next 32 bits.
func (s *Stream) Uint32() uint32 {
	old := s.state
	s.state = old*6364136223846793005 + s.inc
	shifted := uint32((old>>18 ^ old) >> 27)
	return bits.RotateLeft32(shifted, -int(old>>59))
}

// Uint64 returns the next 64 bits.
func (s *Stream) Uint64() uint64 { return uint64(s.Uint32())<<32 | uint64(s.Uint32()) }

// IntN returns a number from 0 to n-1, each equally likely. It returns 0 when n is less than 1 or
// greater than 1<<31-1.
func (s *Stream) IntN(n int) int {
	if n < 1 || n > 1<<31-1 {
		return 0
	}
	// Numbers below the threshold would make small results a little more likely.
	bound := uint32(n)
	threshold := -bound % bound
	for {
		hi, lo := bits.Mul32(s.Uint32(), bound)
		if lo >= threshold {
			return int(hi)
		}
	}
}

// nameAlphabet has no vowels and no characters that look alike.
const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789"

// maxGeneratedBase leaves room for the five characters within the 63 of a label value.
const maxGeneratedBase = 58

// generateName appends five random characters to a prefix, as the API server does.
func (s *Stream) generateName(prefix string) string {
	if len(prefix) > maxGeneratedBase {
		prefix = prefix[:maxGeneratedBase]
	}
	name := make([]byte, len(prefix)+5)
	copy(name, prefix)
	for i := len(prefix); i < len(name); i++ {
		name[i] = nameAlphabet[s.IntN(len(nameAlphabet))]
	}
	return string(name)
}
