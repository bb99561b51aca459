package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/manifest"
	"github.com/daemonsim/daemonsim/rollout"
)

// printObjects prints what is in the cluster in one of the outputs of run. The output changes has been
// printed by then.
func printObjects(w io.Writer, sim *daemonsim.Sim, output string) error {
	options := manifest.Options{Epoch: sim.Epoch()}
	var text []byte
	switch output {
	case "changes":
		return nil
	case "json":
		text = manifest.JSONList(objects(sim), options)
	case "yaml":
		text = manifest.YAMLList(objects(sim), options)
	default:
		return printTables(w, sim, output)
	}
	_, err := w.Write(text)
	return err
}

// objects lists the nodes, pods, DaemonSets, revisions and Events, each kind by namespace and name. What
// they need to be loaded again comes first: priority classes, and namespaces that say anything.
func objects(sim *daemonsim.Sim) []cluster.Object {
	list := slices.Collect(sim.Objects(cluster.KindPriorityClass, ""))
	for ns := range sim.Objects(cluster.KindNamespace, "") {
		if m := ns.Meta(); len(m.Labels) > 1 || len(m.Annotations) > 0 {
			list = append(list, ns)
		}
	}
	for _, kind := range []cluster.Kind{
		cluster.KindNode, cluster.KindPod, daemonset.Kind, rollout.KindControllerRevision,
	} {
		list = slices.AppendSeq(list, sim.Objects(kind, ""))
	}
	return append(list, kubectl.Events(sim, "")...)
}

// printTables prints nodes, DaemonSets and pods as kubectl get does, a blank line apart.
func printTables(w io.Writer, sim *daemonsim.Sim, output string) error {
	for i, what := range []string{"nodes", "daemonsets", "pods"} {
		args := []string{"get", what}
		if what != "nodes" {
			args = append(args, "--all-namespaces")
		}
		if output != "" {
			args = append(args, "-o", output)
		}
		table, _ := kubectl.Run(sim, noFiles, args)
		if i > 0 {
			table = "\n" + table
		}
		if _, err := fmt.Fprint(w, table); err != nil {
			return err
		}
	}
	return nil
}

func noFiles(string) ([]byte, bool) { return nil, false }
