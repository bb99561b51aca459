package cluster_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// census counts a cluster the obvious way: it keeps every object by UID, told by the changes, and looks
// through all of them for each answer.
type census struct {
	c *cluster.Cluster
	// r is what the answers are asked of: the cluster, or the view of an actor that lags.
	r       cluster.Reader
	objects map[cluster.UID]cluster.Object
}

// late is the census of what a follower has been told.
func (s *census) late() *census {
	return &census{s.c, s.c.ViewOf("follower"), s.c.Actor("follower").(*follower).objects}
}

func newCensus(c *cluster.Cluster, objects map[cluster.UID]cluster.Object) *census {
	s := &census{c, c.Reader, objects}
	c.OnChange(func(ch *cluster.Change) {
		if uid := ch.Object().Meta().UID; ch.After != nil {
			s.objects[uid] = ch.After
		} else {
			delete(s.objects, uid)
		}
	})
	return s
}

func (s *census) fork() *census { return newCensus(s.c.Fork(), maps.Clone(s.objects)) }

// pods lists the UIDs of the pods that keep says yes to, in order of creation.
func (s *census) pods(keep func(*cluster.Pod) bool) []cluster.UID {
	list := []cluster.UID{}
	for _, uid := range slices.Sorted(maps.Keys(s.objects)) {
		if p, ok := s.objects[uid].(*cluster.Pod); ok && keep(p) {
			list = append(list, uid)
		}
	}
	return list
}

func (s *census) owned(namespace string, owner cluster.UID) func(*cluster.Pod) bool {
	return func(p *cluster.Pod) bool {
		ref := p.Controller()
		return p.Namespace == namespace && (ref == nil && owner == 0 || ref != nil && ref.UID == owner)
	}
}

func (s *census) kind(kind cluster.Kind, namespace string) []string {
	var list []cluster.Object
	for _, obj := range s.objects {
		if obj.Kind() == kind && (namespace == "" || obj.Meta().Namespace == namespace) {
			list = append(list, obj)
		}
	}
	slices.SortFunc(list, func(a, b cluster.Object) int {
		return cmp.Or(cmp.Compare(a.Meta().Namespace, b.Meta().Namespace), cmp.Compare(a.Meta().Name, b.Meta().Name))
	})
	return keys(list)
}

func uids[T cluster.Object](objects iter.Seq[T]) []cluster.UID {
	list := []cluster.UID{}
	for obj := range objects {
		list = append(list, obj.Meta().UID)
	}
	return list
}

// sorted is uids in the order of creation.
func sorted(pods iter.Seq[*cluster.Pod]) []cluster.UID {
	list := uids(pods)
	slices.Sort(list)
	return list
}

var selectors = map[string]affinity.Selector{
	"everything": affinity.Everything(),
	"nothing":    affinity.Nothing(),
	"app=a":      affinity.SelectorFromSet(map[string]string{"app": "a"}),
	"app=a,v=2":  affinity.SelectorFromSet(map[string]string{"app": "a", "v": "2"}),
}

var (
	censusOwners     = []cluster.UID{0, 71, 72}
	censusNamespaces = []string{"default", "default-2", "other"}
	censusNodes      = []string{"", "a", "b", "c"}
	censusLabels     = []map[string]string{
		{}, {"app": "a"}, {"app": "b"}, {"app": "a", "v": "1"}, {"app": "a", "v": "2"},
	}
)

// check compares every index with a recount.
func (s *census) check(t *rapid.T) {
	c := s.r
	same := func(what string, want, got any) {
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	for _, name := range censusNodes {
		want := s.pods(func(p *cluster.Pod) bool { return name != "" && p.NodeName == name })
		same("PodsOn "+name, want, uids(c.PodsOn(name)))
	}
	for id := range c.NodeIDs() {
		name := c.NodeName(cluster.NodeID(id))
		want := s.pods(func(p *cluster.Pod) bool { return id > 0 && p.TargetNode() == name })
		same("PodsAt "+name, want, uids(c.PodsAt(cluster.NodeID(id))))
	}
	for _, namespace := range censusNamespaces {
		for _, owner := range censusOwners {
			s.checkOwner(namespace, owner, same)
		}
		s.checkSelectors(namespace, same)
		same("pods of "+namespace, s.kind(cluster.KindPod, namespace), keys(slices.Collect(c.Pods(namespace))))
	}
	s.checkSelectors("", same)
	for _, owner := range censusOwners[1:] {
		same("OwnedBy", s.dependents(owner), uids(c.OwnedBy(owner)))
	}
	for _, kind := range c.Kinds() {
		want := s.kind(kind, "")
		same("objects", want, keys(slices.Collect(c.Objects(kind, ""))))
		same("count", len(want), c.Count(kind))
	}
	for uid, obj := range s.objects {
		require.Same(t, obj, c.ByUID(uid))
		m := obj.Meta()
		require.Same(t, obj, c.Object(obj.Kind(), m.Namespace, m.Name))
	}
}

func (s *census) checkOwner(namespace string, owner cluster.UID, same func(string, any, any)) {
	owned := s.owned(namespace, owner)
	same("PodsOwnedBy", s.pods(owned), sorted(s.r.PodsOwnedBy(namespace, owner)))
	sets := map[string]bool{}
	for _, uid := range s.pods(owned) {
		sets[fmt.Sprint(s.objects[uid].Meta().Labels)] = true
	}
	var got []string
	for labels := range s.r.LabelSetsOwnedBy(namespace, owner) {
		got = append(got, fmt.Sprint(labels))
	}
	same("LabelSetsOwnedBy", slices.Sorted(maps.Keys(sets)), slices.Sorted(slices.Values(got)))
}

func (s *census) checkSelectors(namespace string, same func(string, any, any)) {
	for name, sel := range selectors {
		matching := func(p *cluster.Pod) bool {
			return (namespace == "" || p.Namespace == namespace) && sel.Matches(p.Labels)
		}
		same("PodsMatching "+name, s.pods(matching), sorted(s.r.PodsMatching(namespace, sel)))
		if namespace == "" {
			continue
		}
		orphan := s.owned(namespace, 0)
		want := s.pods(func(p *cluster.Pod) bool { return orphan(p) && sel.Matches(p.Labels) })
		same("OrphansMatching "+name, want, sorted(s.r.OrphansMatching(namespace, sel)))
	}
}

func (s *census) dependents(owner cluster.UID) []cluster.UID {
	list := []cluster.UID{}
	for _, uid := range slices.Sorted(maps.Keys(s.objects)) {
		refs := s.objects[uid].Meta().OwnerReferences
		isOwner := func(r cluster.OwnerReference) bool { return r.UID == owner }
		if s.objects[uid].Kind() != cluster.KindPod && slices.ContainsFunc(refs, isOwner) {
			list = append(list, uid)
		}
	}
	return list
}

func drawOwners(t *rapid.T) []cluster.OwnerReference {
	owner := rapid.SampledFrom(censusOwners).Draw(t, "owner")
	if owner == 0 {
		return nil
	}
	controller := true
	return []cluster.OwnerReference{{
		APIVersion: "example.com/v1", Kind: kindWidget, Name: "w", UID: owner, Controller: &controller,
	}}
}

func (s *census) drawPod(t *rapid.T) *cluster.Pod {
	all := s.pods(func(*cluster.Pod) bool { return true })
	if len(all) == 0 {
		t.Skip("no pods")
	}
	return s.objects[rapid.SampledFrom(all).Draw(t, "pod")].(*cluster.Pod)
}

// censusTemplates are shared by pods that take over their metadata.
func censusTemplates() []*cluster.Template {
	controller := true
	owner := cluster.OwnerReference{
		APIVersion: "example.com/v1", Kind: kindWidget, Name: "w", UID: 71, Controller: &controller,
	}
	spec := plainSpec()
	spec.ObjectMeta.Labels = map[string]string{"app": "a", "v": "1"}
	second := plainSpec()
	second.ObjectMeta.Labels = map[string]string{"app": "a", "v": "2"}
	return []*cluster.Template{
		cluster.NewTemplate(spec, owner), cluster.NewTemplate(second, owner), cluster.NewTemplate(second),
	}
}

// TestStoreIndexes makes random writes, in forks too, and compares each index with a recount. It does the same
// with the view of an actor that lags.
func TestStoreIndexes(t *testing.T) {
	templates := censusTemplates()
	rapid.Check(t, func(t *rapid.T) {
		all := []*census{newCensus(cluster.New(drawLags(t), newFollower()), map[cluster.UID]cluster.Object{})}
		some := func(t *rapid.T) *census { return rapid.SampledFrom(all).Draw(t, "cluster") }
		namespace := rapid.SampledFrom(censusNamespaces)
		node := rapid.SampledFrom(censusNodes)
		labels := rapid.SampledFrom(censusLabels)
		t.Repeat(map[string]func(*rapid.T){
			"create a pod of a template": func(t *rapid.T) {
				create(t, some(t).c, &cluster.Pod{
					ObjectMeta: cluster.ObjectMeta{GenerateName: "p-", Namespace: namespace.Draw(t, "namespace")},
					Template:   rapid.SampledFrom(templates).Draw(t, "template"),
					Target:     node.Draw(t, "target"),
				})
			},
			"create a pod": func(t *rapid.T) {
				create(t, some(t).c, &cluster.Pod{
					ObjectMeta: cluster.ObjectMeta{
						GenerateName: "q-", Namespace: namespace.Draw(t, "namespace"),
						Labels: labels.Draw(t, "labels"), OwnerReferences: drawOwners(t),
					},
					Template: plain, NodeName: node.Draw(t, "node"),
				})
			},
			"change a pod": func(t *rapid.T) {
				s := some(t)
				update(t, s.c, edited(s.drawPod(t), func(p *cluster.Pod) {
					p.Labels, p.OwnerReferences = labels.Draw(t, "labels"), drawOwners(t)
				}))
			},
			"bind": func(t *rapid.T) {
				s := some(t)
				p := s.drawPod(t)
				to := rapid.SampledFrom(censusNodes[1:]).Draw(t, "node")
				if _, err := s.c.Bind(p.UID, to); err != nil {
					require.ErrorIs(t, err, cluster.ErrConflict)
				}
			},
			"set status": func(t *rapid.T) {
				s := some(t)
				_, err := s.c.SetPodStatus(s.drawPod(t).UID, cluster.PodStatus{Phase: cluster.PodRunning})
				require.NoError(t, err)
			},
			"delete a pod": func(t *rapid.T) {
				s := some(t)
				opts := cluster.DeleteOptions{}
				if rapid.Bool().Draw(t, "at once") {
					opts.GracePeriod = &atOnce
				}
				require.NoError(t, s.c.DeletePod(s.drawPod(t).UID, opts))
			},
			"come and go of a node": func(t *rapid.T) {
				c, name := some(t).c, rapid.SampledFrom(censusNodes[1:]).Draw(t, "node")
				if c.Node(name) == nil {
					create(t, c, newNode(name))
				} else {
					require.NoError(t, c.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{}))
				}
			},
			"come, change and go of a widget": func(t *rapid.T) {
				c := some(t).c
				w := newWidget(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "name"))
				w.OwnerReferences = drawOwners(t)
				switch stored := c.Object(kindWidget, "default", w.Name); {
				case stored == nil:
					create(t, c, w)
				case rapid.Bool().Draw(t, "change"):
					update(t, c, w)
				default:
					require.NoError(t, c.Delete(kindWidget, "default", w.Name, cluster.DeleteOptions{}))
				}
			},
			"time passes": func(t *rapid.T) {
				require.NoError(t, some(t).c.RunFor(time.Duration(rapid.IntRange(0, 2).Draw(t, "s"))*time.Second))
			},
			"another lag": func(t *rapid.T) {
				require.NoError(t, some(t).c.SetLag("follower", drawLag(t)))
			},
			"fork": func(t *rapid.T) {
				if len(all) == 3 {
					t.Skip("enough clusters")
				}
				all = append(all, some(t).fork())
			},
			"": func(t *rapid.T) {
				for _, s := range all {
					s.check(t)
					s.late().check(t)
				}
			},
		})
	})
}

// TestSequencesStop walks only a part of each sequence.
func TestSequencesStop(t *testing.T) {
	c := cluster.New(cluster.Config{})
	for i := range 3 {
		create(t, c, newNode(fmt.Sprintf("n%d", i)))
		create(t, c, newPodOn(fmt.Sprintf("p%d", i), "n0"))
		create(t, c, edited(newPod(fmt.Sprintf("q%d", i)), func(p *cluster.Pod) { p.Namespace = "other" }))
	}
	for name, walk := range map[string]iter.Seq[*cluster.Pod]{
		"Pods": c.Pods(""), "PodsOn": c.PodsOn("n0"), "PodsAt": c.PodsAt(c.Node("n0").ID()),
		"PodsOwnedBy":  c.PodsOwnedBy("default", 0),
		"PodsMatching": c.PodsMatching("", affinity.Everything()),
	} {
		for n := 1; n <= 3; n++ {
			seen := 0
			for range walk {
				if seen++; seen == n {
					break
				}
			}
			require.Equal(t, n, seen, name)
		}
	}
	for n := range c.Nodes() {
		require.Equal(t, "n0", n.Name)
		break
	}
}

// TestNodeIDsStay is the promise of NodeID: the number stays with the name.
func TestNodeIDsStay(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := create(t, c, edited(newPod("p"), func(p *cluster.Pod) { p.Target = "a" }))
	require.Equal(t, cluster.NoNode, newNode("a").ID())
	a := create(t, c, newNode("a"))
	require.Equal(t, p.TargetID(), a.ID(), "the pod named the node first")
	require.NoError(t, c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	require.Nil(t, c.NodeByID(a.ID()))
	require.Equal(t, "a", c.NodeName(a.ID()), "the name outlives the node")
	again := create(t, c, newNode("a"))
	require.Equal(t, a.ID(), again.ID())
	require.NotEqual(t, a.UID, again.UID)
	require.Equal(t, 2, c.NodeIDs())
	require.True(t, strings.HasPrefix(a.UID.String(), "00000001-0000-4000-8000-"))
}

// TestPodsAtOrder binds the later pod first.
func TestPodsAtOrder(t *testing.T) {
	c := cluster.New(cluster.Config{})
	for _, name := range []string{"one", "two", "three", "four"} {
		create(t, c, newPod(name))
	}
	for _, name := range []string{"three", "one", "four", "two"} {
		_, err := c.Bind(c.Pod("default", name).UID, "a")
		require.NoError(t, err)
	}
	want := []string{"default/one", "default/two", "default/three", "default/four"}
	require.Equal(t, want, keys(slices.Collect(c.PodsOn("a"))), "in order of creation, not of binding")
}
