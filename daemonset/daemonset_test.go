package daemonset_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
)

func ptr[T any](v T) *T { return &v }

// TestDefaults goes through the table of D-4, with D-5 and D-6.
func TestDefaults(t *testing.T) {
	rolling := func(m, s cluster.IntOrString) daemonset.UpdateStrategy {
		return daemonset.UpdateStrategy{
			Type:          daemonset.RollingUpdate,
			RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &m, MaxSurge: &s},
		}
	}
	one, zero := cluster.FromInt(1), cluster.FromInt(0)
	half := cluster.FromString("50%")
	tests := []struct {
		name   string
		in     daemonset.UpdateStrategy
		want   daemonset.UpdateStrategy
		reason string
	}{
		{"empty", daemonset.UpdateStrategy{}, rolling(one, zero), "D-4: type, stanza and both fields"},
		{"stanza only", daemonset.UpdateStrategy{RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &half}},
			rolling(half, zero), "D-4: nil fields only"},
		{"maxSurge alone", daemonset.UpdateStrategy{
			Type: daemonset.RollingUpdate, RollingUpdate: &daemonset.RollingUpdateSpec{MaxSurge: &one},
		}, rolling(one, one), "D-5: which is then refused"},
		{"zero is kept", daemonset.UpdateStrategy{
			Type: daemonset.RollingUpdate, RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &zero},
		}, rolling(zero, zero), "D-4"},
		{"OnDelete", daemonset.UpdateStrategy{Type: daemonset.OnDelete},
			daemonset.UpdateStrategy{Type: daemonset.OnDelete}, "D-4: no stanza appears"},
		{"OnDelete with a stanza", daemonset.UpdateStrategy{
			Type: daemonset.OnDelete, RollingUpdate: &daemonset.RollingUpdateSpec{MaxSurge: &half},
		}, daemonset.UpdateStrategy{
			Type: daemonset.OnDelete, RollingUpdate: &daemonset.RollingUpdateSpec{MaxSurge: &half},
		}, "D-6: stored as written"},
		{"unknown type", daemonset.UpdateStrategy{Type: "Foo"}, daemonset.UpdateStrategy{Type: "Foo"},
			"D-4: only if the type is RollingUpdate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := agent()
			d.Spec.UpdateStrategy = tt.in
			d.Default()
			if diff := cmp.Diff(tt.want, d.Spec.UpdateStrategy); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Zero(t, d.Spec.MinReadySeconds, "D-4")
			require.Equal(t, int32(10), *d.Spec.RevisionHistoryLimit, "D-4")
		})
	}
	d := agent()
	d.Spec.RevisionHistoryLimit = ptr(int32(0))
	d.Spec.Selector = nil
	d.Default()
	require.Equal(t, int32(0), *d.Spec.RevisionHistoryLimit, "D-4: 0 is kept")
	require.Nil(t, d.Spec.Selector, "D-4: the selector has no default")
}

const percentText = "a valid percent string must be a numeric string followed by an ending '%' " +
	"(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

// TestValidate goes through the tables of D-14 to D-17. The messages are Kubernetes' own.
func TestValidate(t *testing.T) {
	const rolling = "spec.updateStrategy.rollingUpdate"
	container := func(edit func(*cluster.Container)) func(*daemonset.DaemonSet) {
		return func(d *daemonset.DaemonSet) { edit(&d.Spec.Template.Spec.Containers[0]) }
	}
	tests := []struct {
		name   string
		edit   func(*daemonset.DaemonSet)
		want   []string
		reason string
	}{
		{"valid", func(*daemonset.DaemonSet) {}, nil, "D-14"},
		{"no selector", func(d *daemonset.DaemonSet) { d.Spec.Selector = nil }, []string{
			"spec.template.metadata.labels: Invalid value: {\"app\":\"agent\"}: " +
				"`selector` does not match template `labels`",
		}, "D-14"},
		{"other labels", func(d *daemonset.DaemonSet) {
			d.Spec.Template.ObjectMeta.Labels = map[string]string{"app": "other"}
		}, []string{
			"spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: " +
				"`selector` does not match template `labels`",
		}, "D-14"},
		{"empty selector", func(d *daemonset.DaemonSet) { d.Spec.Selector = &affinity.LabelSelector{} },
			[]string{"spec.selector: Invalid value: {}: empty selector is invalid for daemonset"}, "D-14"},
		{"N-93 restartPolicy", spec(func(s *cluster.PodSpec) { s.RestartPolicy = "Never" }),
			[]string{`spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`},
			"D-14"},
		{"activeDeadlineSeconds", spec(func(s *cluster.PodSpec) { s.ActiveDeadlineSeconds = ptr(int64(5)) }),
			[]string{"spec.template.spec.activeDeadlineSeconds: Forbidden: " +
				"activeDeadlineSeconds in DaemonSet is not Supported"}, "D-14"},
		{"minReadySeconds", minReady(-1),
			[]string{"spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"}, "D-14"},
		{"revisionHistoryLimit", func(d *daemonset.DaemonSet) { d.Spec.RevisionHistoryLimit = ptr(int32(-1)) },
			[]string{"spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"}, "D-14"},
		{"revisionHistoryLimit 0", func(d *daemonset.DaemonSet) { d.Spec.RevisionHistoryLimit = ptr(int32(0)) },
			nil, "D-14"},
		{"strategy type", func(d *daemonset.DaemonSet) { d.Spec.UpdateStrategy.Type = "Foo" },
			[]string{`spec.updateStrategy: Unsupported value: {"Type":"Foo","RollingUpdate":null}: ` +
				`supported values: "RollingUpdate", "OnDelete"`}, "D-14"},
		{"both 0", budget("0", "0"),
			[]string{rolling + ".maxUnavailable: Required value: cannot be 0 when maxSurge is 0"}, "D-14"},
		{"both 0%", budget("0%", "0%"),
			[]string{rolling + ".maxUnavailable: Required value: cannot be 0 when maxSurge is 0"}, "D-15"},
		{"both", budget("1", "2"),
			[]string{rolling + ".maxSurge: Invalid value: 2: may not be set when maxUnavailable is non-zero"}, "D-14"},
		{"both in percent", budget("1%", "2%"),
			[]string{rolling + `.maxSurge: Invalid value: "2%": may not be set when maxUnavailable is non-zero`},
			"D-15"},
		{"surge with 0%", budget("0%", "1"), nil, "D-15"},
		{"110%", unavailable("110%"),
			[]string{rolling + `.maxUnavailable: Invalid value: "110%": must not be greater than 100%`}, "D-14"},
		{"a percent that no int holds", unavailable("99999999999999999999%"), []string{rolling +
			`.maxUnavailable: Invalid value: "99999999999999999999%": must not be greater than 100%`}, "D-14"},
		{"a percent that 32 bits do not hold", unavailable("3000000000%"), []string{rolling +
			`.maxUnavailable: Invalid value: "3000000000%": must not be greater than 100%`}, "D-14"},
		{"zeros in front", unavailable("00000000000000000000010%"), nil, "D-14"},
		{"100%", unavailable("100%"), nil, "D-14"},
		{"-1", unavailable("-1"),
			[]string{rolling + ".maxUnavailable: Invalid value: -1: must be greater than or equal to 0"}, "D-14"},
		{"abc", func(d *daemonset.DaemonSet) {
			budget("0", "0")(d)
			d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = ptr(cluster.FromString("abc"))
		}, []string{
			rolling + `.maxUnavailable: Invalid value: "abc": ` + percentText,
			rolling + ".maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
		}, "D-14, D-16: a bad text reads as zero"},
		{"text 5", func(d *daemonset.DaemonSet) {
			budget("0", "0")(d)
			d.Spec.UpdateStrategy.RollingUpdate.MaxSurge = ptr(cluster.FromString("5"))
		}, []string{
			rolling + `.maxSurge: Invalid value: "5": ` + percentText,
		}, "D-14, D-16: a number in quotes is no percent, but not zero either"},
		{"1000", unavailable("1000"), nil, "D-17: no upper bound"},
		{"OnDelete with nonsense", func(d *daemonset.DaemonSet) {
			budget("1", "1")(d)
			onDelete(d)
		}, nil, "D-6: not validated"},
		{"duplicate container", spec(func(s *cluster.PodSpec) { s.Containers = append(s.Containers, s.Containers[0]) }),
			[]string{`spec.template.spec.containers[1].name: Duplicate value: "main"`}, "D-14"},
		{"no container", spec(func(s *cluster.PodSpec) { s.Containers = nil }),
			[]string{"spec.template.spec.containers: Required value"}, "D-14"},
		{"no image", container(func(c *cluster.Container) { c.Image = "" }),
			[]string{"spec.template.spec.containers[0].image: Required value"}, "D-14"},
		{"no name", container(func(c *cluster.Container) { c.Name = "" }),
			[]string{"spec.template.spec.containers[0].name: Required value"}, "D-14"},
		{"two ports", container(func(c *cluster.Container) {
			c.Ports = []cluster.ContainerPort{
				{Name: "a", ContainerPort: 80, HostPort: 80}, {Name: "b", ContainerPort: 81, HostPort: 80},
			}
		}), []string{`spec.template.spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"`}, "D-14"},
		{"hostNetwork port", func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.HostNetwork = true
			d.Spec.Template.Spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: 81}}
		}, []string{
			"spec.template.spec.containers[0].ports[0].hostPort: Invalid value: 81: " +
				"must match `containerPort` when `hostNetwork` is true",
		}, "D-14"},
		{"hostNetwork without hostPort", func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.HostNetwork = true
			d.Spec.Template.Spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80}}
		}, nil, "D-14: an absent hostPort is fine"},
		{"template generation", func(d *daemonset.DaemonSet) {
			d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: "x"}
		}, []string{
			`metadata.annotations[deprecated.daemonset.template.generation]: Invalid value: "x": ` +
				`strconv.ParseInt: parsing "x": invalid syntax`,
		}, "D-26"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{})
			_, err := w.Create(agent(tt.edit))
			if diff := cmp.Diff(tt.want, messages(err)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Equal(t, err == nil, w.set() != nil, "a refused object is not stored")
		})
	}
}

// TestValidateWithoutDefaults covers the row of D-14 that defaulting hides.
func TestValidateWithoutDefaults(t *testing.T) {
	d := agent()
	d.Default()
	d.Spec.UpdateStrategy.RollingUpdate = nil
	require.Equal(t, []string{"spec.updateStrategy.rollingUpdate: Required value"}, messages(d.Validate().Err()))
}

func messages(err error) []string {
	var list field.ErrorList
	errors.As(err, &list)
	var texts []string
	for _, e := range list {
		texts = append(texts, e.Error())
	}
	return texts
}

// checkSelectorIsImmutable changes labels, which may, and the selector.
func checkSelectorIsImmutable(t *testing.T) {
	w := newWorld(t, setup{})
	w.create(agent())
	next := w.set().Clone().(*daemonset.DaemonSet)
	next.Spec.Template.ObjectMeta.Labels["tier"] = "edge"
	w.update(next)
	require.Equal(t, int64(2), w.set().TemplateGeneration(), "labels may change while the selector matches")

	next = w.set().Clone().(*daemonset.DaemonSet)
	next.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"tier": "edge"}}
	_, err := w.Update(next)
	require.ErrorIs(t, err, cluster.ErrInvalid)
	require.Equal(t, []string{
		`spec.selector: Invalid value: {"matchLabels":{"tier":"edge"}}: field is immutable`,
	}, messages(err))
}

// checkGenerationsOnCreate covers D-26, too.
func checkGenerationsOnCreate(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"none", "", "1"}, {"seven", "7", "7"}, {"zero", "0", "1"}, {"negative", "-3", "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{})
			d := agent()
			d.Generation = 5
			d.Status.NumberReady = 3
			if tt.given != "" {
				d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: tt.given}
			}
			w.create(d)
			require.Equal(t, int64(1), w.set().Generation)
			require.Equal(t, tt.want, w.set().Annotations[daemonset.TemplateGenerationAnnotation])
			require.Equal(t, daemonset.Status{}, w.set().Status)
		})
	}
}

// limits gives the container a limit of memory.
func limits(memory string) func(*daemonset.DaemonSet) {
	return spec(func(s *cluster.PodSpec) {
		s.Containers[0].Resources.Limits = cluster.ResourceList{cluster.ResourceMemory: quantity.MustParse(memory)}
	})
}

// TestGenerationsOnUpdate goes through the table of D-28.
func TestGenerationsOnUpdate(t *testing.T) {
	type numbers struct{ Generation, Template int64 }
	tests := []struct {
		name   string
		edit   func(*daemonset.DaemonSet)
		want   numbers
		reason string
	}{
		{"labels", func(d *daemonset.DaemonSet) { d.Labels = map[string]string{"a": "b"} }, numbers{1, 1}, "D-28"},
		{"annotations", func(d *daemonset.DaemonSet) { d.Annotations["a"] = "b" }, numbers{1, 1}, "D-28"},
		{"minReadySeconds", minReady(5), numbers{2, 1}, "D-28"},
		{"updateStrategy", unavailable("2"), numbers{2, 1}, "D-28"},
		{"revisionHistoryLimit", func(d *daemonset.DaemonSet) { d.Spec.RevisionHistoryLimit = ptr(int32(3)) },
			numbers{2, 1}, "D-28"},
		{"image", spec(func(s *cluster.PodSpec) { s.Containers[0].Image = "agent:v2" }), numbers{2, 2}, "D-28"},
		{"template annotation", func(d *daemonset.DaemonSet) {
			d.Spec.Template.ObjectMeta.Annotations = map[string]string{"a": "b"}
		}, numbers{2, 2}, "D-28"},
		{"the same", func(*daemonset.DaemonSet) {}, numbers{1, 1}, "D-28"},
		{"nil and empty", spec(func(s *cluster.PodSpec) { s.NodeSelector = map[string]string{} }), numbers{1, 1},
			"D-28: semantic equality"},
		{"a quantity written in another way", limits("1048576Ki"), numbers{1, 1}, "D-28: quantities by value"},
		{"another quantity", limits("1048577Ki"), numbers{2, 2}, "D-28"},
		{"both", func(d *daemonset.DaemonSet) {
			minReady(5)(d)
			d.Spec.Template.Spec.HostPID = true
		}, numbers{2, 2}, "D-28: one step, not two"},
		{"template generation", func(d *daemonset.DaemonSet) {
			d.Annotations[daemonset.TemplateGenerationAnnotation] = "9"
		}, numbers{1, 1}, "D-27: put back"},
		{"template generation removed", func(d *daemonset.DaemonSet) { d.Annotations = nil }, numbers{1, 1}, "D-27"},
		{"status", func(d *daemonset.DaemonSet) { d.Status.NumberReady = 7 }, numbers{1, 1}, "D-29"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(agent(limits("1Gi")))
			w.settle()
			before, history := w.set(), daemonset.Revisions(w.Reader, w.set())
			w.change(tt.edit)
			got := numbers{w.set().Generation, w.set().TemplateGeneration()}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Equal(t, before.Status, w.set().Status, "D-29: a spec write never touches status")
			w.settle()
			require.Equal(t, tt.want.Generation, w.set().Status.ObservedGeneration, "D-31")
			require.Len(t, daemonset.Revisions(w.Reader, w.set()), len(history)+int(tt.want.Template)-1)
			require.Equal(t, tt.want.Generation, w.set().Generation, "D-29: a status write bumps nothing")
		})
	}
}

// TestUpdateOfMissing covers D-30.
func TestUpdateOfMissing(t *testing.T) {
	w := newWorld(t, setup{})
	_, err := w.Update(agent())
	require.ErrorIs(t, err, cluster.ErrNotFound)
	w.create(agent())
	w.update(agent(minReady(3)))
	require.Equal(t, int32(3), w.set().Spec.MinReadySeconds, "without a resourceVersion it is unconditional")
	_, err = w.Update(agent(func(d *daemonset.DaemonSet) { d.ResourceVersion = 1 }))
	require.ErrorIs(t, err, cluster.ErrConflict)
	_, err = w.Update(agent(func(d *daemonset.DaemonSet) {
		d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: "x"}
	}))
	require.ErrorIs(t, err, cluster.ErrInvalid, "D-26")
}

// TestCloneIsDeep scribbles on everything that a clone can reach.
func TestCloneIsDeep(t *testing.T) {
	d := agent(unavailable("1"))
	d.Spec.RevisionHistoryLimit, d.Status.CollisionCount = ptr(int32(3)), ptr(int32(1))
	d.Spec.Selector.MatchExpressions = []affinity.LabelSelectorRequirement{
		{Key: "app", Operator: affinity.LabelSelectorOpIn, Values: []string{"agent"}},
	}
	c := d.Clone().(*daemonset.DaemonSet)
	require.Empty(t, cmp.Diff(d, c))
	c.Spec.Selector.MatchLabels["app"] = "x"
	c.Spec.Selector.MatchExpressions[0].Values[0] = "x"
	c.Spec.Template.ObjectMeta.Labels["app"] = "x"
	c.Spec.Template.Spec.Containers[0].Image = "x"
	*c.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = cluster.FromInt(9)
	*c.Spec.RevisionHistoryLimit, *c.Status.CollisionCount = 9, 9
	require.Equal(t, "agent", d.Spec.Selector.MatchLabels["app"])
	require.Equal(t, "agent", d.Spec.Selector.MatchExpressions[0].Values[0])
	require.Equal(t, "agent", d.Spec.Template.ObjectMeta.Labels["app"])
	require.Equal(t, "agent:v1", d.Spec.Template.Spec.Containers[0].Image)
	require.Equal(t, cluster.FromInt(1), *d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
	require.Equal(t, int32(3), *d.Spec.RevisionHistoryLimit)
	require.Equal(t, int32(1), *d.Status.CollisionCount)
}
