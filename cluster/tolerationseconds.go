package cluster

import (
	"slices"

	"github.com/daemonsim/daemonsim/taints"
)

// defaultTolerationSeconds is for how long a pod that does not say stays on a node that does not answer, or
// says that it is not ready.
const defaultTolerationSeconds = 300

// DefaultTolerations returns the tolerations that admission gives to a pod with these: for 300 s each, of the
// taints not-ready and unreachable with the effect NoExecute, unless the pod says something of such a taint
// itself. What is there stays as it is and comes first; when nothing is missing, the list itself is returned.
func DefaultTolerations(list []taints.Toleration) []taints.Toleration {
	all := list
	for _, key := range [...]string{taints.KeyNotReady, taints.KeyUnreachable} {
		said := slices.ContainsFunc(list, func(t taints.Toleration) bool {
			return (t.Key == key || t.Key == "") && (t.Effect == taints.EffectNoExecute || t.Effect == "")
		})
		if !said {
			seconds := int64(defaultTolerationSeconds)
			all = append(slices.Clip(all), taints.Toleration{
				Key: key, Operator: taints.OperatorExists, Effect: taints.EffectNoExecute,
				TolerationSeconds: &seconds,
			})
		}
	}
	return all
}

// admit returns the template of a pod that comes through admission, which has DefaultTolerations.
func (t *Template) admit() *Template {
	if t.admitted != nil {
		return t.admitted
	}
	all := DefaultTolerations(t.spec.Tolerations)
	if len(all) == len(t.spec.Tolerations) {
		return t
	}
	// Nothing else that is worked out of a template depends on its tolerations.
	c := *t
	c.spec.Tolerations = all
	return &c
}

// prepareAdmission works out once what admit returns for each pod of the template.
func (t *Template) prepareAdmission() {
	if c := t.admit(); c != t {
		t.admitted = c
	}
}
