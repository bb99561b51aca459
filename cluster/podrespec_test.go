package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// TestRespec updates pods from specs that people write: what creation resolved is not in them.
func TestRespec(t *testing.T) {
	written := func(edit func(*cluster.PodSpec)) *cluster.Template {
		return templateWith(func(s *cluster.PodTemplateSpec) {
			keyed(&s.Spec)
			s.ObjectMeta = cluster.TemplateMeta{}
			s.Spec.PriorityClassName = "high"
			edit(&s.Spec)
		})
	}
	plainly := func(*cluster.PodSpec) {}
	tolerate := taints.Toleration{Key: "k", Operator: taints.OperatorExists}
	for _, tt := range []struct {
		rule string
		edit func(*cluster.PodSpec)
		// full makes the edit on the spec as the API shows it.
		full bool
		want string
	}{
		{"as written", plainly, false, "the same"},
		{"as shown", plainly, true, "the same"},
		{"S-160 the same priority", func(s *cluster.PodSpec) { s.Priority = new(int32(1000)) }, false, "the same"},
		{"S-160 another priority", func(s *cluster.PodSpec) { s.Priority = new(int32(5)) }, true, "spec: Forbidden: pod updates may not change"},
		{"S-160 another policy", func(s *cluster.PodSpec) { s.PreemptionPolicy = new(never) }, false, "spec: Forbidden: pod updates may not change"},
		{"S-160 another class", func(s *cluster.PodSpec) { s.PriorityClassName = "patient" }, false, "spec: Forbidden: pod updates may not change"},
		{"S-27 one more toleration", func(s *cluster.PodSpec) { s.Tolerations = append(s.Tolerations, tolerate) }, false, "changed"},
		{"S-27 one more toleration, as shown", func(s *cluster.PodSpec) { s.Tolerations = append(s.Tolerations, tolerate) }, true, "changed"},
		{"another selector", func(s *cluster.PodSpec) { s.TopologySpreadConstraints[0].LabelSelector.MatchLabels["x"] = "y" }, false,
			"spec: Forbidden: pod updates may not change"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := priorityWorld(t)
			p := create(t, c, &cluster.Pod{
				ObjectMeta: cluster.ObjectMeta{Name: "p", Labels: map[string]string{"rev": "7"}}, Template: written(plainly),
			})
			before := keyedSelectors(t, p.FullSpec())
			next := p.Clone().(*cluster.Pod)
			next.Template = written(tt.edit)
			if tt.full {
				spec := p.FullSpec()
				tt.edit(&spec)
				next.Template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: spec})
			}
			stored, err := c.Update(next)
			switch tt.want {
			case "the same":
				require.NoError(t, err)
				require.Same(t, p, stored)
			case "changed":
				require.NoError(t, err)
				full := stored.(*cluster.Pod).FullSpec()
				require.Len(t, full.Tolerations, 3, "it, and what admission has added")
				require.Contains(t, full.Tolerations, tolerate)
				require.Equal(t, before, keyedSelectors(t, full), "what was folded stays folded")
				require.Equal(t, standing{"high", 1000, preempts}, standingOf(stored.(*cluster.Pod)))
			default:
				require.ErrorIs(t, err, cluster.ErrInvalid)
				require.ErrorContains(t, err, tt.want)
			}
		})
	}
}
