package cluster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

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
	create(t, c, &cluster.PriorityClass{ObjectMeta: named("usual"), GlobalDefault: true})
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
		err: cluster.ErrInvalid, text: "metadata.taints[0].effect: Required value",
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
		name: "second global default",
		call: creating(&cluster.PriorityClass{ObjectMeta: named("top"), GlobalDefault: true}),
		err:  cluster.ErrForbidden, text: "PriorityClass usual is already marked as default",
		reason: "S-159: at most one",
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
		err: cluster.ErrInvalid, text: "spec: Forbidden: pod updates may not change fields other than",
		reason: "fixed once a pod exists",
	}, {
		name: "target of a pod",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "loose"), func(p *cluster.Pod) { p.Target = "a" })
		}),
		err: cluster.ErrInvalid, text: "spec: Forbidden: pod updates may not change fields other than",
		reason: "fixed once a pod exists",
	}, {
		name: "template of a pod",
		call: updating(func(c *cluster.Cluster) cluster.Object {
			return edited(storedPod(c, "loose"), func(p *cluster.Pod) { p.Template = nil })
		}),
		err: cluster.ErrInvalid, text: "spec: Required value",
		reason: "fixed once a pod exists",
	}, {
		name: "second global default",
		call: updating(func(*cluster.Cluster) cluster.Object {
			return &cluster.PriorityClass{ObjectMeta: named("high"), Value: 1000, GlobalDefault: true}
		}),
		err: cluster.ErrForbidden, text: `update PriorityClass "high": forbidden: PriorityClass usual is already`,
		reason: "S-159: at most one",
	}, {
		name: "the global default itself",
		call: updating(func(*cluster.Cluster) cluster.Object {
			return &cluster.PriorityClass{ObjectMeta: named("usual"), GlobalDefault: true, Description: "x"}
		}),
		want:   []string{"t=5s user update PriorityClass usual"},
		reason: "S-159: it is still the only one",
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
	want := []string{"metadata.name", "metadata.namespace", "metadata.taints[0].effect"}
	require.Equal(t, want, paths, "in the order of the fields")
}
