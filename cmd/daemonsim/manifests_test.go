package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

// TestExplainManifests plays a page about manifests that projects publish. They are not a part of the
// repository, so the page holds only what the command says about them.
func TestExplainManifests(t *testing.T) {
	shared := os.Getenv("DAEMONSIM_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	manifests := filepath.Join(shared, "manifests")
	if _, err := os.Stat(manifests); err != nil {
		t.Skipf("no manifests here; set DAEMONSIM_SHARED to the directory that holds manifests/: %v", err)
	}
	const path = "testdata/manifests.md"
	sh := pathShell{"mixed.yaml": "../../examples/clusters/mixed.yaml", "manifests": manifests}
	src, err := os.ReadFile(path)
	require.NoError(t, err)
	page, err := lesson.Parse(path, src)
	require.NoError(t, err)
	if *update {
		src, err = lesson.Update(page, sh)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, src, 0o644))
		page, err = lesson.Parse(path, src)
		require.NoError(t, err)
	}
	require.NoError(t, lesson.Check(page, sh).Err())

	found, err := filepath.Glob(filepath.Join(manifests, "*.yaml"))
	require.NoError(t, err)
	for _, name := range found {
		require.Contains(t, string(src), "manifests/"+filepath.Base(name), "the page leaves out a manifest")
	}
}

// pathShell runs the command itself. Its keys are what a page calls files and directories.
type pathShell map[string]string

func (pathShell) WriteFile(string, []byte) {}

func (sh pathShell) Run(argv []string) lesson.Result {
	for i, word := range argv {
		first, rest, _ := strings.Cut(word, "/")
		if path, ok := sh[first]; ok {
			argv[i] = filepath.Join(path, rest)
		}
	}
	var stdout, stderr bytes.Buffer
	code := run(argv[1:], nil, &stdout, &stderr)
	if code != 0 {
		stdout.Write(stderr.Bytes())
	}
	return lesson.Result{Output: stdout.String(), Code: code}
}
