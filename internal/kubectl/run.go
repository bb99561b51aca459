package kubectl

import (
	"errors"
	"strings"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/spf13/pflag"
)

// Run runs one command line, without the word kubectl, and returns what it prints and its exit code.
// files finds the content of a file that -f names; nil finds none. No args make it panic.
func Run(
	sim *daemonsim.Sim, files func(name string) ([]byte, bool), args []string,
) (output string, code int) {
	r := Execute(sim, files, args)
	return r.Output, r.Code
}

// call is one command line under way.
type call struct {
	sim   *daemonsim.Sim
	files func(name string) ([]byte, bool)
	verb  *verb
	flags *pflag.FlagSet
	opts  options
	// form is what -o asks for. Its zero value is what a verb prints by itself.
	form *format
	// podLabels selects the pods of a drain.
	podLabels affinity.Selector
	args      []string
	screen    strings.Builder
	// out is for answers, err for warnings and errors.
	out, err stream
	failed   bool
}

func (c *call) run(args []string) {
	v, rest, err := findVerb(args)
	if err != nil {
		c.fail(err)
		return
	}
	c.verb = v
	c.flags = c.newFlags(v)
	if err := c.flags.Parse(rest); err != nil {
		c.failFlags(err)
		return
	}
	c.args = c.flags.Args()
	if err := c.check(); err != nil {
		c.fail(err)
		return
	}
	if err := v.run(c); err != nil {
		c.fail(err)
	}
}

// failFlags reports a command line that cannot be read, or answers --help.
func (c *call) failFlags(err error) {
	if errors.Is(err, pflag.ErrHelp) {
		c.printf("Usage:\n  kubectl %s %s\n\nFlags:\n%s", c.verb.name, c.verb.usage, c.flags.FlagUsages())
		return
	}
	c.failed = true
	c.warn("error: %v\nSee 'kubectl %s --help' for usage.", err, c.verb.name)
}

// fail prints an error, or each of several.
func (c *call) fail(err error) {
	c.failed = true
	for _, e := range each(err) {
		text := message(e, c.resourceOf)
		c.warn("%s", strings.TrimSuffix(text, "\n"))
	}
}

// report says what became of an object or, when -o asks for that, shows the object itself.
func (c *call) report(obj cluster.Object, word string) error { return c.reportAs(obj, nil, word) }

// reportAs is report of an object that is shown as other JSON values, if they are not nil.
func (c *call) reportAs(obj cluster.Object, values any, word string) error {
	if c.form.name == "" {
		c.done("%s %s", title(obj), word)
		return nil
	}
	if c.verb.flags&flagsParted == 0 {
		c.form.documents = 0
	}
	return c.printOne(c.form, obj, values)
}

// done prints what became of an object, with the mark of a dry run.
func (c *call) done(format string, args ...any) {
	c.printf(format, args...)
	c.out.WriteString(c.dryRunMark())
	c.out.WriteByte('\n')
}
