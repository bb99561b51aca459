package conformance_test

import (
	"fmt"
	"testing"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
	"github.com/daemonsim/daemonsim/daemonset"
)

type podSecurityCase struct {
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Pod             struct {
		ObjectMeta cluster.ObjectMeta `json:"metadata"`
		Spec       cluster.PodSpec    `json:"spec"`
	} `json:"pod"`
}

type podSecurityAnswer struct {
	Allowed           bool                               `json:"allowed"`
	Message           string                             `json:"message,omitempty"`
	Warnings          []string                           `json:"warnings,omitempty"`
	Enforce           string                             `json:"enforce"`
	LabelErrors       []fieldError                       `json:"labelErrors,omitempty"`
	Levels            map[podsecurity.Level]levelVerdict `json:"levels"`
	DaemonSetAllowed  bool                               `json:"daemonSetAllowed"`
	DaemonSetWarnings []string                           `json:"daemonSetWarnings,omitempty"`
}

type levelVerdict struct {
	Allowed bool     `json:"allowed"`
	Reasons []string `json:"reasons,omitempty"`
	Details []string `json:"details,omitempty"`
}

// TestPodSecurity judges pods, and DaemonSets with such pods, by the labels of their namespace.
func TestPodSecurity(t *testing.T) {
	replay(t, runner[podSecurityCase, podSecurityAnswer]{
		kind: "psa",
		check: func(in podSecurityCase, want podSecurityAnswer) []difference {
			return diff(want, judgePodSecurity(&in))
		},
	})
}

func judgePodSecurity(in *podSecurityCase) podSecurityAnswer {
	meta := cluster.TemplateMeta{Labels: in.Pod.ObjectMeta.Labels, Annotations: in.Pod.ObjectMeta.Annotations}
	raw := cluster.PodTemplateSpec{ObjectMeta: meta, Spec: in.Pod.Spec}
	policy, errs := podsecurity.PolicyOf(in.NamespaceLabels, podsecurity.Policy{})
	spec := cluster.NewTemplate(raw).Spec()
	v := policy.JudgePod(meta.Annotations, spec)
	got := podSecurityAnswer{
		Allowed: v.Forbidden == "", Enforce: policy.Enforce.String(), LabelErrors: fieldErrors(errs),
		Levels: make(map[podsecurity.Level]levelVerdict), DaemonSetAllowed: true,
	}
	if v.Forbidden != "" {
		got.Message = fmt.Sprintf("pods %q is forbidden: %s", in.Pod.ObjectMeta.Name, v.Forbidden)
	}
	got.Warnings = listOf(v.Warning)
	for _, level := range []podsecurity.Level{podsecurity.Privileged, podsecurity.Baseline, podsecurity.Restricted} {
		found := podsecurity.Evaluate(podsecurity.LevelVersion{Level: level, Version: policy.Enforce.Version},
			meta.Annotations, spec)
		verdict := levelVerdict{Allowed: len(found) == 0}
		for _, v := range found {
			verdict.Reasons, verdict.Details = append(verdict.Reasons, v.Reason), append(verdict.Details, v.Detail)
		}
		got.Levels[level] = verdict
	}
	// The recorded DaemonSets are made of the pod as it was created, with what only pods get by default.
	set := daemonset.DaemonSet{Spec: daemonset.Spec{Template: cluster.PodTemplateSpec{ObjectMeta: meta, Spec: *spec}}}
	set = *set.Clone().(*daemonset.DaemonSet)
	set.Default()
	got.DaemonSetWarnings = listOf(policy.JudgeTemplate(meta.Annotations, &set.Spec.Template.Spec).Warning)
	return got
}

// listOf is a text as the list of it; none for an empty one.
func listOf(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
