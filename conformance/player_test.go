package conformance_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mvdan.cc/sh/v3/shell"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// The times of a recording: for how long nothing must change, at most how long that is waited for, and how
// long a command line takes.
const (
	usualSettle  = 2 * time.Second
	usualTimeout = 60 * time.Second
	commandTime  = 60 * time.Millisecond
)

// player replays a scenario.
type player struct {
	*scenario
	sim    *daemonsim.Sim
	tracer *tracer
	// ahead is the trace of the present step, with what has come about already.
	ahead []expected
	// ran is what the commands of the present step printed.
	ran []command
	// told are all Events so far. Of those that are many the cluster shows some only, and which depends
	// on the order of nodes.
	told []cluster.Event
}

type expected struct {
	incident
	met bool
}

func newPlayer(s *scenario) *player {
	p := &player{scenario: s, tracer: newTracer()}
	p.sim = daemonsim.New(daemonsim.Config{Kubelet: kwok{}, Chooser: guide{p}})
	p.tracer.matched = p.meet
	p.sim.OnChange(p.tracer.observe)
	p.sim.OnEvent(func(e *cluster.Event) { p.told = append(p.told, *e) })
	return p
}

// meet ticks off an incident of the recording.
func (p *player) meet(i incident) {
	for k := range p.ahead {
		e := &p.ahead[k]
		if !e.met && e.What == i.What && e.Pod == i.Pod && e.Set == i.Set && e.Phase == i.Phase {
			e.met = true
			return
		}
	}
}

// expect begins a step.
func (p *player) expect(k int) {
	p.ahead, p.ran, p.tracer.list = nil, nil, nil
	for _, i := range p.seen[k].trace {
		p.ahead = append(p.ahead, expected{incident: i})
	}
}

// begin builds the cluster that a scenario starts from.
func (p *player) begin() error {
	p.expect(0)
	for i, phase := range p.phases {
		p.kubectl([]string{"apply", "-f", "-"}, phase)
		w := waiting{}
		if i == len(p.phases)-1 {
			w = p.first
		}
		if err := p.wait(w); err != nil {
			return err
		}
	}
	return nil
}

// play takes step k, which is counted from 1.
func (p *player) play(k int) error {
	p.expect(k)
	s := p.steps[k-1]
	for i, line := range s.Kubectl {
		if i > 0 {
			if err := p.sim.RunFor(commandTime); err != nil {
				return err
			}
		}
		args, err := shell.Fields(line, func(string) string { return "" })
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		p.kubectl(args, "")
		if err := p.waitForDeletion(args); err != nil {
			return err
		}
	}
	if s.Apply != "" {
		p.kubectl([]string{"apply", "-f", "-"}, s.Apply)
	}
	if s.Stop != "" {
		if err := p.sim.Stop(s.Stop); err != nil {
			return err
		}
	}
	if s.Start != "" {
		if err := p.sim.Start(s.Start); err != nil {
			return err
		}
	}
	if err := p.sim.RunFor(seconds(s.Sleep, 0)); err != nil {
		return err
	}
	return p.wait(s.waiting)
}

// kubectl runs a command line; stdin is the file "-".
func (p *player) kubectl(args []string, stdin string) {
	out, code := kubectl.Run(p.sim, func(name string) ([]byte, bool) {
		return []byte(stdin), name == "-" && stdin != ""
	}, args)
	p.ran = append(p.ran, command{Args: args, Code: code, Stdout: out})
}

// waitForDeletion waits as kubectl delete does, until what it has deleted is gone.
func (p *player) waitForDeletion(args []string) error {
	asked := p.tracer.asked
	if args[0] == "delete" && !slices.Contains(args, "--wait=false") {
		err := p.sim.RunUntil(func(cluster.Reader) bool { return len(asked) == 0 }, usualTimeout)
		if err != nil && !errors.Is(err, cluster.ErrNotReached) {
			return err
		}
	}
	clear(asked)
	return nil
}

// wait lets time pass until the state is looked at.
func (p *player) wait(w waiting) error {
	timeout := seconds(w.Timeout, usualTimeout)
	if w.Fixed > 0 {
		return p.sim.RunFor(seconds(w.Fixed, 0))
	}
	if w.NoSettle {
		return p.catchUp(timeout)
	}
	if w.Until != nil {
		if err := p.sim.RunUntil(w.Until.holds, timeout); err != nil && !errors.Is(err, cluster.ErrNotReached) {
			return err
		}
	}
	quiet := seconds(w.Settle, usualSettle)
	for end := p.sim.Now() + timeout; p.sim.Now() < end; {
		left := p.tracer.changed + quiet - p.sim.Now()
		if left <= 0 {
			break
		}
		if err := p.sim.RunFor(left); err != nil {
			return err
		}
	}
	return nil
}

// catchUp goes on until everything has come about that the recording has of this step: it was broken off
// there.
func (p *player) catchUp(timeout time.Duration) error {
	err := p.sim.RunUntil(func(cluster.Reader) bool {
		return !slices.ContainsFunc(p.ahead, func(e expected) bool { return !e.met && e.Pod != "" })
	}, timeout)
	if err != nil && !errors.Is(err, cluster.ErrNotReached) {
		return err
	}
	return p.sim.RunFor(0)
}

func seconds(s float64, usual time.Duration) time.Duration {
	if s == 0 {
		return usual
	}
	return time.Duration(s * float64(time.Second))
}

// holds reports whether what is waited for has come about.
func (c *condition) holds(r cluster.Reader) bool {
	switch {
	case c.Node != "":
		n := r.Node(c.Node)
		return n != nil && nodeReady(n) == c.Ready
	case c.DaemonSet != "":
		namespace, name, _ := strings.Cut(c.DaemonSet, "/")
		set := daemonset.Get(r, namespace, name)
		if set == nil {
			return false
		}
		value := fieldOf(set, c.Field)
		return (c.Equal == nil || value == *c.Equal) && (c.AtLeast == nil || value >= *c.AtLeast) &&
			(c.AtMost == nil || value <= *c.AtMost)
	}
	return r.Count(cluster.KindPod) == 0
}

// fieldOf is a number in a DaemonSet by its path; 0 when it is not there, as in the API.
func fieldOf(set *daemonset.DaemonSet, path string) int64 {
	value := asTree(set)
	for part := range strings.SplitSeq(path, ".") {
		m, _ := value.(map[string]any)
		value = m[part]
	}
	number, _ := value.(interface{ Int64() (int64, error) })
	if number == nil {
		return 0
	}
	n, _ := number.Int64()
	return n
}
