package cluster

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// agendaModel is an agenda the obvious way: a list that is sorted when somebody looks.
type agendaModel struct {
	seq   uint64
	tasks []Task
}

func (m *agendaModel) add(t Task) {
	m.seq++
	t.Seq = m.seq
	m.tasks = append(m.tasks, t)
	slices.SortFunc(m.tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq))
	})
}

func (m *agendaModel) due() []Task {
	n := 0
	for n < len(m.tasks) && m.tasks[n].At == m.tasks[0].At {
		n++
	}
	return m.tasks[:n]
}

func (m *agendaModel) take(i int) Task {
	t := m.tasks[i]
	m.tasks = slices.Delete(slices.Clone(m.tasks), i, i+1)
	return t
}

func (m *agendaModel) drop(t Task) bool {
	i := slices.IndexFunc(m.tasks, func(o Task) bool { return o.At == t.At && o.Object == t.Object })
	if i >= 0 {
		m.take(i)
	}
	return i >= 0
}

func (m *agendaModel) fork() *agendaModel { return &agendaModel{m.seq, slices.Clone(m.tasks)} }

func (m *agendaModel) retries() int {
	n := 0
	for _, t := range m.tasks {
		if t.Retry {
			n++
		}
	}
	return n
}

func (m *agendaModel) onlyRetriesBy(end time.Duration) bool {
	return !slices.ContainsFunc(m.tasks, func(t Task) bool { return t.At <= end && !t.Retry })
}

type agendaPair struct {
	agenda *agenda
	model  *agendaModel
}

// check compares everything that an agenda tells with the model.
func (p agendaPair) check(t require.TestingT) {
	require.Empty(t, gocmp.Diff(append([]Task{}, p.model.tasks...), p.agenda.sorted()))
	require.Empty(t, gocmp.Diff(append([]Task{}, p.model.due()...), append([]Task{}, p.agenda.due()...)))
	require.Equal(t, len(p.model.tasks), p.agenda.count)
	require.Equal(t, p.model.retries(), p.agenda.retries)
	for end := time.Duration(-1); end < 12; end += 4 {
		require.Equal(t, p.model.onlyRetriesBy(end), p.agenda.onlyRetriesBy(end), "by %v", end)
	}
}

// TestAgendaModel adds and takes tasks in any order, in forks too, and compares with a sorted list.
func TestAgendaModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := []agendaPair{{&agenda{}, &agendaModel{}}}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				p := rapid.SampledFrom(all).Draw(t, "agenda")
				task := Task{
					At:     time.Duration(rapid.IntRange(0, 12).Draw(t, "at")),
					Object: UID(rapid.Uint64Range(0, 3).Draw(t, "object")),
					Retry:  rapid.Bool().Draw(t, "retry"),
				}
				p.agenda.add(task)
				p.model.add(task)
			},
			"take": func(t *rapid.T) {
				p := rapid.SampledFrom(all).Draw(t, "agenda")
				if len(p.model.tasks) == 0 {
					t.Skip("nothing to take")
				}
				i := rapid.IntRange(0, len(p.agenda.due())-1).Draw(t, "i")
				require.Equal(t, p.model.take(i), p.agenda.take(i))
			},
			"drop": func(t *rapid.T) {
				p := rapid.SampledFrom(all).Draw(t, "agenda")
				task := Task{
					At:     time.Duration(rapid.IntRange(0, 12).Draw(t, "at")),
					Object: UID(rapid.Uint64Range(0, 3).Draw(t, "object")),
				}
				require.Equal(t, p.model.drop(task), p.agenda.drop(task))
			},
			"fork": func(t *rapid.T) {
				if len(all) == 4 {
					t.Skip("enough forks")
				}
				p := rapid.SampledFrom(all).Draw(t, "agenda")
				fork := p.agenda.fork()
				all = append(all, agendaPair{&fork, p.model.fork()})
			},
			"": func(t *rapid.T) {
				for _, p := range all {
					p.check(t)
				}
			},
		})
	})
}

// next takes the first task of an agenda that has one.
func next(q *agenda) Task {
	q.due()
	return q.take(0)
}

// TestAgendaTotalOrder has more tasks of one moment than a heap would keep in order by itself.
func TestAgendaTotalOrder(t *testing.T) {
	var q agenda
	for i := range 60 {
		q.add(Task{At: time.Duration(i%3) * time.Second, Arg: uint64(i)})
	}
	var got, want []uint64
	for len(q.due()) > 0 {
		got = append(got, next(&q).Arg)
	}
	for at := range 3 {
		for i := at; i < 60; i += 3 {
			want = append(want, uint64(i))
		}
	}
	require.Equal(t, want, got, "by time, then in the order in which they were added")
}

// TestAgendaAddWhileTaking adds to the moment whose last task has just been taken.
func TestAgendaAddWhileTaking(t *testing.T) {
	var q agenda
	q.add(Task{At: 5, Arg: 1})
	require.EqualValues(t, 1, next(&q).Arg)
	require.Empty(t, q.due())
	q.add(Task{At: 5, Arg: 2})
	q.add(Task{At: 3, Arg: 3})
	require.EqualValues(t, 3, next(&q).Arg, "an earlier moment goes first, whenever it was added")
	require.EqualValues(t, 2, next(&q).Arg)
	require.Zero(t, q.count)
}

func TestTaskString(t *testing.T) {
	task := Task{At: 3 * time.Second, Seq: 7, Object: newUID(1, 9), Arg: 4, Actor: 2, Kind: 5}
	require.Equal(t, "t=3s #7 actor 2 kind 5 object 00000002-0000-4000-8000-000000000009 arg 4", task.String())
}
