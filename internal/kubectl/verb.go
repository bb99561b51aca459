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
		{"annotate", target + " KEY=VALUE... KEY-...",
			flagsSelect | flagsOverwrite | flagsDryRun | flagsOutput | flagsParted, annotate},
		{"apply", "-f FILENAME...", flagsFiles | flagsDryRun | flagsOutput, apply},
		{"cordon", "NODE...", flagsSelect | flagsDryRun, cordon},
		{"create", "(-f FILENAME... | namespace NAME)",
			flagsFiles | flagsSave | flagsDryRun | flagsOutput | flagsParted, create},
		{"delete", "(TYPE NAME... | TYPE/NAME... | TYPE -l SELECTOR | -f FILENAME)",
			flagsFiles | flagsSelect | flagsAllNamespaces | flagsDelete | flagsIgnore | flagsDryRun, remove},
		{"describe", "(TYPE [NAME_PREFIX...] | TYPE/NAME...)",
			flagsSelect | flagsAllNamespaces | flagsEvents, describe},
		{"drain", "NODE...", flagsDrain | flagsDryRun, drain},
		{"get", "(TYPE[,TYPE...] [NAME...] | TYPE/NAME...)",
			flagsFiles | flagsSelect | flagsAllNamespaces | flagsPrint | flagsIgnore, get},
		{"label", target + " KEY=VALUE... KEY-...",
			flagsSelect | flagsOverwrite | flagsDryRun | flagsOutput, label},
		{"patch", "(-f FILENAME | TYPE NAME | TYPE/NAME...) (-p PATCH | --patch-file FILE)",
			flagsFiles | flagsPatch | flagsDryRun | flagsOutput, patchObjects},
		{"rollout history", target, flagsRevision | flagsOutput | flagsParted, rolloutHistory},
		{"rollout pause", target, flagsOutput, rolloutPause},
		{"rollout restart", target, flagsSelect | flagsOutput, rolloutRestart},
		{"rollout resume", target, flagsOutput, rolloutResume},
		{"rollout status", target, flagsWatch, rolloutStatus},
		{"rollout undo", target, flagsToRevision | flagsDryRun | flagsOutput, rolloutUndo},
		{"scale", target + " --replicas=COUNT", flagsScale | flagsDryRun | flagsOutput | flagsParted, scale},
		{"set image", target + " CONTAINER=IMAGE...",
			flagsSelect | flagsDryRun | flagsOutput | flagsParted, setImage},
		{"taint", "NODE NAME... KEY=VALUE:EFFECT... KEY:EFFECT-...",
			flagsSelect | flagsOverwrite | flagsDryRun | flagsOutput, taint},
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
		rest = args[j:]
	}
	for k := range list {
		if list[k].name == name {
			return &list[k], withoutWords(args, i, words), nil
		}
	}
	if group, _, ok := strings.Cut(name, " "); ok {
		return nil, nil, fmt.Errorf("unknown command %q\nSee 'kubectl %s -h' for help and examples%s",
			strings.Join(rest, " "), group, knownVerbs())
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
	return "\nThis kubectl knows: " + strings.Join(names, ", ")
}
