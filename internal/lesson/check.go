package lesson

import (
	"errors"
	"fmt"
	"strings"
)

// Check runs a page and compares what the shell answers with what the page shows. It runs the whole
// page, also after a difference.
func Check(page *Page, sh Shell) Report {
	report := Report{Page: page.Name}
	run(page, sh, func(c *Command, got Result) {
		report.Commands++
		if got.Output == c.Want {
			return
		}
		report.Mismatches = append(report.Mismatches, Mismatch{
			Page: page.Name, Line: c.Line, Command: c.Text,
			Want: c.Want, Got: got.Output, Code: got.Code,
		})
	})
	return report
}

// Report says how far a page is true.
type Report struct {
	// Page is the name of the page.
	Page string
	// Commands counts the commands that ran: all of the page.
	Commands int
	// Mismatches are the commands whose output differs, in the order of the page. The first one
	// may well be the cause of the others.
	Mismatches []Mismatch
}

// Err returns nil if every command answers as the page shows, and otherwise an error that counts
// the mismatches and shows each of them.
func (r Report) Err() error {
	if len(r.Mismatches) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: the output of %d of %d commands differs (-want +got); update the page if "+
		"the new output is right", r.Page, len(r.Mismatches), r.Commands)
	for _, m := range r.Mismatches {
		b.WriteString("\n" + strings.TrimSuffix(m.String(), "\n"))
	}
	return errors.New(b.String())
}

// Mismatch is a command whose output is not what the page shows.
type Mismatch struct {
	// Page and Line say where the command stands.
	Page string
	Line int
	// Command is the command as written.
	Command string
	// Want is the output the page shows, Got what the shell answers; every line ends in LF.
	Want, Got string
	// Code is the exit code of the command.
	Code int
}

// String returns the place, the command and the difference, each line with a newline at its end:
//
//	pods.md:12: $ kubectl get pods (exit code 1)
//	  NAME      READY
//	- agent-a   1/1
//	+ agent-a   0/1
//
// A zero exit code is not mentioned.
func (m Mismatch) String() string {
	code := ""
	if m.Code != 0 {
		code = fmt.Sprintf(" (exit code %d)", m.Code)
	}
	return fmt.Sprintf("%s:%d: %s%s%s\n%s", m.Page, m.Line, prompt, m.Command, code, m.Diff())
}

// Diff returns the difference from Want to Got line by line: lines of both start with two spaces,
// lines of Want alone with "- " and lines of Got alone with "+ ". Far from a difference, lines of
// both are counted instead of shown. A line of one side alone whose end or characters could not be
// told apart by eye is shown in Go syntax, in quotes. Equal texts give equal diffs.
func (m Mismatch) Diff() string { return formatDiff(diffLines(m.Want, m.Got)) }
