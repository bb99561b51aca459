package kubectl_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/internal/lesson"
)

var update = flag.Bool("update", false, "rewrite the output on the pages under testdata")

// shell runs kubectl, and as much of a simulation's clock as the pages need.
type shell struct {
	sim   *daemonsim.Sim
	files map[string][]byte
}

func newShell() *shell {
	return &shell{daemonsim.New(daemonsim.Config{Seed: 1, Images: map[string]kubelet.Behaviour{
		"img:never": {Start: time.Second, NeverReady: true},
		"img:crash": {Start: time.Second, CrashAfter: time.Second},
	}}), make(map[string][]byte)}
}

func (s *shell) WriteFile(name string, data []byte) { s.files[name] = data }

func (s *shell) file(name string) ([]byte, bool) {
	data, ok := s.files[name]
	return data, ok
}

func (s *shell) Run(argv []string) lesson.Result {
	switch argv[0] {
	case "kubectl":
		output, code := kubectl.Run(s.sim, s.file, argv[1:])
		if code != 0 {
			output += fmt.Sprintf("[exit code %d]\n", code)
		}
		return lesson.Result{Output: output, Code: code}
	case "settle":
		if err := s.sim.Settle(); err != nil {
			return lesson.Result{Output: err.Error(), Code: 1}
		}
	case "wait":
		d, err := time.ParseDuration(argv[1])
		if err == nil {
			err = s.sim.RunFor(d)
		}
		if err != nil {
			return lesson.Result{Output: err.Error(), Code: 1}
		}
	}
	return lesson.Result{}
}

// TestPages runs the pages under testdata: prose, commands and their exact output.
func TestPages(t *testing.T) {
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
				updated, err := lesson.Update(page, newShell())
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(path, updated, 0o644))
				return
			}
			require.NoError(t, lesson.Check(page, newShell()).Err())
		})
	}
}

// run runs one command line on a simulation and requires the exit code.
func run(t *testing.T, sim *daemonsim.Sim, code int, args ...string) string {
	t.Helper()
	output, got := kubectl.Run(sim, nil, args)
	require.Equal(t, code, got, "kubectl %v:\n%s", args, output)
	return output
}

func same(t *testing.T, want, got string) {
	t.Helper()
	require.Empty(t, cmp.Diff(want, got), "(-want +got)")
}
