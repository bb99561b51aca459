package simcmd_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/internal/lesson"
	"github.com/daemonsim/daemonsim/internal/simcmd"
)

var update = flag.Bool("update", false, "write the answers into the pages under testdata")

// TestVerbs runs a page for each family of verbs.
func TestVerbs(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			require.NoError(t, err)
			page, err := lesson.Parse(path, src)
			require.NoError(t, err)
			if *update {
				src, err = lesson.Update(page, simcmd.NewShell())
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(path, src, 0o644))
				page, err = lesson.Parse(path, src)
				require.NoError(t, err)
			}
			require.NoError(t, lesson.Check(page, simcmd.NewShell()).Err())
		})
	}
}

// TestCodes checks the exit codes, which pages do not show.
func TestCodes(t *testing.T) {
	for _, tt := range []struct {
		argv []string
		want int
	}{
		{[]string{"sim", "nodes", "2"}, 0},
		{[]string{"sim", "settle"}, 0},
		{[]string{"sim", "nodes", "2"}, 1},
		{[]string{"sim", "node", "remove", "node-9"}, 1},
		{[]string{"sim", "explain", "daemonset/agent", "node-1"}, 1},
		{[]string{"sim"}, 2},
		{[]string{"sim", "nodes"}, 2},
		{[]string{"sim", "run", "--fast", "3s"}, 2},
		{[]string{"sim", "dance"}, 2},
		{[]string{"ls"}, 127},
		{[]string{"kubectl", "get", "nodes"}, 0},
	} {
		sh := simcmd.NewShell()
		if tt.want != 0 || tt.argv[0] == "kubectl" {
			require.Zero(t, sh.Run([]string{"sim", "nodes", "1"}).Code)
		}
		got := sh.Run(tt.argv)
		require.Equal(t, tt.want, got.Code, "%q: %s", tt.argv, got.Output)
	}
}

// TestRefusedChangesNothing breaks off commands in the middle and looks whether anything was done.
func TestRefusedChangesNothing(t *testing.T) {
	sh := simcmd.NewShell()
	require.Zero(t, sh.Run([]string{"sim", "nodes", "a", "b"}).Code)
	before := sh.Sim().Hash()
	for _, argv := range [][]string{
		{"sim", "nodes", "c", "a"},
		{"sim", "nodes", "c", "no/name"},
		{"sim", "node", "add", "c", "b"},
		{"sim", "node", "add", "c", "c"},
		{"sim", "node", "add", "c", "--taints", "x=y:Sometimes"},
		{"sim", "node", "add", "c", "--cpu", "much"},
		{"sim", "node", "add", "c", "--cpu", "-1"},
		{"sim", "node", "remove", "a", "c"},
		{"sim", "node", "remove", "a", "a"},
		{"sim", "image", "x", "--pull", "-2s"},
		{"sim", "run", "-5s"},
	} {
		got := sh.Run(argv)
		require.NotZero(t, got.Code, "%q", argv)
		require.Contains(t, got.Output, "error: ", "%q", argv)
		require.Equal(t, before, sh.Sim().Hash(), "%q: %s", argv, got.Output)
	}
}
