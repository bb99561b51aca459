package taints_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daemonsim/daemonsim/taints"
)

// first returns the texts of problems, each cut after the words that tell it apart.
func first(problems []taints.Problem) []string {
	var texts []string
	for _, p := range problems {
		text := p.Error()
		texts = append(texts, text[:min(len(text), 58)])
	}
	return texts
}

func TestValidateToleration_S26_S27(t *testing.T) {
	seconds := int64(1)
	for _, tt := range []struct {
		name       string
		toleration taints.Toleration
		comparison taints.Comparison
		want       []string
	}{
		{"plain", taints.Toleration{Key: "k", Value: "v", Effect: noSchedule}, false, nil},
		{"everything", taints.Toleration{Operator: "Exists"}, false, nil},
		{"key", taints.Toleration{Key: "a b", Value: "v"}, false,
			[]string{`key: Invalid value: "a b": name part must consist of alpha`}},
		{"no key needs Exists", taints.Toleration{Value: "v"}, false,
			[]string{"operator: Invalid value: \"\": operator must be Exists when "}},
		{"Exists has no value", taints.Toleration{Key: "k", Operator: "Exists", Value: "v"}, false,
			[]string{"operator: Invalid value: \"v\": value must be empty when `op"}},
		{"value", taints.Toleration{Key: "k", Value: "-1"}, false,
			[]string{`operator: Invalid value: "-1": a valid label must be an em`}},
		{"seconds need NoExecute", taints.Toleration{Key: "k", TolerationSeconds: &seconds}, false,
			[]string{`effect: Invalid value: "": effect must be 'NoExecute' when`}},
		{"seconds", taints.Toleration{Key: "k", Effect: noExecute, TolerationSeconds: &seconds}, false, nil},
		{"effect", taints.Toleration{Key: "k", Effect: "Evict"}, false,
			[]string{`effect: Unsupported value: "Evict": supported values: "NoS`}},
		{"gate off", taints.Toleration{Key: "k", Operator: "Lt", Value: "5"}, false,
			[]string{`operator: Unsupported value: "Lt": supported values: "Equa`}},
		{"gate on", taints.Toleration{Key: "k", Operator: "Lt", Value: "5"}, true, nil},
		{"gate on, no number", taints.Toleration{Key: "k", Operator: "Lt", Value: "05"}, true,
			[]string{`value: Invalid value: "05": must be a canonical decimal 64`}},
		{"operator", taints.Toleration{Key: "k", Operator: "In"}, true,
			[]string{`operator: Unsupported value: "In": supported values: "Equa`}},
	} {
		got := first(taints.ValidateToleration(tt.toleration, tt.comparison))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestValidateTaints_S23(t *testing.T) {
	for _, tt := range []struct {
		name   string
		taints []taints.Taint
		want   []string
	}{
		{"none", nil, nil},
		{"one key, two effects", []taints.Taint{
			{Key: "k", Effect: noSchedule}, {Key: "k", Effect: noExecute}}, nil},
		{"same key and effect", []taints.Taint{
			{Key: "k", Value: "a", Effect: noSchedule}, {Key: "k", Value: "b", Effect: noSchedule}},
			[]string{`[1]: Duplicate value: "k=b:NoSchedule": taints must be uni`}},
		{"no effect", []taints.Taint{{Key: "k"}}, []string{"[0].effect: Required value"}},
		{"unknown effect", []taints.Taint{{Key: "k", Effect: "x"}},
			[]string{`[0].effect: Unsupported value: "x": supported values: "NoS`}},
		{"empty key", []taints.Taint{{Effect: noSchedule}}, []string{
			`[0].key: Invalid value: "": name part must be non-empty`,
			`[0].key: Invalid value: "": name part must consist of alph`}},
		{"long", []taints.Taint{{Key: strings.Repeat("k", 64), Value: strings.Repeat("v", 64), Effect: noExecute}},
			[]string{
				`[0].key: Invalid value: "` + strings.Repeat("k", 33),
				`[0].value: Invalid value: "` + strings.Repeat("v", 31)}},
		{"prefix", []taints.Taint{{Key: "a_b/k", Effect: noExecute}, {Key: "a/b/c", Effect: noExecute},
			{Key: strings.Repeat("a", 254) + "/k", Effect: noExecute}},
			[]string{
				`[0].key: Invalid value: "a_b/k": prefix part a lowercase R`,
				`[1].key: Invalid value: "a/b/c": a valid label key must co`,
				`[2].key: Invalid value: "` + strings.Repeat("a", 33)}},
	} {
		if diff := cmp.Diff(tt.want, first(taints.ValidateTaints(tt.taints))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
