package cluster

import (
	"bufio"
	"fmt"
	"io"
	"time"
)

// Verb is what a change did to an object.
type Verb string

// The verbs.
const (
	Created Verb = "create"
	Updated Verb = "update"
	Deleted Verb = "delete"
)

// Change is one write to the cluster: when, by whom, what, and the object before and after it.
type Change struct {
	// Time is the virtual time of the write.
	Time time.Duration
	// Version numbers the changes of a cluster, from 1.
	Version uint64
	// Actor is the name of who wrote.
	Actor string
	// Verb is what was done.
	Verb Verb
	// Before is nil for a creation, After for a deletion. Both are frozen.
	Before, After Object
	// Unacknowledged says that a Fault took the answer: who wrote has been told that the write had failed.
	Unacknowledged bool
	// Listed says that nothing was written: an actor that starts is told of an object that is there already. The
	// actor's Reader has had all such objects since the first of them was told.
	Listed bool
}

// Object is the object after the change or, when it was deleted, before.
func (c *Change) Object() Object {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// String is the change in a line: when, who, what.
func (c *Change) String() string {
	obj := c.Object()
	return fmt.Sprintf("t=%v %s %s %s %s", c.Time, c.Actor, c.Verb, obj.Kind(), obj.Meta().Key())
}

// OnChange calls f after every change from now on, in order, once the actors have been told. f may read
// and fork the cluster; it panics when it writes to it or runs it. The Change is good until f returns,
// and what it points to for ever. A fork does not inherit f. A nil f is ignored.
func (c *Cluster) OnChange(f func(*Change)) {
	if f != nil {
		c.sinks = append(c.sinks, f)
	}
}

// ChangeLog writes changes as JSON lines. Equal runs give equal bytes. The zero ChangeLog is not
// ready: use NewChangeLog.
type ChangeLog struct {
	w   *bufio.Writer
	enc *Encoder
	buf []byte
	err error
}

// NewChangeLog returns a log that writes to w; timestamps inside objects count from epoch. Pass its
// Append to OnChange, and call Flush at the end.
func NewChangeLog(w io.Writer, epoch time.Time) *ChangeLog {
	return &ChangeLog{w: bufio.NewWriter(w), enc: NewEncoder(epoch)}
}

// changeLine is a change as it is written: the object after it or, for a deletion, its last state.
type changeLine struct {
	Time      string `json:"t"`
	Version   uint64 `json:"version"`
	Actor     string `json:"actor"`
	Verb      Verb   `json:"verb"`
	Kind      Kind   `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	Object    Object `json:"object"`
}

// Append writes one change. The first failure to write is kept for Flush.
func (l *ChangeLog) Append(c *Change) {
	if l.err != nil {
		return
	}
	obj := c.Object()
	m := obj.Meta()
	l.buf = l.enc.Append(l.buf[:0], changeLine{
		Time: c.Time.String(), Version: c.Version, Actor: c.Actor, Verb: c.Verb,
		Kind: obj.Kind(), Name: m.Name, Namespace: m.Namespace, Object: obj,
	})
	l.buf = append(l.buf, '\n')
	_, l.err = l.w.Write(l.buf)
}

// Flush writes what is buffered and returns the first error of any write.
func (l *ChangeLog) Flush() error {
	if l.err != nil {
		return fmt.Errorf("change log: %w", l.err)
	}
	if err := l.w.Flush(); err != nil {
		return fmt.Errorf("change log: %w", err)
	}
	return nil
}
