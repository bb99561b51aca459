package manifest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/manifest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// realManifests finds the manifests of well-known DaemonSets, which are not part of this
// repository.
func realManifests(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("DAEMONSIM_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	paths, err := filepath.Glob(filepath.Join(shared, "manifests", "*.yaml"))
	require.NoError(t, err)
	if len(paths) == 0 {
		t.Skipf("no manifests in %s; set DAEMONSIM_SHARED to the directory that holds manifests/",
			shared)
	}
	return paths
}

func TestRealManifests(t *testing.T) {
	want := map[string]string{
		"calico-etcd.yaml": "PodDisruptionBudget kube-system/calico-kube-controllers " +
			"DaemonSet kube-system/calico-node +ClusterRole 4 +ClusterRoleBinding 4 " +
			"+ConfigMap 1 +Deployment 1 +Secret 1 +ServiceAccount 3",
		"falco.yaml":    "DaemonSet default/falco",
		"filebeat.yaml": "DaemonSet kube-system/filebeat +ConfigMap 1 +ServiceAccount 1",
		"fluentd-elasticsearch.yaml": "DaemonSet kube-system/fluentd +ClusterRole 1 " +
			"+ClusterRoleBinding 1 +ServiceAccount 1",
		"kube-flannel.yaml": "Namespace kube-flannel DaemonSet kube-flannel/kube-flannel-ds " +
			"+ClusterRole 1 +ClusterRoleBinding 1 +ConfigMap 1 +ServiceAccount 1",
		"node-exporter.yaml":        "DaemonSet monitoring/node-exporter",
		"nvidia-device-plugin.yaml": "DaemonSet kube-system/nvidia-device-plugin-daemonset",
	}
	for _, path := range realManifests(t) {
		set, err := manifest.Load(manifest.Options{}, path)
		require.NoError(t, err)
		if expected, ok := want[filepath.Base(path)]; ok {
			assert.Equal(t, expected, summary(set), path)
		}
	}
}

// summary lists the objects and counts the others by kind.
func summary(set *manifest.Set) string {
	words := keys(set)
	count := make(map[string]int)
	var others []string
	for _, n := range set.NotSimulated {
		if count[n.Kind]++; count[n.Kind] == 1 {
			others = append(others, n.Kind)
		}
	}
	slices.Sort(others)
	for _, kind := range others {
		words = append(words, fmt.Sprintf("+%s %d", kind, count[kind]))
	}
	return strings.Join(words, " ")
}

// TestRealManifestsRoundTrip: what is written reads back as the same object, in both notations.
func TestRealManifestsRoundTrip(t *testing.T) {
	for _, path := range realManifests(t) {
		set, err := manifest.Load(manifest.Options{}, path)
		require.NoError(t, err)
		for _, obj := range set.Objects() {
			for name, text := range map[string][]byte{
				"f.yaml": manifest.YAML(obj, manifest.Options{}),
				"f.json": manifest.JSON(obj, manifest.Options{}),
			} {
				again, err := manifest.Decode(name, text, manifest.Options{})
				require.NoError(t, err, "%s", text)
				if diff := cmp.Diff(obj, again.Objects()[0], cmpopts.EquateEmpty(),
					cmp.AllowUnexported(cluster.Node{}, cluster.PodDisruptionBudget{})); diff != "" {
					t.Errorf("%s %s (-want +got)\n%s", path, obj.Meta().Key(), diff)
				}
			}
		}
	}
}

// TestRealManifestsLoseNothing: every value that stands in the template of a DaemonSet is in what
// is written, at the same path.
func TestRealManifestsLoseNothing(t *testing.T) {
	for _, path := range realManifests(t) {
		for _, doc := range daemonSets(t, path) {
			set, err := manifest.Decode(path, marshal(t, doc), manifest.Options{})
			require.NoError(t, err)
			text := manifest.JSON(set.Objects()[0], manifest.Options{})
			want := leaves(nil, "spec", doc["spec"])
			have := leaves(nil, "spec", numbers(t, text)["spec"])
			require.Greater(t, len(want), 10)
			for _, leaf := range want {
				if !slices.Contains(have, leaf) && !saysNothing(leaf) {
					t.Errorf("%s: %s is lost", path, leaf)
				}
			}
		}
	}
}

func daemonSets(t *testing.T, path string) []map[string]any {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var found []map[string]any
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	for {
		var doc map[string]any
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		if doc["kind"] == "DaemonSet" {
			found = append(found, doc)
		}
	}
}

// numbers reads JSON and keeps the text of its numbers.
func numbers(t *testing.T, text []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value map[string]any
	require.NoError(t, decoder.Decode(&value))
	return value
}

func marshal(t *testing.T, doc any) []byte {
	text, err := yaml.Marshal(doc)
	require.NoError(t, err)
	return text
}

// saysNothing reports whether a field has the value that it would have anyway. The API server
// leaves out what is false or 0 too, but not where a field can be absent in another sense.
func saysNothing(leaf string) bool {
	return strings.HasSuffix(leaf, "readOnly=false") || strings.HasSuffix(leaf, "tty=false") ||
		strings.HasSuffix(leaf, "initialDelaySeconds=0")
}

// leaves lists every scalar below a value as path=value. Null is no value, and quantities count as
// what they amount to.
func leaves(list []string, path string, value any) []string {
	switch v := value.(type) {
	case nil:
		return list
	case map[string]any:
		for key, child := range v {
			list = leaves(list, path+"."+key, child)
		}
		return list
	case []any:
		for i, child := range v {
			list = leaves(list, fmt.Sprintf("%s[%d]", path, i), child)
		}
		return list
	}
	if strings.Contains(path, ".resources.") {
		if q, err := quantity.Parse(fmt.Sprint(value)); err == nil {
			value = q.Canonical()
		}
	}
	return append(list, fmt.Sprintf("%s=%v", path, value))
}
