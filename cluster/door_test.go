package cluster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// doorWorld has one of everything that the rows of TestDoor write to.
func doorWorld(t *testing.T) *cluster.Cluster {
	c := cluster.New(cluster.Config{})
	create(t, c, newNode("a"))
	create(t, c, newPodOn("bound", "a"))
	create(t, c, newPod("loose"))
	held := newPodOn("held", "a")
	held.Finalizers = []string{"example.com/hold"}
	create(t, c, held)
	leaving := newPod("leaving")
	leaving.Finalizers = held.Finalizers
	create(t, c, leaving)
	require.NoError(t, deleting(cluster.KindPod, "default", "leaving")(c))
	create(t, c, &cluster.PriorityClass{ObjectMeta: named("high"), Value: 1000})
	w := newWidget("w")
	w.Spec.Size = 3
	create(t, c, w)
	require.NoError(t, c.RunFor(5*time.Second))
	return c
}

func stored[T cluster.Object](c *cluster.Cluster, kind cluster.Kind, namespace, name string) T {
	return c.Object(kind, namespace, name).(T)
}

func storedPod(c *cluster.Cluster, name string) *cluster.Pod { return c.Pod("default", name) }

func theWidget(c *cluster.Cluster) *widget { return stored[*widget](c, kindWidget, "default", "w") }

// doorRow is one call and what comes of it: the changes, or the reason and the text of the failure.
type doorRow struct {
	name   string
	call   func(c *cluster.Cluster) error
	want   []string
	err    error
	text   string
	reason string
}

func creating(obj cluster.Object) func(*cluster.Cluster) error {
	return func(c *cluster.Cluster) error {
		_, err := c.Create(obj)
		return err
	}
}

func updating(make func(*cluster.Cluster) cluster.Object) func(*cluster.Cluster) error {
	return func(c *cluster.Cluster) error {
		_, err := c.Update(make(c))
		return err
	}
}

func updatingStatus(make func(*cluster.Cluster) cluster.Object) func(*cluster.Cluster) error {
	return func(c *cluster.Cluster) error {
		_, err := c.UpdateStatus(make(c))
		return err
	}
}

func deleting(kind cluster.Kind, namespace, name string) func(*cluster.Cluster) error {
	return func(c *cluster.Cluster) error {
		return c.Delete(kind, namespace, name, cluster.DeleteOptions{})
	}
}

func binding(pod, node string) func(*cluster.Cluster) error {
	return func(c *cluster.Cluster) error {
		uid := cluster.UID(12345)
		if p := storedPod(c, pod); p != nil {
			uid = p.UID
		}
		_, err := c.Bind(uid, node)
		return err
	}
}

func taintedNode(effect taints.Effect) *cluster.Node {
	n := newNode("b")
	n.Spec.Taints = []taints.Taint{{Key: "k", Effect: effect}}
	return n
}

func labelled(labels map[string]string) *cluster.Pod {
	p := newPod("new")
	p.Labels = labels
	return p
}

func withPriority(class string, priority *int32) *cluster.Pod {
	p := newPod("new")
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.Spec.PriorityClassName, s.Spec.Priority = class, priority
	})
	return p
}

var createRows = []doorRow{
	{
		name: "node", call: creating(newNode("b")),
		want:   []string{"t=5s user create Node b"},
		reason: "a kind without namespaces needs none",
	}, {
		name: "pod without a namespace", call: creating(newPod("new")),
		want:   []string{"t=5s user create Pod default/new"},
		reason: "the default namespace is there already",
	}, {
		name: "pod in a new namespace",
		call: creating(edited(newPod("new"), func(p *cluster.Pod) { p.Namespace = "shop" })),
		want: []string{
			"t=5s user create Namespace shop", "t=5s user create Pod shop/new",
		},
		reason: "a namespace comes into being when it is first named",
	}, {
		name: "name is taken", call: creating(newPod("bound")),
		err: cluster.ErrAlreadyExists, text: `create Pod "default/bound": already exists`,
		reason: "names are unique within kind and namespace",
	}, {
		name: "no name", call: creating(&cluster.Node{}),
		err: cluster.ErrInvalid, text: `create Node "": metadata.name: Required value: name or generateName is required`,
		reason: "neither name nor generateName",
	}, {
		name: "node in a namespace",
		call: creating(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "b", Namespace: "default"}}),
		err:  cluster.ErrInvalid, text: "metadata.namespace: Forbidden: not allowed on this type",
		reason: "nodes have none",
	}, {
		name: "taint without an effect", call: creating(taintedNode("")),
		err: cluster.ErrInvalid, text: "spec.taints[0].effect: Required value",
		reason: "S-23: the path leads to the field",
	}, {
		name: "several mistakes",
		call: creating(edited(taintedNode("Never"), func(n *cluster.Node) { n.Name = "B" })),
		err:  cluster.ErrInvalid, text: "metadata.name: Invalid value: \"B\"",
		reason: "all of them are reported, in the order of the fields",
	}, {
		name: "pod without a template", call: creating(&cluster.Pod{ObjectMeta: named("new")}),
		err: cluster.ErrInvalid, text: `create Pod "default/new": spec: Required value`,
		reason: "the template is the pod's spec",
	}, {
		name: "label value", call: creating(labelled(map[string]string{"app": "-x"})),
		err: cluster.ErrInvalid, text: "metadata.labels: Invalid value: \"-x\"",
		reason: "S-2: a label value starts with a letter or digit",
	}, {
		name: "generated name of an invalid object",
		call: creating(&cluster.Node{
			ObjectMeta: cluster.ObjectMeta{GenerateName: "n-", Labels: map[string]string{"-": ""}},
		}),
		err: cluster.ErrInvalid, text: "metadata.labels: Invalid value: \"-\"",
		reason: "the random stream is where it was, too",
	}, {
		name: "namespace of an invalid pod",
		call: creating(edited(labelled(map[string]string{"-": ""}), func(p *cluster.Pod) { p.Namespace = "shop" })),
		err:  cluster.ErrInvalid, text: "metadata.labels",
		reason: "no namespace is left behind",
	}, {
		name: "a rule of the kind",
		call: creating(edited(newWidget("v"), func(w *widget) { w.Spec.Size = -1 })),
		err:  cluster.ErrInvalid, text: "spec.size: Invalid value: -1: must not be negative",
		reason: "rules live with the type",
	}, {
		name: "priority class of a user", call: creating(withPriority("high", nil)),
		want:   []string{"t=5s user create Pod default/new"},
		reason: "S-160",
	}, {
		name: "unknown priority class", call: creating(withPriority("higher", nil)),
		err: cluster.ErrForbidden, text: "forbidden: no PriorityClass with name higher was found",
		reason: "S-160",
	}, {
		name: "priority that differs from its class", call: creating(withPriority("high", new(int32))),
		err: cluster.ErrForbidden, text: "the integer value of priority (0) must not be provided in pod spec; " +
			"priority admission controller computed 1000 from the given PriorityClass name",
		reason: "S-160",
	}, {
		name: "priority above those of users",
		call: creating(&cluster.PriorityClass{ObjectMeta: named("top"), Value: 1_000_000_001}),
		err:  cluster.ErrInvalid, text: "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
		reason: "S-159",
	}, {
		name:   "highest priority of users",
		call:   creating(&cluster.PriorityClass{ObjectMeta: named("top"), Value: 1_000_000_000}),
		want:   []string{"t=5s user create PriorityClass top"},
		reason: "S-159",
	}, {
		name: "preemption policy",
		call: creating(&cluster.PriorityClass{ObjectMeta: named("top"), PreemptionPolicy: "Sometimes"}),
		err:  cluster.ErrInvalid, text: `preemptionPolicy: Unsupported value: "Sometimes"`,
		reason: "S-160: Never or PreemptLowerPriority",
	}, {
		name: "namespace with a dot", call: creating(&cluster.Namespace{ObjectMeta: named("a.b")}),
		err: cluster.ErrInvalid, text: "metadata.name: Invalid value: \"a.b\": must not contain dots",
		reason: "a namespace is a DNS label",
	},
}

var updateRows = []doorRow{
	{
		name: "nothing is different", call: updating(func(c *cluster.Cluster) cluster.Object { return c.Node("a").Clone() }),
		reason: "a write that changes nothing is none",
	}, {
		name:   "nothing of a pod is different",
		call:   updating(func(c *cluster.Cluster) cluster.Object { return storedPod(c, "bound").Clone() }),
		reason: "that its metadata is the template's makes no difference",
	}, {
		name: "label of a node",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(c.Node("a"), func(n *cluster.Node) { n.Labels["zone"] = "x" })
		}),
		want:   []string{"t=5s user update Node a"},
		reason: "one write",
	}, {
		name: "status by Update",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(c.Node("a"), func(n *cluster.Node) { n.Status.Conditions = nil })
		}),
		reason: "Update leaves the status alone",
	}, {
		name: "server fields",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(c.Node("a"), func(n *cluster.Node) {
				n.UID, n.ResourceVersion, n.Generation, n.CreationTimestamp = 0, 0, 9, 9
				n.DeletionTimestamp = &n.CreationTimestamp
			})
		}),
		reason: "the fields from UID to DeletionGracePeriodSeconds are the server's",
	}, {
		name: "no such object", call: updating(func(*cluster.Cluster) cluster.Object { return newNode("b") }),
		err: cluster.ErrNotFound, text: `update Node "b": not found`,
		reason: "Update does not create",
	}, {
		name: "kind that was never met",
		call: updating(func(*cluster.Cluster) cluster.Object { return &cluster.Namespace{ObjectMeta: named("b")} }),
		err:  cluster.ErrNotFound, text: `update Namespace "b": not found`,
		reason: "there is no table for it",
	}, {
		name: "outdated resourceVersion",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(c.Node("a"), func(n *cluster.Node) { n.ResourceVersion++ })
		}),
		err: cluster.ErrConflict, text: `update Node "a": the object has been modified; read it again and retry`,
		reason: "optimistic locking",
	}, {
		name: "UID of another incarnation",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(c.Node("a"), func(n *cluster.Node) { n.ResourceVersion = 0; n.UID++ })
		}),
		err: cluster.ErrConflict, text: `update Node "a"`,
		reason: "the name is the same, the object is not",
	}, {
		name: "invalid label",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "bound"), func(p *cluster.Pod) { p.Labels["-"] = "x" })
		}),
		err: cluster.ErrInvalid, text: "metadata.labels: Invalid value: \"-\"",
		reason: "a pod with a template's labels is judged again when they change",
	}, {
		name: "node of a pod",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "loose"), func(p *cluster.Pod) { p.NodeName = "a" })
		}),
		err: cluster.ErrInvalid, text: "spec.nodeName: Forbidden: bind the pod instead",
		reason: "fixed once a pod exists",
	}, {
		name: "target of a pod",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "loose"), func(p *cluster.Pod) { p.Target = "a" })
		}),
		err: cluster.ErrInvalid, text: "spec.affinity: Forbidden: may not change",
		reason: "fixed once a pod exists",
	}, {
		name: "template of a pod",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "loose"), func(p *cluster.Pod) { p.Template = nil })
		}),
		err: cluster.ErrInvalid, text: "spec: Required value",
		reason: "fixed once a pod exists",
	}, {
		name: "a rule of the kind about changes",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(theWidget(c), func(w *widget) { w.Spec.Size = 2 })
		}),
		err: cluster.ErrInvalid, text: "spec.size: Forbidden: may not shrink",
		reason: "rules live with the type",
	},
}

var statusRows = []doorRow{
	{
		name: "status of a widget",
		call: updatingStatus(func(c *cluster.Cluster) cluster.Object {
			return edited(theWidget(c), func(w *widget) { w.Spec.Size, w.Status.Done = 9, 1 })
		}),
		want:   []string{"t=5s user update Widget default/w"},
		reason: "the status is written, the rest is not",
	}, {
		name: "namespace left out",
		call: updatingStatus(func(*cluster.Cluster) cluster.Object {
			w := newWidget("w")
			w.Status.Done = 1
			return w
		}),
		want:   []string{"t=5s user update Widget default/w"},
		reason: "the default namespace counts here as everywhere",
	}, {
		name:   "same status",
		call:   updatingStatus(func(c *cluster.Cluster) cluster.Object { return theWidget(c) }),
		reason: "a write that changes nothing is none",
	}, {
		name: "no such object", call: updatingStatus(func(*cluster.Cluster) cluster.Object { return newNode("b") }),
		err: cluster.ErrNotFound, text: `update Node "b": not found`,
		reason: "a status belongs to something",
	}, {
		name: "outdated resourceVersion",
		call: updatingStatus(func(c *cluster.Cluster) cluster.Object {
			return edited(theWidget(c), func(w *widget) { w.ResourceVersion++ })
		}),
		err: cluster.ErrConflict, text: `update Widget "default/w"`,
		reason: "as for Update",
	}, {
		name: "UID of another incarnation",
		call: updatingStatus(func(c *cluster.Cluster) cluster.Object {
			return edited(theWidget(c), func(w *widget) { w.UID++; w.ResourceVersion = 0 })
		}),
		err: cluster.ErrConflict, text: `update Widget "default/w"`,
		reason: "as for Update",
	}, {
		name: "kind without status",
		call: updatingStatus(func(c *cluster.Cluster) cluster.Object {
			return c.Object(cluster.KindNamespace, "", "default")
		}),
		err: cluster.ErrInvalid, text: "the kind has no status",
		reason: "a namespace has none here",
	},
}

var deleteRows = []doorRow{
	{
		name: "node", call: deleting(cluster.KindNode, "", "a"),
		want:   []string{"t=5s user delete Node a"},
		reason: "everything but a pod goes at once",
	}, {
		name: "bound pod", call: deleting(cluster.KindPod, "default", "bound"),
		want:   []string{"t=5s user update Pod default/bound"},
		reason: "N-63: it becomes terminating",
	}, {
		name: "pod without a node", call: deleting(cluster.KindPod, "default", "loose"),
		want:   []string{"t=5s user delete Pod default/loose"},
		reason: "N-63: it goes at once",
	}, {
		name: "no such object", call: deleting(cluster.KindPod, "default", "gone"),
		err: cluster.ErrNotFound, text: `delete Pod "default/gone": not found`,
		reason: "there is nothing to delete",
	}, {
		name: "kind that was never met", call: deleting("Gadget", "", "g"),
		err: cluster.ErrNotFound, text: `delete Gadget "g": not found`,
		reason: "there is nothing to delete",
	}, {
		name: "pod by UID that is gone",
		call: func(c *cluster.Cluster) error { return c.DeletePod(999, cluster.DeleteOptions{}) },
		err:  cluster.ErrNotFound, text: "delete Pod",
		reason: "there is nothing to delete",
	},
}

var bindRows = []doorRow{
	{
		name: "loose pod", call: binding("loose", "a"),
		want:   []string{"t=5s user update Pod default/loose"},
		reason: "S-133: one write",
	}, {
		name: "node that does not exist", call: binding("loose", "nowhere"),
		want:   []string{"t=5s user update Pod default/loose"},
		reason: "S-132: nobody asks whether it does",
	}, {
		name: "bound pod", call: binding("bound", "a"),
		err: cluster.ErrConflict, text: `bind Pod "default/bound"`,
		reason: "S-132",
	}, {
		name: "terminating pod", call: binding("leaving", "a"),
		err: cluster.ErrConflict, text: `bind Pod "default/leaving"`,
		reason: "S-132",
	}, {
		name: "pod that is gone", call: binding("gone", "a"),
		err: cluster.ErrNotFound, text: "bind Pod",
		reason: "S-132",
	}, {
		name: "status of a pod that is gone",
		call: func(c *cluster.Cluster) error {
			_, err := c.SetPodStatus(12345, cluster.PodStatus{})
			return err
		},
		err: cluster.ErrNotFound, text: "update Pod",
		reason: "the kubelet is late",
	}, {
		name: "same status of a pod",
		call: func(c *cluster.Cluster) error {
			p := storedPod(c, "bound")
			_, err := c.SetPodStatus(p.UID, p.Status)
			return err
		},
		reason: "a write that changes nothing is none",
	},
}

// TestDoor makes one call per row. A call that fails leaves the cluster as it was, to the last bit.
func TestDoor(t *testing.T) {
	for verb, rows := range map[string][]doorRow{
		"create": createRows, "update": updateRows, "status": statusRows, "delete": deleteRows, "bind": bindRows,
	} {
		for _, row := range rows {
			t.Run(verb+"/"+row.name, func(t *testing.T) {
				c := doorWorld(t)
				hash, version, changes := c.Hash(), c.Version(), history(c)
				err := row.call(c)
				if row.err == nil {
					require.NoError(t, err, row.reason)
					require.Empty(t, cmp.Diff(row.want, *changes), row.reason)
					return
				}
				require.ErrorIs(t, err, row.err, row.reason)
				require.ErrorContains(t, err, row.text, row.reason)
				var object *cluster.ObjectError
				require.ErrorAs(t, err, &object)
				require.Empty(t, *changes)
				require.Equal(t, hash, c.Hash(), "a failed call changes nothing")
				require.Equal(t, version, c.Version())
				if row.err == cluster.ErrInvalid && strings.Contains(row.text, ": ") && verb != "status" {
					var first *field.Error
					require.ErrorAs(t, err, &first, "invalid input is a list of field errors")
				}
			})
		}
	}
}

func TestInvalidListsEverything(t *testing.T) {
	c := cluster.New(cluster.Config{})
	n := taintedNode("Never")
	n.Name, n.Namespace = "B", "x"
	_, err := c.Create(n)
	var list field.ErrorList
	require.ErrorAs(t, err, &list)
	var paths []string
	for _, e := range list {
		paths = append(paths, e.Field)
	}
	want := []string{"metadata.name", "metadata.namespace", "spec.taints[0].effect"}
	require.Equal(t, want, paths, "in the order of the fields")
}

// TestCreateFillsIn looks at what the server adds to new objects.
func TestCreateFillsIn(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.NoError(t, c.RunFor(7*time.Second))
	p := newPod("p")
	p.UID, p.ResourceVersion, p.Generation, p.CreationTimestamp = 99, 99, 99, 99
	p.DeletionTimestamp, p.Status.Phase = &atOnce, cluster.PodRunning
	pod := create(t, c, p)
	require.EqualValues(t, 2, pod.ResourceVersion, "the namespace was change 1")
	require.Equal(t, 7*time.Second, pod.CreationTimestamp)
	require.Nil(t, pod.DeletionTimestamp, "a new object is not terminating")
	require.Equal(t, cluster.PodPending, pod.Phase(), "nor is it running")
	require.Equal(t, map[string]string{"app": "agent"}, pod.Labels, "the template's")
	require.NotEqual(t, cluster.UID(99), pod.UID)

	ns := stored[*cluster.Namespace](c, cluster.KindNamespace, "", "default")
	require.Equal(t, map[string]string{"kubernetes.io/metadata.name": "default"}, ns.Labels)

	n := create(t, c, newNode("a"))
	require.True(t, n.Ready(), "a node without conditions is Ready")
	require.Equal(t, map[string]string{
		"kubernetes.io/hostname": "a", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
	}, n.Labels, "N-6")
	require.EqualValues(t, 110, n.Status.Allocatable["pods"].Value())
	require.Equal(t, n.Status.Capacity, n.Status.Allocatable)

	small := newNode("b")
	small.Status.Capacity = cluster.ResourceList{"cpu": n.Status.Capacity["pods"]}
	small.Status.Conditions = []cluster.NodeCondition{{Type: "MemoryPressure", Status: "False"}}
	small.Labels = map[string]string{"kubernetes.io/os": "windows"}
	small = create(t, c, small)
	require.Equal(t, small.Status.Capacity, small.Status.Allocatable, "allocatable follows capacity")
	require.False(t, small.Ready(), "no condition Ready, though there are conditions")
	require.Equal(t, "windows", small.Labels["kubernetes.io/os"], "what is said stays")
}

// TestPriorities is S-159: the classes that are built in, and the global default.
func TestPriorities(t *testing.T) {
	c := cluster.New(cluster.Config{})
	priority := func(name, class string) int32 {
		p := withPriority(class, nil)
		p.Name = name
		return create(t, c, p).Priority
	}
	require.EqualValues(t, 2_000_001_000, priority("node", "system-node-critical"))
	require.EqualValues(t, 2_000_000_000, priority("cluster", "system-cluster-critical"))
	require.Zero(t, priority("none", ""))

	class := create(t, c, &cluster.PriorityClass{ObjectMeta: named("usual"), Value: 50, GlobalDefault: true})
	require.Equal(t, "PreemptLowerPriority", class.PreemptionPolicy)
	require.EqualValues(t, 50, priority("default", ""))
	require.NoError(t, c.Delete(cluster.KindPriorityClass, "", "usual", cluster.DeleteOptions{}))
	require.EqualValues(t, 50, storedPod(c, "default").Priority, "S-162: existing pods keep theirs")
	value, ok := c.PriorityOf("usual")
	require.False(t, ok)
	require.Zero(t, value)
}

// TestGracePeriods is N-63 and N-64.
func TestGracePeriods(t *testing.T) {
	const never = -1
	grace := func(seconds time.Duration) *time.Duration {
		d := seconds * time.Second
		return &d
	}
	type deletion struct {
		at    time.Duration
		grace *time.Duration
	}
	for _, row := range []struct {
		name      string
		spec      int64
		deletions []deletion
		want      time.Duration // in seconds; never if the pod is gone at once
		seconds   int64
		reason    string
	}{
		{"the pod's own", 30, []deletion{{0, nil}}, 30, 30, "N-63: the default is 30 s"},
		{"another in the spec", 90, []deletion{{0, nil}}, 90, 90, "N-63"},
		{"none in the spec", 0, []deletion{{0, nil}}, never, 0, "N-63: a grace of 0 is at once"},
		{"of the call", 30, []deletion{{0, grace(5)}}, 5, 5, "N-63: the option wins"},
		{"longer by the call", 30, []deletion{{0, grace(300)}}, 300, 300, "N-63: the option wins"},
		{"zero", 30, []deletion{{0, grace(0)}}, never, 0, "N-64: force"},
		{"negative", 30, []deletion{{0, grace(-7)}}, 1, 1, "N-64: it counts as 1"},
		{"shortened", 30, []deletion{{0, nil}, {10, grace(15)}}, 15, 15, "N-64: from the original start"},
		{"shortened into the past", 30, []deletion{{0, nil}, {20, grace(5)}}, 5, 5, "N-64: from the original start"},
		{"not prolonged", 30, []deletion{{0, nil}, {10, grace(60)}}, 30, 30, "N-64: only shorter"},
		{"the same again", 30, []deletion{{0, nil}, {10, grace(30)}}, 30, 30, "N-64: only shorter"},
		{"asked again plainly", 30, []deletion{{0, grace(300)}, {10, nil}}, 300, 300, "N-64: it is on its way"},
		{"forced at last", 30, []deletion{{0, nil}, {10, grace(0)}}, never, 0, "N-64: force"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			p := newPodOn("p", "a")
			p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
				s.Spec.TerminationGracePeriodSeconds = &row.spec
			})
			create(t, c, p)
			for _, d := range row.deletions {
				require.NoError(t, c.RunFor(d.at*time.Second-c.Now()))
				err := c.Delete(cluster.KindPod, "default", "p", cluster.DeleteOptions{GracePeriod: d.grace})
				require.NoError(t, err)
			}
			got := storedPod(c, "p")
			if row.want == never {
				require.Nil(t, got, row.reason)
				return
			}
			require.NotNil(t, got, row.reason)
			require.Equal(t, row.want*time.Second, *got.DeletionTimestamp, row.reason)
			require.Equal(t, row.seconds, *got.DeletionGracePeriodSeconds, row.reason)
		})
	}
}

func TestDeleteTerminalPod(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "bound")
	_, err := c.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed})
	require.NoError(t, err)
	require.NoError(t, c.Delete(cluster.KindPod, "default", "bound", cluster.DeleteOptions{}))
	require.Nil(t, storedPod(c, "bound"), "N-63: a terminal pod goes at once")
}

// TestFinalizers holds objects of three kinds in the store.
func TestFinalizers(t *testing.T) {
	c := doorWorld(t)
	changes := history(c)

	require.NoError(t, deleting(cluster.KindPod, "default", "held")(c))
	require.NoError(t, c.RunFor(30*time.Second))
	require.NotNil(t, storedPod(c, "held"), "no kubelet has stopped it")
	update(t, c, edited(storedPod(c, "held"), func(p *cluster.Pod) { p.Finalizers = nil }))
	require.Nil(t, storedPod(c, "held"), "its grace is over, and nothing holds it any more")

	w := newWidget("held")
	w.Finalizers = []string{"example.com/a", "example.com/b"}
	create(t, c, w)
	require.NoError(t, deleting(kindWidget, "default", "held")(c))
	terminating := stored[*widget](c, kindWidget, "default", "held")
	require.Equal(t, 35*time.Second, *terminating.DeletionTimestamp)
	require.NoError(t, deleting(kindWidget, "default", "held")(c), "asking again is no mistake")
	update(t, c, edited(terminating, func(w *widget) { w.Finalizers = w.Finalizers[1:] }))
	held := stored[*widget](c, kindWidget, "default", "held")
	require.True(t, held.Terminating(), "one finalizer is left")
	update(t, c, edited(held, func(w *widget) { w.Finalizers = nil }))
	require.Nil(t, c.Object(kindWidget, "default", "held"))

	want := []string{
		"t=5s user update Pod default/held",
		"t=35s user update Pod default/held",
		"t=35s user delete Pod default/held",
		"t=35s user create Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user delete Widget default/held",
	}
	if diff := cmp.Diff(want, *changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestFinalizersBeforeTheGraceIsOver gives a bound pod free while its containers may still run.
func TestFinalizersBeforeTheGraceIsOver(t *testing.T) {
	c := doorWorld(t)
	require.NoError(t, deleting(cluster.KindPod, "default", "held")(c))
	update(t, c, edited(storedPod(c, "held"), func(p *cluster.Pod) { p.Finalizers = nil }))
	require.NotNil(t, storedPod(c, "held"), "N-63: the object remains until the kubelet confirms")
	require.NoError(t, c.DeletePod(storedPod(c, "held").UID, cluster.DeleteOptions{GracePeriod: &atOnce}))
	require.Nil(t, storedPod(c, "held"))
}

// TestFinalizersOfTheTemplate takes away finalizers, labels and owners that came from the template.
func TestFinalizersOfTheTemplate(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := newPod("p")
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.ObjectMeta.Finalizers = []string{"example.com/hold"}
	})
	created := create(t, c, p)
	require.Equal(t, []string{"example.com/hold"}, created.Finalizers)
	after := update(t, c, edited(created, func(p *cluster.Pod) { p.Finalizers, p.Labels = nil, nil }))
	require.Empty(t, after.Finalizers, "an update that leaves them out takes them away")
	require.Empty(t, after.Labels)
	require.Empty(t, keys(collectPods(c, "app", "agent")), "and the index knows")
}

func collectPods(c *cluster.Cluster, key, value string) []*cluster.Pod {
	var list []*cluster.Pod
	for p := range c.PodsMatching("default", affinity.SelectorFromSet(map[string]string{key: value})) {
		list = append(list, p)
	}
	return list
}

// TestBind looks at what binding leaves in the pod.
func TestBind(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "loose")
	status := p.Status
	status.Trouble = &cluster.PodTrouble{Unschedulable: "no room"}
	p, err := c.SetPodStatus(p.UID, status)
	require.NoError(t, err)
	p, err = c.Bind(p.UID, "a")
	require.NoError(t, err)
	require.Equal(t, "a", p.NodeName)
	require.Equal(t, c.Node("a").ID(), p.TargetID())
	require.Equal(t, 5*time.Second, p.Status.ScheduledAt)
	require.Nil(t, p.Status.Trouble, "the trouble is over")
	require.Same(t, p, storedPod(c, "loose"))
}
