package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	// diffContext is how many equal lines are shown before and after a difference.
	diffContext = 3
	// maxDiffCells bounds the table of the comparison. Texts that need more are shown one after the
	// other where they differ, which is still right, only longer.
	maxDiffCells = 1 << 22
)

// diffLine is a line of a difference. Its sign is ' ', '-' or '+'.
type diffLine struct {
	sign byte
	text string
}

// diffLines returns a shortest way from want to got; where several are, lines go before lines come.
func diffLines(want, got string) []diffLine {
	a, b := splitLines(want), splitLines(got)
	head := commonPrefix(a, b)
	diff := signed(' ', a[:head])
	a, b = a[head:], b[head:]
	tail := commonSuffix(a, b)
	diff = append(diff, diffMiddle(a[:len(a)-tail], b[:len(b)-tail])...)
	return append(diff, signed(' ', a[len(a)-tail:])...)
}

// diffMiddle compares lines by their longest common subsequence.
func diffMiddle(a, b []string) []diffLine {
	if len(a) == 0 || len(b) == 0 || len(a) > maxDiffCells/len(b) {
		return append(signed('-', a), signed('+', b)...)
	}
	common := commonLengths(a, b)
	var diff []diffLine
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			diff = append(diff, diffLine{' ', a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			diff = append(diff, diffLine{'-', a[i]})
			i++
		default:
			diff = append(diff, diffLine{'+', b[j]})
			j++
		}
	}
	diff = append(diff, signed('-', a[i:])...)
	return append(diff, signed('+', b[j:])...)
}

// commonLengths returns the table whose [i][j] is how many lines a[i:] and b[j:] have in common.
func commonLengths(a, b []string) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// formatDiff writes a difference, with equal lines far from a change counted only.
func formatDiff(diff []diffLine) string {
	var b strings.Builder
	for i := 0; i < len(diff); {
		if far := farRun(diff, i); far > 1 {
			fmt.Fprintf(&b, "  ... %d equal lines\n", far)
			i += far
			continue
		}
		line := string(diff[i].sign) + " " + visible(diff[i])
		b.WriteString(strings.TrimRight(line, " ") + "\n") // no line of a diff ends in spaces
		i++
	}
	return b.String()
}

// farRun returns how many lines from i on are more than diffContext lines away from any change.
func farRun(diff []diffLine, i int) int {
	n := 0
	for ; i+n < len(diff); n++ {
		from, to := max(0, i+n-diffContext), min(len(diff), i+n+diffContext+1)
		if slices.ContainsFunc(diff[from:to], func(l diffLine) bool { return l.sign != ' ' }) {
			break
		}
	}
	return n
}

// visible returns the text of a line so that it can be told from any other by eye.
func visible(line diffLine) string {
	if line.sign == ' ' {
		return line.text
	}
	unclear := strings.HasSuffix(line.text, " ") || strings.ContainsFunc(line.text, func(r rune) bool {
		return !unicode.IsPrint(r)
	})
	if unclear {
		return strconv.Quote(line.text)
	}
	return line.text
}

func signed(sign byte, lines []string) []diffLine {
	out := make([]diffLine, 0, len(lines))
	for _, line := range lines {
		out = append(out, diffLine{sign, line})
	}
	return out
}

// splitLines splits text in which every line ends in LF.
func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func commonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
