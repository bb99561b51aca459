package lesson

import (
	"fmt"
	"io"
	"strings"
)

// Play runs a page and prints it for a reader at a terminal, as it goes: prose as it is written, a
// file as its name and length in brackets, and each command followed by what the shell answers now,
// whatever the page shows. Blocks are one blank line apart.
//
// The error is the writer's; Play stops there.
func Play(w io.Writer, page *Page, sh Shell) error {
	for i, block := range page.Blocks {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := playBlock(w, block, sh); err != nil {
			return err
		}
	}
	return nil
}

func playBlock(w io.Writer, block Block, sh Shell) error {
	switch block := block.(type) {
	case *Prose:
		_, err := fmt.Fprintln(w, block.Text)
		return err
	case *File:
		sh.WriteFile(block.Name, []byte(block.Content))
		_, err := fmt.Fprintf(w, "[%s, %s]\n", block.Name, countLines(block.Content))
		return err
	case *Console:
		return playConsole(w, block, sh)
	}
	return nil
}

func playConsole(w io.Writer, console *Console, sh Shell) error {
	for _, c := range console.Commands {
		// The command is shown before it runs: a reader should know what is being waited for.
		if _, err := fmt.Fprintln(w, prompt+c.Text); err != nil {
			return err
		}
		if _, err := io.WriteString(w, runCommand(c, sh).Output); err != nil {
			return err
		}
	}
	return nil
}

func countLines(content string) string {
	if n := strings.Count(content, "\n"); n != 1 {
		return fmt.Sprintf("%d lines", n)
	}
	return "1 line"
}
