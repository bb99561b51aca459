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

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

var casesDir = flag.String("cases", "", "directory of recordings to replay")

// maxShown bounds how many differing cases a test prints.
const maxShown = 5

// recording finds the recording of a kind; "" when there is none.
func recording(t *testing.T, kind string) string {
	t.Helper()
	dirs := []string{*casesDir}
	if *casesDir == "" {
		shared := os.Getenv("DAEMONSIM_SHARED")
		if shared == "" {
			shared = filepath.Join("..", "..", "shared")
		}
		dirs = []string{filepath.Join(shared, "cases"), "testdata"}
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, kind+".jsonl.gz")
		_, err := os.Stat(file)
		if err == nil {
			return file
		}
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	return ""
}

// replay gives every recorded case of a kind to check, which says how daemonsim differs, "" when it
// does not. A case that check cannot put it answers with leftOut. Kinds are replayed side by side.
func replay[Case, Answer any](t *testing.T, kind string, check func(in Case, want Answer) string) {
	t.Helper()
	t.Parallel()
	path := recording(t, kind)
	if path == "" {
		t.Skipf("%s: no recording here; set DAEMONSIM_SHARED or give -cases", kind)
	}
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	count, differ, out := 0, 0, 0
	for lines.Scan() {
		var line struct {
			ID     string
			Case   Case
			Answer Answer
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line), "case %d", count)
		count++
		switch diff := check(line.Case, line.Answer); {
		case diff == leftOut:
			out++
		case diff != "":
			if differ++; differ <= maxShown {
				t.Errorf("%s: %s", line.ID, diff)
			}
		}
	}
	require.NoError(t, lines.Err())
	require.NotZero(t, count)
	text := fmt.Sprintf("%s: %d cases, %d differ", kind, count, differ)
	if out > 0 {
		text += fmt.Sprintf(", %d left out", out)
	}
	fmt.Println(text)
}

// leftOut is the answer of a check that cannot put a case.
const leftOut = "left out"

// metadata is the part of an object's metadata that the cases use.
type metadata struct {
	Name, Namespace     string
	Labels, Annotations map[string]string
	Generation          int64
	DeletionTimestamp   *string
}

func (m metadata) object() cluster.ObjectMeta {
	return cluster.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, Labels: m.Labels, Annotations: m.Annotations,
	}
}

type nodeCase struct {
	Metadata metadata
	Spec     cluster.NodeSpec
}

func (n nodeCase) object() *cluster.Node {
	return &cluster.Node{ObjectMeta: n.Metadata.object(), Spec: n.Spec}
}

type setCase struct {
	Metadata metadata
	Spec     daemonset.Spec
	Status   daemonset.Status
}

// object is the DaemonSet with the defaults of the API server.
func (s setCase) object() *daemonset.DaemonSet {
	d := &daemonset.DaemonSet{ObjectMeta: s.Metadata.object(), Spec: s.Spec, Status: s.Status}
	d.Default()
	return d
}
