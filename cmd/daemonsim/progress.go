package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

const (
	// quietFor is how long work may take before a progress line appears.
	quietFor = time.Second
	// betweenLines is how long a progress line stands.
	betweenLines = 200 * time.Millisecond
	// betweenLooks is how many changes pass between two looks at the clock on the wall.
	betweenLooks = 4096
)

// progress keeps a line about the work on a terminal up to date. Elsewhere it does nothing.
type progress struct {
	w       io.Writer
	now     func() time.Time
	next    time.Time
	changes int
	shown   bool
}

// newProgress shows the progress of a simulation from now on, if w is a terminal.
func newProgress(w io.Writer, sim *daemonsim.Sim) *progress {
	p := &progress{w: w, now: time.Now}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.watch(sim)
	}
	return p
}

func (p *progress) watch(sim *daemonsim.Sim) {
	p.next = p.now().Add(quietFor)
	sim.OnChange(func(ch *cluster.Change) {
		if p.changes++; p.changes%betweenLooks == 0 {
			p.look(ch.Time)
		}
	})
}

// look rewrites the line when it is time to.
func (p *progress) look(virtual time.Duration) {
	now := p.now()
	if now.Before(p.next) {
		return
	}
	p.next, p.shown = now.Add(betweenLines), true
	fmt.Fprintf(p.w, "\r\x1b[Kt=%v, %d changes", virtual, p.changes)
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
