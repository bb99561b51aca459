package daemonsim

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// String is the forecast as a table.
func (f *Forecast) String() string {
	var b strings.Builder
	name := "daemonset/" + f.Name
	if f.Namespace != cluster.DefaultNamespace {
		name += " in " + f.Namespace
	}
	fmt.Fprintf(&b, "%s of the rollout of %s: %s, ",
		counted(len(f.Futures), "future"), name, counted(f.Desired, "pod"))
	if f.Strategy != "" {
		fmt.Fprintf(&b, "strategy %s, ", f.Strategy)
	}
	fmt.Fprintf(&b, "maxUnavailable %v, maxSurge %v\n\n", f.Limits.MaxUnavailable, f.Limits.MaxSurge)
	d, l := f.Duration, f.Lowest
	writeTable(&b, [][]string{
		{"OF THE FUTURES", "50%", "90%", "99%", "ALL"},
		{"done within", lasting(d.P50), lasting(d.P90), lasting(d.P99), lasting(d.All)},
		{"available at least", l.P50.short(), l.P90.short(), l.P99.short(), l.All.short()},
	})
	fmt.Fprintf(&b, "\nmost unavailable at a time: %d; most replaced: %d\n", f.Unavailable, f.Replaced)
	if stuck := f.Stuck(); stuck > 0 {
		verb := "get"
		if stuck == 1 {
			verb = "gets"
		}
		fmt.Fprintf(&b, "%s %s stuck:\n", f.count(stuck), verb)
		rows := make([][]string, len(f.Causes))
		for i, c := range f.Causes {
			rows[i] = []string{"  " + fmt.Sprint(c.Count), string(c.Cause)}
		}
		writeTable(&b, rows)
	} else {
		b.WriteString("none gets stuck\n")
	}
	if want := f.Target.String(); want != "" {
		verb := "are"
		if f.OnTarget == 1 {
			verb = "is"
		}
		fmt.Fprintf(&b, "%s %s on target: %s\n", f.count(f.OnTarget), verb, want)
	}
	return b.String()
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// count is a number of futures with its share.
func (f *Forecast) count(n int) string {
	return fmt.Sprintf("%d of %d (%s)", n, len(f.Futures), shareOf(n, len(f.Futures)).short())
}

// String is the target in words; "" for one that asks for nothing but an end.
func (t Target) String() string {
	var words []string
	if t.Within > 0 {
		words = append(words, "done within "+t.Within.String())
	}
	if t.Available > 0 {
		words = append(words, "never below "+t.Available.String()+" available")
	}
	return strings.Join(words, ", ")
}

// lasting is a duration, to the second when it is long.
func lasting(d time.Duration) string {
	switch {
	case d == Never:
		return "never"
	case d >= time.Minute:
		return d.Round(time.Second).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// String is the search as a table of what each budget buys, and its result.
func (s *BudgetSearch) String() string {
	var b strings.Builder
	rows := [][]string{
		{"MAXUNAVAILABLE", "MAXSURGE", "50% WITHIN", "99% WITHIN", "99% AVAILABLE", "STUCK", "ON TARGET"},
	}
	for _, t := range s.Trials {
		f := t.Forecast
		n := len(f.Futures)
		rows = append(rows, []string{
			fmt.Sprint(t.Budget.MaxUnavailable), fmt.Sprint(t.Budget.MaxSurge),
			lasting(f.Duration.P50), lasting(f.Duration.P99), f.Lowest.P99.short(),
			shareOf(f.Stuck(), n).short(), shareOf(f.OnTarget, n).short(),
		})
	}
	writeTable(&b, rows)
	fmt.Fprintf(&b, "\nsmallest budget with which %s of the futures are on target, after a look at %d:\n",
		s.Target.In, s.Futures)
	writeTable(&b, [][]string{
		{"  maxUnavailable", s.found(s.Unavailable)}, {"  maxSurge", s.found(s.Surge)},
	})
	return b.String()
}

func (s *BudgetSearch) found(b *Budget) string {
	switch {
	case b == nil:
		return "none"
	case b.Percent(s.Desired) == 0:
		return fmt.Sprint(b.size())
	}
	return fmt.Sprintf("%d, or %d%%", b.size(), b.Percent(s.Desired))
}

// writeTable writes rows in columns.
func writeTable(b *strings.Builder, rows [][]string) {
	w := tabwriter.NewWriter(b, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	// Writing to memory cannot fail.
	_ = w.Flush()
}
