package simcmd

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

const apiFaultUsage = "sim api-fault create|update|delete with pods, daemonsets or controllerrevisions, and any of " +
	"--times 2, --error timeout|internal, --message TEXT, --applied, --of ACTOR; sim api-fault none ends it"

// faulted are the resources that an actor's requests can be about.
var faulted = [...]struct {
	resource string
	kind     cluster.Kind
}{
	{"pods", cluster.KindPod}, {"daemonsets", daemonset.Kind}, {"controllerrevisions", rollout.KindControllerRevision},
}

// faultErrors are the words for the answers.
var faultErrors = [...]struct {
	word   string
	reason cluster.FaultReason
}{{"timeout", cluster.FaultTimeout}, {"internal", cluster.FaultInternalError}}

// apiFault lets requests of the DaemonSet controller, or of another actor, fail from now on.
func apiFault(sh *Shell, args []string) (string, error) {
	set := flags()
	var f cluster.Fault
	set.IntVar(&f.Times, "times", 1, "")
	set.StringVar(&f.Message, "message", "", "")
	set.BoolVar(&f.Applied, "applied", false, "")
	set.StringVar(&f.Actor, "of", "", "")
	answer := set.String("error", faultErrors[0].word, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 1 && words[0] == "none" && set.NFlag() == 0 {
		sh.sim.ClearFaults()
		return "", nil
	}
	if len(words) != 2 {
		return "", misuse("which requests, and for what?")
	}
	if f.Times < 1 {
		return "", misuse("--times %d: it is one at least", f.Times)
	}
	f.Verb = cluster.Verb(words[0])
	for _, r := range faulted {
		if r.resource == strings.ToLower(words[1]) {
			f.Kind = r.kind
		}
	}
	if !slices.Contains([]cluster.Verb{cluster.Created, cluster.Updated, cluster.Deleted}, f.Verb) || f.Kind == "" {
		return "", misuse("no requests %q of %q can fail", words[0], words[1])
	}
	for _, e := range faultErrors {
		if e.word == *answer {
			f.Reason = e.reason
		}
	}
	if f.Reason == "" {
		return "", misuse("--error %q is neither timeout nor internal", *answer)
	}
	return "", sh.sim.AddFault(f)
}
