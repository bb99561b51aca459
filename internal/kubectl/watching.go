package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// watching is somebody who watches the objects that a get has found.
type watching struct {
	*call
	target target
	print  func([]cluster.Object) error
	// counts are how often the Events that have been seen have happened, by namespace and name.
	counts map[string]int
	// err is the first error in printing.
	err error
}

// watchObjects prints what is there and then every change of it, moving the time.
func (c *call) watchObjects() error {
	c.warnUnsorted()
	list, err := c.watchTargets()
	if err != nil {
		return err
	}
	objects, missing := c.find(list)
	if missing != nil {
		return each(missing)[0]
	}
	w := &watching{call: c, print: c.livePrinter(c.form, list[0].res)}
	if !c.opts.watchOnly {
		if err := c.sort(objects); err != nil {
			return err
		}
		if err := w.print(objects); err != nil {
			return err
		}
	}
	switch {
	case len(list) > 1 && len(c.opts.filenames) == 1:
		return fmt.Errorf("watch is only supported on individual resources and resource collections - "+
			"%d resources were found", len(list))
	case len(list) > 1:
		return errors.New("you may only watch a single resource or type of resource at a time")
	case single(list) && len(objects) == 0:
		return nil // it is not there, and need not be
	}
	w.target = list[0]
	return w.run(c.opts.within)
}

func (c *call) warnUnsorted() {
	switch {
	case c.opts.sortBy == "":
	case c.opts.watch:
		c.warn("warning: --watch requested, --sort-by will be ignored for watch events received")
	default:
		c.warn("warning: --watch-only requested, --sort-by will be ignored")
	}
}

// watchTargets finds what to watch: things of one type.
func (c *call) watchTargets() ([]target, error) {
	list, err := c.targets(c.args)
	if err == nil && len(list) == 0 {
		if !c.opts.filesGiven {
			return nil, raw(noArguments)
		}
		list, _, err = c.fileTargets()
	}
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("no objects passed to get")
	}
	if slices.ContainsFunc(list, func(t target) bool { return t.res.kind != list[0].res.kind }) {
		return nil, errors.New("you may only specify a single resource type")
	}
	return list, nil
}

// run prints what changes until the time is over or, without a bound, until the cluster is at rest. Somebody who
// watches a cluster in which nothing happens but restarts again and again has seen enough then.
func (w *watching) run(within time.Duration) error {
	if w.target.res.kind == kindEvent {
		defer w.watchEvents()()
	} else {
		defer w.watchChanges()()
	}
	var err error
	if within > 0 {
		err = w.sim.RunFor(within)
	} else if err = w.sim.Settle(); errors.Is(err, cluster.ErrUnsettled) {
		err = nil
	}
	return errors.Join(w.err, err)
}

// show prints an object that has changed.
func (w *watching) show(obj cluster.Object) {
	if w.err == nil {
		w.err = w.print([]cluster.Object{obj})
	}
}

// wants reports whether an object is one of those that are watched.
func (w *watching) wants(obj cluster.Object) bool {
	if obj == nil || obj.Kind() != w.target.res.kind {
		return false
	}
	m := obj.Meta()
	if w.target.name != "" && m.Name != w.target.name {
		return false
	}
	namespace := w.target.namespace
	if namespace == "" {
		namespace = w.namespaceOf(w.target.res)
	}
	return (namespace == "" || m.Namespace == namespace) &&
		w.opts.labels.Matches(m.Labels) && matchFields(w.opts.fields, obj)
}

// watchChanges begins to print changes. The function that it returns ends that.
//
// What is deleted, or is not selected any more, is printed as it was before.
func (w *watching) watchChanges() (stop func()) {
	live := w
	w.sim.OnChange(func(ch *cluster.Change) {
		switch {
		case live == nil:
		case live.wants(ch.After):
			live.show(ch.After)
		case live.wants(ch.Before):
			live.show(ch.Before)
		}
	})
	return func() { live = nil }
}

// watchEvents begins to print Events: those that are new, and those that have happened again.
func (w *watching) watchEvents() (stop func()) {
	live := w
	w.counts = make(map[string]int)
	for _, e := range Events(w.sim, "") {
		w.isNews(e.(*event))
	}
	look := func(about cluster.UID) {
		if live == nil {
			return
		}
		for _, e := range eventsAbout(live.sim, about, "") {
			if live.isNews(e.(*event)) && live.wants(e) {
				live.show(e)
			}
		}
	}
	w.sim.OnEvent(func(e *cluster.Event) { look(e.UID) })
	w.sim.OnChange(func(ch *cluster.Change) {
		// That a pod has been bound is an Event which is read from the pod.
		if p, ok := ch.After.(*cluster.Pod); ok && p.Bound() {
			look(p.UID)
		}
	})
	return func() { live = nil }
}

// isNews reports whether an Event has not been seen with its count.
func (w *watching) isNews(e *event) bool {
	key := e.Meta().Key()
	if w.counts[key] == e.Count {
		return false
	}
	w.counts[key] = e.Count
	return true
}

// livePrinter returns what prints objects bit by bit. Headers come with the first of them.
func (c *call) livePrinter(f *format, res *resource) func([]cluster.Object) error {
	g := &grid{out: &c.out}
	headers := !c.opts.noHeaders
	switch {
	case f.columns != nil:
		return func(objects []cluster.Object) error {
			if len(objects) > 0 {
				g.write(c.customRows(f.columns, objects, headers))
				headers = false
			}
			return nil
		}
	case f.name == "" || f.name == "wide":
		t := c.table(res)
		return func(objects []cluster.Object) error {
			var rows [][]string
			if headers && len(objects) > 0 {
				rows, headers = append(rows, t.headerRow()), false
			}
			for _, obj := range objects {
				rows = append(rows, t.row(obj))
			}
			g.write(rows)
			return nil
		}
	}
	return func(objects []cluster.Object) error {
		for _, obj := range objects {
			if err := c.printOne(f, obj, nil); err != nil {
				return err
			}
		}
		return nil
	}
}
