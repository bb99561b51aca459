package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	codeOK      = 0
	codeFailure = 1
	codeUsage   = 2
)

// streams is what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run runs the command with the arguments after its name and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := streams{stdin, stdout, stderr}
	root := newRoot(s)
	root.SetArgs(longUpdate(args))
	err := root.Execute()
	if err == nil {
		return codeOK
	}
	if failed, ok := errors.AsType[*failure](err); ok {
		failed.print(stderr)
		return codeFailure
	}
	fmt.Fprintf(stderr, "error: %v\nSee daemonsim --help.\n", err)
	return codeUsage
}

// failure is an error of what was asked for, not of how it was asked. A nil err has been reported
// already.
type failure struct{ err error }

// mistakes are errors in files, each on a line that starts with its place.
type mistakes struct{ error }

// print prints the error. Mistakes keep their form, which editors know, and refusals that of kubectl.
func (f *failure) print(w io.Writer) {
	switch f.err.(type) {
	case nil:
	case mistakes, refusal:
		fmt.Fprintln(w, f.err)
	default:
		fmt.Fprintf(w, "error: %v\n", f.err)
	}
}

func (f *failure) Error() string { return fmt.Sprint(f.err) }
func (f *failure) Unwrap() error { return f.err }

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "daemonsim",
		Short:         "A simulated Kubernetes cluster for DaemonSets",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what to do: run, test, explain or version")
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newRun(s), newTest(s), newExplain(s), newVersion(s))
	return root
}

// longUpdate lets -update stand for --update, as in go test.
func longUpdate(args []string) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		if words[i] = arg; arg == "-update" {
			words[i] = "--update"
		}
	}
	return words
}
