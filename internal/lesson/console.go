package lesson

import "strings"

// prompt marks a command in a console block.
const prompt = "$ "

// readConsole reads the commands of a console block and their output.
func readConsole(src *source, f fence, errs *problems) *Console {
	if len(f.info) > 1 {
		errs.add(f.open, "%q after \"console\" means nothing; remove it", strings.Join(f.info[1:], " "))
	}
	if len(f.lines) == 0 {
		errs.add(f.open, "the console block is empty; start it with a command: $ kubectl get nodes")
	}
	console := &Console{Line: f.open}
	for i := 0; i < len(f.lines); {
		n, _, line, _ := f.line(src, i)
		if !strings.HasPrefix(line, prompt) {
			errs.add(n, "the console block starts with %q, which is no command; start it with "+
				"a line like: $ kubectl get nodes", line)
			break
		}
		var c *Command
		c, i = readCommand(src, f, i, errs)
		console.Commands = append(console.Commands, c)
	}
	return console
}

// readCommand reads the command at the i-th line of the block and the output below it. It returns
// the index of the line after them.
func readCommand(src *source, f fence, i int, errs *problems) (*Command, int) {
	n, left, line, eol := f.line(src, i)
	c := &Command{Line: n, prefix: left, eol: eol, fence: f}
	if marginOf(left) != f.margin {
		errs.add(n, "the command is not in line with its %s; give both the same indentation", f.mark)
	}
	end := commandEnd(src, f, i, errs)
	text := []string{strings.TrimPrefix(line, prompt)}
	for i++; i < end; i++ {
		_, _, line, _ := f.line(src, i)
		text = append(text, line)
	}
	c.Text = strings.Join(text, "\n")
	c.Argv = splitWords(c, errs)

	var want strings.Builder
	for ; i < len(f.lines); i++ {
		n, _, line, _ := f.line(src, i)
		if strings.HasPrefix(line, prompt) {
			break
		}
		want.WriteString(blankAsWritten(src, n, c.prefix, line) + "\n")
	}
	c.Want = want.String()
	c.out = span{start: src.start(f.open + 1 + end), end: src.start(f.open + 1 + i)}
	return c, i
}

// blankAsWritten returns a line of output. The Markdown parser takes all spaces off a blank line in
// a list item; those to the right of the margin are output.
func blankAsWritten(src *source, n int, prefix, line string) string {
	if strings.Trim(line, " \t") != "" {
		return line
	}
	if rest, ok := strings.CutPrefix(src.line(n), prefix); ok {
		return rest
	}
	return line
}

// commandEnd returns the index of the line after the command that starts at the i-th line.
func commandEnd(src *source, f fence, i int, errs *problems) int {
	for ; ; i++ {
		n, _, line, _ := f.line(src, i)
		if !continues(line) {
			return i + 1
		}
		if i+1 == len(f.lines) {
			errs.add(n, "the block ends after a backslash; remove it or write the rest of the command")
			return i + 1
		}
		if _, _, next, _ := f.line(src, i+1); strings.HasPrefix(next, prompt) {
			errs.add(n, "a command follows a backslash; remove the backslash, or the \"$ \" of "+
				"the next line if it goes on there")
			return i + 1
		}
	}
}

// continues reports whether a command goes on in the next line: its last backslash is not itself
// escaped.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}
