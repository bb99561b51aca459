package lesson

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Update runs a page and returns its source with every output replaced by what the shell answers.
// All other bytes stay as they are, and so does output that is right already. The caller owns the
// result.
//
// Output that the page cannot hold, such as a line that would be read as a command, is an error for
// each command that prints such; there is no partial result.
func Update(page *Page, sh Shell) ([]byte, error) {
	errs := &problems{page: page.Name}
	var outputs []string
	var updated []byte
	copied := 0
	run(page, sh, func(c *Command, got Result) {
		outputs = append(outputs, got.Output)
		if got.Output == c.Want {
			return
		}
		if reason := unwritable(c, got.Output); reason != "" {
			errs.add(c.Line, "the output of %q %s", c.Text, reason)
		}
		updated = append(updated, page.src[copied:c.out.start]...)
		updated = append(updated, c.render(got.Output)...)
		copied = c.out.end
	})
	if err := errs.err(); err != nil {
		return nil, err
	}
	updated = append(updated, page.src[copied:]...)
	if err := readBack(page.Name, updated, outputs); err != nil {
		return nil, err
	}
	return updated, nil
}

// render returns output as the page writes it below the command.
func (c *Command) render(output string) string {
	var b strings.Builder
	for _, line := range splitLines(output) {
		if line == "" {
			// No spaces at the end of a line unless the output itself has them.
			b.WriteString(strings.TrimRight(c.prefix, " \t") + c.eol)
			continue
		}
		b.WriteString(c.prefix + line + c.eol)
	}
	return b.String()
}

// unwritable returns why a page cannot show output below a command, or "".
func unwritable(c *Command, output string) string {
	switch lines := splitLines(output); {
	case !utf8.ValidString(output), strings.ContainsAny(output, "\x00\r"):
		return "has carriage returns, NULs or bytes that are not UTF-8, which a page cannot show; " +
			"print text with LF between lines"
	case slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, prompt) }):
		return "has a line that starts with \"$ \", which would be read as a command; print less"
	case slices.ContainsFunc(lines, c.fence.endsAt):
		return fmt.Sprintf("has a line that would end the block; open and close the block with "+
			"a longer fence than %s or one of the other kind", c.fence.mark)
	}
	return ""
}

// readBack makes sure that an updated page, read again, shows exactly the outputs put into it.
func readBack(name string, updated []byte, outputs []string) error {
	page, err := Parse(name, updated)
	if err != nil {
		return fmt.Errorf("the updated page cannot be read; print less: %w", err)
	}
	i := 0
	for _, block := range page.Blocks {
		console, ok := block.(*Console)
		if !ok {
			continue
		}
		for _, c := range console.Commands {
			if i >= len(outputs) || c.Want != outputs[i] {
				return &Error{Page: name, Line: c.Line, Text: fmt.Sprintf("the output of %q would not "+
					"read back as printed; move the block to the left margin", c.Text)}
			}
			i++
		}
	}
	return nil
}
