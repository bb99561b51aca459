package cluster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// said is what happens in a test of the log: after a pause, count events are recorded of a reason and with
// different messages, which are the text with a number, unless it has none.
type said struct {
	pause        time.Duration
	kind         cluster.EventType
	reason, text string
	count        int
}

// TestEventsFold goes through what a recorder does with events that are many.
func TestEventsFold(t *testing.T) {
	const combined = "(combined from similar events): "
	normal := func(pause time.Duration, reason, text string, count int) said {
		return said{pause, cluster.EventNormal, reason, text, count}
	}
	for _, tt := range []struct {
		rule string
		said []said
		want []string
	}{
		{"D-204 nine different ones stay apart", []said{normal(0, "R", "m%d", 9)},
			[]string{"R m1..m9 x1"}},
		{"D-204 the tenth is combined", []said{normal(0, "R", "m%d", 10)},
			[]string{"R m1..m9 x1", "R " + combined + "m10 x1"}},
		{"D-204 those after it raise its count, and it has the latest message",
			[]said{normal(0, "R", "m%d", 14)}, []string{"R m1..m9 x1", "R " + combined + "m14 x5"}},
		{"D-204 equal ones raise a count", []said{normal(0, "R", "same", 12)}, []string{"R same x12"}},
		{"D-204 also while others are combined", []said{normal(0, "R", "m%d", 12), normal(0, "R", "m3", 1)},
			[]string{"R m1..m2 x1", "R m4..m9 x1", "R " + combined + "m12 x3", "R m3 x2"}},
		{"D-204 each reason is a series of its own", []said{normal(0, "R", "m%d", 9), normal(0, "S", "m%d", 9)},
			[]string{"R m1..m9 x1", "S m1..m9 x1"}},
		{"D-204 within ten minutes of the last one", []said{normal(0, "R", "m%d", 9), normal(10*time.Minute, "R", "n", 1)},
			[]string{"R m1..m9 x1", "R " + combined + "n x1"}},
		{"D-204 after that a series starts anew",
			[]said{normal(0, "R", "m%d", 11), normal(10*time.Minute+time.Second, "R", "n", 1)},
			[]string{"R m1..m9 x1", "R " + combined + "m11 x2", "R n x1"}},
		{"D-204 and is combined with what was before",
			[]said{normal(0, "R", "m%d", 11), normal(11*time.Minute, "R", "n%d", 10)},
			[]string{"R m1..m9 x1", "R n1..n9 x1", "R " + combined + "n10 x3"}},
		{"D-204 beyond 25 of a type they are dropped", []said{normal(0, "R", "m%d", 40)},
			[]string{"R m1..m9 x1", "R " + combined + "m25 x16"}},
		{"D-204 whatever the reason", []said{normal(0, "R", "m%d", 25), normal(0, "S", "m%d", 3)},
			[]string{"R m1..m9 x1", "R " + combined + "m25 x16"}},
		{"D-204 but each type for itself",
			[]said{normal(0, "R", "same", 25), {0, cluster.EventWarning, "W", "m%d", 2}, normal(0, "S", "m", 1)},
			[]string{"R same x25", "W m1..m2 x1"}},
		{"D-204 one more in five minutes, and those that were dropped have been counted",
			[]said{normal(0, "R", "m%d", 40), normal(5*time.Minute-time.Second, "R", "n", 1),
				normal(time.Second, "R", "o%d", 2)},
			[]string{"R m1..m9 x1", "R " + combined + "o1 x33"}},
		{"D-204 one that was dropped shows later, with its count",
			[]said{normal(0, "R", "same", 25), normal(time.Minute, "S", "m", 3), normal(4*time.Minute, "S", "m", 1)},
			[]string{"R same x25", "S m x4"}},
		{"D-204 no more than 25 gather", []said{normal(0, "R", "same", 25), normal(1000*time.Hour, "R", "same", 30)},
			[]string{"R same x50"}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			a := create(t, c, newNode("a"))
			told := 0
			c.OnEvent(func(*cluster.Event) { told++ })
			want := 0
			for _, s := range tt.said {
				require.NoError(t, c.RunFor(s.pause))
				for i := range s.count {
					text := s.text
					if strings.Contains(text, "%") {
						text = fmt.Sprintf(text, i+1)
					}
					c.Event(a, s.kind, s.reason, text)
				}
				want += s.count
			}
			require.Empty(t, cmp.Diff(tt.want, shown(c, a.Meta().UID)), "(-want +got)")
			require.Equal(t, want, told, "OnEvent tells of each")
		})
	}
}

// shown are events as "reason message xCount", with those in a row that differ in the last digit in one line.
func shown(c *cluster.Cluster, about cluster.UID) (list []string) {
	var first, last string
	count := 0
	var reason string
	flush := func() {
		switch {
		case reason == "":
		case first == last:
			list = append(list, fmt.Sprintf("%s %s x%d", reason, first, count))
		default:
			list = append(list, fmt.Sprintf("%s %s..%s x%d", reason, first, last, count))
		}
	}
	for e := range c.Events(about) {
		follows := reason == e.Reason && count == e.Count && len(e.Message) == 2 && len(last) == 2 &&
			e.Message[0] == last[0] && e.Message[1] == last[1]+1
		if !follows {
			flush()
			first = e.Message
		}
		last, reason, count = e.Message, e.Reason, e.Count
	}
	flush()
	return list
}

// TestEventsFoldApart lets a cluster and its fork go on with the same series.
func TestEventsFoldApart(t *testing.T) {
	c := cluster.New(cluster.Config{})
	a := create(t, c, newNode("a"))
	for i := range 8 {
		c.Event(a, cluster.EventNormal, "R", fmt.Sprintf("m%d", i))
	}
	fork := c.Fork()
	for i := range 3 {
		fork.Event(a, cluster.EventNormal, "R", fmt.Sprintf("f%d", i))
	}
	require.Len(t, shown(c, a.Meta().UID), 1)
	c.Event(a, cluster.EventNormal, "R", "m8")
	require.Equal(t, []string{"R m0..m8 x1"}, shown(c, a.Meta().UID))
	require.Equal(t, []string{"R m0..m7 x1", "R f0 x1", "R (combined from similar events): f2 x2"},
		shown(fork, a.Meta().UID))
}
