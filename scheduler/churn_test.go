package scheduler_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// churn is a small cluster in which nodes and pods come, change and go at random. Pods that have been told
// to go stay until an operation ends them.
type churn struct {
	*cluster.Cluster
	pods int
	// shapes are those of the pods that come.
	shapes []shape
}

// the vocabulary is small, so that things meet.
var (
	churnNodes  = []string{"a", "b", "c", "d"}
	churnZones  = []string{"", "x", "y"}
	churnApps   = []string{"red", "blue"}
	churnClass  = []string{"", "", "low", "high", "never"}
	churnTaints = []taints.Taint{
		{Key: "k", Effect: taints.EffectNoSchedule}, {Key: "k", Effect: taints.EffectNoExecute},
		{Key: "k", Effect: taints.EffectPreferNoSchedule}, {Key: taints.KeyUnschedulable, Effect: taints.EffectNoSchedule},
	}
)

func newChurn(t *rapid.T, shapes []shape) *churn {
	w := &churn{shapes: shapes}
	w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{}))
	for _, class := range []*cluster.PriorityClass{
		{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -100},
		{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
		{ObjectMeta: cluster.ObjectMeta{Name: "never"}, Value: 200, PreemptionPolicy: string(cluster.PreemptNever)},
	} {
		_, err := w.Create(class)
		require.NoError(t, err)
	}
	return w
}

// zoned puts a node into a zone, or into none.
func zoned(zone string) nodeChange {
	return func(n *cluster.Node) {
		for _, key := range []string{"zone", "topology.kubernetes.io/zone"} {
			if labelled(key, zone)(n); zone == "" {
				delete(n.Labels, key)
			}
		}
	}
}

// drawNodeChange is something that a node may take on or lose.
func drawNodeChange(t *rapid.T) nodeChange {
	switch rapid.SampledFrom([]string{"label", "taint", "cordon", "room", "zone"}).Draw(t, "property") {
	case "zone":
		return zoned(rapid.SampledFrom(churnZones).Draw(t, "zone"))
	case "label":
		return labelled("disk", rapid.SampledFrom([]string{"ssd", "hdd"}).Draw(t, "disk"))
	case "taint":
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(churnTaints), 0, 2,
			func(t taints.Taint) taints.Taint { return t }).Draw(t, "taints")
		return func(n *cluster.Node) { n.Spec.Taints = chosen }
	case "cordon":
		cordon := rapid.Bool().Draw(t, "cordon")
		return func(n *cluster.Node) { n.Spec.Unschedulable = cordon }
	default:
		cpu := rapid.SampledFrom([]string{"0", "1", "2", "4"}).Draw(t, "cpu")
		pods := rapid.SampledFrom([]string{"0", "2", "10"}).Draw(t, "pods")
		return func(n *cluster.Node) {
			n.Status.Allocatable = amounts("cpu", cpu, "memory", "8Gi", "ephemeral-storage", "10Gi", "pods", pods)
		}
	}
}

func (w *churn) addNode(t *rapid.T) {
	name := rapid.SampledFrom(churnNodes).Draw(t, "node")
	if w.Node(name) != nil {
		t.Skip("it is there")
	}
	n := newNode(name)
	for range rapid.IntRange(0, 3).Draw(t, "properties") {
		drawNodeChange(t)(n)
	}
	_, err := w.Create(n)
	require.NoError(t, err)
}

func (w *churn) drawNode(t *rapid.T) *cluster.Node {
	nodes := slices.Collect(w.Nodes())
	if len(nodes) == 0 {
		t.Skip("no node")
	}
	return rapid.SampledFrom(nodes).Draw(t, "node")
}

func (w *churn) changeNode(t *rapid.T) {
	n := w.drawNode(t).Clone().(*cluster.Node)
	drawNodeChange(t)(n)
	n.ResourceVersion = 0
	_, err := w.Update(n)
	require.NoError(t, err)
	_, err = w.UpdateStatus(n)
	require.NoError(t, err)
}

// removeNode takes the pods along, as the garbage collector of pods does.
func (w *churn) removeNode(t *rapid.T) {
	n := w.drawNode(t)
	for _, p := range slices.Collect(w.PodsOn(n.Name)) {
		w.end(t, p)
	}
	require.NoError(t, w.Delete(cluster.KindNode, "", n.Name, cluster.DeleteOptions{}))
}

func (w *churn) addPod(t *rapid.T) {
	w.pods++
	changes := []podChange{
		prioritized(rapid.SampledFrom(churnClass).Draw(t, "class")),
		requesting("cpu", rapid.SampledFrom([]string{"0", "1", "2", "3"}).Draw(t, "cpu")),
	}
	for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(w.shapes), 0, 2,
		func(s shape) string { return s.name }).Draw(t, "shapes") {
		changes = append(changes, s.change)
	}
	p := newPod(fmt.Sprint("p", w.pods), changes...)
	p.Labels = map[string]string{"app": rapid.SampledFrom(churnApps).Draw(t, "app")}
	if rapid.Bool().Draw(t, "pinned") {
		p.Target = rapid.SampledFrom(churnNodes).Draw(t, "target")
	}
	_, err := w.Create(p)
	require.NoError(t, err)
}

func (w *churn) drawPod(t *rapid.T) *cluster.Pod {
	pods := slices.Collect(w.Pods(""))
	if len(pods) == 0 {
		t.Skip("no pod")
	}
	return rapid.SampledFrom(pods).Draw(t, "pod")
}

func (w *churn) endPod(t *rapid.T) { w.end(t, w.drawPod(t)) }

func (w *churn) end(t *rapid.T, p *cluster.Pod) {
	now := time.Duration(0)
	require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: &now}))
}

func (w *churn) deletePod(t *rapid.T) {
	require.NoError(t, w.DeletePod(w.drawPod(t).UID, cluster.DeleteOptions{}))
}

func (w *churn) finishPod(t *rapid.T) {
	p := w.drawPod(t)
	if !p.Bound() {
		t.Skip("it never ran")
	}
	status := p.Status
	status.Phase = cluster.PodSucceeded
	_, err := w.SetPodStatus(p.UID, status)
	require.NoError(t, err)
}

func (w *churn) relabelPod(t *rapid.T) {
	p := w.drawPod(t).Clone().(*cluster.Pod)
	p.ResourceVersion = 0
	p.Labels = map[string]string{"app": rapid.SampledFrom(churnApps).Draw(t, "app")}
	_, err := w.Update(p)
	require.NoError(t, err)
}

func (w *churn) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"add node": w.addNode, "change node": w.changeNode, "remove node": w.removeNode,
		"add pod": w.addPod, "add another pod": w.addPod, "end pod": w.endPod, "delete pod": w.deletePod,
		"finish pod": w.finishPod, "relabel pod": w.relabelPod,
	}
}

// shape is what a pod may ask for.
type shape struct {
	name   string
	change podChange
}

// local are the shapes of pods whose fate depends on one node at a time, and on what is on it.
var local = []shape{
	{"tolerates k", tolerating(taints.Toleration{Key: "k", Operator: taints.OperatorExists})},
	{"tolerates all", tolerating(taints.Toleration{Operator: taints.OperatorExists})},
	{"on ssd", selecting(map[string]string{"disk": "ssd"})},
	{"on a or b", requiring(named("a"), named("b"))},
	{"on b, c or gone", requiring(named("b"), named("c"), named("gone"))},
	{"port 80", takingPort("", "TCP", 80)},
	{"port 80 of an address", takingPort("10.0.0.1", "TCP", 80)},
}

func named(node string) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{field(node)}}
}

// spread are those, and pods that keep apart from each other.
var spread = append(slices.Clone(local),
	shape{"spread", spreading(1, "zone", hard)}, shape{"softly spread", spreading(1, "zone", soft)})

// wide are those, and pods that have an opinion about others.
var wide = append(slices.Clone(spread),
	shape{"away from red", awayFrom("red")}, shape{"away from blue", awayFrom("blue")},
	shape{"near red", nearTo("red")})

func nearTo(app string) podChange {
	return with(func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{PodAffinity: &affinity.PodAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{{
				TopologyKey: "zone", LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": app}},
			}},
		}}
	})
}

// waiting are the pods that the scheduler has to find a node for.
func (w *churn) waiting() []*cluster.Pod {
	return slices.DeleteFunc(slices.Collect(w.Pods("")), func(p *cluster.Pod) bool {
		return p.Bound() || p.Terminal() || p.Terminating()
	})
}

// chosenNode hides which of several equal nodes preemption has chosen.
var chosenNode = regexp.MustCompile(`for pod on node \w+,`)

// step runs one task, and holds what it did to a pod against what Evaluate says before.
func (w *churn) step(t *rapid.T) bool {
	before, was := scheduler.ReadSnapshot(w.Reader), w.waiting()
	told := make(map[cluster.UID]int)
	for _, p := range was {
		told[p.UID] = w.failures(p)
	}
	if _, more := w.Step(); !more {
		return false
	}
	for _, p := range was {
		now := w.PodByUID(p.UID)
		switch {
		case now.Bound():
			result := scheduler.DefaultProfile().Evaluate(p, before)
			require.Empty(t, result.Message, "%s is bound to %s", p.Name, now.NodeName)
			if now.NodeName != p.NominatedNodeName() {
				require.Contains(t, result.Best, now.NodeName, p.Name)
			}
			w.requireRoom(t, now)
		case w.failures(p) > told[p.UID]:
			result := scheduler.DefaultProfile().Evaluate(p, before)
			require.Equal(t, chosenNode.ReplaceAllString(result.Message, ""),
				chosenNode.ReplaceAllString(now.Status.Trouble.Unschedulable, ""), p.Name)
		}
	}
	return true
}

func (w *churn) failures(p *cluster.Pod) int {
	n := 0
	for e := range w.Events(p.UID) {
		if e.Reason == "FailedScheduling" {
			n += e.Count
		}
	}
	return n
}

// requireRoom adds up what is on the node of a pod that has just come to it.
func (w *churn) requireRoom(t *rapid.T, last *cluster.Pod) {
	n, cpu, pods := w.Node(last.NodeName), int64(0), int64(0)
	var ports []cluster.HostPort
	for p := range w.PodsOn(n.Name) {
		if p.Terminal() {
			continue
		}
		pods++
		cpu += p.Template.Requests().MilliCPU
		if p.UID != last.UID {
			ports = append(ports, p.Template.HostPorts()...)
		}
	}
	require.LessOrEqual(t, pods, n.Status.Allocatable["pods"].Value(), "pods on %s", n.Name)
	if last.Template.Requests().MilliCPU > 0 {
		require.LessOrEqual(t, cpu, n.Status.Allocatable["cpu"].MilliValue(), "cpu of %s", n.Name)
	}
	for _, wanted := range last.Template.HostPorts() {
		for _, taken := range ports {
			require.False(t, wanted.Conflicts(taken), "port %v on %s", wanted, n.Name)
		}
	}
}

// rest runs until nothing more happens.
func (w *churn) rest(t *rapid.T) {
	for range 1000 {
		if !w.step(t) {
			return
		}
	}
	t.Fatal("the cluster does not come to rest")
}

// TestOutcomesAreEvaluated is a property: what the actor does with a pod is what Evaluate says, and no node
// is promised twice.
func TestOutcomesAreEvaluated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newChurn(t, wide)
		actions := w.actions()
		actions["step"] = func(t *rapid.T) { w.step(t) }
		t.Repeat(actions)
		w.rest(t)
	})
}

func (w *churn) requireNobodyWaitsInVain(t *rapid.T) {
	for _, p := range w.waiting() {
		result := scheduler.DefaultProfile().Evaluate(p, scheduler.ReadSnapshot(w.Reader))
		require.NotEmpty(t, result.Message, "%s waits: %s", p.Name, p.Status.Trouble.Unschedulable)
	}
}

// TestNobodyWaitsInVain is a property: when the cluster is at rest, no pod waits that Evaluate would place.
func TestNobodyWaitsInVain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newChurn(t, wide)
		actions := w.actions()
		actions[""] = func(t *rapid.T) {
			w.rest(t)
			w.requireNobodyWaitsInVain(t)
		}
		t.Repeat(actions)
	})
}

// TestNobodyWaitsInVainBehindLag is the same property for a scheduler that sees the cluster late.
func TestNobodyWaitsInVainBehindLag(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newChurn(t, wide)
		delay := rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, 1500 * time.Millisecond})
		require.NoError(t, w.SetLag(scheduler.Name, cluster.Lag{Delay: delay.Draw(t, "lag")}))
		actions := w.actions()
		rest := func(t *rapid.T) {
			require.NoError(t, w.Settle())
			w.requireNobodyWaitsInVain(t)
		}
		actions["step"], actions["rest"], actions["rest again"] = func(*rapid.T) { w.Step() }, rest, rest
		t.Repeat(actions)
		rest(t)
	})
}

// TestForksDoNotMeet is a property: a fork comes to the same rest as its origin, and what one of them does
// changes nothing for the other.
func TestForksDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newChurn(t, wide)
		actions := w.actions()
		actions["step"] = func(*rapid.T) { w.Step() }
		actions["fork"] = func(t *rapid.T) {
			first, second, before := w.Fork(), w.Fork(), w.Hash()
			_, err := first.Create(newNode("e"))
			require.NoError(t, err)
			require.NoError(t, first.Settle())
			require.Equal(t, before, w.Hash(), "the fork has changed its origin")
			third := w.Fork()
			require.NoError(t, second.Settle())
			require.NoError(t, third.Settle())
			require.Equal(t, second.Hash(), third.Hash())
		}
		t.Repeat(actions)
	})
}
