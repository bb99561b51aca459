package cluster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

func TestDefaultTolerations(t *testing.T) {
	exists := func(key string, effect taints.Effect, seconds ...int64) taints.Toleration {
		t := taints.Toleration{Key: key, Operator: taints.OperatorExists, Effect: effect}
		if len(seconds) > 0 {
			t.TolerationSeconds = &seconds[0]
		}
		return t
	}
	const notReady, unreachable = taints.KeyNotReady, taints.KeyUnreachable
	addedNotReady := exists(notReady, taints.EffectNoExecute, 300)
	addedUnreachable := exists(unreachable, taints.EffectNoExecute, 300)
	for _, row := range []struct {
		rule   string
		own    []taints.Toleration
		added  []taints.Toleration
		reason string
	}{
		{"N-50 none", nil, []taints.Toleration{addedNotReady, addedUnreachable}, "both are added"},
		{"N-50 another key", []taints.Toleration{exists("gpu", "")},
			[]taints.Toleration{addedNotReady, addedUnreachable}, "after what is there"},
		{"N-50 one of the two", []taints.Toleration{exists(unreachable, taints.EffectNoExecute, 5)},
			[]taints.Toleration{addedNotReady}, "what the pod says of it stays"},
		{"N-50 every effect", []taints.Toleration{exists(notReady, "")},
			[]taints.Toleration{addedUnreachable}, "no effect is every effect"},
		{"N-50 every key", []taints.Toleration{exists("", taints.EffectNoExecute, 60)}, nil, "no key is every key"},
		{"N-50 another effect", []taints.Toleration{exists("", taints.EffectNoSchedule), exists(notReady, taints.EffectNoSchedule)},
			[]taints.Toleration{addedNotReady, addedUnreachable}, "it says nothing of NoExecute"},
		{"N-50 whatever the value", []taints.Toleration{{Key: notReady, Value: "x", Effect: taints.EffectNoExecute}},
			[]taints.Toleration{addedUnreachable}, "the key alone counts, though it tolerates nothing"},
		{"N-51", taints.WithDaemonTolerations(nil, false), nil, "a DaemonSet's pods tolerate both for ever already"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			want := append(append([]taints.Toleration(nil), row.own...), row.added...)
			if diff := cmp.Diff(want, cluster.DefaultTolerations(row.own)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
			c := cluster.New(cluster.Config{})
			template := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
				Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}, Tolerations: row.own,
			}})
			for _, name := range []string{"a", "b"} {
				_, err := c.Create(&cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: name}, Template: template})
				require.NoError(t, err)
			}
			a, b := c.Pod("default", "a"), c.Pod("default", "b")
			if diff := cmp.Diff(want, a.FullSpec().Tolerations); diff != "" {
				t.Errorf("a pod that is created (-want +got):\n%s", diff)
			}
			require.Same(t, a.Template, b.Template, "pods of one template still share one")
			require.Equal(t, len(row.own), len(template.Spec().Tolerations), "the template itself stays as it is")

			again := a.Clone().(*cluster.Pod)
			again.Template = template
			stored, err := c.Update(again)
			require.NoError(t, err)
			require.Same(t, a, stored, "an update that leaves them out has them added again")
		})
	}
}

// TestDefaultTolerationsOnUpdate has a pod that came into the cluster without admission.
func TestDefaultTolerationsOnUpdate(t *testing.T) {
	t.Run("N-50 on update", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		template := func(image string) *cluster.Template {
			return cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
				Containers: []cluster.Container{{Name: "main", Image: image}},
			}})
		}
		found, err := c.Restore(&cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "a"}, Template: template("agent:v1")})
		require.NoError(t, err)
		require.Empty(t, found.(*cluster.Pod).FullSpec().Tolerations, "it is as it was found")
		next := found.Clone().(*cluster.Pod)
		next.Template = template("agent:v2")
		stored, err := c.Update(next)
		require.NoError(t, err)
		require.Len(t, stored.(*cluster.Pod).FullSpec().Tolerations, 2)
	})
}
