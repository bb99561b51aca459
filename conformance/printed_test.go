package conformance_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// commandLine is the command line behind the name of a recorded text, such as "rollout status default/agent".
func commandLine(name string) []string {
	words := strings.Fields(name)
	last := words[len(words)-1]
	namespace, object, qualified := strings.Cut(last, "/")
	if !qualified {
		return words
	}
	words = words[:len(words)-1]
	switch {
	case words[0] == "describe":
		return append(words, object, "-n", namespace)
	case words[0] == "rollout" && words[1] == "status":
		return append(words, "ds/"+object, "-n", namespace, "--watch=false")
	}
	return append(words, "ds/"+object, "-n", namespace)
}

// diffTexts holds the texts of kubectl against the recorded ones.
func (p *player) diffTexts(seen *observation) []finding {
	var list []finding
	for _, name := range slices.Sorted(maps.Keys(seen.Kubectl)) {
		text, _ := kubectl.Run(p.sim, nil, commandLine(name))
		want := normalLines(seen.Kubectl[name].Text)
		got := normalLines(p.tracer.masks(text))
		list = append(list, diffLines("kubectl "+name, want, got)...)
	}
	return list
}

// diffCommands holds what the commands of the step printed against the recorded output. The recordings keep
// standard output and standard error apart; what is printed to both is in no order.
func (p *player) diffCommands(seen *observation) []finding {
	var list []finding
	for i, want := range seen.Commands {
		if i >= len(p.ran) {
			list = append(list, finding{"commands", strings.Join(want.Args, " "), "(not run)"})
			continue
		}
		got := p.ran[i]
		what := "kubectl " + strings.Join(want.Args, " ")
		if want.Code != got.Code {
			list = append(list, finding{what + ": exit code", want.Code, got.Code})
		}
		printed := normalLines(p.tracer.masks(got.Stdout))
		lines := normalLines(want.Stderr + want.Stdout)
		if !slices.Equal(printed, lines) && !slices.Equal(printed, normalLines(want.Stdout+want.Stderr)) {
			list = append(list, diffLines(what, lines, printed)...)
		}
	}
	return list
}

var (
	gap = regexp.MustCompile(`[ \t]{2,}|\t`)
	age = regexp.MustCompile(`^(<age>|<invalid>|<unknown>|(\d+[ydhms])+)$`)
	// folded is how often an event was seen: the recordings count as fast as events came.
	folded = regexp.MustCompile(`^(\S+) \(x\d+ over [^)]*\)$`)
)

// address is what a node has and a pod of the simulation has not.
var address = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)

const (
	none     = "<none>"
	combined = "(combined from similar events): "
)

// normalLines is a text of kubectl as it is compared: cells two spaces apart, no ages, the rows of pods in
// an order that does not depend on their random names, and each Event once.
func normalLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\n")
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		cells := gap.Split(strings.TrimLeft(line, " "), -1)
		for i, cell := range cells {
			if m := folded.FindStringSubmatch(cell); m != nil {
				cell = m[1]
			}
			switch {
			case age.MatchString(cell):
				cell = "<age>"
			case cell == "<podip>" || address.MatchString(cell):
				cell = none
			case cell == "ContainerCreating":
				// The kubelets of the recordings report nothing before a container runs.
				cell = "Pending"
			}
			cells[i] = strings.TrimPrefix(cell, combined)
		}
		lines = append(lines, indent+strings.Join(cells, "  "))
	}
	return inNormalOrder(lines)
}

// inNormalOrder sorts the rows of pods, and the Events of a description, of which equal ones count once.
func inNormalOrder(lines []string) []string {
	from := len(lines)
	if len(lines) > 0 && strings.Contains(lines[0], "RESTARTS") {
		from = 1
	} else if i := slices.Index(lines, "Events:"); i >= 0 {
		from = min(i+3, len(lines))
		rows := slices.Sorted(slices.Values(lines[from:]))
		return append(lines[:from:from], slices.Compact(rows)...)
	}
	slices.Sort(lines[from:])
	return lines
}

// diffLines lists the lines that only one of two texts has.
func diffLines(what string, want, got []string) []finding {
	if slices.Equal(want, got) {
		return nil
	}
	missing, extra := only(want, got), only(got, want)
	if len(missing)+len(extra) == 0 {
		return []finding{{what + ": order of lines", strings.Join(want, "\n"), strings.Join(got, "\n")}}
	}
	return []finding{{what, strings.Join(missing, "\n"), strings.Join(extra, "\n")}}
}

func only(a, b []string) []string {
	left := slices.Clone(b)
	var list []string
	for _, line := range a {
		if i := slices.Index(left, line); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		list = append(list, line)
	}
	return list
}
