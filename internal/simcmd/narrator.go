package simcmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// narrator turns changes into lines for people, while it is on.
type narrator struct {
	on    bool
	lines []line
}

// line is something that happened to an object.
type line struct {
	at time.Duration
	// prefix stands before the object's name; pods have none.
	prefix          string
	namespace, name string
	text            string
}

func (n *narrator) start() { n.on = true }

// stop returns what happened since start.
func (n *narrator) stop() string {
	var b strings.Builder
	several := severalNamespaces(n.lines)
	for _, l := range n.lines {
		name := l.name
		if several && l.namespace != "" {
			name = l.namespace + "/" + name
		}
		fmt.Fprintf(&b, "t=%v  %s%s %s\n", l.at, l.prefix, name, l.text)
	}
	*n = narrator{}
	return b.String()
}

func severalNamespaces(lines []line) bool {
	first := ""
	for _, l := range lines {
		switch {
		case l.namespace == "" || l.namespace == first:
		case first == "":
			first = l.namespace
		default:
			return true
		}
	}
	return false
}

// observe notes what is worth telling about a change.
func (n *narrator) observe(ch *cluster.Change) {
	if !n.on {
		return
	}
	prefix, news := "", []string(nil)
	switch ch.Object().(type) {
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		after, _ := ch.After.(*cluster.Pod)
		news = podNews(before, after)
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		after, _ := ch.After.(*cluster.Node)
		prefix, news = "node ", nodeNews(before, after, ch.Time)
	case *daemonset.DaemonSet:
		before, _ := ch.Before.(*daemonset.DaemonSet)
		after, _ := ch.After.(*daemonset.DaemonSet)
		prefix, news = "daemonset ", setNews(before, after)
	}
	m := ch.Object().Meta()
	for _, text := range news {
		n.lines = append(n.lines, line{ch.Time, prefix, m.Namespace, m.Name, text})
	}
}
