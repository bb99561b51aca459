package manifest_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
)

// agentYAML is a DaemonSet of which the tests replace parts; LATE is the rest of its spec.
const agentYAML = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ns}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: agent, image: "agent:v1"}]
`

// agentWith is agentYAML with each old text replaced by the new one that follows it.
func agentWith(replacements ...string) string {
	return strings.NewReplacer(replacements...).Replace(agentYAML)
}

func decodeOne(t *testing.T, text string) cluster.Object {
	t.Helper()
	set, err := manifest.Decode("f.yaml", []byte(text), manifest.Options{})
	require.NoError(t, err)
	return set.Objects()[0]
}

// refusal creates an object and returns what is wrong with it, "" if nothing is.
func refusal(t *testing.T, text string) string {
	t.Helper()
	_, err := cluster.New(cluster.Config{}).Create(decodeOne(t, text))
	var list field.ErrorList
	if errors.As(err, &list) {
		return list.Error()
	}
	require.NoError(t, err)
	return ""
}

// defaulted is a manifest's object with its defaults, as JSON.
func defaulted(t *testing.T, text string) map[string]any {
	t.Helper()
	obj := decodeOne(t, text)
	obj.Default()
	var tree map[string]any
	require.NoError(t, json.Unmarshal(manifest.JSON(obj, manifest.Options{}), &tree))
	return tree
}

// in walks down a tree of JSON by keys and indexes.
func in(tree any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			tree = tree.(map[string]any)[s]
		case int:
			tree = tree.([]any)[s]
		}
	}
	return tree
}

// stored creates the agent and replaces it by others, one after the other.
func stored(t *testing.T, texts ...string) []*daemonset.DaemonSet {
	t.Helper()
	c := cluster.New(cluster.Config{})
	var versions []*daemonset.DaemonSet
	for i, text := range texts {
		write := c.Update
		if i == 0 {
			write = c.Create
		}
		obj, err := write(decodeOne(t, text))
		require.NoError(t, err)
		versions = append(versions, obj.(*daemonset.DaemonSet))
	}
	return versions
}

const template, podSpec = "spec.template.", "spec.template.spec."

// TestRulesDefaulting has the object and its defaults.
func TestRulesDefaulting(t *testing.T) {
	agent := defaulted(t, agentYAML)
	pod := in(agent, "spec", "template", "spec")
	t.Run("D-1", func(t *testing.T) {
		d := decodeOne(t, agentYAML)
		require.Equal(t, "apps/v1", d.APIVersion())
		require.Equal(t, cluster.Namespaced, d.Scope())
		_, hasStatus := d.(cluster.WithStatus)
		require.True(t, hasStatus)
	})
	t.Run("D-2", func(t *testing.T) {
		for _, alien := range []string{"replicas: 3", "paused: true", "progressDeadlineSeconds: 1"} {
			_, err := manifest.Decode("f.yaml", []byte(agentYAML+"  "+alien+"\n"), manifest.Options{})
			require.ErrorContains(t, err, "unknown field")
		}
	})
	t.Run("D-3", func(t *testing.T) {
		require.Equal(t, map[string]any{
			"currentNumberScheduled": 0.0, "numberMisscheduled": 0.0, "desiredNumberScheduled": 0.0, "numberReady": 0.0,
		}, in(agent, "status"))
	})
	t.Run("D-4", func(t *testing.T) {
		require.Equal(t, map[string]any{
			"type": "RollingUpdate", "rollingUpdate": map[string]any{"maxUnavailable": 1.0, "maxSurge": 0.0},
		}, in(agent, "spec", "updateStrategy"))
		require.Equal(t, 10.0, in(agent, "spec", "revisionHistoryLimit"))
		zero := defaulted(t, agentYAML+"  revisionHistoryLimit: 0\n")
		require.Equal(t, 0.0, in(zero, "spec", "revisionHistoryLimit"), "0 is kept")
	})
	t.Run("D-5", func(t *testing.T) {
		require.Contains(t, refusal(t, agentYAML+"  updateStrategy: {rollingUpdate: {maxSurge: 1}}\n"),
			"maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero")
		require.Empty(t, refusal(t, agentYAML+"  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0%}}\n"))
	})
	t.Run("D-6", func(t *testing.T) {
		text := agentYAML + "  updateStrategy: {type: OnDelete, rollingUpdate: {maxUnavailable: nonsense}}\n"
		require.Equal(t, map[string]any{"maxUnavailable": "nonsense"},
			in(defaulted(t, text), "spec", "updateStrategy", "rollingUpdate"), "no defaults")
		require.Empty(t, refusal(t, text), "not validated")
	})
	t.Run("D-7", func(t *testing.T) {
		require.Equal(t, "Always", in(pod, "restartPolicy"))
		require.Equal(t, 30.0, in(pod, "terminationGracePeriodSeconds"))
		require.Equal(t, "ClusterFirst", in(pod, "dnsPolicy"))
		require.Equal(t, "default-scheduler", in(pod, "schedulerName"))
		require.Equal(t, "IfNotPresent", in(pod, "containers", 0, "imagePullPolicy"))
		require.Equal(t, "File", in(pod, "containers", 0, "terminationMessagePolicy"))
		latest := defaulted(t, agentWith("agent:v1", "agent"))
		require.Equal(t, "Always", in(latest, "spec", "template", "spec", "containers", 0, "imagePullPolicy"))
	})
	t.Run("D-8 D-9", func(t *testing.T) {
		text := agentWith("containers:", "hostNetwork: true\n      terminationGracePeriodSeconds: -5\n      containers:",
			`"agent:v1"`, `"agent:v1", ports: [{containerPort: 80}], resources: {limits: {cpu: "1"}}`)
		d := decodeOne(t, text).(*daemonset.DaemonSet)
		d.Default()
		c := d.Spec.Template.Spec.Containers[0]
		require.Zero(t, c.Ports[0].HostPort)
		require.Empty(t, c.Resources.Requests, "the template does not say it")
		pod := cluster.NewTemplate(d.Spec.Template)
		require.EqualValues(t, 80, pod.Spec().Containers[0].Ports[0].HostPort)
		require.EqualValues(t, 1, *pod.Spec().TerminationGracePeriodSeconds)
		require.EqualValues(t, 1000, pod.Requests().MilliCPU, "the scheduler counts it")
	})
	run := func(t *testing.T, since time.Duration) []*cluster.Pod {
		sim := daemonsim.New(daemonsim.Config{})
		require.NoError(t, sim.RunFor(since))
		require.NoError(t, sim.AddNodes("a"))
		require.NoError(t, sim.ApplyYAML("f.yaml", agentYAML))
		require.NoError(t, sim.Settle())
		pods := slices.Collect(sim.Pods("ns"))
		require.Len(t, pods, 1)
		return pods
	}
	t.Run("D-10 no toleration with a time is added", func(t *testing.T) {
		tolerations := run(t, 0)[0].FullSpec().Tolerations
		require.NotEmpty(t, tolerations)
		for _, toleration := range tolerations {
			require.Nil(t, toleration.TolerationSeconds)
		}
	})
	t.Run("D-11 timestamps are written in whole seconds", func(t *testing.T) {
		p := run(t, 2700*time.Millisecond)[0]
		require.Equal(t, 2700*time.Millisecond, p.CreationTimestamp)
		text := string(cluster.JSON(p, time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)))
		require.Contains(t, text, `"creationTimestamp":"2000-01-01T00:00:02Z"`)
	})
}

// TestRulesValidation has what is refused, with field, kind and text.
func TestRulesValidation(t *testing.T) {
	container := func(more string) string { return agentWith(`"agent:v1"`, `"agent:v1", `+more) }
	spec := func(more string) string { return agentWith("      containers:", "      "+more+"\n      containers:") }
	late := func(more string) string { return agentYAML + "  " + more + "\n" }
	const budget = "spec.updateStrategy.rollingUpdate."
	for _, tt := range []struct{ rule, text, want string }{
		{"D-12", late("minReadySeconds: -1"), "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"},
		{"D-13", late("minReadySeconds: -1\n  revisionHistoryLimit: -1"), "[spec.minReadySeconds: Invalid value: -1: " +
			"must be greater than or equal to 0, spec.revisionHistoryLimit: Invalid value: -1: " +
			"must be greater than or equal to 0]"},
		{"D-14 selector", agentWith("selector: {matchLabels: {app: agent}}", "selector: {matchLabels: {app: other}}"),
			template + "metadata.labels: Invalid value: {\"app\":\"agent\"}: `selector` does not match template `labels`"},
		{"D-14 restart", spec("restartPolicy: Never"), podSpec + `restartPolicy: Unsupported value: "Never": supported values: "Always"`},
		{"D-15", late("updateStrategy: {rollingUpdate: {maxUnavailable: 0%}}"),
			budget + "maxUnavailable: Required value: cannot be 0 when maxSurge is 0"},
		{"D-16", late("updateStrategy: {rollingUpdate: {maxUnavailable: abc}}"), "[" + budget +
			`maxUnavailable: Invalid value: "abc": a valid percent string must be a numeric string followed by an ending '%' ` +
			`(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%'), ` +
			budget + "maxUnavailable: Required value: cannot be 0 when maxSurge is 0]"},
		{"D-17", late("updateStrategy: {rollingUpdate: {maxUnavailable: 1000}}"), ""},
		{"D-19", agentWith("name: agent, namespace", "name: "+strings.Repeat("x", 254)+", namespace"),
			`metadata.name: Invalid value: "` + strings.Repeat("x", 254) + `": must be no more than 253 characters`},
		{"D-20 S-27", spec("tolerations: [{operator: Exists, tolerationSeconds: 5}]"),
			podSpec + `tolerations[0].effect: Invalid value: "": effect must be 'NoExecute' when ` + "`tolerationSeconds` is set"},
		{"D-20 S-27 value", spec("tolerations: [{key: a, operator: Exists, value: b}]"),
			podSpec + `tolerations[0].operator: Invalid value: "b": value must be empty when ` + "`operator` is 'Exists'"},
		{"D-21", spec("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}"),
			podSpec + "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: " +
				"Required value: must have at least one node selector term"},
		{"D-22", spec("ephemeralContainers: [{name: e, image: x}]"),
			podSpec + "ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
		{"D-22 grace", spec("terminationGracePeriodSeconds: -1"), ""},
		{"D-26", agentWith("namespace: ns}", "namespace: ns, annotations: {deprecated.daemonset.template.generation: x}}"),
			`metadata.annotations[deprecated.daemonset.template.generation]: Invalid value: "x": ` +
				`strconv.ParseInt: parsing "x": invalid syntax`},
		{"volumes", container("volumeMounts: [{name: v, mountPath: /v}]"),
			podSpec + `containers[0].volumeMounts[0].name: Not found: "v"`},
		{"S-1", agentWith("namespace: ns}", "namespace: ns, labels: {a/b/c: x}}"), "metadata.labels: Invalid value: " +
			`"a/b/c": a valid label key must consist of`},
		{"S-2", agentWith("namespace: ns}", `namespace: ns, labels: {a: "-1"}}`), `metadata.labels: Invalid value: "-1": a valid label`},
		{"S-3", agentWith("namespace: ns}", `namespace: ns, annotations: {Example.COM/Key: "any text, -1"}}`), ""},
		{"S-3 size", agentWith("namespace: ns}", "namespace: ns, annotations: {a: "+strings.Repeat("x", 262144)+"}}"),
			"metadata.annotations: Too long: may not be more than 262144 bytes"},
		{"S-4", agentWith("selector: {matchLabels: {app: agent}}", "selector: {matchLabels: {App: agent}}"),
			template + "metadata.labels: Invalid value: {\"app\":\"agent\"}: `selector` does not match template `labels`"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			got := refusal(t, tt.text)
			if tt.rule == "S-1" || tt.rule == "S-2" {
				require.True(t, strings.HasPrefix(got, tt.want[:30]), got)
				return
			}
			require.Equal(t, tt.want, got)
		})
	}
	t.Run("S-23", func(t *testing.T) {
		node := func(taints string) string {
			return "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {taints: [" + taints + "]}\n"
		}
		require.Empty(t, refusal(t, node("{key: k, effect: NoSchedule}, {key: k, effect: NoExecute}")))
		require.Equal(t, `metadata.taints[1]: Duplicate value: {"Key":"k","Value":"v","Effect":"NoSchedule",`+
			`"TimeAdded":null}: taints must be unique by key and effect pair`,
			refusal(t, node("{key: k, effect: NoSchedule}, {key: k, value: v, effect: NoSchedule}")))
		require.Equal(t, `metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", `+
			`"PreferNoSchedule", "NoExecute"`, refusal(t, node("{key: k, effect: Never}")))
	})
	t.Run("D-24", func(t *testing.T) {
		const text = "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: r}\nrevision: REV\ndata: DATA\n"
		revision := func(number, data string) string {
			return strings.NewReplacer("REV", number, "DATA", data).Replace(text)
		}
		require.Empty(t, refusal(t, revision("0", "{}")))
		require.Equal(t, "revision: Invalid value: -1: must be greater than or equal to 0", refusal(t, revision("-1", "{}")))
		require.Equal(t, "data: Required value: data must be a valid JSON object", refusal(t, revision("1", "[1]")))
	})
}

// TestRulesUpdates has what a write changes besides what it says.
func TestRulesUpdates(t *testing.T) {
	labelled := agentWith("namespace: ns}", "namespace: ns, labels: {a: b}}")
	waiting := agentYAML + "  minReadySeconds: 5\n"
	other := agentWith("agent:v1", "agent:v2")
	generations := func(t *testing.T, texts ...string) (list [][2]int64) {
		for _, d := range stored(t, texts...) {
			list = append(list, [2]int64{d.Generation, d.TemplateGeneration()})
		}
		return list
	}
	at := func(n string) string {
		return agentWith("namespace: ns}", `namespace: ns, annotations: {deprecated.daemonset.template.generation: "`+n+`"}}`)
	}
	t.Run("D-18", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		_, err := c.Create(decodeOne(t, agentYAML))
		require.NoError(t, err)
		_, err = c.Update(decodeOne(t, agentWith("app: agent", "app: other")))
		require.ErrorContains(t, err, `spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable`)
		_, err = c.Update(decodeOne(t, agentWith("labels: {app: agent}", "labels: {app: agent, more: x}")))
		require.NoError(t, err, "the template's labels may change")
	})
	t.Run("D-23 D-29", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		obj, err := c.Create(decodeOne(t, agentYAML))
		require.NoError(t, err)
		d := obj.Clone().(*daemonset.DaemonSet)
		d.Status.NumberReady, d.Spec.MinReadySeconds = 3, 7
		obj, err = c.UpdateStatus(d)
		require.NoError(t, err)
		got := obj.(*daemonset.DaemonSet)
		require.EqualValues(t, 3, got.Status.NumberReady)
		require.Zero(t, got.Spec.MinReadySeconds, "a status write never touches the spec")
		require.EqualValues(t, 1, got.Generation)
		d.ResourceVersion = 0
		collisions := int32(2)
		d.Status.CollisionCount = &collisions
		_, err = c.UpdateStatus(d)
		require.NoError(t, err)
		fewer := d.Clone().(*daemonset.DaemonSet)
		fewer.Status.NumberReady, *fewer.Status.CollisionCount = -1, 1
		_, err = c.UpdateStatus(fewer)
		require.ErrorContains(t, err, "[status.numberReady: Invalid value: -1: must be greater than or equal to 0, "+
			"status.collisionCount: Invalid value: 1: cannot be decremented]")
		obj, err = c.Update(decodeOne(t, waiting))
		require.NoError(t, err)
		require.EqualValues(t, 3, obj.(*daemonset.DaemonSet).Status.NumberReady, "nor a spec write the status")
	})
	t.Run("D-25", func(t *testing.T) {
		d := decodeOne(t, at("-3")).(*daemonset.DaemonSet)
		d.Status.NumberReady, d.Generation = 9, 44
		obj, err := cluster.New(cluster.Config{}).Create(d)
		require.NoError(t, err)
		got := obj.(*daemonset.DaemonSet)
		require.Equal(t, daemonset.Status{}, got.Status)
		require.EqualValues(t, 1, got.Generation)
		require.EqualValues(t, 1, got.TemplateGeneration())
	})
	t.Run("D-26", func(t *testing.T) {
		require.Equal(t, [][2]int64{{1, 7}}, generations(t, at("7")))
	})
	t.Run("D-27", func(t *testing.T) {
		require.Equal(t, [][2]int64{{1, 1}, {1, 1}}, generations(t, agentYAML, at("9")))
	})
	t.Run("D-28", func(t *testing.T) {
		require.Equal(t, [][2]int64{{1, 1}, {1, 1}, {2, 1}, {3, 2}, {4, 3}, {4, 3}},
			generations(t, agentYAML, labelled, waiting, other, agentYAML, agentYAML))
	})
	t.Run("D-30", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		_, err := c.Update(decodeOne(t, agentYAML))
		require.ErrorIs(t, err, cluster.ErrNotFound)
	})
	t.Run("D-31", func(t *testing.T) {
		s := daemonsim.New(daemonsim.Config{})
		s.AddNodes("a")
		for _, text := range []string{agentYAML, waiting} {
			require.NoError(t, s.ApplyYAML("f.yaml", text))
			err := s.Settle()
			require.NoError(t, err)
			d := daemonset.Get(s.Reader, "ns", "agent")
			require.Equal(t, d.Generation, d.Status.ObservedGeneration)
		}
	})
}
