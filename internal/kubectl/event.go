package kubectl

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

const kindEvent cluster.Kind = "Event"

// event is a cluster.Event in the shape of an object, so that it can be printed as one.
type event struct {
	cluster.ObjectMeta
	InvolvedObject objectReference   `json:"involvedObject"`
	Reason         string            `json:"reason,omitempty"`
	Message        string            `json:"message,omitempty"`
	Source         eventSource       `json:"source"`
	First          time.Duration     `json:"firstTimestamp"`
	Last           time.Duration     `json:"lastTimestamp"`
	Count          int               `json:"count"`
	Type           cluster.EventType `json:"type"`
	// EventTime is null for the Events of controllers that count.
	EventTime *time.Duration `json:"eventTime"`
	Reporter  string         `json:"reportingComponent"`
	Instance  string         `json:"reportingInstance"`
}

type objectReference struct {
	Kind       cluster.Kind `json:"kind"`
	Namespace  string       `json:"namespace,omitempty"`
	Name       string       `json:"name"`
	UID        cluster.UID  `json:"uid"`
	APIVersion string       `json:"apiVersion,omitempty"`
}

type eventSource struct {
	Component string `json:"component,omitempty"`
}

// newEvent names an Event as its recorder would: after its object and the time.
func newEvent(e *cluster.Event, epoch time.Time) *event {
	namespace := e.Namespace
	if namespace == "" {
		namespace = cluster.DefaultNamespace
	}
	group := resourceOf(e.Kind).group
	version := "v1"
	if group != "" {
		version = group + "/v1"
	}
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%s/%s/%s", e.Type, e.Reason, e.Message, e.Source)
	stamp := uint64(epoch.Add(e.First).UnixNano()) + uint64(h.Sum32())%uint64(time.Second)
	return &event{
		ObjectMeta: cluster.ObjectMeta{
			Name: fmt.Sprintf("%s.%x", e.Name, stamp), Namespace: namespace, CreationTimestamp: e.First,
		},
		InvolvedObject: objectReference{e.Kind, e.Namespace, e.Name, e.UID, version},
		Reason:         e.Reason, Message: e.Message, Source: eventSource{e.Source},
		First: e.First, Last: e.Last, Count: e.Count, Type: e.Type, Reporter: e.Source,
	}
}

// Kind is kindEvent.
func (e *event) Kind() cluster.Kind { return kindEvent }

// APIVersion is "v1".
func (e *event) APIVersion() string { return "v1" }

// Scope is cluster.Namespaced.
func (e *event) Scope() cluster.Scope { return cluster.Namespaced }

// Clone returns a copy.
func (e *event) Clone() cluster.Object {
	c := *e
	return &c
}

// Default changes nothing.
func (e *event) Default() {}

// Validate finds nothing wrong.
func (e *event) Validate() field.ErrorList { return nil }

// Events lists the Events of a namespace, of all for "", in the shape of the API, by object and time. They
// are not stored: they are made of what the cluster has recorded.
func Events(sim *daemonsim.Sim, namespace string) []cluster.Object {
	return eventsAbout(sim, 0, namespace)
}

// eventsAbout is Events of one object, of all for 0.
func eventsAbout(sim *daemonsim.Sim, about cluster.UID, namespace string) []cluster.Object {
	var list []*event
	for e := range sim.Events(about) {
		if ev := newEvent(e, sim.Epoch()); namespace == "" || ev.Namespace == namespace {
			list = append(list, ev)
		}
	}
	slices.SortStableFunc(list, func(a, b *event) int {
		return cmp.Or(
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.InvolvedObject.Name, b.InvolvedObject.Name),
			cmp.Compare(a.InvolvedObject.UID, b.InvolvedObject.UID),
			cmp.Compare(a.First, b.First),
		)
	})
	objects := make([]cluster.Object, len(list))
	for i, e := range list {
		objects[i] = e
	}
	return objects
}

func eventColumns() []column {
	return []column{
		narrow("LAST SEEN", func(v *view, e *event) string { return v.since(e.Last) }),
		narrow("TYPE", func(_ *view, e *event) string { return string(e.Type) }),
		narrow("REASON", func(_ *view, e *event) string { return e.Reason }),
		narrow("OBJECT", func(_ *view, e *event) string {
			return strings.ToLower(string(e.InvolvedObject.Kind)) + "/" + e.InvolvedObject.Name
		}),
		wide("SUBOBJECT", func(*view, *event) string { return "" }),
		wide("SOURCE", func(_ *view, e *event) string { return e.Source.Component }),
		narrow("MESSAGE", func(_ *view, e *event) string { return strings.TrimSpace(e.Message) }),
		wide("FIRST SEEN", func(v *view, e *event) string { return v.since(e.First) }),
		wide("COUNT", func(_ *view, e *event) string { return number(e.Count) }),
		wide("NAME", func(_ *view, e *event) string { return e.Name }),
	}
}
