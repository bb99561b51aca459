package kubectl

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim"
)

// Result is what a command line has come to.
type Result struct {
	// Output is what a terminal shows: both streams in the order in which they were written.
	Output string
	// Stdout and Stderr are the two streams: answers, and warnings and errors.
	Stdout, Stderr string
	// Code is the exit code.
	Code int
}

// Execute runs one command line, without the word kubectl, as [Run] does, and tells its two streams apart.
func Execute(sim *daemonsim.Sim, files func(name string) ([]byte, bool), args []string) Result {
	c := &call{sim: sim, files: files}
	c.out.screen, c.err.screen = &c.screen, &c.screen
	c.run(args)
	r := Result{Output: c.screen.String(), Stdout: c.out.own.String(), Stderr: c.err.own.String()}
	if c.failed {
		r.Code = 1
	}
	return r
}

// stream is one of the two streams of a command, which a terminal shows together.
type stream struct {
	screen *strings.Builder
	own    strings.Builder
}

func (s *stream) Write(text []byte) (int, error) { return s.WriteString(string(text)) }

func (s *stream) WriteString(text string) (int, error) {
	s.screen.WriteString(text)
	return s.own.WriteString(text)
}

func (s *stream) WriteByte(b byte) error {
	_ = s.screen.WriteByte(b) // a builder takes everything
	return s.own.WriteByte(b)
}

func (c *call) printf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

// warn writes a line to the stream of warnings and errors.
func (c *call) warn(format string, args ...any) { fmt.Fprintf(&c.err, format+"\n", args...) }
