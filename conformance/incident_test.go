package conformance_test

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// incident is one line of a trace: something that happened to a pod, a DaemonSet or a revision.
type incident struct {
	At       float64 `json:"t"`
	What     string  `json:"ev"`
	Pod      string  `json:"pod,omitempty"`
	Node     string  `json:"node,omitempty"`
	Set      string  `json:"ds,omitempty"`
	Template string  `json:"tmpl,omitempty"`
	Revision int64   `json:"revision,omitempty"`
	Phase    string  `json:"phase,omitempty"`
	From     string  `json:"from,omitempty"`
	To       string  `json:"to,omitempty"`
	Grace    *int64  `json:"grace,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	Message  string  `json:"message,omitempty"`
	// by is who did it in the replay; a recording does not tell.
	by string
}

// String is what is compared of an incident about a pod or a revision.
func (i incident) String() string {
	subject := i.Pod
	if subject == "" {
		subject = i.Set
	}
	text := i.What + " " + subject
	switch i.What {
	case "create":
		text += " for " + i.Node
	case "bind":
		text += " to " + i.Node
	case "phase":
		text += " " + i.Phase
	case "owner":
		text += fmt.Sprintf(" %q to %q", i.From, i.To)
	case "delete-requested":
		if i.Grace != nil {
			text += fmt.Sprintf(" grace %d", *i.Grace)
		}
	case "disruption-target":
		text += fmt.Sprintf(" %s: %s", i.Reason, i.Message)
	case "unschedulable":
		text += ": " + i.Message
	case "rev-add", "rev-change", "rev-gone":
		text += fmt.Sprintf(" %s number %d", i.Template, i.Revision)
	}
	return text
}

// place is what one chain of causes runs in: the pods of a DaemonSet on one node, or else one pod.
func (i incident) place() string {
	place, _, _ := strings.Cut(i.Pod, "#")
	return place
}

// tracer writes down what happens in a simulation in the words of a trace.
type tracer struct {
	// alias names the pods as the recordings do: agent@n2#1 is the first of DaemonSet agent for node n2.
	alias map[cluster.UID]string
	// byKey finds the alias of the pod that has a name at present.
	byKey map[string]string
	// names are all names that pods ever had.
	names []podName
	count map[string]int
	// templates numbers the templates in the order in which they appeared.
	templates map[string]string
	// hashes are the labels of revisions, with the template that they stand for.
	hashes map[string]string
	list   []incident
	// changed is when something last changed that a trace would tell.
	changed time.Duration
	// moved is when a node of that name came or went last.
	moved map[string]time.Duration
	// asked are the pods and others that the user has deleted and that are not gone.
	asked map[cluster.UID]bool
	// matched is told of each incident.
	matched func(incident)
}

// monitorPeriod is the time between two passes of the node lifecycle controller.
const monitorPeriod = 5 * time.Second

type podName struct{ name, alias, masked string }

func newTracer() *tracer {
	return &tracer{
		alias: make(map[cluster.UID]string), byKey: make(map[string]string), count: make(map[string]int),
		templates: make(map[string]string), hashes: make(map[string]string),
		asked: make(map[cluster.UID]bool), moved: make(map[string]time.Duration),
	}
}

func (t *tracer) observe(ch *cluster.Change) {
	t.changed = ch.Time
	m := ch.Object().Meta()
	if ch.Verb == cluster.Deleted {
		delete(t.asked, m.UID)
	} else if ch.Actor == "user" && m.Terminating() {
		t.asked[m.UID] = true
	}
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		if ch.Verb != cluster.Updated {
			t.moved[obj.Name] = ch.Time
		}
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		t.observePod(ch, before, obj)
	case *daemonset.DaemonSet:
		switch before, _ := ch.Before.(*daemonset.DaemonSet); {
		case ch.Verb == cluster.Created:
			t.add(ch, incident{What: "ds-add", Set: obj.Name})
		case ch.Verb == cluster.Deleted:
			t.add(ch, incident{What: "ds-gone", Set: obj.Name})
		case before.Generation != obj.Generation:
			t.add(ch, incident{What: "ds-spec", Set: obj.Name})
		}
	case *rollout.ControllerRevision:
		t.observeRevision(ch, obj)
	}
}

func (t *tracer) add(ch *cluster.Change, i incident) {
	i.At, i.by = ch.Time.Seconds(), ch.Actor
	t.list = append(t.list, i)
	if t.matched != nil {
		t.matched(i)
	}
}

func (t *tracer) observePod(ch *cluster.Change, before, p *cluster.Pod) {
	if ch.Verb == cluster.Created {
		t.name(p)
	}
	add := func(i incident) {
		i.Pod, i.Node = t.alias[p.UID], p.TargetNode()
		i.Template = t.hashes[p.Labels[rollout.HashLabel]]
		t.add(ch, i)
	}
	if ch.Verb == cluster.Deleted {
		if !before.Terminating() {
			add(incident{What: "delete-requested", Grace: new(int64)})
		}
		add(incident{What: "gone"})
		return
	}
	if before == nil {
		add(incident{What: "create"})
		before = &cluster.Pod{}
	} else if from, to := ownerName(before), ownerName(p); from != to {
		add(incident{What: "owner", From: from, To: to})
	}
	if p.Bound() && !before.Bound() {
		add(incident{What: "bind"})
	}
	t.observeStatus(before, p, add)
	if p.Terminating() && !before.Terminating() {
		add(incident{What: "delete-requested", Grace: p.DeletionGracePeriodSeconds})
	}
}

func (t *tracer) observeStatus(before, p *cluster.Pod, add func(incident)) {
	switch {
	case p.Status.Ready && !before.Status.Ready:
		add(incident{What: "ready"})
	case !p.Status.Ready && before.Status.Ready:
		add(incident{What: "unready"})
	}
	if p.Phase() != before.Phase() {
		add(incident{What: "phase", Phase: string(p.Phase())})
	}
	was, is := before.Status.Trouble, p.Status.Trouble
	if is != nil && is.Unschedulable != "" && (was == nil || was.Unschedulable != is.Unschedulable) {
		add(incident{What: "unschedulable", Message: is.Unschedulable})
	}
	if d, ok := p.Disruption(); ok && (was == nil || was.Disruption != d) {
		add(incident{What: "disruption-target", Reason: d.Reason, Message: d.Message})
	}
}

func ownerName(p *cluster.Pod) string {
	if ref := p.Controller(); ref != nil {
		return ref.Name
	}
	return ""
}

// name gives a new pod its alias.
func (t *tracer) name(p *cluster.Pod) {
	alias := p.Name
	masked := p.Name
	if ref := p.Controller(); ref != nil && ref.Kind == daemonset.Kind {
		place := ref.Name + "@" + p.TargetNode()
		t.count[place]++
		alias = fmt.Sprintf("%s#%d", place, t.count[place])
		masked = ref.Name + "-xxxxx"
	}
	t.alias[p.UID], t.byKey[p.Key()] = alias, alias
	t.names = append(t.names, podName{p.Name, alias, masked})
}

func (t *tracer) observeRevision(ch *cluster.Change, r *rollout.ControllerRevision) {
	data := string(r.Data)
	if t.templates[data] == "" {
		t.templates[data] = fmt.Sprintf("T%d", len(t.templates)+1)
	}
	t.hashes[r.Labels[rollout.HashLabel]] = t.templates[data]
	i := incident{Template: t.templates[data], Revision: r.Revision}
	if ref := r.Controller(); ref != nil {
		i.Set = ref.Name
	}
	switch ch.Verb {
	case cluster.Created:
		i.What = "rev-add"
	case cluster.Updated:
		i.What = "rev-change"
	case cluster.Deleted:
		i.What = "rev-gone"
	}
	t.add(ch, i)
}

// neverMade finds the name of a pod that was refused: there never was such a pod.
var neverMade = regexp.MustCompile(`(pods "[^"]+-)[bcdfghjklmnpqrstvwxz2456789]{5}(" is forbidden)`)

var uid = regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)

// aliases puts the names of the recordings in the place of the pods' own.
func (t *tracer) aliases(text string) string {
	text = uid.ReplaceAllString(text, "<uid>")
	for _, n := range t.names {
		text = strings.ReplaceAll(text, n.name, n.alias)
	}
	return neverMade.ReplaceAllString(text, "${1}xxxxx${2}")
}

// masks hides the random part of pods' names and the hashes of templates.
func (t *tracer) masks(text string) string {
	for _, n := range t.names {
		text = strings.ReplaceAll(text, n.name, n.masked)
	}
	for hash, template := range t.hashes {
		text = strings.ReplaceAll(text, hash, "<hash "+template+">")
	}
	return neverMade.ReplaceAllString(text, "${1}xxxxx${2}")
}
