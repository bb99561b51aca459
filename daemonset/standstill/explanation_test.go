package standstill_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/rollout"
)

const unschedulable = "0/2 nodes are available: 1 no"

// pending makes a pod one that the scheduler has found no place for.
func pending(p *cluster.Pod) {
	p.NodeName, p.Status = "", cluster.PodStatus{Trouble: &cluster.PodTrouble{Unschedulable: unschedulable}}
}

// leaving makes a pod one that was asked at t=20m to go within a minute.
func leaving(p *cluster.Pod) {
	at, grace := 21*time.Minute, int64(60)
	p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &at, &grace
}

// going is the same, at the moment of the scene.
func going(p *cluster.Pod) {
	leaving(p)
	*p.DeletionTimestamp = now + 30*time.Second
}

func readyAt(at time.Duration) func(*cluster.Pod) {
	return func(p *cluster.Pod) { p.Status.Ready, p.Status.ReadySince = true, at }
}

func requests(cores int64) func(*cluster.PodTemplateSpec) {
	return func(t *cluster.PodTemplateSpec) {
		t.Spec.Containers[0].Resources.Requests = cluster.ResourceList{cluster.ResourceCPU: quantity.New(cores)}
	}
}

func port(number int32) func(*cluster.PodTemplateSpec) {
	return func(t *cluster.PodTemplateSpec) {
		t.Spec.Containers[0].Ports = []cluster.ContainerPort{
			{HostPort: number, ContainerPort: number, Protocol: "TCP"},
		}
	}
}

func (s *scene) surge(n int32) {
	zero, max := cluster.FromInt(0), cluster.FromInt(n)
	s.set.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &max}
}

// unready makes the first node one that does not answer.
func (s *scene) unready() {
	s.nodes[0].Status.Conditions = []cluster.NodeCondition{
		{Type: "Ready", Status: "Unknown", LastTransitionTime: 5 * time.Minute, Reason: "NodeStatusUnknown"},
	}
}

// own is a strategy of somebody's own, which holds every node back for the sake of others.
type own struct {
	waits map[string][]string
	err   error
}

func (own) Name() string { return "Own" }

func (o own) Plan(rollout.State) rollout.Plan { return rollout.Plan{Err: o.err} }

func (o own) Waits(s rollout.State, _ rollout.Plan) []rollout.Wait {
	byName := make(map[string]rollout.Node)
	for n := range s.Nodes() {
		byName[n.Name] = n
	}
	var list []rollout.Wait
	for n := range s.Nodes() {
		w := rollout.Wait{Node: n, Reason: "not yet"}
		for _, name := range o.waits[n.Name] {
			on := byName[name]
			on.Name = name
			w.For = append(w.For, on)
		}
		list = append(list, w)
	}
	return list
}

// mute is a strategy of somebody's own that has one plan, and does not say why it holds nodes back.
type mute struct{ plan rollout.Plan }

func (mute) Name() string { return "Mute" }

func (m mute) Plan(rollout.State) rollout.Plan { return m.plan }

// moment is one of a rollout, and everything that there is to say about it.
type moment struct {
	name string
	edit func(*scene)
	want string
}

// TestExplain is the table of everything that a rollout may wait for.
func TestExplain(t *testing.T) {
	seen := make(map[string]bool)
	for _, tt := range slices.Concat(held(), slowed()) {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene("a", "b")
			tt.edit(s)
			_, e := s.explain(t)
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), strings.TrimSuffix(told(&e), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, told(&e))
			}
			for _, w := range e.Waits {
				for c := w.Cause; c != nil; c = c.Because {
					require.NotEmpty(t, c.Kind.Summary())
					seen[string(c.Kind)] = true
				}
			}
		})
	}
	require.Empty(t, standstill.Kind("Other").Summary())
	source, err := os.ReadFile("cause.go")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`Kind = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		require.True(t, seen[m[1]], "no row of the table has a cause %s", m[1])
	}
}
