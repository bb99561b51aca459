package podsecurity

import "github.com/daemonsim/daemonsim/cluster/field"

// The labels of a namespace that say what it demands of its pods.
const (
	LabelEnforce        = "pod-security.kubernetes.io/enforce"
	LabelEnforceVersion = "pod-security.kubernetes.io/enforce-version"
	LabelAudit          = "pod-security.kubernetes.io/audit"
	LabelAuditVersion   = "pod-security.kubernetes.io/audit-version"
	LabelWarn           = "pod-security.kubernetes.io/warn"
	LabelWarnVersion    = "pod-security.kubernetes.io/warn-version"
)

// Policy is what a namespace demands: pods that violate Enforce are refused, violations of Audit are
// recorded, and of Warn the client is told. The zero Policy demands nothing.
type Policy struct {
	Enforce, Audit, Warn LevelVersion
}

// unrestricted reports whether there is nothing to evaluate.
func (p Policy) unrestricted() bool {
	return p.Enforce.unrestricted() && p.Audit.unrestricted() && p.Warn.unrestricted()
}

// PolicyOf reads a namespace's labels; what they do not say is as in defaults. A namespace that enforces more
// than it is said to warn of, and says nothing of warnings, warns of what it enforces.
//
// Labels that cannot be read are reported, and the policy stands all the same: the level enforced is then
// Restricted, one to audit or warn of Privileged, and a version the latest.
func PolicyOf(labels map[string]string, defaults Policy) (Policy, field.ErrorList) {
	p := defaults
	if len(labels) == 0 {
		return p, nil
	}
	l := labelReader{labels: labels}
	enforces := l.level(LabelEnforce, &p.Enforce.Level, Restricted)
	l.version(LabelEnforceVersion, &p.Enforce.Version)
	l.level(LabelAudit, &p.Audit.Level, Privileged)
	l.version(LabelAuditVersion, &p.Audit.Version)
	l.level(LabelWarn, &p.Warn.Level, Privileged)
	l.version(LabelWarnVersion, &p.Warn.Version)
	_, warns := labels[LabelWarn]
	if enforces && !warns && p.Enforce.Level.Stricter(p.Warn.orPrivileged()) {
		p.Warn.Level = p.Enforce.Level
		if _, ok := labels[LabelWarnVersion]; !ok {
			p.Warn.Version = p.Enforce.Version
		}
	}
	return p, l.errs
}

func (lv LevelVersion) orPrivileged() Level {
	if lv.unrestricted() {
		return Privileged
	}
	return lv.Level
}

// labelReader reads labels and collects what is wrong with them.
type labelReader struct {
	labels map[string]string
	errs   field.ErrorList
}

// level reads a level into place, which becomes otherwise if it cannot be read, and reports whether there is
// one.
func (r *labelReader) level(label string, place *Level, otherwise Level) bool {
	text, ok := r.labels[label]
	if !ok {
		return false
	}
	level, err := ParseLevel(text)
	if err != nil {
		*place = otherwise
		r.report(label, text, err)
		return false
	}
	*place = level
	return true
}

func (r *labelReader) version(label string, place *Version) {
	text, ok := r.labels[label]
	if !ok {
		return
	}
	version, err := ParseVersion(text)
	if err != nil {
		r.report(label, text, err)
	}
	*place = version
}

func (r *labelReader) report(label, text string, err error) {
	r.errs = append(r.errs, field.Invalid(field.NewPath("metadata", "labels").Key(label), text, err.Error()))
}
