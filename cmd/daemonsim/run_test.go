package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// TestCommandLines runs command lines and compares what they print, and their exit codes, with the
// golden files of their names.
func TestCommandLines(t *testing.T) {
	for _, tt := range []struct {
		name  string
		args  string
		stdin string // a file under testdata
	}{
		{name: "play", args: "run testdata/right.md"},
		{name: "play-missing", args: "run testdata/nowhere.md"},
		{name: "play-malformed", args: "run testdata/malformed.md"},
		{name: "play-with-flags", args: "run testdata/right.md --nodes 3 -o json"},
		{name: "test-right", args: "test testdata/right.md"},
		{name: "test-wrong", args: "test testdata/right.md testdata/tilted.md testdata/malformed.md"},
		{name: "test-nothing", args: "test"},
		{name: "tables", args: "run -f testdata/agent.yaml"},
		{name: "tables-wide", args: "run -f testdata/agent.yaml --nodes 2 -o wide"},
		{name: "json", args: "run -f testdata/agent.yaml --nodes 1 -o json"},
		{name: "yaml", args: "run -f testdata/agent.yaml --nodes 1 -o yaml"},
		{name: "changes", args: "run -f testdata/agent.yaml --nodes 1 -o changes"},
		{name: "nodes-of-manifests", args: "run -f testdata/nodes.yaml -f testdata/agent.yaml"},
		{name: "nodes-of-both", args: "run -f testdata/nodes.yaml testdata/agent.yaml --nodes 1"},
		{name: "for", args: "run -f testdata/agent.yaml --nodes 1 --for 1500ms"},
		{name: "seed", args: "run -f testdata/agent.yaml --nodes 1 --seed 2"},
		{name: "stdin", args: "run -f testdata/nodes.yaml -f -", stdin: "agent.yaml"},
		{name: "stdin-mistakes", args: "run -f testdata/bad2.yaml -f -", stdin: "bad1.yaml"},
		{name: "mistakes", args: "run -f testdata/bad1.yaml -f testdata/bad2.yaml -f testdata/nowhere.yaml"},
		{name: "refused", args: "run -f testdata/agent.yaml -f testdata/pod.yaml -o changes"},
		{name: "explain-no", args: "explain -f testdata/nodes.yaml -f testdata/agent.yaml daemonset/agent gpu"},
		{name: "explain-yes", args: "explain -f testdata/agent.yaml ds/agent node-3"},
		{name: "explain-all", args: "explain -f testdata/nodes.yaml -f testdata/agent.yaml"},
		{name: "explain-all-wide", args: "explain -f testdata/placement.yaml -o wide"},
		{name: "explain-set", args: "explain -f testdata/placement.yaml ds/agent -n tools -o wide"},
		{name: "explain-ambiguous", args: "explain -f testdata/placement.yaml ds/agent"},
		{name: "explain-json", args: "explain -f - ds/picky a -o json", stdin: "placement.yaml"},
		{name: "explain-stated", args: "explain -f testdata/placement.yaml ds/picky"},
		{name: "explain-none", args: "explain -f testdata/nodes.yaml"},
		{name: "explain-none-json", args: "explain -f testdata/nodes.yaml -o json"},
		{name: "explain-strict", args: "explain -f testdata/odd.yaml --strict"},
		{name: "explain-invalid", args: "explain -f testdata/odd.yaml"},
		{name: "explain-refused", args: "explain -f testdata/placement.yaml -f testdata/bad1.yaml -o json"},
		{name: "explain-nodes", args: "explain -f testdata/nodes.yaml -f testdata/agent.yaml ds/agent node/node-1 --nodes 1"},
		{name: "explain-node-twice", args: "explain -f testdata/plain-node.yaml -f testdata/agent.yaml --nodes 1"},
		{name: "explain-output", args: "explain -f testdata/agent.yaml -o yaml"},
		{name: "explain-no-file", args: "explain ds/agent"},
		{name: "explain-no-set", args: "explain -f testdata/agent.yaml ds/nobody"},
		{name: "explain-pod", args: "explain -f testdata/scheduling.yaml pod/web"},
		{name: "explain-pod-wide", args: "explain -f testdata/scheduling.yaml pod/web -n shop -o wide"},
		{name: "explain-pod-json", args: "explain -f testdata/scheduling.yaml po/web -o json"},
		{name: "explain-pod-node", args: "explain -f testdata/scheduling.yaml pod/web large"},
		{name: "explain-pod-not-node", args: "explain -f testdata/scheduling.yaml pod/web reserved"},
		{name: "explain-pod-nowhere", args: "explain -f testdata/scheduling.yaml pod/huge"},
		{name: "explain-pod-bound", args: "explain -f testdata/scheduling.yaml pod/resident"},
		{name: "explain-pod-plain", args: "explain -f testdata/pod.yaml -f testdata/classless.yaml pod/lonely"},
		{name: "explain-no-pod", args: "explain -f testdata/scheduling.yaml pod/web -n default"},
		{name: "explain-no-node", args: "explain -f testdata/agent.yaml ds/agent node-4"},
		{name: "explain-usage", args: "explain -f testdata/agent.yaml agent node-1"},
		{name: "usage", args: ""},
		{name: "usage-command", args: "dance"},
		{name: "usage-run", args: "run"},
		{name: "usage-flag", args: "run --fast"},
		{name: "usage-output", args: "run -f testdata/agent.yaml -o xml"},
		{name: "usage-for", args: "run -f testdata/agent.yaml --for 0s"},
		{name: "usage-nodes", args: "run -f testdata/agent.yaml --nodes -1"},
		{name: "help", args: "--help"},
		{name: "help-run", args: "run --help"},
		{name: "help-explain", args: "explain --help"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdin []byte
			if tt.stdin != "" {
				var err error
				stdin, err = os.ReadFile(filepath.Join("testdata", tt.stdin))
				require.NoError(t, err)
			}
			golden(t, tt.name, transcript(tt.args, stdin))
		})
	}
}

// transcript runs a command line and writes down everything about it.
func transcript(args string, stdin []byte) string {
	var stdout, stderr bytes.Buffer
	code := run(strings.Fields(args), bytes.NewReader(stdin), &stdout, &stderr)
	return fmt.Sprintf("$ daemonsim %s\n-- exit code --\n%d\n-- standard output --\n%s-- standard error --\n%s",
		args, code, &stdout, &stderr)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Equal(t, string(want), got)
}

// TestUpdate puts the answers into a page, under both spellings of the flag.
func TestUpdate(t *testing.T) {
	tilted, err := os.ReadFile("testdata/tilted.md")
	require.NoError(t, err)
	for _, flag := range []string{"--update", "-update"} {
		path := filepath.Join(t.TempDir(), "page.md")
		require.NoError(t, os.WriteFile(path, tilted, 0o600))
		var stdout, stderr bytes.Buffer
		require.Zero(t, run([]string{"test", flag, path}, nil, &stdout, &stderr), stderr.String())
		require.Equal(t, "updated "+path+"\n", stdout.String())
		updated, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, strings.Replace(string(tilted), "t=7s", "t=5s", 1), string(updated))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

		stdout.Reset()
		require.Zero(t, run([]string{"test", flag, path}, nil, &stdout, &stderr))
		require.Empty(t, stdout.String(), "a page that is right is not written")
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, codeFailure, run([]string{"test", "--update", "testdata/malformed.md"}, nil, &stdout, &stderr))
	require.Contains(t, stderr.String(), "testdata/malformed.md:4: ")
}

func TestVersion(t *testing.T) {
	var stdout bytes.Buffer
	require.Zero(t, run([]string{"version"}, nil, &stdout, nil))
	require.Regexp(t, `^daemonsim \S+, as Kubernetes v1\.\d+, go1\.\S+\n$`, stdout.String())
}

// brokenPipe refuses everything.
type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range []string{
		"run testdata/right.md",
		"run -f testdata/agent.yaml",
		"run -f testdata/agent.yaml -o json",
		"run -f testdata/agent.yaml -o changes",
	} {
		var stderr bytes.Buffer
		require.Equal(t, codeFailure, run(strings.Fields(args), nil, brokenPipe{}, &stderr), args)
		require.Contains(t, stderr.String(), "broken pipe", args)
	}
}

// TestProgress plays the clock on the wall: nothing is shown for the first second, and then a line at
// most every 200 ms, which is taken away at the end.
func TestProgress(t *testing.T) {
	var w bytes.Buffer
	clock := time.Unix(0, 0)
	p := &progress{w: &w, now: func() time.Time { return clock }}
	sim := daemonsim.New(daemonsim.Config{})
	p.watch(sim)
	for range 11 {
		clock = clock.Add(100 * time.Millisecond)
		p.look(time.Minute)
	}
	p.clear()
	require.Equal(t, "\r\x1b[Kt=1m0s, 0 changes\r\x1b[K", w.String())
}

// TestNoProgress makes sure that a file gets no progress lines, and quick work none either.
func TestNoProgress(t *testing.T) {
	var w bytes.Buffer
	newProgress(&w, daemonsim.New(daemonsim.Config{})).clear()
	require.Empty(t, w.String())
}
