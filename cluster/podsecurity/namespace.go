package podsecurity

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// namespace judges the labels of a namespace, and tells which of its pods would not be let in any more.
func (a *Admission) namespace(w cluster.Write, ns *cluster.Namespace) (warnings []string, err error) {
	policy, errs := PolicyOf(ns.Labels, a.config.Defaults)
	var was Policy
	before, isUpdate := w.Before.(*cluster.Namespace)
	if isUpdate {
		old, oldErrs := PolicyOf(before.Labels, a.config.Defaults)
		if was = old; reflect.DeepEqual(oldErrs, errs) {
			// What is stored already may stay.
			errs = nil
		}
	}
	switch {
	case len(errs) > 0:
		return nil, &cluster.InvalidError{Err: errs.Err()}
	case isUpdate && !policy.Enforce.tightens(was.Enforce):
		return nil, nil
	case a.exempts(ns.Name):
		return a.ignored(ns, policy), nil
	case isUpdate:
		return a.violating(w.Reader, ns.Name, policy.Enforce), nil
	}
	return nil, nil
}

// tightens reports whether there may be pods that were allowed and would not be now.
func (lv LevelVersion) tightens(was LevelVersion) bool {
	if lv == was || lv.unrestricted() {
		return false
	}
	return lv.Version != was.Version || lv.Level.Stricter(was.orPrivileged())
}

// ignored warns that labels mean nothing in an exempt namespace.
func (a *Admission) ignored(ns *cluster.Namespace, p Policy) []string {
	if p.unrestricted() || p == a.config.Defaults {
		return nil
	}
	var set []string
	for _, mode := range []struct {
		name, level, version string
		policy               LevelVersion
	}{
		{"enforce", LabelEnforce, LabelEnforceVersion, p.Enforce},
		{"audit", LabelAudit, LabelAuditVersion, p.Audit},
		{"warn", LabelWarn, LabelWarnVersion, p.Warn},
	} {
		_, level := ns.Labels[mode.level]
		_, version := ns.Labels[mode.version]
		if (level || version) && !mode.policy.unrestricted() {
			set = append(set, mode.name+"="+mode.policy.String())
		}
	}
	return []string{fmt.Sprintf("namespace %q is exempt from Pod Security, and the policy (%s) will be ignored",
		ns.Name, strings.Join(set, ", "))}
}

// violating warns of the pods in a namespace that violate a level, by what they violate.
func (a *Admission) violating(r cluster.Reader, namespace string, lv LevelVersion) []string {
	type group struct {
		reasons, first string
		others         int
	}
	var groups []group
	for p := range r.Pods(namespace) {
		if a.exemptsClass(p.Spec()) {
			continue
		}
		found := Evaluate(lv, p.Annotations, p.Spec())
		if len(found) == 0 {
			continue
		}
		reasons := found.Reasons()
		i := slices.IndexFunc(groups, func(g group) bool { return g.reasons == reasons })
		if i < 0 {
			groups = append(groups, group{reasons, p.Name, 0})
			continue
		}
		groups[i].first = min(groups[i].first, p.Name)
		groups[i].others++
	}
	if groups == nil {
		return nil
	}
	var lines []string
	for _, g := range groups {
		who := g.first
		if g.others > 0 {
			who = fmt.Sprintf("%s (and %d other %s)", g.first, g.others, counted(g.others, "pod"))
		}
		lines = append(lines, who+": "+g.reasons)
	}
	slices.Sort(lines)
	return append([]string{fmt.Sprintf(
		"existing pods in namespace %q violate the new PodSecurity enforce level %q", namespace, lv)}, lines...)
}
