package manifest

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compareKeys is the order in which kubectl writes the keys of a mapping: a run of digits counts as
// one number, letters come after everything else.
func compareKeys(a, b string) int {
	for a != "" && b != "" {
		x, y := keyToken(a), keyToken(b)
		if c := compareTokens(x, y); c != 0 {
			return c
		}
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b))
}

// keyToken returns the digits that a key starts with, else its first character.
func keyToken(key string) string {
	if rest := strings.TrimLeft(key, "0123456789"); len(rest) < len(key) {
		return key[:len(key)-len(rest)]
	}
	_, size := utf8.DecodeRuneInString(key)
	return key[:size]
}

func compareTokens(a, b string) int {
	ra, rb := tokenRank(a), tokenRank(b)
	if ra != rb || ra != rankDigits {
		return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(a, b))
	}
	x, y := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y), cmp.Compare(len(a), len(b)))
}

const (
	rankOther = iota
	rankDigits
	rankLetter
)

func tokenRank(token string) int {
	r, _ := utf8.DecodeRuneInString(token)
	switch {
	case r >= '0' && r <= '9':
		return rankDigits
	case unicode.IsLetter(r):
		return rankLetter
	}
	return rankOther
}
