package kubectl

import (
	"io"
	"strings"
	"unicode/utf8"
)

// grid aligns rows that come bit by bit. A column that has once been wide stays so, and what is printed stays
// as it is: a wider cell moves the columns of its own row and of those after it.
type grid struct {
	out    io.Writer
	widths []int
}

const (
	// minWidth is how wide a column is at least, and padding the space after its widest cell.
	minWidth = 6
	padding  = 3
)

// write prints rows of one table. All have the same number of cells.
func (g *grid) write(rows [][]string) {
	for _, row := range rows {
		if len(g.widths) < len(row) {
			g.widths = append(g.widths, make([]int, len(row)-len(g.widths))...)
		}
		for i, cell := range row {
			row[i] = oneLine(cell)
			g.widths[i] = max(g.widths[i], minWidth, utf8.RuneCountInString(row[i])+padding)
		}
	}
	var b strings.Builder
	for _, row := range rows {
		last := len(row) - 1
		for i, cell := range row {
			b.WriteString(cell)
			if i < last {
				b.WriteString(strings.Repeat(" ", g.widths[i]-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	_, _ = io.WriteString(g.out, b.String()) // a builder takes everything
}
