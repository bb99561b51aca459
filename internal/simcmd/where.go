package simcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const whereUsage = "--node NODE, -l SELECTOR or --zone ZONE, and with --pod NAME, --pods SELECTOR, " +
	"--daemonset NAME or -n NAMESPACE,"

// where is in which containers of an image something is so.
type where struct {
	some                            nodeChoice
	node, pod, pods, set, namespace *string
}

// whereFlags adds the flags that choose containers.
func whereFlags(set *pflag.FlagSet) where {
	return where{
		some: nodeFlags(set), node: set.String("node", "", ""), pod: set.String("pod", "", ""),
		pods: set.String("pods", "", ""), set: set.String("daemonset", "", ""),
		namespace: set.StringP("namespace", "n", "", ""),
	}
}

// aboutPlaces reports whether a flag says where something is so, or takes back that it is.
func aboutPlaces(flag string) bool {
	return flag == "as-usual" || slices.Contains(placeFlags[:], flag)
}

// placeFlags are the flags of a where.
var placeFlags = [...]string{"selector", "zone", "node", "pod", "pods", "daemonset", "namespace"}

// given reports whether there is such a flag.
func (w where) given(set *pflag.FlagSet) bool { return slices.ContainsFunc(placeFlags[:], set.Changed) }

// exception is what the flags come to, without a change.
func (w where) exception(sh *Shell, set *pflag.FlagSet, image string) (e kubelet.Exception, err error) {
	for _, name := range placeFlags {
		if flag := set.Lookup(name); flag.Changed && flag.Value.String() == "" {
			return e, misuse("--%s is empty", name)
		}
	}
	if image != anyImage {
		e.Image = image
	}
	e.Namespace, e.Pod, e.Controller = *w.namespace, *w.pod, *w.set
	if e.Pods, err = affinity.ParseSelector(*w.pods); err != nil {
		return e, misuse("--pods %q: %w", *w.pods, err)
	}
	if *w.node == "" {
		e.Nodes, err = w.some.chosen()
		return e, err
	}
	if w.some.given() {
		return e, misuse("a node, a selector or a zone, not several of these")
	}
	e.Nodes = affinity.SelectorFromSet(map[string]string{cluster.LabelHostname: *w.node})
	return e, known(sh, []string{*w.node})
}

// except says that an image behaves otherwise there. Of what is said of the same containers the latest word counts.
func (w where) except(sh *Shell, set *pflag.FlagSet, image string, change kubelet.Change) error {
	e, err := w.exception(sh, set, image)
	if err != nil {
		return err
	}
	e.Change = change
	return sh.sim.SetExceptions(append([]kubelet.Exception{e}, sh.sim.Exceptions()...)...)
}

// takeBack takes back what was said of an image there; all of it when no flag says where.
func (w where) takeBack(sh *Shell, set *pflag.FlagSet, image string) error {
	if _, changed, err := changeOf(set, image); changed || err != nil {
		return misuse("--as-usual says how %s behaves, and nothing else can", image)
	}
	e, err := w.exception(sh, set, image)
	if err != nil {
		return err
	}
	all, anywhere := sh.sim.Exceptions(), !w.given(set)
	left := slices.DeleteFunc(slices.Clone(all), func(other kubelet.Exception) bool {
		return other.Image == e.Image && (anywhere || place(other) == place(e))
	})
	if len(left) < len(all) {
		return sh.sim.SetExceptions(left...)
	}
	var elsewhere []string
	for _, other := range all {
		if text := place(other); other.Image == e.Image && !slices.Contains(elsewhere, text) {
			elsewhere = append(elsewhere, text)
		}
	}
	if len(elsewhere) == 0 {
		return fmt.Errorf("%s behaves as usual everywhere", image)
	}
	return fmt.Errorf("%s behaves as usual there; it does not with %s", image, strings.Join(elsewhere, ", or "))
}

// place is where an exception is one, as flags say it.
func place(e kubelet.Exception) string {
	var flags []string
	for _, flag := range [...]struct{ name, value string }{
		{"-l", e.Nodes.String()}, {"--pod", e.Pod}, {"--pods", e.Pods.String()}, {"--daemonset", e.Controller},
		{"-n", e.Namespace},
	} {
		if flag.value != "" {
			flags = append(flags, flag.name+" "+flag.value)
		}
	}
	return strings.Join(flags, " ")
}
