package lesson

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// splitWords returns the words of a command with quotes and backslashes resolved. It adds an error
// for the first thing that is not a plain word.
func splitWords(c *Command, errs *problems) []string {
	if len(c.Text) > MaxCommandSize {
		errs.add(c.Line, "the command has %d bytes, more than %d", len(c.Text), MaxCommandSize)
		return nil
	}
	words, bad := plainWords(c.Text)
	if bad != nil {
		errs.add(c.Line+bad.line-1, "cannot run %q: %s; a command is plain words, with quotes "+
			"and backslashes where needed", c.Text, bad.what)
		return nil
	}
	// The words are literals and quotes by now, so that this only removes the quoting.
	argv, err := expand.Fields(&expand.Config{}, words...)
	if err != nil || len(argv) == 0 {
		errs.add(c.Line, "cannot run %q: %v", c.Text, err)
	}
	return argv
}

// construct is a piece of shell that a lesson does not run, and its line within the command.
type construct struct {
	line int
	what string
}

func found(node syntax.Node, what string) *construct {
	return &construct{line: max(1, int(node.Pos().Line())), what: what}
}

// plainWords parses a command and returns its words, or the first construct that is more.
func plainWords(text string) ([]*syntax.Word, *construct) {
	// Bash is the widest language: what it knows can be named, not just refused.
	p := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true))
	file, err := p.Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, badSyntax(err)
	}
	if len(file.Stmts) == 0 {
		return nil, &construct{line: 1, what: "there is no command"}
	}
	stmt := file.Stmts[0]
	if bad := badStatement(stmt); bad != nil {
		return nil, bad
	}
	if len(file.Stmts) > 1 {
		return nil, found(file.Stmts[1], "a second command needs its own \"$ \" line")
	}
	if len(stmt.Comments) > 0 || len(file.Last) > 0 {
		return nil, &construct{line: 1, what: "comments belong into the text"}
	}
	call := stmt.Cmd.(*syntax.CallExpr)
	for _, word := range call.Args {
		if bad := badWord(word); bad != nil {
			return nil, bad
		}
	}
	return call.Args, nil
}

func badSyntax(err error) *construct {
	var parse syntax.ParseError
	if errors.As(err, &parse) {
		return &construct{line: max(1, int(parse.Pos.Line())), what: parse.Text}
	}
	return &construct{line: 1, what: err.Error()}
}

// badStatement finds what makes a statement more than a list of words.
func badStatement(stmt *syntax.Stmt) *construct {
	switch cmd := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		return &construct{
			line: int(cmd.OpPos.Line()),
			what: fmt.Sprintf("%q joins two commands", cmd.Op),
		}
	case *syntax.CallExpr:
		if len(cmd.Assigns) > 0 {
			return found(cmd.Assigns[0], "it sets a variable")
		}
	case nil: // a redirection alone, or nothing but "!"
	default:
		kind := strings.TrimPrefix(fmt.Sprintf("%T", cmd), "*syntax.")
		return found(cmd, fmt.Sprintf("it is shell syntax (%s)", kind))
	}
	switch {
	case len(stmt.Redirs) > 0:
		return found(stmt.Redirs[0], fmt.Sprintf("%q redirects", stmt.Redirs[0].Op))
	case stmt.Negated:
		return found(stmt, `"!" negates`)
	case stmt.Background, stmt.Coprocess, stmt.Disown:
		return found(stmt, `"&" runs it in the background`)
	case stmt.Semicolon.IsValid():
		return &construct{line: int(stmt.Semicolon.Line()), what: `";" ends a command`}
	case stmt.Cmd == nil:
		return found(stmt, "there is no command")
	}
	return nil
}

// badWord finds what a shell would replace in a word by something else.
func badWord(word *syntax.Word) *construct {
	for i, part := range word.Parts {
		if bad := badPart(part); bad != nil {
			return bad
		}
		if lit, ok := part.(*syntax.Lit); ok && i == 0 && strings.HasPrefix(lit.Value, "~") {
			return found(part, `"~" is a home directory; quote it`)
		}
	}
	// NB: SplitBraces changes the word it is given. It also reports true for braces that are plain
	// characters, as in {a}, so the parts have to be looked at.
	split := &syntax.Word{Parts: slices.Clone(word.Parts)}
	syntax.SplitBraces(split)
	for _, part := range split.Parts {
		if _, ok := part.(*syntax.BraceExp); ok {
			return found(word, "braces expand to several words; quote them")
		}
	}
	return nil
}

func badPart(part syntax.WordPart) *construct {
	switch part := part.(type) {
	case *syntax.Lit:
		if i := globAt(part.Value); i >= 0 {
			return found(part, fmt.Sprintf("%q matches file names; quote it", part.Value[i:i+1]))
		}
		return nil
	case *syntax.SglQuoted:
		if part.Dollar {
			return found(part, "$'...' has escapes of its own")
		}
		return nil
	case *syntax.DblQuoted:
		return badQuoted(part)
	case *syntax.ParamExp:
		return found(part, "variables have no value here")
	case *syntax.CmdSubst:
		return found(part, "$(...) and `...` run a command inside the command")
	case *syntax.ArithmExp:
		return found(part, "$((...)) computes a number")
	}
	kind := strings.TrimPrefix(fmt.Sprintf("%T", part), "*syntax.")
	return found(part, fmt.Sprintf("it has shell syntax (%s)", kind))
}

func badQuoted(quoted *syntax.DblQuoted) *construct {
	if quoted.Dollar {
		return found(quoted, `$"..." is translated`)
	}
	for _, part := range quoted.Parts {
		if _, ok := part.(*syntax.Lit); ok {
			continue // a literal in quotes is plain, globs included
		}
		if bad := badPart(part); bad != nil {
			return bad
		}
	}
	return nil
}

// globAt returns the index of the first glob character without a backslash before it, or -1.
func globAt(lit string) int {
	for i := 0; i < len(lit); i++ {
		switch lit[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return i
		}
	}
	return -1
}
