package kubectl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// resource is one type of objects, as command lines name it and as tables show it.
type resource struct {
	kind     cluster.Kind
	plural   string
	singular string
	short    string
	group    string
	scope    cluster.Scope
	columns  []column
	describe func(*describer, cluster.Object)
}

// resources is the table of all types, in alphabetical order of their plurals.
func resources() []resource {
	return []resource{
		{
			kind: rollout.KindControllerRevision, plural: "controllerrevisions",
			singular: "controllerrevision", group: "apps", scope: cluster.Namespaced,
			columns: revisionColumns(), describe: describeRevision,
		}, {
			kind: daemonset.Kind, plural: "daemonsets", singular: "daemonset", short: "ds",
			group: "apps", scope: cluster.Namespaced,
			columns: daemonSetColumns(), describe: describeDaemonSet,
		}, {
			kind: kindEvent, plural: "events", singular: "event", short: "ev",
			scope: cluster.Namespaced, columns: eventColumns(), describe: describeEvent,
		}, {
			kind: cluster.KindNamespace, plural: "namespaces", singular: "namespace", short: "ns",
			scope: cluster.ClusterScoped, columns: namespaceColumns(), describe: describeNamespace,
		}, {
			kind: cluster.KindNode, plural: "nodes", singular: "node", short: "no",
			scope: cluster.ClusterScoped, columns: nodeColumns(), describe: describeNode,
		}, {
			kind: cluster.KindPodDisruptionBudget, plural: "poddisruptionbudgets",
			singular: "poddisruptionbudget", short: "pdb", group: "policy", scope: cluster.Namespaced,
			columns: budgetColumns(), describe: describeBudget,
		}, {
			kind: cluster.KindPod, plural: "pods", singular: "pod", short: "po",
			scope: cluster.Namespaced, columns: podColumns(), describe: describePod,
		}, {
			kind: cluster.KindPriorityClass, plural: "priorityclasses", singular: "priorityclass",
			short: "pc", group: "scheduling.k8s.io", scope: cluster.ClusterScoped,
			columns: priorityClassColumns(), describe: describePriorityClass,
		},
	}
}

// qualified is the type as it stands before a name: daemonset.apps, pod.
func (r *resource) qualified() string { return r.in(r.singular) }

// qualifiedPlural is the type as an API server names it: daemonsets.apps, pods.
func (r *resource) qualifiedPlural() string { return r.in(r.plural) }

func (r *resource) in(name string) string {
	if r.group == "" {
		return name
	}
	return name + "." + r.group
}

// names reports whether a word of a command line means the type. The word may be qualified by the
// group, or by the version and the group.
func (r *resource) names(word string) bool {
	word = strings.ToLower(word)
	for _, name := range [...]string{r.plural, r.singular, r.short} {
		if name == "" {
			continue
		}
		if word == name || r.group != "" && (word == name+"."+r.group || word == name+".v1."+r.group) ||
			r.group == "" && word == name+".v1." {
			return true
		}
	}
	return false
}

// resourceNamed finds the type that a word means.
func (c *call) resourceNamed(word string) (*resource, error) {
	list := append(resources(), c.defined()...)
	i := slices.IndexFunc(list, func(r resource) bool { return r.names(word) })
	if i >= 0 {
		return &list[i], nil
	}
	known := make([]string, len(list))
	for i := range list {
		known[i] = list[i].plural
	}
	return nil, fmt.Errorf("the server doesn't have a resource type %q\nThis one has: %s",
		word, strings.Join(known, ", "))
}

// resourceOf finds the type of a kind, also of one that the simulation has been told of.
func (c *call) resourceOf(kind cluster.Kind) *resource {
	list := c.defined()
	if i := slices.IndexFunc(list, func(r resource) bool { return r.kind == kind }); i >= 0 {
		return &list[i]
	}
	return resourceOf(kind)
}

// resourceOf finds the type of a kind that every simulation knows. Of another it is a guess.
func resourceOf(kind cluster.Kind) *resource {
	list := resources()
	i := slices.IndexFunc(list, func(r resource) bool { return r.kind == kind })
	if i < 0 {
		name := strings.ToLower(string(kind))
		return &resource{kind: kind, plural: name + "s", singular: name}
	}
	return &list[i]
}

func qualifiedPlural(kind cluster.Kind) string { return resourceOf(kind).qualifiedPlural() }

// title is an object as kubectl reports on it: daemonset.apps/agent.
func title(obj cluster.Object) string {
	r := *resourceOf(obj.Kind())
	if r.group == "" {
		r.group = groupOf(obj.APIVersion())
	}
	return r.qualified() + "/" + obj.Meta().Name
}

func groupOf(apiVersion string) string {
	if group, _, ok := strings.Cut(apiVersion, "/"); ok {
		return group
	}
	return ""
}
