package podsecurity

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// Verdict is what a policy makes of a pod or of the template of a workload. The zero Verdict lets it pass
// without a word.
type Verdict struct {
	// Forbidden says why it is refused.
	Forbidden string
	// Warning is what the client is told; a refused request gets none.
	Warning string
	// Audit is what the audit log would have of it.
	Audit string
}

// JudgePod judges a pod that is about to be created, with its defaults.
func (p Policy) JudgePod(annotations map[string]string, spec *cluster.PodSpec) Verdict {
	found := p.Enforce.violations(annotations, spec)
	if found == "" {
		return p.JudgeTemplate(annotations, spec)
	}
	return Verdict{Forbidden: "violates " + found, Audit: p.Audit.wouldViolate(annotations, spec)}
}

// JudgeTemplate judges the pod template of a workload, which is never refused.
func (p Policy) JudgeTemplate(annotations map[string]string, spec *cluster.PodSpec) Verdict {
	return Verdict{
		Warning: p.Warn.wouldViolate(annotations, spec),
		Audit:   p.Audit.wouldViolate(annotations, spec),
	}
}

// violations is what a pod violates, in words; "" for nothing.
func (lv LevelVersion) violations(annotations map[string]string, spec *cluster.PodSpec) string {
	found := Evaluate(lv, annotations, spec)
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("PodSecurity %q: %v", lv, found)
}

func (lv LevelVersion) wouldViolate(annotations map[string]string, spec *cluster.PodSpec) string {
	found := lv.violations(annotations, spec)
	if found == "" {
		return ""
	}
	return "would violate " + found
}
