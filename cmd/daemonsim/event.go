package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
)

// event is an Event in the shape of the API, to be written beside stored objects. It is never stored.
type event struct {
	cluster.ObjectMeta
	shape apiEvent
}

// apiEvent is how the API writes an Event.
type apiEvent struct {
	Metadata       eventMeta     `json:"metadata"`
	InvolvedObject reference     `json:"involvedObject"`
	Reason         string        `json:"reason,omitempty"`
	Message        string        `json:"message,omitempty"`
	Source         eventSource   `json:"source"`
	FirstTimestamp time.Duration `json:"firstTimestamp"`
	LastTimestamp  time.Duration `json:"lastTimestamp"`
	Count          int           `json:"count,omitempty"`
	Type           string        `json:"type,omitempty"`
	// EventTime is null for the events of controllers that count.
	EventTime          *time.Duration `json:"eventTime"`
	ReportingComponent string         `json:"reportingComponent"`
	ReportingInstance  string         `json:"reportingInstance"`
}

type eventMeta struct {
	Name              string        `json:"name"`
	Namespace         string        `json:"namespace"`
	CreationTimestamp time.Duration `json:"creationTimestamp"`
}

type reference struct {
	Kind       cluster.Kind `json:"kind"`
	Namespace  string       `json:"namespace,omitempty"`
	Name       string       `json:"name"`
	UID        cluster.UID  `json:"uid"`
	APIVersion string       `json:"apiVersion"`
}

type eventSource struct {
	Component string `json:"component,omitempty"`
}

// events lists all Events by namespace and name.
func events(sim *daemonsim.Sim) []cluster.Object {
	var list []*event
	serial := make(map[cluster.UID]int)
	for e := range sim.Events(0) {
		list = append(list, newEvent(e, sim.Epoch(), serial[e.UID]))
		serial[e.UID]++
	}
	slices.SortFunc(list, func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	objects := make([]cluster.Object, len(list))
	for i, e := range list {
		objects[i] = e
	}
	return objects
}

// newEvent names an Event as Kubernetes does, by its object and the nanosecond of its first time. The
// serial number keeps the events of one instant apart, which reality does by itself.
func newEvent(e *cluster.Event, epoch time.Time, serial int) *event {
	meta := cluster.ObjectMeta{
		Name:      fmt.Sprintf("%s.%x", e.Name, epoch.Add(e.First).UnixNano()+int64(serial)),
		Namespace: cmp.Or(e.Namespace, cluster.DefaultNamespace),
	}
	return &event{meta, apiEvent{
		Metadata: eventMeta{meta.Name, meta.Namespace, e.First},
		InvolvedObject: reference{
			Kind: e.Kind, Namespace: e.Namespace, Name: e.Name, UID: e.UID, APIVersion: versionOf(e.Kind),
		},
		Reason: e.Reason, Message: e.Message, Type: string(e.Type), Count: e.Count,
		Source: eventSource{e.Source}, ReportingComponent: e.Source,
		FirstTimestamp: e.First, LastTimestamp: e.Last,
	}}
}

// versionOf is the API version of the kinds that Events are about.
func versionOf(kind cluster.Kind) string {
	if kind == daemonset.Kind {
		return "apps/v1"
	}
	return "v1"
}

// APIObject returns the Event as the API writes it.
func (e *event) APIObject() any { return e.shape }

// Kind is "Event".
func (e *event) Kind() cluster.Kind { return "Event" }

// APIVersion is "v1".
func (e *event) APIVersion() string { return "v1" }

// Scope is cluster.Namespaced.
func (e *event) Scope() cluster.Scope { return cluster.Namespaced }

// Clone returns a copy.
func (e *event) Clone() cluster.Object {
	c := *e
	return &c
}

// Default does nothing.
func (e *event) Default() {}

// Validate finds nothing.
func (e *event) Validate() field.ErrorList { return nil }
