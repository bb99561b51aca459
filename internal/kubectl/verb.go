package kubectl

import (
	"fmt"
	"strings"
)

// verb is one command of kubectl, of one or two words.
type verb struct {
	name  string
	usage string
	flags flagGroup
	run   func(*call) error
}

// verbs lists what this kubectl knows, in alphabetical order.
func verbs() []verb {
	const target = "(TYPE NAME... | TYPE/NAME...)"
	return []verb{
		{"annotate", target + " KEY=VALUE... KEY-...", flagsSelect | flagsOverwrite | flagsDryRun, annotate},
		{"apply", "-f FILENAME...", flagsFiles | flagsDryRun, apply},
		{"cordon", "NODE...", flagsSelect | flagsDryRun, cordon},
		{"create", "(-f FILENAME... | namespace NAME)", flagsFiles | flagsSave | flagsDryRun, create},
		{"delete", "(TYPE NAME... | TYPE/NAME... | TYPE -l SELECTOR | -f FILENAME)",
			flagsFiles | flagsSelect | flagsAllNamespaces | flagsDelete | flagsIgnore | flagsDryRun, remove},
		{"describe", "(TYPE [NAME_PREFIX...] | TYPE/NAME...)",
			flagsSelect | flagsAllNamespaces | flagsEvents, describe},
		{"get", "(TYPE[,TYPE...] [NAME...] | TYPE/NAME...)",
			flagsFiles | flagsSelect | flagsAllNamespaces | flagsPrint | flagsIgnore, get},
		{"label", target + " KEY=VALUE... KEY-...", flagsSelect | flagsOverwrite | flagsDryRun, label},
		{"patch", "(-f FILENAME | TYPE NAME | TYPE/NAME...) (-p PATCH | --patch-file FILE)",
			flagsFiles | flagsPatch | flagsDryRun, patchObjects},
		{"rollout history", target, flagsRevision, rolloutHistory},
		{"rollout pause", target, 0, rolloutPause},
		{"rollout restart", target, flagsSelect | flagsDryRun, rolloutRestart},
		{"rollout resume", target, 0, rolloutResume},
		{"rollout status", target, flagsWatch, rolloutStatus},
		{"rollout undo", target, flagsToRevision | flagsDryRun, rolloutUndo},
		{"scale", target + " --replicas=COUNT", flagsScale, scale},
		{"set image", target + " CONTAINER=IMAGE...", flagsSelect | flagsDryRun, setImage},
		{"taint", "NODE NAME... KEY=VALUE:EFFECT... KEY:EFFECT-...",
			flagsSelect | flagsOverwrite | flagsDryRun, taint},
		{"uncordon", "NODE...", flagsSelect | flagsDryRun, uncordon},
	}
}

// findVerb takes the verb from the front of a command line. The flag for the namespace may stand
// before it.
func findVerb(args []string) (v *verb, rest []string, err error) {
	i := skipFlags(args)
	if i == len(args) {
		return nil, nil, fmt.Errorf("required command not specified%s", knownVerbs())
	}
	list := verbs()
	words := 1
	name := args[i]
	if name == "rollout" || name == "set" {
		j := i + 1 + skipFlags(args[i+1:])
		if j == len(args) {
			return nil, nil, fmt.Errorf("%q needs a subcommand%s", name, knownVerbs())
		}
		name, words = name+" "+args[j], j+1-i
	}
	for k := range list {
		if list[k].name == name {
			return &list[k], withoutWords(args, i, words), nil
		}
	}
	return nil, nil, fmt.Errorf("unknown command %q for %q%s", name, "kubectl", knownVerbs())
}

// skipFlags returns the number of arguments at the front that are the namespace flag and its value.
func skipFlags(args []string) int {
	i := 0
	for i < len(args) && strings.HasPrefix(args[i], "-") {
		if args[i] == "-n" || args[i] == "--namespace" {
			i++
		}
		i++
	}
	return min(i, len(args))
}

// withoutWords removes from args the word at place i and the last of the words from there.
func withoutWords(args []string, i, words int) []string {
	rest := append([]string(nil), args[:i]...)
	rest = append(rest, args[i+1:]...)
	if words > 1 {
		j := i + words - 2
		rest = append(rest[:j], rest[j+1:]...)
	}
	return rest
}

func knownVerbs() string {
	list := verbs()
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].name
	}
	return "; this kubectl knows: " + strings.Join(names, ", ")
}
