package cluster

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// The annotations of pods whose values are judged.
const (
	annotationMirror       = "kubernetes.io/config.mirror"
	annotationDeletionCost = "controller.kubernetes.io/pod-deletion-cost"
	annotationTolerations  = "scheduler.alpha.kubernetes.io/tolerations"
	annotationSeccomp      = "seccomp.security.alpha.kubernetes.io/pod"
	prefixSeccomp          = "container.seccomp.security.alpha.kubernetes.io/"
	prefixAppArmor         = "container.apparmor.security.beta.kubernetes.io/"
)

// validatePodAnnotations judges the annotations that mean something to a pod.
func validatePodAnnotations(annotations map[string]string, s *PodSpec, path *field.Path) field.ErrorList {
	if len(annotations) == 0 {
		return nil
	}
	var errs field.ErrorList
	if mirror, ok := annotations[annotationMirror]; ok && s.NodeName == "" {
		errs = append(errs, field.Invalid(path.Key(annotationMirror), mirror,
			"must set spec.nodeName if mirror pod annotation is set"))
	}
	errs = append(errs, validateTolerationsText(annotations[annotationTolerations], path)...)
	if cost, ok := annotations[annotationDeletionCost]; ok && !isDeletionCost(cost) {
		errs = append(errs, field.Invalid(path.Key(annotationDeletionCost), cost, "must be a 32bit integer"))
	}
	for _, key := range sortedKeys(annotations) {
		value := annotations[key]
		if key == annotationSeccomp || strings.HasPrefix(key, prefixSeccomp) {
			errs = append(errs, validateSeccompText(value, path.Child(key))...)
		}
		if name, ok := strings.CutPrefix(key, prefixAppArmor); ok {
			errs = append(errs, validateAppArmorText(name, value, s, path.Key(key))...)
		}
	}
	return errs
}

func validateTolerationsText(text string, path *field.Path) field.ErrorList {
	if text == "" {
		return nil
	}
	var list []taints.Toleration
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return field.ErrorList{field.Invalid(path, annotationTolerations,
			strings.ReplaceAll(err.Error(), "taints.Toleration", "core.Toleration"))}
	}
	return validateTolerations(list, path.Child(annotationTolerations))
}

// isDeletionCost reports whether a text is a number of 32 bits without a plus sign or leading zeros.
func isDeletionCost(text string) bool {
	if text == "" || text[0] == '+' || text[0] == '0' && text != "0" {
		return false
	}
	_, err := strconv.ParseInt(text, 10, 32)
	return err == nil
}

func validateSeccompText(profile string, path *field.Path) field.ErrorList {
	switch profile {
	case "runtime/default", "docker/default", "unconfined":
		return nil
	}
	if local, ok := strings.CutPrefix(profile, "localhost/"); ok {
		return localPath(local, path)
	}
	return field.ErrorList{field.Invalid(path, profile, "must be a valid seccomp profile")}
}

func validateAppArmorText(container, profile string, s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	found := false
	for _, c := range s.containersIn(nil) {
		found = found || c.Name == container
	}
	if !found {
		errs = append(errs, field.Invalid(path, container, "container not found"))
	}
	known := profile == "" || profile == "runtime/default" || profile == "unconfined"
	if !known && !strings.HasPrefix(profile, "localhost/") {
		errs = append(errs, field.Invalid(path, profile,
			fmt.Sprintf("invalid AppArmor profile name: %q", profile)))
	}
	return errs
}

// profile is a security profile by the name of its type and its own.
type profile struct {
	kind, local string
}

// agrees compares a profile with the one that an annotation says. It returns the field that differs, and
// "" when they agree.
func (p profile) agrees(annotation string, asDefault ...string) string {
	local, isLocal := strings.CutPrefix(annotation, "localhost/")
	matches := true
	switch p.kind {
	case "Unconfined":
		matches = annotation == "unconfined"
	case "RuntimeDefault":
		matches = false
		for _, name := range asDefault {
			matches = matches || annotation == name
		}
	case "Localhost":
		if matches = isLocal; matches && local != p.local {
			return "localhostProfile"
		}
	}
	if matches {
		return ""
	}
	return "type"
}

// validateProfilesAgree compares the security profiles of a spec with those that annotations still name.
func validateProfilesAgree(annotations map[string]string, s *PodSpec, path *field.Path) field.ErrorList {
	if len(annotations) == 0 {
		return nil
	}
	var errs field.ErrorList
	seccomp := func(at *field.Path, p *SeccompProfile, key string) {
		text, found := annotations[key]
		if p == nil || !found {
			return
		}
		name := profile{string(p.Type), orEmpty(p.LocalhostProfile)}.agrees(text, "runtime/default",
			"docker/default")
		errs = append(errs, disagreement("seccomp", name, at.Child("securityContext", "seccompProfile"))...)
	}
	var shared *AppArmorProfile
	if c := s.SecurityContext; c != nil {
		shared = c.AppArmorProfile
		seccomp(path, c.SeccompProfile, annotationSeccomp)
	}
	for at, c := range s.containersIn(path) {
		if c.SecurityContext != nil {
			seccomp(at, c.SecurityContext.SeccompProfile, prefixSeccomp+c.Name)
		}
	}
	if s.onWindows() {
		return errs
	}
	for at, c := range s.containersIn(path) {
		p := shared
		if c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
			p = c.SecurityContext.AppArmorProfile
		}
		if text, found := annotations[prefixAppArmor+c.Name]; found && p != nil {
			name := profile{string(p.Type), orEmpty(p.LocalhostProfile)}.agrees(text, "runtime/default")
			errs = append(errs, disagreement("apparmor", name, at.Child("securityContext",
				"appArmorProfile"))...)
		}
	}
	return errs
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func disagreement(kind, name string, path *field.Path) field.ErrorList {
	switch name {
	case "":
		return nil
	case "type":
		return field.ErrorList{field.Forbidden(path.Child(name),
			kind+" type in annotation and field must match")}
	}
	return field.ErrorList{field.Forbidden(path.Child(name),
		kind+" profile in annotation and field must match")}
}
