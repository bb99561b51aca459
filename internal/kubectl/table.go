package kubectl

import (
	"io"
	"strings"
	"text/tabwriter"

	"github.com/daemonsim/daemonsim/cluster"
)

// newTable aligns what is written to it in columns, as the tables of kubectl get are.
func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 6, 4, 3, ' ', 0) }

// WriteTable writes rows in columns, as the tables of kubectl get are.
func WriteTable(out *strings.Builder, rows [][]string) {
	w := newTable(out)
	for _, row := range rows {
		writeRow(w, row)
	}
	_ = w.Flush() // a builder takes everything
}

// table prints objects of one type.
type table struct {
	res            *resource
	wide, headers  bool
	labels         bool
	labelColumns   []string
	kinds, spaces  bool
	view           *view
	visibleColumns []column
}

// withColumns picks the columns that show.
func (t *table) withColumns() *table {
	for _, c := range t.res.columns {
		if t.wide || !c.wide {
			t.visibleColumns = append(t.visibleColumns, c)
		}
	}
	return t
}

func (t *table) print(out io.Writer, objects []cluster.Object) {
	w := newTable(out)
	if t.headers {
		writeRow(w, t.headerRow())
	}
	for _, obj := range objects {
		writeRow(w, t.row(obj))
	}
	_ = w.Flush() // a builder takes everything
}

func (t *table) headerRow() []string {
	var row []string
	if t.spaces {
		row = append(row, "NAMESPACE")
	}
	for _, c := range t.visibleColumns {
		row = append(row, c.header)
	}
	for _, key := range t.labelColumns {
		row = append(row, strings.ToUpper(key[strings.LastIndexByte(key, '/')+1:]))
	}
	if t.labels {
		row = append(row, "LABELS")
	}
	return row
}

func (t *table) row(obj cluster.Object) []string {
	var row []string
	if t.spaces {
		row = append(row, obj.Meta().Namespace)
	}
	for _, c := range t.visibleColumns {
		cell := c.cell(t.view, obj)
		if t.kinds && c.header == "NAME" {
			cell = t.res.qualified() + "/" + cell
		}
		row = append(row, cell)
	}
	for _, key := range t.labelColumns {
		row = append(row, obj.Meta().Labels[key])
	}
	if t.labels {
		row = append(row, formatLabels(obj.Meta().Labels))
	}
	return row
}

func writeRow(w io.Writer, cells []string) {
	for i, cell := range cells {
		cells[i] = oneLine(cell)
	}
	_, _ = io.WriteString(w, strings.Join(cells, "\t")+"\n")
}

// oneLine keeps a cell from breaking its table: it ends at a line break, and control characters are
// written as such.
func oneLine(cell string) string {
	if i := strings.IndexAny(cell, "\n\r\f\v"); i >= 0 {
		cell = cell[:i] + "..."
	}
	return printable(cell)
}

// printable shows control characters instead of obeying them.
func printable(text string) string {
	if !strings.ContainsFunc(text, isControl) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isControl(r) {
			b.WriteByte('^')
			r ^= '@'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isControl(r rune) bool { return r < ' ' || r == '\x7f' }
