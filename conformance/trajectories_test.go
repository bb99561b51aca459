package conformance_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// storedTrajectories is where the recorded trajectories lie in the repository, one line each.
var storedTrajectories = filepath.Join("testdata", "ground-truth.jsonl.gz")

// storedScenario is one line of it. The raw texts of kubectl are left out: what is in them is in the
// observations, too.
type storedScenario struct {
	Name  string            `json:"scenario"`
	Files map[string]string `json:"files"`
}

// readStored reads the trajectories of a file; none when there is no such file.
func readStored(t *testing.T, file string) (names []string, found map[string]files) {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	found = make(map[string]files)
	eachLine(t, file, func(line []byte) {
		var s storedScenario
		require.NoError(t, json.Unmarshal(line, &s))
		in := make(files, len(s.Files))
		for name, text := range s.Files {
			in[name] = []byte(text)
		}
		names, found[s.Name] = append(names, s.Name), in
	})
	return names, found
}

// TestStoredTrajectories takes the recorded trajectories into testdata when it is asked to update, and sees
// to it that they are there and can be read.
func TestStoredTrajectories(t *testing.T) {
	if *update {
		names, found, err := readFolders(os.DirFS(sharedTrajectories()))
		require.NoError(t, err)
		require.NotEmpty(t, names, "no recordings in %s", sharedTrajectories())
		var lines [][]byte
		for _, name := range names {
			lines = append(lines, storedLine(t, name, found[name]))
		}
		writeLines(t, storedTrajectories, lines)
	}
	names, found := readStored(t, storedTrajectories)
	require.NotEmpty(t, names)
	for _, name := range names {
		_, err := readScenario(name, found[name])
		require.NoError(t, err, name)
	}
}

func storedLine(t *testing.T, name string, in files) []byte {
	s := storedScenario{Name: name, Files: make(map[string]string)}
	for file, text := range in {
		if !strings.HasSuffix(file, ".txt") {
			s.Files[file] = string(text)
		}
	}
	line, err := json.Marshal(s)
	require.NoError(t, err)
	return line
}
