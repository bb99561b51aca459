package cluster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// classified is a pod whose template says this of its priority.
func classified(name string, edit func(*cluster.PodSpec)) *cluster.Pod {
	p := newPod(name)
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) { edit(&s.Spec) })
	return p
}

func ofClass(name, class string) *cluster.Pod {
	return classified(name, func(s *cluster.PodSpec) { s.PriorityClassName = class })
}

// standing is what a pod says of its priority, as the API shows it.
type standing struct {
	Class    string
	Priority int32
	Policy   cluster.PreemptionPolicy
}

func standingOf(p *cluster.Pod) standing {
	spec := p.FullSpec()
	return standing{spec.PriorityClassName, *spec.Priority, *spec.PreemptionPolicy}
}

const (
	preempts = cluster.PreemptLowerPriority
	never    = cluster.PreemptNever
)

func priorityWorld(t *testing.T) *cluster.Cluster {
	c := cluster.New(cluster.Config{})
	for _, class := range []*cluster.PriorityClass{
		{ObjectMeta: named("high"), Value: 1000},
		{ObjectMeta: named("patient"), Value: 500, PreemptionPolicy: "Never"},
		{ObjectMeta: named("low"), Value: -7},
	} {
		create(t, c, class)
	}
	return c
}

func TestPriorityClasses(t *testing.T) {
	usual := func() *cluster.PriorityClass {
		return &cluster.PriorityClass{ObjectMeta: named("usual"), Value: 50, GlobalDefault: true,
			PreemptionPolicy: "Never"}
	}
	for _, row := range []struct {
		rule  string
		class string
		world func(*testing.T, *cluster.Cluster)
		want  standing
	}{
		{"S-159 built-in class for nodes", "system-node-critical", nil,
			standing{"system-node-critical", 2_000_001_000, preempts}},
		{"S-159 built-in class for the cluster", "system-cluster-critical", nil,
			standing{"system-cluster-critical", 2_000_000_000, preempts}},
		{"S-159 no class and no default", "", nil, standing{"", 0, preempts}},
		{"S-159 no class, with a default", "", func(t *testing.T, c *cluster.Cluster) {
			create(t, c, usual())
		}, standing{"usual", 50, never}},
		{"S-159 a default is for those who name none", "high", func(t *testing.T, c *cluster.Cluster) {
			create(t, c, usual())
		}, standing{"high", 1000, preempts}},
		{"S-160 priority of the class", "high", nil, standing{"high", 1000, preempts}},
		{"S-160 preemption policy of the class", "patient", nil, standing{"patient", 500, never}},
		{"S-160 less than nothing", "low", nil, standing{"low", -7, preempts}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			c := priorityWorld(t)
			if row.world != nil {
				row.world(t, c)
			}
			p := create(t, c, ofClass("p", row.class))
			if diff := cmp.Diff(row.want, standingOf(p)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			require.Equal(t, row.want.Class, p.PriorityClassName())
			require.Equal(t, row.want.Policy, p.PreemptionPolicy())
			clone := update(t, c, edited(p, func(p *cluster.Pod) {
				p.Labels, p.Priority = map[string]string{"a": "b"}, 9
			}))
			require.Equal(t, row.want, standingOf(clone), "S-160: both are kept on update")
		})
	}
}

func TestPriorityAdmission(t *testing.T) {
	says := func(class string, priority *int32, policy *cluster.PreemptionPolicy) *cluster.Pod {
		return classified("p", func(s *cluster.PodSpec) {
			s.PriorityClassName, s.Priority, s.PreemptionPolicy = class, priority, policy
		})
	}
	for _, row := range []struct {
		rule string
		pod  *cluster.Pod
		want string
	}{
		{"S-160 unknown class", says("higher", nil, nil), "forbidden: no PriorityClass with name higher was found"},
		{"S-160 the same priority", says("high", new(int32(1000)), nil), ""},
		{"S-160 another priority", says("high", new(int32(5)), nil),
			"forbidden: the integer value of priority (5) must not be provided in pod spec; " +
				"priority admission controller computed 1000 from the given PriorityClass name"},
		{"S-160 a priority without a class", says("", new(int32(5)), nil),
			"forbidden: the integer value of priority (5) must not be provided in pod spec; " +
				"priority admission controller computed 0 from the given PriorityClass name"},
		{"S-160 zero without a class", says("", new(int32), nil), ""},
		{"S-160 the same policy", says("patient", nil, new(never)), ""},
		{"S-160 another policy", says("patient", nil, new(preempts)),
			"forbidden: the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in " +
				"pod spec; priority admission controller computed Never from the given PriorityClass name"},
		{"S-160 a policy without a class", says("", nil, new(never)),
			"forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; " +
				"priority admission controller computed PreemptLowerPriority from the given PriorityClass name"},
		{"S-160 a policy against a built-in class", says("system-node-critical", nil, new(never)),
			"computed PreemptLowerPriority"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			c := priorityWorld(t)
			_, err := c.Create(row.pod)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrForbidden)
			require.ErrorContains(t, err, row.want)
			require.Nil(t, c.Pod("default", "p"))
		})
	}
}

func TestPriorityClassRules(t *testing.T) {
	class := func(name string, value int32) *cluster.PriorityClass {
		return &cluster.PriorityClass{ObjectMeta: named(name), Value: value}
	}
	for _, row := range []struct {
		rule  string
		class *cluster.PriorityClass
		want  string
	}{
		{"S-159 the largest value", class("top", 1_000_000_000), ""},
		{"S-159 too large", class("top", 1_000_000_001),
			"value: Forbidden: maximum allowed value of a user defined priority is 1000000000"},
		{"S-159 the smallest value", class("bottom", -1<<31), ""},
		{"S-159 a name of the system", class("system-mine", 5), "metadata.name: Forbidden: priority class names " +
			"with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class"},
		{"S-159 a built-in class, as it is", class("system-node-critical", 2_000_001_000), ""},
		{"S-159 a built-in class of another value", class("system-node-critical", 5),
			"error: value of system-node-critical PriorityClass must be 2000001000"},
		{"S-159 a built-in class as the default", &cluster.PriorityClass{
			ObjectMeta: named("system-cluster-critical"), Value: 2_000_000_000, GlobalDefault: true,
		}, "error: globalDefault of system-cluster-critical PriorityClass must be false"},
		{"S-160 unknown policy", &cluster.PriorityClass{ObjectMeta: named("x"), PreemptionPolicy: "Sometimes"},
			`preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			_, err := cluster.New(cluster.Config{}).Create(row.class)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrInvalid)
			require.ErrorContains(t, err, row.want)
		})
	}
	t.Run("S-159 one default", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		first := class("first", 1)
		first.GlobalDefault = true
		create(t, c, first)
		second := class("second", 2)
		create(t, c, second)
		second.GlobalDefault = true
		_, err := c.Update(second)
		require.ErrorIs(t, err, cluster.ErrForbidden)
		require.ErrorContains(t, err, "PriorityClass first is already marked as default. Only one default can exist")
		third := class("third", 3)
		third.GlobalDefault = true
		_, err = c.Create(third)
		require.ErrorIs(t, err, cluster.ErrForbidden)
		first.Description = "still the default"
		_, err = c.Update(first)
		require.NoError(t, err)
	})
	t.Run("S-162 what may not change", func(t *testing.T) {
		c := priorityWorld(t)
		_, err := c.Update(&cluster.PriorityClass{ObjectMeta: named("high"), Value: 1001, PreemptionPolicy: "Never"})
		require.ErrorContains(t, err, "value: Forbidden: may not be changed in an update.")
		require.ErrorContains(t, err, `preemptionPolicy: Invalid value: "Never": field is immutable`)
	})
}

// TestAnyNamespaceIsCritical_S161: the classes of the system are not tied to a namespace.
func TestAnyNamespaceIsCritical_S161(t *testing.T) {
	c := cluster.New(cluster.Config{})
	for _, namespace := range []string{"default", "kube-system", "somewhere"} {
		p := ofClass("p", "system-node-critical")
		p.Namespace = namespace
		require.EqualValues(t, 2_000_001_000, create(t, c, p).Priority, namespace)
	}
}

// TestPodsOutliveTheirClass_S162: changes of a class are not changes of pods.
func TestPodsOutliveTheirClass_S162(t *testing.T) {
	c := priorityWorld(t)
	usual := &cluster.PriorityClass{
		ObjectMeta: named("usual"), Value: 50, GlobalDefault: true, PreemptionPolicy: "Never",
	}
	create(t, c, usual)
	a, b := create(t, c, ofClass("a", "high")), create(t, c, ofClass("b", ""))
	usual.GlobalDefault = false
	update(t, c, usual)
	for _, name := range []string{"high", "usual"} {
		require.NoError(t, c.Delete(cluster.KindPriorityClass, "", name, cluster.DeleteOptions{}))
	}
	create(t, c, &cluster.PriorityClass{ObjectMeta: named("high"), Value: 7})
	require.Same(t, a, storedPod(c, "a"))
	require.Equal(t, standing{"high", 1000, preempts}, standingOf(a))
	require.Equal(t, standing{"usual", 50, never}, standingOf(b))
	require.Equal(t, standing{"high", 7, preempts}, standingOf(create(t, c, ofClass("c", "high"))))
	require.Equal(t, standing{"", 0, preempts}, standingOf(create(t, c, ofClass("d", ""))))
	value, ok := c.PriorityOf("usual")
	require.False(t, ok)
	require.Zero(t, value)
}
