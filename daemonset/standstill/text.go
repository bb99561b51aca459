package standstill

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// String is the cause in words, without what it is because of.
func (c *Cause) String() string {
	switch c.Kind {
	case BudgetUsed, SurgeUsed, TooFewAvailable, PlanFails, ByHand, Strategy:
		return c.strategyText()
	case ControllerDue, ControllerLate, ControllerExpects, ControllerFails, ControllerStopped,
		ControllerUnaware, SetDeleted:
		return c.controllerText()
	case NodeGone, NodeNotReady, NodeSilent, Finalizers, NoRoom, HostPortTaken, TaintNotTolerated, Rejected:
		return c.obstacleText()
	}
	return "pod " + c.Pod + " " + c.podText()
}

func (c *Cause) strategyText() string {
	switch c.Kind {
	case ByHand:
		return "somebody has to delete the old pod, as the strategy is OnDelete"
	case PlanFails:
		return "the strategy cannot plan a step: " + c.Message
	case TooFewAvailable:
		return "the old pod stays until enough other nodes have an available pod" + c.because()
	case Strategy:
		return fmt.Sprintf("strategy %s holds it back: %s%s", c.Setting, c.Message, c.because())
	}
	if len(c.By) == 0 {
		return fmt.Sprintf("%s comes to %d", c.Setting, c.Limit)
	}
	text := c.Setting
	if strings.HasSuffix(text, "%") {
		text += fmt.Sprintf(", which is %d,", c.Limit)
	}
	return text + " is used up by " + Names(c.By)
}

func (c *Cause) because() string {
	if len(c.By) == 0 {
		return ""
	}
	return ", which waits for " + Names(c.By)
}

func (c *Cause) controllerText() string {
	switch c.Kind {
	case ControllerDue:
		return fmt.Sprintf("the controller is to look at it at t=%v", c.Until)
	case ControllerLate:
		return "the controller has not seen the latest changes"
	case ControllerExpects:
		return fmt.Sprintf("the controller has not seen what it asked for, %s, and waits for it until t=%v",
			expected(c.Creations, c.Deletions), c.Until)
	case ControllerFails:
		text := fmt.Sprintf("the controller has failed %s and tries again at t=%v", times(c.Restarts), c.Until)
		if c.Message != "" {
			text += ": " + c.Message
		}
		return text
	case ControllerStopped:
		return "the controller is stopped"
	case SetDeleted:
		return "the DaemonSet is being deleted"
	}
	return "nothing has told the controller to look"
}

func expected(creations, deletions int) string {
	var parts []string
	if creations > 0 {
		parts = append(parts, count(creations, "new pod"))
	}
	if deletions > 0 {
		parts = append(parts, count(deletions, "deleted pod"))
	}
	return strings.Join(parts, " and ")
}

func (c *Cause) podText() string {
	switch c.Kind {
	case PodTerminating:
		return fmt.Sprintf("has been terminating since t=%v, with grace until t=%v", c.Since, c.Until)
	case PodFailed:
		return fmt.Sprintf("has failed%s and is kept until t=%v, as pods keep failing there", c.image(), c.Until)
	case PodGated:
		return "is kept from the scheduler by its scheduling gates"
	case PodQueued:
		return "waits for the scheduler to try it"
	case PodUnschedulable:
		return fmt.Sprintf("has been pending since t=%v, as it does not fit on %s", c.Since, c.Node)
	case PodPreempting:
		return "waits for other pods to make room on " + c.Node
	case PodTooYoung:
		return fmt.Sprintf("has been ready since t=%v and counts as available at t=%v, after %s",
			c.Since, c.Until, c.Setting)
	case PodCrashing:
		text := fmt.Sprintf("keeps crashing%s, %s so far", c.image(), times(c.Restarts+1))
		if c.Since > 0 {
			text += fmt.Sprintf(", the last time at t=%v", c.Since)
		}
		return text
	case PodStarting:
		return fmt.Sprintf("has been starting since t=%v%s", c.Since, c.image())
	}
	return fmt.Sprintf("has been running and not ready since t=%v%s", c.Since, c.image())
}

// image is what is known of a pod that is not well: its images, unless they have nothing to do with it, and why.
func (c *Cause) image() string {
	switch {
	case c.Images == "":
		return " (" + c.Message + ")"
	case c.Message == "":
		return " (image " + c.Images + ")"
	}
	return " (image " + c.Images + ", " + c.Message + ")"
}

func (c *Cause) obstacleText() string {
	switch c.Kind {
	case NodeGone:
		return fmt.Sprintf("node %s does not exist any more", c.Node)
	case NodeNotReady:
		text := fmt.Sprintf("node %s has not been ready since t=%v", c.Node, c.Since)
		if c.Message != "" {
			text += " (" + c.Message + ")"
		}
		return text
	case NodeSilent:
		return fmt.Sprintf("node %s has not ended the pod, though its time was up at t=%v", c.Node, c.Since)
	case Finalizers:
		return "it is held by " + c.Message
	case HostPortTaken:
		text := fmt.Sprintf("host port %d/%s of node %s is taken by pod %s",
			c.Port.Port, c.Port.Protocol, c.Node, c.Pod)
		return text + c.ownText("which is the old pod and stays until the new one is available")
	case TaintNotTolerated:
		return fmt.Sprintf("taint %v of node %s is not tolerated", c.Taint, c.Node)
	case Rejected:
		return fmt.Sprintf("node %s is rejected by %s: %s", c.Node, c.Plugin, c.Message)
	}
	var parts []string
	for _, s := range c.Shortages {
		parts = append(parts, s.String())
	}
	return fmt.Sprintf("node %s has too little room: %s", c.Node, strings.Join(parts, ", ")) +
		c.ownText("as the old pod stays until the new one is available")
}

func (c *Cause) ownText(text string) string {
	if !c.Own {
		return ""
	}
	return ", " + text
}

// String is the shortage in words: 500m of cpu are free, 2 requested.
func (s Shortage) String() string {
	amount := func(n int64) string {
		switch s.Resource {
		case cluster.ResourceCPU:
			return quantity.NewMilli(n).String()
		case cluster.ResourceMemory, cluster.ResourceEphemeralStorage:
			return quantity.NewBinary(n).String()
		}
		return quantity.New(n).String()
	}
	return fmt.Sprintf("%s of %s %s free, %s requested",
		amount(max(0, s.Free)), amount(s.Allocatable), s.Resource, amount(s.Requested))
}

// namedAtMost is how many nodes a text names.
const namedAtMost = 3

// Names lists the first few of some names: "a", "a and b", "a, b, c and 7 more".
func Names(list []string) string {
	named := list
	if len(list) > namedAtMost+1 {
		named = append(slices.Clone(list[:namedAtMost]), fmt.Sprintf("%d more", len(list)-namedAtMost))
	}
	if len(named) < 2 {
		return strings.Join(named, "")
	}
	last := len(named) - 1
	return strings.Join(named[:last], ", ") + " and " + named[last]
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// inOneLine is an error in a line, and one of many errors by the first of them and how many others there are.
func inOneLine(err error) string {
	if err == nil {
		return ""
	}
	first, rest, more := strings.Cut(err.Error(), "\n")
	if !more {
		return first
	}
	return first + ", and " + count(strings.Count(rest, "\n")+1, "other error")
}

// String tells the whole chain of a node, a line for each link.
func (w Wait) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", w.Situation)
	for i, c := range w.Cause.chain() {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", i+1), c)
	}
	return b.String()
}

// Chain returns the causes from a node down to a root, each with the node that it is about: its own first, and
// where a cause names other nodes, those of the first of them whose chain ends in a root.
func (e *Explanation) Chain(node string) []Link {
	var links []Link
	seen := make(map[string]bool)
	for node != "" && !seen[node] {
		seen[node] = true
		w, ok := e.Wait(node)
		if !ok {
			break
		}
		node = ""
		for _, c := range w.Cause.chain() {
			links = append(links, Link{w.Node, c})
			for _, next := range c.By {
				if _, ok := e.Wait(next); ok && !seen[next] {
					node = next
					break
				}
			}
		}
	}
	return links
}

// Link is a cause of a chain and the node that waits for it.
type Link struct {
	Node  string
	Cause *Cause
}
