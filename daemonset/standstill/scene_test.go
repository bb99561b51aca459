package standstill_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/rollout"
)

const now = time.Hour

// scene is a rollout at one moment as plain values, to be edited: a DaemonSet at revision 2, and on each of its
// nodes an available pod of revision 1.
type scene struct {
	question standstill.Question
	set      *daemonset.DaemonSet
	nodes    []*cluster.Node
	pods     []*cluster.Pod
	// held are the nodes on which failed pods are kept, by name.
	held []string
}

func newScene(nodes ...string) *scene {
	one := cluster.FromInt(1)
	set := &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Namespace: "default", Name: "agent", Generation: 2},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": "agent"}},
			Template: template("agent:v2"),
			UpdateStrategy: daemonset.UpdateStrategy{
				Type: daemonset.RollingUpdate, RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &one},
			},
		},
	}
	s := &scene{set: set, question: standstill.Question{Now: now}}
	for _, name := range nodes {
		s.node(name)
		s.pod("old-"+name, name, "agent:v1")
	}
	return s
}

func template(image string) cluster.PodTemplateSpec {
	return cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: map[string]string{"app": "agent"}},
		Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: image}}},
	}
}

// node adds a node with four cores that is ready.
func (s *scene) node(name string) *cluster.Node {
	n := &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{
			Name: name, Labels: map[string]string{"kubernetes.io/hostname": name},
		},
		Status: cluster.NodeStatus{
			Allocatable: cluster.ResourceList{
				cluster.ResourceCPU: quantity.New(4), cluster.ResourcePods: quantity.New(110),
			},
			Conditions: []cluster.NodeCondition{{Type: "Ready", Status: "True"}},
		},
	}
	s.nodes = append(s.nodes, n)
	return n
}

// pod adds a pod of the DaemonSet that has been running since the start.
func (s *scene) pod(name, node, image string) *cluster.Pod {
	t := s.set.Spec.Template.Clone()
	t.Spec.Containers[0].Image = image
	yes := true
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Namespace: s.set.Namespace, Name: name,
			Labels: map[string]string{"app": "agent", rollout.HashLabel: hash(t)},
			OwnerReferences: []cluster.OwnerReference{
				{APIVersion: "apps/v1", Kind: daemonset.Kind, Name: s.set.Name, Controller: &yes},
			},
		},
		Template: cluster.NewTemplate(t), NodeName: node, Target: node,
		Status: cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true},
	}
	s.pods = append(s.pods, p)
	return p
}

func hash(t cluster.PodTemplateSpec) string { return rollout.Hash(rollout.Encode(&t), nil) }

// fresh puts a new pod in the place of the old one, to be edited: it has been running since t=10m and is not
// ready.
func (s *scene) fresh(node string, edits ...func(*cluster.Pod)) *cluster.Pod {
	s.drop("old-" + node)
	p := s.pod("new-"+node, node, s.set.Spec.Template.Spec.Containers[0].Image)
	p.CreationTimestamp = 10 * time.Minute
	p.Status = cluster.PodStatus{
		Phase: cluster.PodRunning, Started: true, ScheduledAt: 10 * time.Minute, StartedAt: 10 * time.Minute,
	}
	for _, edit := range edits {
		edit(p)
	}
	return p
}

// find is the pod of that name.
func (s *scene) find(name string) *cluster.Pod {
	return s.pods[slices.IndexFunc(s.pods, func(p *cluster.Pod) bool { return p.Name == name })]
}

func (s *scene) drop(name string) {
	s.pods = slices.DeleteFunc(s.pods, func(p *cluster.Pod) bool { return p.Name == name })
}

// other adds a pod of somebody else's.
func (s *scene) other(namespace, name, node string, edits ...func(*cluster.PodTemplateSpec)) *cluster.Pod {
	t := template("web:v1")
	t.ObjectMeta.Labels = map[string]string{"app": "web"}
	for _, edit := range edits {
		edit(&t)
	}
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Namespace: namespace, Name: name, Labels: t.ObjectMeta.Labels},
		Template:   cluster.NewTemplate(t), NodeName: node,
		Status: cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true},
	}
	s.pods = append(s.pods, p)
	return p
}

// explain stores the values in a cluster without any actor and asks.
func (s *scene) explain(t testing.TB) (standstill.Question, standstill.Explanation) {
	t.Helper()
	c := cluster.New(cluster.Config{})
	restore := func(obj cluster.Object) cluster.Object {
		stored, err := c.Restore(obj)
		require.NoError(t, err)
		return stored
	}
	for _, n := range s.nodes {
		restore(n)
	}
	set := restore(s.set).(*daemonset.DaemonSet)
	own := func(m *cluster.ObjectMeta) {
		for i := range m.OwnerReferences {
			m.OwnerReferences[i].UID = cmp.Or(m.OwnerReferences[i].UID, set.UID)
		}
	}
	for i, image := range []string{"agent:v1", s.set.Spec.Template.Spec.Containers[0].Image} {
		previous := set.Spec.Template.Clone()
		previous.Spec.Containers[0].Image = image
		yes := true
		restore(&rollout.ControllerRevision{
			ObjectMeta: cluster.ObjectMeta{
				Namespace: set.Namespace, Name: "agent-" + hash(previous),
				Labels: map[string]string{"app": "agent", rollout.HashLabel: hash(previous)},
				OwnerReferences: []cluster.OwnerReference{{
					APIVersion: "apps/v1", Kind: daemonset.Kind, Name: set.Name, UID: set.UID, Controller: &yes,
				}},
			},
			Data: rollout.Encode(&previous), Revision: int64(i + 1),
		})
	}
	for _, p := range s.pods {
		own(&p.ObjectMeta)
		restore(p)
	}
	q := s.question
	q.Reader, q.Set = c.Reader, set
	for _, name := range s.held {
		if q.Pause.Held == nil {
			q.Pause.Held = make(map[cluster.NodeID]time.Duration)
		}
		q.Pause.Held[c.Node(name).ID()] = now + time.Minute
	}
	hash := c.Hash()
	e := standstill.Explain(q)
	require.Equal(t, hash, c.Hash(), "nothing is written")
	return q, e
}

// told is an explanation in full: a line for each link of each node, then the roots.
func told(e *standstill.Explanation) string {
	var b strings.Builder
	for _, w := range e.Waits {
		b.WriteString(w.Node + ": " + w.String())
	}
	for _, r := range e.Roots {
		b.WriteString("root " + string(r.Cause.Kind) + " on " + strings.Join(r.Nodes, ","))
		if len(r.Waiting) > 0 {
			b.WriteString(" < " + strings.Join(r.Waiting, ",") + " by " + string(r.Via.Kind))
		}
		b.WriteString("\n")
	}
	return b.String()
}
