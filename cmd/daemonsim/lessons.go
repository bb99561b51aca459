package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/examples/replicas"
	"github.com/daemonsim/daemonsim/internal/lesson"
	"github.com/daemonsim/daemonsim/internal/simcmd"
)

func newTest(s streams) *cobra.Command {
	var update bool
	cmd := &cobra.Command{
		Use:   "test LESSON.md...",
		Short: "Check that lessons show what the simulation answers",
		Long: "Run lessons and compare every answer with the page. With --update, put the answers " +
			"into the pages\ninstead; review the difference as prose.",
		Example: "  daemonsim test examples/*.md\n  daemonsim test --update examples/taints.md",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name the lessons to test")
			}
			if update {
				return updateLessons(s, args)
			}
			return testLessons(s, args)
		},
	}
	cmd.Flags().BoolVar(&update, "update", false, "write the answers into the pages")
	return cmd
}

// newShell is the shell of a lesson. Lessons may have ReplicaSets.
func newShell() *simcmd.Shell { return simcmd.NewShellWith(replicas.Config(daemonsim.Config{})) }

// playLesson prints a page with the answers of now.
func playLesson(s streams, path string) error {
	page, err := readLesson(path)
	if err == nil {
		err = lesson.Play(s.out, page, newShell())
	}
	if err != nil {
		return &failure{err}
	}
	return nil
}

func readLesson(path string) (*lesson.Page, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return lesson.Parse(path, text)
}

// testLessons compares all the pages and ends with a line that sums up.
func testLessons(s streams, paths []string) error {
	commands, wrong, bad := 0, 0, 0
	for _, path := range paths {
		page, err := readLesson(path)
		if err != nil {
			fmt.Fprintf(s.err, "error: %v\n", err)
			bad++
			continue
		}
		report := lesson.Check(page, newShell())
		if report.Commands == 0 {
			fmt.Fprintf(s.err, "error: %s has no commands: they stand in blocks fenced as console\n", path)
			bad++
			continue
		}
		for _, m := range report.Mismatches {
			fmt.Fprint(s.out, m)
		}
		if commands += report.Commands; len(report.Mismatches) > 0 {
			wrong += len(report.Mismatches)
			bad++
		}
	}
	if bad > 0 {
		fmt.Fprintf(s.out, "FAIL: %d of %s, %d of %s\n",
			bad, count(len(paths), "page"), wrong, count(commands, "command"))
		return &failure{}
	}
	fmt.Fprintf(s.out, "ok: %s, %s\n", count(len(paths), "page"), count(commands, "command"))
	return nil
}

// updateLessons writes the pages that change, and names them.
func updateLessons(s streams, paths []string) error {
	failed := false
	for _, path := range paths {
		changed, err := updateLesson(path)
		switch {
		case err != nil:
			fmt.Fprintf(s.err, "error: %v\n", err)
			failed = true
		case changed:
			fmt.Fprintf(s.out, "updated %s\n", path)
		}
	}
	if failed {
		return &failure{}
	}
	return nil
}

func updateLesson(path string) (changed bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	page, err := lesson.Parse(path, text)
	if err != nil {
		return false, err
	}
	updated, err := lesson.Update(page, newShell())
	if err != nil || string(updated) == string(text) {
		return false, err
	}
	return true, os.WriteFile(path, updated, info.Mode().Perm())
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
