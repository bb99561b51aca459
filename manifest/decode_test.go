package manifest_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, opts manifest.Options, text string) *manifest.Set {
	t.Helper()
	set, err := manifest.Parse(opts, manifest.File{Name: "f.yaml", Data: []byte(text)})
	require.NoError(t, err)
	return set
}

func keys(set *manifest.Set) []string {
	var list []string
	for _, obj := range set.Objects() {
		list = append(list, string(obj.Kind())+" "+obj.Meta().Key())
	}
	return list
}

func TestKinds(t *testing.T) {
	set := parse(t, manifest.Options{Namespace: "prod"}, `
apiVersion: v1
kind: Node
metadata: {name: node}
---
apiVersion: v1
kind: Namespace
metadata: {name: ns}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: other}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 10
---
apiVersion: apps/v1
kind: ControllerRevision
metadata: {name: r}
revision: 1
data: {spec: {b: 1, a: 0640}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: apps.kruise.io/v1alpha1
kind: DaemonSet
metadata: {name: advanced, namespace: x}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {no: [such, field]}
`)
	want := []string{"Node node", "Namespace ns", "Pod prod/p", "Pod other/p", "PriorityClass high",
		"ControllerRevision prod/r", "DaemonSet prod/d"}
	assert.Equal(t, want, keys(set))
	assert.Equal(t, []manifest.NotSimulated{
		{"f.yaml", 38, "apps.kruise.io/v1alpha1", "DaemonSet", "x", "advanced"},
		{"f.yaml", 42, "apps/v1", "Deployment", "", "d"},
	}, set.NotSimulated)
}

func TestLists(t *testing.T) {
	set := parse(t, manifest.Options{}, `
apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: v1
  kind: NodeList
  items:
  - metadata: {name: a}
  - metadata: {name: b}
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata: {name: c, namespace: ns}
- {apiVersion: v1, kind: Namespace, metadata: {name: d}}
---
apiVersion: v1
kind: List
items: []
---
apiVersion: v1
kind: PodList
items:
`)
	assert.Equal(t, []string{"Node a", "Node b", "Namespace d"}, keys(set))
	assert.Equal(t, []manifest.NotSimulated{{"f.yaml", 14, "v1", "ConfigMap", "ns", "c"}},
		set.NotSimulated)
}

func TestJSONStream(t *testing.T) {
	set := parse(t, manifest.Options{}, "{\"apiVersion\":\"v1\",\n\t\"kind\":\"Namespace\",\n"+
		"\t\"metadata\":{\"name\":\"a\",\"annotations\":{\"k\":\"\\ud83d\\ude00\\/\"}}}\n"+
		"{\"apiVersion\":\"v1\",\"kind\":\"Node\",\n\n \"metadata\":{\"name\":\"b\"},\n"+
		" \"spec\":{\"unschedulable\":true}}\n---\n{apiVersion: v1, kind: Node, metadata: {name: c}}\n")
	assert.Equal(t, []string{"Namespace a", "Node b", "Node c"}, keys(set))
	assert.Equal(t, "😀/", set.Items[0].Object.Meta().Annotations["k"])
	line, column := set.Items[1].Source.Position("spec.unschedulable")
	assert.Equal(t, [2]int{7, 10}, [2]int{line, column})
	assert.Equal(t, 9, set.Items[2].Source.Line(""))
}

func TestAnchorsAndMerges(t *testing.T) {
	set := parse(t, manifest.Options{}, `
apiVersion: v1
kind: Node
metadata:
  name: node
  labels: &base
    zone: a
    rack: r1
  annotations:
    <<: *base
    rack: r2
    more: m
---
apiVersion: v1
kind: Node
metadata:
  name: m
  labels: {<<: [{a: "1"}, {a: "2", b: "2"}], c: "3"}
`)
	m := set.Items[0].Object.Meta()
	assert.Equal(t, map[string]string{"zone": "a", "rack": "r1"}, m.Labels)
	assert.Equal(t, map[string]string{"zone": "a", "rack": "r2", "more": "m"}, m.Annotations)
	assert.Equal(t, map[string]string{"a": "1", "b": "2", "c": "3"}, set.Items[1].Object.Meta().Labels)
	assert.Equal(t, 7, set.Items[0].Source.Line("metadata.annotations[zone]"),
		"a merged field stands where its anchor is")
}

const serverPod = `
apiVersion: v1
kind: Pod
metadata:
  name: p
  creationTimestamp: "2024-01-01T00:00:00Z"
  uid: 1b4e28ba-2fa1-11d2-883f-0016d3cca427
  resourceVersion: "12"
  generation: 3
  selfLink: /api
  managedFields: [{manager: kubectl}]
  deletionTimestamp: null
  labels: {app: a}
spec:
  nodeName: n1
  containers: [{name: c, image: i}]
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchFields: [{key: metadata.name, operator: In, values: [n1]}]
status: {phase: Running}
`

func TestDropped(t *testing.T) {
	item := parse(t, manifest.Options{}, serverPod).Items[0]
	want := []manifest.Dropped{
		{6, "metadata.creationTimestamp"}, {7, "metadata.uid"}, {8, "metadata.resourceVersion"},
		{9, "metadata.generation"}, {10, "metadata.selfLink"}, {11, "metadata.managedFields"},
		{22, "status"},
	}
	if diff := cmp.Diff(want, item.Dropped); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	m := item.Object.Meta()
	assert.Zero(t, m.UID)
	assert.Zero(t, m.ResourceVersion)
	assert.Zero(t, m.Generation)
	assert.Zero(t, m.CreationTimestamp)
}

func TestPodIsTakenApart(t *testing.T) {
	pod := parse(t, manifest.Options{}, serverPod).Items[0].Object.(*cluster.Pod)
	assert.Equal(t, "n1", pod.NodeName)
	assert.Equal(t, "n1", pod.Target)
	assert.Empty(t, pod.Template.Spec().NodeName)
	assert.Nil(t, pod.Template.Spec().Affinity)
	assert.Equal(t, map[string]string{"app": "a"}, pod.Labels)
}

func TestPodKeepsOtherAffinity(t *testing.T) {
	for _, required := range []string{
		`{matchFields: [{key: metadata.name, operator: In, values: [a]}], matchExpressions: [{key: z, operator: Exists}]}`,
		`{matchFields: [{key: metadata.name, operator: In, values: [a]}]}, {matchExpressions: [{key: z, operator: Exists}]}`,
		`{matchExpressions: [{key: z, operator: Exists}]}`,
	} {
		pod := parse(t, manifest.Options{}, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: i}]
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [`+
			required+`]}}}
`).Items[0].Object.(*cluster.Pod)
		assert.Empty(t, pod.Target, required)
		require.NotNil(t, pod.Template.Spec().Affinity, required)
	}
}

func TestPodKeepsPreferences(t *testing.T) {
	pod := parse(t, manifest.Options{}, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: i}]
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 1, preference: {matchExpressions: [{key: z, operator: Exists}]}}
`).Items[0].Object.(*cluster.Pod)
	assert.Equal(t, "a", pod.Target)
	node := pod.Template.Spec().Affinity.NodeAffinity
	assert.Nil(t, node.RequiredDuringSchedulingIgnoredDuringExecution)
	assert.Len(t, node.PreferredDuringSchedulingIgnoredDuringExecution, 1)
}

func TestNodeStatus(t *testing.T) {
	opts := manifest.Options{Epoch: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	set := parse(t, opts, `
apiVersion: v1
kind: Node
metadata: {name: node}
spec:
  taints: [{key: k, effect: NoExecute, timeAdded: "2024-01-01T00:00:00Z"}]
status:
  allocatable: {cpu: 3800m, memory: 0.5Gi, pods: 0156}
  capacity: {cpu: 4, memory: 1e3, pods: "110"}
  conditions:
  - {type: Ready, status: "False", lastHeartbeatTime: "2024-01-01T00:01:00Z"}
  images: [{names: [a, b], sizeBytes: 1}]
  volumesInUse: [v]
  daemonEndpoints: {kubeletEndpoint: {Port: 10250}}
`)
	n := set.Items[0].Object.(*cluster.Node)
	assert.Equal(t, time.Minute, n.Status.Conditions[0].LastHeartbeatTime)
	assert.Equal(t, "False", n.Status.Conditions[0].Status)
	for name, want := range map[string]string{"cpu": "4", "memory": "1000", "pods": "110"} {
		got := n.Status.Capacity[cluster.ResourceName(name)]
		assert.True(t, got.Equal(quantity.MustParse(want)), "%s: %v", name, got)
	}
	pods := n.Status.Allocatable["pods"]
	assert.Equal(t, int64(110), pods.Value(), "0156 is octal")
	assert.Equal(t, []cluster.ContainerImage{{Names: []string{"a", "b"}, SizeBytes: 1}}, n.Status.Images)
	assert.Equal(t, []manifest.Dropped{{6, "spec.taints[0].timeAdded"}, {13, "status.volumesInUse"},
		{14, "status.daemonEndpoints"}}, set.Items[0].Dropped)
}

func TestOwnerUIDs(t *testing.T) {
	set := parse(t, manifest.Options{}, `
apiVersion: apps/v1
kind: ControllerRevision
metadata:
  name: r
  ownerReferences:
  - {apiVersion: apps/v1, kind: DaemonSet, name: d, uid: 00000005-0000-4000-8000-000000000007}
  - {apiVersion: apps/v1, kind: DaemonSet, name: e, uid: 1b4e28ba-2fa1-11d2-883f-0016d3cca427}
revision: 1
data: {}
`)
	owners := set.Items[0].Object.Meta().OwnerReferences
	assert.Equal(t, "00000005-0000-4000-8000-000000000007", owners[0].UID.String())
	assert.NotZero(t, owners[1].UID)
	assert.Nil(t, cluster.New(cluster.Config{}).PodByUID(owners[1].UID), "it belongs to no object")
}

func TestSourceLine(t *testing.T) {
	source := parse(t, manifest.Options{}, `# a comment
---
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: DaemonSet
  metadata:
    name: d
    labels:
      a.b/c: x
      a: z
  spec:
    selector: {matchLabels: {a: b}}
    template:
      metadata: {labels: {a: b}}
      spec:
        containers:
        - name: c
          image: i
        - name: d
          image: i
`).Items[0].Source
	for path, want := range map[string]int{
		"":                                      6,
		"metadata":                              8,
		"metadata.labels[a.b/c]":                11,
		"metadata.labels.a.b/c":                 11,
		"metadata.labels[a]":                    12,
		"metadata.labels[other]":                10,
		"spec.template.spec.containers[1].name": 21,
		"spec.template.spec.containers[1].image.tag":       22,
		"spec.template.spec.containers[7].name":            18,
		"spec.template.spec.containers[1].resources[cpu]":  21,
		"spec.updateStrategy.rollingUpdate.maxUnavailable": 13,
		"spec.template.labels[a]":                          16,
		"status":                                           6,
		"]][[..":                                           6,
		"metadata..":                                       8,
	} {
		assert.Equal(t, want, source.Line(path), "%q", path)
	}
	assert.Zero(t, (*manifest.Source)(nil).Line("spec"))
}

func TestTwiceInTwoFiles(t *testing.T) {
	const ns = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n"
	_, err := manifest.Parse(manifest.Options{},
		manifest.File{Name: "b.yaml", Data: []byte(ns)},
		manifest.File{Name: "a.yaml", Data: []byte("---\n---\n" + ns)})
	require.EqualError(t, err, `a.yaml:6: metadata.name: Namespace "a" is already at b.yaml:4`)
}

func TestErrorsKeepTheOrderOfFiles(t *testing.T) {
	bad := func(name string) []byte {
		return []byte("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + name + "\n  x: y\n")
	}
	_, err := manifest.Parse(manifest.Options{},
		manifest.File{Name: "b.yaml", Data: bad("A")},
		manifest.File{Name: "a.yaml", Data: bad("B")})
	list, ok := errors.AsType[manifest.ErrorList](err)
	require.True(t, ok)
	var got []string
	for _, e := range list {
		got = append(got, e.File+" "+e.Field+" "+e.Object)
	}
	assert.Equal(t, []string{"b.yaml metadata.name Namespace/A", "b.yaml metadata.x Namespace/A",
		"a.yaml metadata.name Namespace/B", "a.yaml metadata.x Namespace/B"}, got)
	found, ok := errors.AsType[*field.Error](err)
	require.True(t, ok, "a mistake of substance wraps its field error")
	assert.Equal(t, "A", found.BadValue)
}

func TestItemErrors(t *testing.T) {
	item := parse(t, manifest.Options{}, "apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n").Items[0]
	err := &cluster.InvalidError{Err: field.ErrorList{
		field.Invalid(field.NewPath("spec"), 5, "no"),
		field.Forbidden(field.NewPath("metadata", "name"), "no"),
	}}
	require.EqualError(t, item.Errors(err),
		"f.yaml:1: spec: Invalid value: 5: no\nf.yaml:4: metadata.name: Forbidden: no")
	require.Equal(t, cluster.ErrNotFound, item.Errors(cluster.ErrNotFound))
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	const ns = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "
	write("b.yml", ns+"b\n")
	write("a.yaml", ns+"a\n")
	write("c.json", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"c"}}`)
	write("notes.txt", "not read")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "d.yaml"), 0o700))
	set, err := manifest.Load(manifest.Options{}, dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"Namespace a", "Namespace b", "Namespace c"}, keys(set))

	missing := filepath.Join(dir, "missing.yaml")
	_, err = manifest.Load(manifest.Options{}, missing)
	require.EqualError(t, err, missing+": no such file or directory")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestDecodeDoesNotJudge(t *testing.T) {
	const text = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\n"
	set, err := manifest.Decode("f.yaml", []byte(text), manifest.Options{})
	require.NoError(t, err)
	assert.Zero(t, set.Items[0].Object.(*daemonset.DaemonSet).Spec, "no defaults either")
}

func TestByteOrderMark(t *testing.T) {
	set := parse(t, manifest.Options{},
		"\ufeffapiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: a\r\n")
	assert.Equal(t, []string{"Namespace a"}, keys(set))
}

// TestRevisionDataIsCanonical: kubectl sorts the keys of a revision's data; the controller compares
// bytes with what it writes itself.
func TestRevisionDataIsCanonical(t *testing.T) {
	template := cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: map[string]string{"app": "a"}},
		Spec: cluster.PodSpec{
			Volumes:    []cluster.Volume{{Name: "v"}},
			Containers: []cluster.Container{{Name: "c", Image: "i"}},
		},
	}
	revision := func(data string) *rollout.ControllerRevision {
		r := &rollout.ControllerRevision{Data: json.RawMessage(data), Revision: 1}
		r.Name = "r"
		return r
	}
	for _, tt := range []struct{ data, want string }{
		{string(rollout.Encode(&template)), string(rollout.Encode(&template))},
		{`{"spec":{"template":{"other":"patch"}}}`, `{"spec":{"template":{"other":"patch"}}}`},
		{`{"any":[1,2]}`, `{"any":[1,2]}`},
	} {
		text := manifest.YAML(revision(tt.data), manifest.Options{})
		got := parse(t, manifest.Options{}, string(text)).Items[0].Object
		assert.Equal(t, tt.want, string(got.(*rollout.ControllerRevision).Data))
	}
}
