package conformance_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
)

// missingFrom says what a scenario has that a simulation cannot express, by what is in its manifests and its
// steps; "" when there is nothing.
func missingFrom(s *scenario) string {
	var lacks []string
	note := func(what string) {
		if what != "" && !slices.Contains(lacks, what) {
			lacks = append(lacks, what)
		}
	}
	texts := slices.Clone(s.phases)
	for _, step := range s.steps {
		if step.Apply != "" {
			texts = append(texts, step.Apply)
		}
		note(missingComponent(step.Stop))
		for _, line := range step.Kubectl {
			note(missingCommand(line))
		}
	}
	for _, text := range texts {
		set, err := manifest.Parse(manifest.Options{KeepInvalid: true},
			manifest.File{Name: "STDIN", Data: []byte(text)})
		if err != nil {
			// What is malformed is refused, and the recording says how.
			continue
		}
		for _, n := range set.NotSimulated {
			note("objects of the kind " + n.Kind)
		}
		for _, obj := range set.Objects() {
			note(missingAdmission(obj))
		}
	}
	return strings.Join(lacks, ", ")
}

func missingComponent(name string) string {
	switch name {
	case "", daemonsim.Scheduler, daemonsim.ControllerManager:
		return ""
	}
	return "stopping " + name
}

// missingCommand is about what the controllers of nodes do, which are part of the control plane or not.
func missingCommand(line string) string {
	words := strings.Fields(line)
	sim := daemonsim.New(daemonsim.Config{})
	has := func(prefix, suffix string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			return strings.HasPrefix(w, prefix) && strings.HasSuffix(w, suffix)
		})
	}
	switch {
	case has(labelManaged+"-", "") || has(labelNotReady+"=", ""):
		if sim.Actor("node-controller") == nil {
			return "nodes that are not ready (no node lifecycle controller)"
		}
	case words[0] == "cordon":
		if sim.Actor("node-controller") == nil {
			return "the taint of a cordoned node (no node lifecycle controller)"
		}
	case words[0] == "delete" && (has("node", "") || has("no/", "")):
		if sim.Actor("pod-garbage-collector") == nil {
			return "pods of nodes that are gone (no pod garbage collector)"
		}
	}
	return ""
}

// missingAdmission is what the API server would ask about an object that a simulation does not.
func missingAdmission(obj cluster.Object) string {
	account := ""
	switch obj := obj.(type) {
	case *cluster.Pod:
		account = obj.Spec().ServiceAccountName
	case *daemonset.DaemonSet:
		account = obj.Spec.Template.Spec.ServiceAccountName
	}
	if account != "" && account != "default" {
		return "ServiceAccount admission (pods that run as " + account + ")"
	}
	return ""
}

// unknownCommand is a command of the present step that this kubectl does not have.
func (p *player) unknownCommand(seen *observation) string {
	for i, c := range p.ran {
		if i >= len(seen.Commands) || seen.Commands[i].Code != 0 && strings.Contains(seen.Commands[i].Stderr, "unknown") {
			continue
		}
		if strings.Contains(c.Stdout, "unknown command") || strings.Contains(c.Stdout, "unknown flag") ||
			strings.Contains(c.Stdout, "unknown shorthand") {
			first, _, _ := strings.Cut(c.Stdout, "\n")
			first, _, _ = strings.Cut(first, ";")
			return fmt.Sprintf("kubectl %s: %s", c.Args[0], first)
		}
	}
	return ""
}
