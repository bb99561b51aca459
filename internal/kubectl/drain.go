package kubectl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// drain empties nodes, moving the time until the pods are gone.
func drain(c *call) error {
	if err := c.readPodSelector(); err != nil {
		return err
	}
	nodes, err := c.nodesNamed()
	if err != nil {
		return err
	}
	if c.opts.timeout > 10*year {
		return fmt.Errorf("--timeout=%v is too long; 0 waits as long as something happens", c.opts.timeout)
	}
	c.mark(nodes, true)
	var fatal []drainError
	var pending []string
	for _, n := range nodes {
		if err := c.drainNode(n.Name); len(err.errs) > 0 {
			c.warn("error: unable to drain node %q due to error: %s, continuing command...", n.Name, err.text())
			fatal, pending = append(fatal, err), append(pending, n.Name)
			continue
		}
		c.done("%s drained", title(n))
	}
	if len(pending) > 0 {
		c.warn("There are pending nodes to be drained:")
		for _, name := range pending {
			c.warn(" %s", name)
		}
	}
	return lastWords(fatal)
}

// readPodSelector reads --pod-selector.
func (c *call) readPodSelector() (err error) {
	if c.podLabels, err = affinity.ParseSelector(c.opts.podSelector); err != nil {
		return errors.New("--pod-selector=<pod_selector> must be a valid label selector")
	}
	return nil
}

// drainError is why a node has not been drained. kubectl prints what comes in a list in another way than what
// comes alone.
type drainError struct {
	errs  []string
	alone bool
}

func aloneError(text string) drainError { return drainError{[]string{text}, true} }

// text is all of it in one line.
func (e drainError) text() string {
	var unique []string
	seen := make(map[string]bool)
	for _, text := range e.errs {
		if !seen[text] {
			seen[text] = true
			unique = append(unique, text)
		}
	}
	if len(unique) == 1 {
		return unique[0]
	}
	return "[" + strings.Join(unique, ", ") + "]"
}

// lastWords is what kubectl ends with: the errors of a node one by one, and those of several nodes in a line
// each.
func lastWords(fatal []drainError) error {
	var lines []string
	switch {
	case len(fatal) == 0:
		return nil
	case len(fatal) == 1 && fatal[0].alone:
		return errors.New(fatal[0].text())
	case len(fatal) == 1:
		lines = fatal[0].errs
	default:
		for _, e := range fatal {
			lines = append(lines, e.text())
		}
	}
	errs := make([]error, len(lines))
	for i, line := range lines {
		errs[i] = raw(line)
	}
	return errors.Join(errs...)
}

// drainNode removes the pods of a node that have to go.
func (c *call) drainNode(node string) drainError {
	list := c.drainList(node)
	if len(list.fatals) > 0 {
		return drainError{errs: list.fatals.lines("cannot delete ")}
	}
	if len(list.warnings) > 0 {
		c.warn("Warning: %s", strings.Join(list.warnings.lines(""), "; "))
	}
	if c.opts.dryRun == "client" {
		for _, p := range list.pods {
			c.done("evicting pod %s", p.Key())
		}
		return drainError{}
	}
	err := c.removePods(node, list.pods)
	if len(err.errs) > 0 {
		c.tellPending(node, err)
	}
	return err
}

func (c *call) removePods(node string, pods []*cluster.Pod) drainError {
	d := c.newDraining(node, pods)
	if c.opts.disableEviction {
		return d.delete()
	}
	return d.evict()
}

// tellPending lists the pods that are left on a node.
func (c *call) tellPending(node string, err drainError) {
	list := c.drainList(node)
	if len(list.pods) > 0 {
		c.warn("There are pending pods in node %q when an error occurred: %s", node, err.text())
		for _, p := range list.pods {
			c.warn("pod/%s", p.Name)
		}
	}
	if len(list.fatals) > 0 {
		again := drainError{errs: list.fatals.lines("cannot delete ")}
		// NB: there is no end of the line.
		fmt.Fprintf(&c.err, "Following errors occurred while getting the list of pods to delete:\n%s", again.text())
	}
}
