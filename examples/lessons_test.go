// Package examples holds lessons: Markdown pages whose commands run against a simulated cluster.
package examples

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/examples/replicas"
	"github.com/daemonsim/daemonsim/internal/lesson"
	"github.com/daemonsim/daemonsim/internal/simcmd"
	"github.com/daemonsim/daemonsim/simtest"
)

var update = flag.Bool("update", false, "write what the simulation answers into the pages")

// newShell is the shell of a lesson: that of the command, with ReplicaSets.
func newShell() *simcmd.Shell { return simcmd.NewShellWith(replicas.Config(daemonsim.Config{})) }

// pages are the lessons, and the stories of known problems.
func pages(t *testing.T) []string {
	var list []string
	for _, pattern := range []string{"*.md", problemPages} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, paths)
		list = append(list, paths...)
	}
	return list
}

// TestLessons holds every page against the simulation. Whatever people expect and do not get, no invariant
// breaks.
func TestLessons(t *testing.T) {
	for _, path := range pages(t) {
		t.Run(path, func(t *testing.T) {
			if *update {
				updated, err := lesson.Update(read(t, path), newShell())
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(path, updated, 0o644))
			}
			page := read(t, path)
			sh := newShell()
			checker := simtest.Watch(sh.Sim())
			report := lesson.Check(page, sh)
			require.NoError(t, report.Err())
			require.NotZero(t, report.Commands)
			require.NoError(t, checker.Err())
			again, err := lesson.Update(page, newShell())
			require.NoError(t, err)
			require.Equal(t, source(t, path), string(again), "running a page twice gives the same answers")
		})
	}
}

// TestLinks follows the links from page to page.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, path := range append(pages(t), problemList) {
		for _, m := range link.FindAllStringSubmatch(source(t, path), -1) {
			require.FileExists(t, filepath.Join(filepath.Dir(path), m[1]), "linked from %s", path)
		}
	}
}

func read(t *testing.T, path string) *lesson.Page {
	page, err := lesson.Parse(path, []byte(source(t, path)))
	require.NoError(t, err)
	return page
}

func source(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
