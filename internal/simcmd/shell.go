package simcmd

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/internal/kubectl"
	"github.com/daemonsim/daemonsim/internal/lesson"
)

// Seed is the seed of every lesson's simulation, so that a page shows the same names wherever it runs.
const Seed = 1

// Exit codes of commands.
const (
	codeFailed   = 1
	codeUsage    = 2
	codeNotFound = 127
)

// Shell runs the commands of one lesson against one simulation. It is a lesson.Shell.
type Shell struct {
	sim *daemonsim.Sim
	// config is what every simulation of the shell is made with.
	config   daemonsim.Config
	files    map[string][]byte
	narrator narrator
	// writes are the changes since the last sim changes, in words.
	writes []string
}

var _ lesson.Shell = (*Shell)(nil)

// NewShell returns a shell with an empty simulation of its own and no files.
func NewShell() *Shell { return NewShellWith(daemonsim.Config{}) }

// NewShellWith is NewShell for simulations that are made in another way, such as with a controller of one's own. The
// seed 0 becomes Seed.
func NewShellWith(config daemonsim.Config) *Shell {
	config.Seed = cmp.Or(config.Seed, Seed)
	sh := &Shell{config: config, files: make(map[string][]byte)}
	sh.begin()
	return sh
}

// begin puts an empty simulation in the place of whatever there was.
func (sh *Shell) begin() {
	sh.sim, sh.writes = daemonsim.New(sh.config), nil
	sh.sim.OnChange(func(ch *cluster.Change) {
		sh.narrator.observe(ch)
		sh.writes = append(sh.writes, ch.String())
	})
}

// Sim is the simulation that the commands work on.
func (sh *Shell) Sim() *daemonsim.Sim { return sh.sim }

// WriteFile makes a file known to the commands after it.
func (sh *Shell) WriteFile(name string, data []byte) { sh.files[name] = data }

// Run runs a command of sim or kubectl. An error becomes the last line of the output.
func (sh *Shell) Run(argv []string) lesson.Result {
	switch argv[0] {
	case "kubectl":
		output, code := kubectl.Run(sh.sim, sh.file, argv[1:])
		return lesson.Result{Output: output, Code: code}
	case "sim":
		output, err := sh.verb(argv[1:])
		return result(output, err)
	}
	return result("", &commandError{codeNotFound, fmt.Errorf(
		"unknown command %q; a lesson runs kubectl and sim", argv[0])})
}

func (sh *Shell) file(name string) ([]byte, bool) {
	data, ok := sh.files[name]
	return data, ok
}

func result(output string, err error) lesson.Result {
	if err == nil {
		return lesson.Result{Output: output}
	}
	code := codeFailed
	if e, ok := errors.AsType[*commandError](err); ok {
		code = e.code
	}
	text := "error: " + err.Error()
	if plain, ok := err.(plainError); ok {
		text = string(plain)
	}
	return lesson.Result{Output: output + text + "\n", Code: code}
}

// plainError is an error that is printed as it is.
type plainError string

func (e plainError) Error() string { return string(e) }

// commandError is a mistake in the command itself, with the exit code for it.
type commandError struct {
	code int
	err  error
}

func (e *commandError) Error() string { return e.err.Error() }
func (e *commandError) Unwrap() error { return e.err }
