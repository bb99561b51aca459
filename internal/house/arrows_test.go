package house

import (
	"slices"
	"strconv"
	"strings"
)

// A step is a set of rooms that do not import each other. A room imports rooms on lower steps
// and packages of its own room.
type step int

const (
	stepLeaves   step = iota // taints, affinity, cluster/quantity, cluster/field
	stepInside               // what cluster is built on: every room below it that is no agent
	stepCluster              // cluster itself
	stepAgents               // the agents: kubelet and its peers
	stepEngine               // scheduler, rollout
	stepDaemons              // daemonset
	stepManifest             // manifest
	stepRoot                 // the root package
	stepSimtest              // simtest
	stepInternal             // internal
	stepExamples             // examples, with a controller to learn from
	stepTop                  // cmd, conformance
)

// deterministic reports whether the step is on floors 0 to 3.
func (s step) deterministic() bool { return s <= stepDaemons }

// topRooms are the rooms that are named by the first element of their path.
var topRooms = map[string]step{
	".":           stepRoot,
	"taints":      stepLeaves,
	"affinity":    stepLeaves,
	"scheduler":   stepEngine,
	"rollout":     stepEngine,
	"daemonset":   stepDaemons,
	"manifest":    stepManifest,
	"simtest":     stepSimtest,
	"internal":    stepInternal,
	"cmd":         stepTop,
	"examples":    stepExamples,
	"conformance": stepTop,
}

// roomOf returns the room that a directory belongs to and the step the room stands on.
func roomOf(dir string) (room string, s step, ok bool) {
	first, rest, _ := strings.Cut(dir, "/")
	if first != "cluster" {
		s, ok = topRooms[first]
		return first, s, ok
	}
	second, _, _ := strings.Cut(rest, "/")
	switch second {
	case "":
		return "cluster", stepCluster, true
	case "quantity", "field":
		return "cluster/" + second, stepLeaves, true
	case "disruption", "kubelet", "nodelifecycle", "podgc", "podsecurity", "tainteviction":
		return "cluster/" + second, stepAgents, true
	default:
		return "cluster/" + second, stepInside, true
	}
}

// lowModules are the modules that floors 0 to 3 may import.
var lowModules = []string{"github.com/tidwall/btree"}

// testModules are the modules that stay in _test.go files.
var testModules = []string{
	"github.com/stretchr/testify",
	"github.com/google/go-cmp",
	"pgregory.net/rapid",
}

// checkArrows holds the imports of one package against the floors.
func (t *tree) checkArrows(p *pkg) {
	room, from, known := roomOf(p.dir)
	if !known {
		t.find(p.dir, 0, "not a room of the house (give it a floor in internal/house)")
		return
	}
	for _, src := range p.files {
		if src.test {
			continue
		}
		for _, spec := range src.file.Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the type checker says so
			}
			if dir, ours := t.dirOf(importPath); ours {
				to, below, ok := roomOf(dir)
				if ok && to != room && below >= from {
					t.findAt(spec.Pos(), "%s imports %s, which is not below it", room, to)
				}
			} else if isModule(importPath) {
				if why := judgeModule(room, from, importPath); why != "" {
					t.findAt(spec.Pos(), "imports %s: %s", importPath, why)
				}
			}
		}
	}
}

// isModule reports whether an import path lies outside the standard library.
func isModule(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// judgeModule says why a room must not import a package of another module, or "".
func judgeModule(room string, s step, importPath string) string {
	belongs := func(module string) bool {
		return importPath == module || strings.HasPrefix(importPath, module+"/")
	}
	switch {
	case s.deterministic():
		if !slices.ContainsFunc(lowModules, belongs) {
			return "floors 0 to 3 import the standard library and btree only"
		}
	case slices.ContainsFunc(testModules, belongs):
		if room != "simtest" || !belongs("pgregory.net/rapid") {
			return "a test library belongs in _test.go files"
		}
	case strings.Contains(importPath, "yaml"):
		if room != "manifest" && room != "internal" {
			return "YAML belongs to manifest"
		}
	}
	return ""
}
