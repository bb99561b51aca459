package podsecurity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
	"github.com/daemonsim/daemonsim/daemonset"
)

type labels = map[string]string

// world is a cluster without controllers that has the admission, and the namespace "ns".
func world(t *testing.T, config podsecurity.Config, onNamespace labels) *cluster.Cluster {
	t.Helper()
	c := cluster.New(cluster.Config{Admission: []cluster.Admission{podsecurity.New(config)}})
	_, err := c.Create(&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "ns", Labels: onNamespace}})
	require.NoError(t, err)
	return c
}

func podOf(t *testing.T, name, text string) *cluster.Pod {
	t.Helper()
	annotations, spec := judged(t, text)
	for i := range spec.Containers {
		spec.Containers[i].Image = "agent:v1"
	}
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name, Namespace: "ns", Annotations: annotations},
		Template:   cluster.NewTemplate(cluster.PodTemplateSpec{Spec: *spec}),
	}
}

func setOf(t *testing.T, text string) *daemonset.DaemonSet {
	t.Helper()
	set := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent", Namespace: "ns"}}
	set.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels{"app": "agent"}}
	set.Spec.Template.ObjectMeta.Labels = labels{"app": "agent"}
	_, spec := judged(t, text)
	set.Spec.Template.Spec = *spec
	set.Spec.Template.Spec.Containers[0].Image = "agent:v1"
	return set
}

const (
	onHost     = `{'hostNetwork': true, 'containers': [{'name': 'agent', 'ports': [{'containerPort': 9100}]}]}`
	hostPIDs   = `{'hostPID': true, 'containers': [{'name': 'agent'}]}`
	ordinary   = `{'containers': [{'name': 'agent'}]}`
	violatesBy = `violates PodSecurity "baseline:latest": host namespaces (hostPID=true)`
)

func TestPodsAreJudged(t *testing.T) {
	for _, tt := range []struct {
		rule         string
		config       podsecurity.Config
		labels       labels
		pod          string
		refused      string
		warningsLike []string
	}{
		{rule: "P-4 an unlabelled namespace is unrestricted", pod: onHost},
		{
			rule: "P-7 P-36", labels: labels{podsecurity.LabelEnforce: "baseline"}, pod: hostPIDs,
			refused: violatesBy,
		},
		{
			rule: "P-13 P-35 a pod in the host's network has the host's ports", pod: onHost,
			labels: labels{podsecurity.LabelEnforce: "baseline", podsecurity.LabelEnforceVersion: "v1.36"},
			refused: `violates PodSecurity "baseline:v1.36": host namespaces (hostNetwork=true), ` +
				`hostPort (container "agent" uses hostPort 9100)`,
		},
		{
			rule: "P-38 the version is the label's", pod: hostPIDs,
			labels:  labels{podsecurity.LabelEnforce: "baseline", podsecurity.LabelEnforceVersion: "v1.99"},
			refused: `violates PodSecurity "baseline:v1.99": host namespaces (hostPID=true)`,
		},
		{
			rule: "P-37 a warning", labels: labels{podsecurity.LabelWarn: "baseline"}, pod: hostPIDs,
			warningsLike: []string{"would " + strings.Replace(violatesBy, "violates", "violate", 1)},
		},
		{
			rule: "P-37 nothing is heard of an audit", labels: labels{podsecurity.LabelAudit: "baseline"}, pod: hostPIDs,
		},
		{
			rule: "P-12 an exempt namespace", labels: labels{podsecurity.LabelEnforce: "restricted"}, pod: hostPIDs,
			config: podsecurity.Config{Exempt: podsecurity.Exemptions{Namespaces: []string{"ns"}}},
		},
		{
			rule: "P-12 an exempt user", labels: labels{podsecurity.LabelEnforce: "restricted"}, pod: hostPIDs,
			config: podsecurity.Config{Exempt: podsecurity.Exemptions{Users: []string{"user"}}},
		},
		{
			rule: "P-12 an exempt runtime class", labels: labels{podsecurity.LabelEnforce: "restricted"},
			config: podsecurity.Config{Exempt: podsecurity.Exemptions{RuntimeClasses: []string{"kata"}}},
			pod:    `{'runtimeClassName': 'kata', 'hostPID': true, 'containers': [{'name': 'agent'}]}`,
		},
		{
			rule:    "P-12 names are compared as they are",
			labels:  labels{podsecurity.LabelEnforce: "baseline"},
			config:  podsecurity.Config{Exempt: podsecurity.Exemptions{Namespaces: []string{"n", "ns2", "*"}}},
			pod:     hostPIDs,
			refused: violatesBy,
		},
		{
			rule: "P-4 other defaults", pod: hostPIDs,
			config:  podsecurity.Config{Defaults: podsecurity.Policy{Enforce: podsecurity.LevelVersion{Level: "baseline"}}},
			refused: violatesBy,
		},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := world(t, tt.config, tt.labels)
			before := c.Version()
			_, err := c.Create(podOf(t, "agent", tt.pod))
			require.Equal(t, tt.warningsLike, c.Warnings())
			if tt.refused == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrForbidden)
			require.ErrorContains(t, err, tt.refused)
			require.Equal(t, before, c.Version(), "the cluster is unchanged")
		})
	}
}

func TestUpdatesOfPods(t *testing.T) {
	setNamespace := func(c *cluster.Cluster, onNamespace labels) {
		ns := c.Object(cluster.KindNamespace, "", "ns").Clone().(*cluster.Namespace)
		ns.Labels = onNamespace
		_, err := c.Update(ns)
		require.NoError(t, err)
	}
	image := func(p *cluster.Pod, image string) {
		spec := p.Spec().Clone()
		spec.Containers[0].Image = image
		p.Template = cluster.NewTemplate(cluster.PodTemplateSpec{ObjectMeta: *p.Template.Meta(), Spec: spec})
	}
	for _, tt := range []struct {
		rule    string
		change  func(*cluster.Pod)
		refused bool
	}{
		{"P-7 P-10 another image", func(p *cluster.Pod) { image(p, "agent:v2") }, true},
		{"P-7 labels and annotations", func(p *cluster.Pod) {
			p.Labels, p.Annotations = labels{"a": "b"}, labels{"a": "b"}
		}, false},
		{"P-7 the same image", func(p *cluster.Pod) { image(p, "agent:v1") }, false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := world(t, podsecurity.Config{}, nil)
			_, err := c.Create(podOf(t, "agent", hostPIDs))
			require.NoError(t, err)
			setNamespace(c, labels{podsecurity.LabelEnforce: "baseline"})
			require.NotNil(t, c.Pod("ns", "agent"), "what runs is left alone")
			p := c.Pod("ns", "agent").Clone().(*cluster.Pod)
			tt.change(p)
			_, err = c.Update(p)
			if tt.refused {
				require.ErrorIs(t, err, cluster.ErrForbidden)
			} else {
				require.NoError(t, err)
			}
		})
	}
	t.Run("P-8 binding and status", func(t *testing.T) {
		c := world(t, podsecurity.Config{}, nil)
		require.NoError(t, c.CreateOwned(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "node-1"}}))
		_, err := c.Create(podOf(t, "agent", hostPIDs))
		require.NoError(t, err)
		setNamespace(c, labels{podsecurity.LabelEnforce: "restricted"})
		_, err = c.Bind(c.Pod("ns", "agent").UID, "node-1")
		require.NoError(t, err)
		p := c.Pod("ns", "agent").Clone().(*cluster.Pod)
		p.Status.Phase = cluster.PodRunning
		_, err = c.UpdateStatus(p)
		require.NoError(t, err)
	})
}

// TestOrder is about requests that several things could be said of: the first of them counts.
func TestOrder(t *testing.T) {
	kata := `{'runtimeClassName': 'kata', 'hostPID': true, 'containers': [{'name': 'agent'}]}`
	config := podsecurity.Config{
		Defaults: podsecurity.Policy{Warn: podsecurity.LevelVersion{Level: "restricted"}},
		Exempt:   podsecurity.Exemptions{RuntimeClasses: []string{"kata"}},
	}
	for _, tt := range []struct {
		rule, pod string
		labels    labels
		warned    bool
	}{
		{"P-11 a pod that is allowed is warned of", hostPIDs, nil, true},
		{"P-11 all three modes privileged", hostPIDs, labels{podsecurity.LabelWarn: "privileged"}, false},
		{"P-11 a label that cannot be read does not end the evaluation", hostPIDs,
			labels{podsecurity.LabelAuditVersion: "x"}, true},
		{"P-11 a runtime class is exempt before anything is evaluated", kata, nil, false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := cluster.New(cluster.Config{Admission: []cluster.Admission{unread{podsecurity.New(config)}}})
			_, err := c.Create(&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "ns", Labels: tt.labels}})
			require.NoError(t, err)
			_, err = c.Create(podOf(t, "agent", tt.pod))
			require.NoError(t, err)
			require.Equal(t, tt.warned, len(c.Warnings()) == 1, c.Warnings())
			p := c.Pod("ns", "agent").Clone().(*cluster.Pod)
			p.Labels = labels{"a": "b"}
			_, err = c.Update(p)
			require.NoError(t, err)
			require.Empty(t, c.Warnings(), "an update that is not significant")
		})
	}
}

// unread is an admission that does not look at namespaces, as if they had been there before it.
type unread struct{ *podsecurity.Admission }

func (u unread) Admit(w cluster.Write) ([]string, error) {
	if _, ok := w.After.(*cluster.Namespace); ok {
		return nil, nil
	}
	return u.Admission.Admit(w)
}

// TestWorkloadsAreWarnedOf is about the DaemonSet, and not about its pods.
func TestWorkloadsAreWarnedOf(t *testing.T) {
	t.Run("P-9", checkWorkloads)
	t.Run("P-45", checkWorkloads)
}

func checkWorkloads(t *testing.T) {
	c := world(t, podsecurity.Config{}, labels{podsecurity.LabelEnforce: "baseline"})
	stored, err := c.Create(setOf(t, onHost))
	require.NoError(t, err, "a DaemonSet is never refused")
	require.Equal(t, []string{`would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`},
		c.Warnings(), "P-35: its template has no host ports of its own")

	set := stored.Clone().(*daemonset.DaemonSet)
	set.Labels = labels{"a": "b"}
	_, err = c.Update(set)
	require.NoError(t, err)
	require.Len(t, c.Warnings(), 1, "on every update")

	set.ResourceVersion = 0
	set.Status.ObservedGeneration = 1
	_, err = c.UpdateStatus(set)
	require.NoError(t, err, "but not of the status")

	set = c.Object(daemonset.Kind, "ns", "agent").Clone().(*daemonset.DaemonSet)
	set.Spec.Template.Spec.HostNetwork = false
	_, err = c.Update(set)
	require.NoError(t, err)
	require.Empty(t, c.Warnings())
	require.Empty(t, c.Fork().Warnings())
}

func TestLabelsOfNamespaces(t *testing.T) {
	apply := func(c *cluster.Cluster, name string, on labels) error {
		ns := &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: on}}
		if c.Object(cluster.KindNamespace, "", name) == nil {
			_, err := c.Create(ns)
			return err
		}
		_, err := c.Update(ns)
		return err
	}
	enforce := func(level, version string) labels {
		return labels{podsecurity.LabelEnforce: level, podsecurity.LabelEnforceVersion: version}
	}
	t.Run("P-6 a new namespace with labels that cannot be read", func(t *testing.T) {
		c := world(t, podsecurity.Config{}, nil)
		err := apply(c, "other", labels{podsecurity.LabelWarn: "some", podsecurity.LabelAuditVersion: "1.3"})
		require.ErrorIs(t, err, cluster.ErrInvalid)
		require.ErrorContains(t, err, `metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "some": `+
			`must be one of privileged, baseline, restricted`)
		require.ErrorContains(t, err, `metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: "1.3": `+
			`must be "latest" or "v1.x"`)
		require.Nil(t, c.Object(cluster.KindNamespace, "", "other"))
	})
	t.Run("P-6 an update to labels that cannot be read", func(t *testing.T) {
		c := world(t, podsecurity.Config{}, nil)
		require.ErrorIs(t, apply(c, "ns", labels{podsecurity.LabelEnforce: ""}), cluster.ErrInvalid)
	})
	t.Run("P-6 what is stored already may stay", func(t *testing.T) {
		// The namespace is made while there is no admission, and then the admission comes.
		bad := labels{podsecurity.LabelEnforce: "none"}
		before := &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "ns", Labels: bad}}
		after := before.Clone().(*cluster.Namespace)
		after.Labels["a"] = "b"
		write := cluster.Write{Reader: cluster.New(cluster.Config{}).Reader, Before: before, After: after}
		_, err := podsecurity.New(podsecurity.Config{}).Admit(write)
		require.NoError(t, err)
		after.Labels[podsecurity.LabelWarn] = "none"
		_, err = podsecurity.New(podsecurity.Config{}).Admit(write)
		require.ErrorIs(t, err, cluster.ErrInvalid)
	})

	// Four pods violate the baseline in two ways, and one does not.
	populated := func(t *testing.T, config podsecurity.Config, on labels) *cluster.Cluster {
		c := world(t, config, nil)
		for name, spec := range map[string]string{
			"d-port": onHost, "c-pids": hostPIDs, "b-pids": hostPIDs, "e-pids": hostPIDs, "a-fine": ordinary,
		} {
			_, err := c.Create(podOf(t, name, spec))
			require.NoError(t, err)
		}
		require.NoError(t, apply(c, "ns", on))
		return c
	}
	violating := func(level string) []string {
		return []string{
			fmt.Sprintf("existing pods in namespace %q violate the new PodSecurity enforce level %q", "ns", level),
			"b-pids (and 2 other pods): host namespaces",
			"d-port: host namespaces, hostPort",
		}
	}
	for _, tt := range []struct {
		rule    string
		was, is labels
		want    []string
	}{
		{"P-41 P-43 tightened", nil, labels{podsecurity.LabelEnforce: "baseline"}, violating("baseline:latest")},
		{"P-41 another version", enforce("baseline", "v1.30"), enforce("baseline", "v1.20"), violating("baseline:v1.20")},
		{"P-41 relaxed in another version", enforce("restricted", "v1.30"), enforce("baseline", "v1.20"),
			violating("baseline:v1.20")},
		{"P-41 unchanged", enforce("baseline", "v1.30"), enforce("baseline", "v1.30"), nil},
		{"P-41 to privileged", enforce("baseline", "v1.30"), enforce("privileged", "v1.20"), nil},
		{"P-41 relaxed", enforce("restricted", "v1.30"), enforce("baseline", "v1.30"), nil},
		{"P-41 only warnings", nil, labels{podsecurity.LabelWarn: "baseline"}, nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := populated(t, podsecurity.Config{}, tt.was)
			require.NoError(t, apply(c, "ns", tt.is))
			require.Equal(t, tt.want, c.Warnings())
		})
	}
	t.Run("P-43 one other pod", func(t *testing.T) {
		c := world(t, podsecurity.Config{}, nil)
		for _, name := range []string{"b", "a"} {
			_, err := c.Create(podOf(t, name, hostPIDs))
			require.NoError(t, err)
		}
		require.NoError(t, apply(c, "ns", labels{podsecurity.LabelEnforce: "baseline"}))
		require.Equal(t, "a (and 1 other pod): host namespaces", c.Warnings()[1])
	})
	t.Run("P-42 pods of an exempt runtime class are left out", func(t *testing.T) {
		c := world(t, podsecurity.Config{Exempt: podsecurity.Exemptions{RuntimeClasses: []string{"kata"}}}, nil)
		_, err := c.Create(podOf(t, "a", `{'runtimeClassName': 'kata', 'hostPID': true, 'containers': [{'name': 'a'}]}`))
		require.NoError(t, err)
		require.NoError(t, apply(c, "ns", labels{podsecurity.LabelEnforce: "baseline"}))
		require.Empty(t, c.Warnings())
	})
	t.Run("P-44 an exempt namespace", func(t *testing.T) {
		c := world(t, podsecurity.Config{Exempt: podsecurity.Exemptions{Namespaces: []string{"ns", "new"}}}, nil)
		require.NoError(t, apply(c, "ns", labels{podsecurity.LabelEnforce: "baseline", podsecurity.LabelAuditVersion: "v1.3"}))
		require.Equal(t, []string{`namespace "ns" is exempt from Pod Security, and the policy ` +
			`(enforce=baseline:latest) will be ignored`}, c.Warnings())
		require.NoError(t, apply(c, "new", labels{podsecurity.LabelAudit: "restricted", podsecurity.LabelWarn: "baseline"}))
		require.Equal(t, []string{`namespace "new" is exempt from Pod Security, and the policy ` +
			`(audit=restricted:latest, warn=baseline:latest) will be ignored`}, c.Warnings())
		require.NoError(t, apply(c, "new", nil))
		require.Empty(t, c.Warnings())
	})
}
