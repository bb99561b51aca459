package conformance_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var casesDir = flag.String("cases", "", "directory of recordings to replay")

// maxShown bounds how many differing cases of a kind are printed.
const maxShown = 5

// runner puts the recorded cases of one kind to daemonsim.
type runner[Case, Answer any] struct {
	// kind names the recording.
	kind string
	// check puts one case and says how daemonsim's answer differs from the recorded one.
	check func(in Case, want Answer) []difference
	// part is the piece of the case that decides the part of the answer that differs; the recorded
	// part belongs to this piece alone too. Nil stands for the whole case.
	part func(in Case, d difference) any
	// why is daemonsim's reason for its part of the answer, given the piece of the case. The piece is
	// made smaller for as long as the reason stays the same. Nil, or an empty reason, is nothing to
	// hold on to: then the piece is printed as it is.
	why func(piece Case, d difference) string
}

// recording finds the recording of a kind; "" when there is none. Whole says that it is one of those
// which belong to daemonsim, with all its cases.
func recording(t *testing.T, kind string) (file string, whole bool) {
	t.Helper()
	dirs := []string{*casesDir}
	if *casesDir == "" {
		dirs = []string{sharedCases(), "testdata"}
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, kind+".jsonl.gz")
		_, err := os.Stat(file)
		if err == nil {
			return file, dir == sharedCases()
		}
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	return "", false
}

func sharedCases() string {
	shared := os.Getenv("DAEMONSIM_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	return filepath.Join(shared, "cases")
}

// replay puts every recorded case of the runner's kind, prints one line about all of them, and fails
// with the first few that differ. Kinds are replayed side by side.
func replay[Case, Answer any](t *testing.T, r runner[Case, Answer]) {
	t.Helper()
	t.Parallel()
	path, whole := recording(t, r.kind)
	if path == "" {
		t.Skipf("%s: no recording here; set DAEMONSIM_SHARED or give -cases", r.kind)
	}
	count, differ, listed := 0, 0, 0
	used := make([]bool, len(listings))
	eachLine(t, path, func(line []byte) {
		var c struct {
			ID     string
			Case   Case
			Answer Answer
		}
		count++
		if err := json.Unmarshal(line, &c); err != nil {
			differ++
			t.Errorf("%s: line %d: %v", path, count, err)
			return
		}
		found := r.ask(c.Case, c.Answer)
		unlisted := dropListed(r.kind, c.Case, found, used)
		switch {
		case len(unlisted) > 0:
			if differ++; differ <= maxShown {
				t.Errorf("%s: %s", c.ID, r.report(c.Case, unlisted))
			}
		case len(found) > 0:
			listed++
		}
	})
	require.NotZero(t, count)
	fmt.Printf("%s: %d cases, %d differ, %d listed\n", r.kind, count, differ, listed)
	for i, l := range listings {
		if whole && l.kind == r.kind && !used[i] {
			t.Errorf("no case of the kind %s needs the row %q of the table", l.kind, l.what)
		}
	}
}

// ask puts one case. One that panics differs, and does not keep the others from being put.
func (r runner[Case, Answer]) ask(in Case, want Answer) (found []difference) {
	defer func() {
		if v := recover(); v != nil {
			found = []difference{{"the replay panics", absent{}, fmt.Sprint(v)}}
		}
	}()
	return r.check(in, want)
}

// eachLine calls f with every line of a gzip'd file.
func eachLine(t *testing.T, path string, f func(line []byte)) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		f(lines.Bytes())
	}
	require.NoError(t, lines.Err())
}
