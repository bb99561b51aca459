package lesson

import "strings"

// Shell runs the commands of a page. Its state lasts from command to command; a page is meant to
// start with a fresh one.
type Shell interface {
	// WriteFile makes a file of the page available to the commands below it. It replaces a file of
	// the same name. The shell owns data.
	WriteFile(name string, data []byte)
	// Run runs a command. The words are the shell's to keep; there is at least one. A command that
	// fails says so in its output, as it would on a terminal.
	Run(argv []string) Result
}

// Result is what a command answers.
type Result struct {
	// Output is all that the command prints, errors included, in the order printed.
	Output string
	// Code is the exit code; zero is success.
	Code int
}

// run runs a page from top to bottom. It calls ran after each command with the result, whose
// output is made comparable to Command.Want.
func run(page *Page, sh Shell, ran func(*Command, Result)) {
	for _, block := range page.Blocks {
		switch block := block.(type) {
		case *File:
			sh.WriteFile(block.Name, []byte(block.Content))
		case *Console:
			for _, c := range block.Commands {
				ran(c, runCommand(c, sh))
			}
		}
	}
}

func runCommand(c *Command, sh Shell) Result {
	result := sh.Run(append([]string(nil), c.Argv...))
	result.Output = endLine(result.Output)
	return result
}

// endLine gives text that does not end in a newline one. No text stays no text.
func endLine(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
