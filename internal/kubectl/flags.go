package kubectl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/spf13/pflag"
)

// options are the values of all flags. A verb reads those that it has registered.
type options struct {
	namespace                                 string
	allNamespaces, all                        bool
	selector, fieldSelector                   string
	filenames                                 []string
	output, template, sortBy                  string
	noHeaders, showLabels, showKind           bool
	labelColumns                              []string
	overwrite, ignoreNotFound                 bool
	dryRun                                    string
	cascade                                   string
	gracePeriod                               int
	force, now, wait                          bool
	revision, toRevision                      int64
	watch, watchOnly                          bool
	timeout                                   time.Duration
	requestTimeout                            string
	within                                    time.Duration
	showEvents                                bool
	replicas                                  int
	patch, patchFile, patchType               string
	saveConfig                                bool
	labels                                    affinity.Selector
	fields                                    []fieldRequirement
	ignoreDaemonSets, deleteEmptyDir          bool
	disableEviction                           bool
	podSelector                               string
	skipWait                                  int
	namespaceGiven, filesGiven, selectorGiven bool
}

// flagGroup is a set of flags that belong together.
type flagGroup uint

const (
	flagsFiles flagGroup = 1 << iota
	flagsSelect
	flagsAllNamespaces
	flagsPrint
	flagsOverwrite
	flagsIgnore
	flagsDryRun
	flagsDelete
	flagsRevision
	flagsToRevision
	flagsWatch
	flagsEvents
	flagsScale
	flagsPatch
	flagsSave
	flagsOutput
	flagsDrain
	// flagsParted is for verbs whose YAML documents are parted by a line. The others begin anew with each object.
	flagsParted
)

// newFlags returns the flags of a verb.
func (c *call) newFlags(v *verb) *pflag.FlagSet {
	f := pflag.NewFlagSet(v.name, pflag.ContinueOnError)
	f.Usage = func() {}
	o := &c.opts
	f.StringVarP(&o.namespace, "namespace", "n", cluster.DefaultNamespace, "the namespace")
	f.StringVar(&o.requestTimeout, "request-timeout", "0",
		"how long a watch may take, such as 1s, 2m or a number of seconds; 0 is as long as something happens")
	add := func(group flagGroup, register func()) {
		if v.flags&group != 0 {
			register()
		}
	}
	add(flagsFiles, func() {
		f.StringSliceVarP(&o.filenames, "filename", "f", nil, "files that hold the objects")
	})
	add(flagsSelect, func() {
		f.StringVarP(&o.selector, "selector", "l", "", "labels that the objects must have")
		f.StringVar(&o.fieldSelector, "field-selector", "", "fields that the objects must have")
		f.BoolVar(&o.all, "all", false, "all objects of the type")
	})
	add(flagsAllNamespaces, func() {
		f.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "the objects of all namespaces")
	})
	add(flagsPrint, func() { o.printFlags(f) })
	add(flagsPrint|flagsOutput, func() {
		f.StringVarP(&o.output, "output", "o", "", strings.Join(c.formats(), "|"))
		f.StringVar(&o.template, "template", "", "the template, for -o=go-template and the like")
	})
	add(flagsOverwrite, func() {
		f.BoolVar(&o.overwrite, "overwrite", false, "allow what is there to change its value")
	})
	add(flagsIgnore, func() {
		f.BoolVar(&o.ignoreNotFound, "ignore-not-found", false, "an object that is not there is no error")
	})
	add(flagsDryRun, func() {
		f.StringVar(&o.dryRun, "dry-run", "none", "none, client or server: change nothing")
		f.Lookup("dry-run").NoOptDefVal = "client"
	})
	add(flagsDelete, func() { o.deleteFlags(f) })
	add(flagsDrain, func() { o.drainFlags(f) })
	add(flagsRevision, func() { f.Int64Var(&o.revision, "revision", 0, "show this revision in detail") })
	add(flagsToRevision, func() {
		f.Int64Var(&o.toRevision, "to-revision", 0, "go back to this revision; 0 is the one before")
	})
	add(flagsWatch, func() {
		f.BoolVarP(&o.watch, "watch", "w", true, "wait until the rollout is finished")
		f.DurationVar(&o.timeout, "timeout", 0, "wait no longer than this; 0 is for ever")
		f.Int64Var(&o.revision, "revision", 0, "has no effect on a DaemonSet")
	})
	add(flagsEvents, func() { f.BoolVar(&o.showEvents, "show-events", true, "show the Events, too") })
	add(flagsScale, func() { f.IntVar(&o.replicas, "replicas", 0, "the number of pods") })
	add(flagsSave, func() {
		f.BoolVar(&o.saveConfig, "save-config", false, "note in an annotation what is created, for apply")
	})
	add(flagsPatch, func() {
		f.StringVarP(&o.patch, "patch", "p", "", "the patch, JSON or YAML")
		f.StringVar(&o.patchFile, "patch-file", "", "a file that holds the patch")
		f.StringVar(&o.patchType, "type", "strategic", "json, merge or strategic")
	})
	return f
}

func (o *options) printFlags(f *pflag.FlagSet) {
	f.BoolVarP(&o.watch, "watch", "w", false, "go on to print what changes, moving the time")
	f.BoolVar(&o.watchOnly, "watch-only", false, "print what changes, and not what is there")
	f.StringVar(&o.sortBy, "sort-by", "", "order by this field, as a JSONPath")
	f.BoolVar(&o.noHeaders, "no-headers", false, "leave out the headers of the columns")
	f.BoolVar(&o.showLabels, "show-labels", false, "show the labels in a column")
	f.StringSliceVarP(&o.labelColumns, "label-columns", "L", nil, "labels to show in columns of their own")
	f.BoolVar(&o.showKind, "show-kind", false, "show the type before the name")
}

func (o *options) deleteFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.output, "output", "o", "", "name: print nothing but the names")
	f.StringVar(&o.cascade, "cascade", "background", "background, foreground or orphan: what becomes of dependents")
	f.Lookup("cascade").NoOptDefVal = "background"
	f.IntVar(&o.gracePeriod, "grace-period", -1, "seconds for a pod to stop; -1 is what the pod says")
	f.BoolVar(&o.force, "force", false, "remove at once, with --grace-period=0")
	f.BoolVar(&o.now, "now", false, "the same as --grace-period=1")
	f.BoolVar(&o.wait, "wait", true, "has no effect: deletion does not wait here")
}

func (o *options) drainFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.selector, "selector", "l", "", "labels that the nodes must have")
	f.StringVar(&o.podSelector, "pod-selector", "", "labels that the pods must have")
	f.BoolVar(&o.ignoreDaemonSets, "ignore-daemonsets", false, "leave pods of DaemonSets where they are")
	f.BoolVar(&o.deleteEmptyDir, "delete-emptydir-data", false, "delete pods with data in an emptyDir, too")
	f.BoolVar(&o.force, "force", false, "delete pods that no controller replaces, too")
	f.BoolVar(&o.disableEviction, "disable-eviction", false, "delete the pods, without asking disruption budgets")
	f.IntVar(&o.gracePeriod, "grace-period", -1, "seconds for a pod to stop; a negative number is what the pod says")
	f.DurationVar(&o.timeout, "timeout", 0, "give up after this; 0 is as long as something happens")
	f.IntVar(&o.skipWait, "skip-wait-for-delete-timeout", 0,
		"do not wait for pods that should have been gone for more than this number of seconds; 0 waits")
}

// check judges the flags that several verbs share and makes them ready for use.
func (c *call) check() error {
	o := &c.opts
	o.namespaceGiven = c.flags.Changed("namespace")
	o.filesGiven = len(o.filenames) > 0
	o.selectorGiven = o.selector != "" || o.fieldSelector != ""
	if o.namespace == "" {
		o.namespace = cluster.DefaultNamespace
	}
	if strings.ContainsAny(o.namespace, "/\x00") {
		return fmt.Errorf("%q is not the name of a namespace", o.namespace)
	}
	var err error
	if o.within, err = parseRequestTimeout(o.requestTimeout); err != nil {
		return err
	}
	c.form = &format{}
	if c.verb.flags&(flagsPrint|flagsOutput) != 0 {
		if c.form, err = c.readFormat(); err != nil {
			return err
		}
	}
	if o.labels, err = affinity.ParseSelector(o.selector); err != nil {
		return err
	}
	if o.fields, err = parseFieldSelector(o.fieldSelector); err != nil {
		return err
	}
	if o.all && o.selector != "" {
		if c.verb.name == "delete" {
			return errors.New("setting 'all' parameter but found a non empty selector. ")
		}
		return errors.New("cannot set --all and --selector at the same time")
	}
	return c.startDryRun()
}

// parseRequestTimeout reads how long a watch may take; 0 is as long as something happens.
func parseRequestTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if n, notSeconds := strconv.ParseInt(text, 10, 64); notSeconds == nil {
		d, err = time.Duration(min(max(n, -1), int64(100*year/time.Second)))*time.Second, nil
	}
	switch {
	case err != nil:
		return 0, worded("Invalid timeout value. Timeout must be a single integer in seconds, or an integer " +
			"followed by a corresponding time unit (e.g. 1s | 2m | 3h)")
	case d > 10*year:
		return 0, fmt.Errorf("--request-timeout=%s is too long; 0 watches as long as something happens", text)
	}
	return max(0, d), nil
}

// startDryRun puts a fork in the place of the simulation.
func (c *call) startDryRun() error {
	switch c.opts.dryRun {
	case "", "none":
		return nil
	case "client", "server":
		c.sim = c.sim.Fork()
		return nil
	}
	return worded(fmt.Sprintf("Invalid dry-run value (%s). Must be %q, %q, or %q.",
		c.opts.dryRun, "none", "server", "client"))
}

func (c *call) dryRunMark() string {
	switch c.opts.dryRun {
	case "client":
		return " (dry run)"
	case "server":
		return " (server dry run)"
	}
	return ""
}
