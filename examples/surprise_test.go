package examples

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/lesson"
	"github.com/daemonsim/daemonsim/internal/simcmd"
)

// promises is the lesson that shows the surprises.
const promises = "what-a-rollout-promises.md"

// TestSurprises looks for the shortest stories in which a rollout does less than people expect: it tells
// random stories until an expectation is disappointed, and then leaves out and simplifies what it can. They
// are the stories of the lesson.
func TestSurprises(t *testing.T) {
	var shown [][]string
	page := read(t, promises)
	for _, block := range page.Blocks {
		if console, ok := block.(*lesson.Console); ok {
			shown = append(shown, story(console))
		}
	}
	for i, expectation := range []struct {
		name string
		met  func(*course) bool
	}{
		{"no more working pods than maxUnavailable are deleted at once", floorKept},
		{"every node that is well gets the new version", wellServed},
		{"a node with a pod has one after the rollout", noneLost},
	} {
		t.Run(expectation.name, func(t *testing.T) {
			found := shortest(t, page, expectation.met)
			require.Less(t, i, len(shown), "not in the lesson: %s", strings.Join(found, "\n"))
			require.Equal(t, found, shown[i])
		})
	}
}

// story is what happens in a console block: the commands that do not merely look.
func story(console *lesson.Console) []string {
	var commands []string
	for _, c := range console.Commands {
		looks := []string{"sim reset", "kubectl get", "kubectl rollout status"}
		if !slices.ContainsFunc(looks, func(s string) bool { return strings.HasPrefix(c.Text, s) }) {
			commands = append(commands, c.Text)
		}
	}
	return commands
}

// course is what happened while a story was told.
type course struct {
	sim *daemonsim.Sim
	// worst is the largest number of ready pods that the controller deleted in one moment.
	worst int
	// before are the nodes with a ready pod when the image was last changed.
	before []string
}

// floorKept: the budget of the lesson is one.
func floorKept(c *course) bool { return c.worst <= 1 }

// wellServed: a node without taints runs no pod of another version than the current one.
func wellServed(c *course) bool {
	image := c.sim.DaemonSet("default", "agent").Spec.Template.Spec.Containers[0].Image
	for n := range c.sim.Nodes() {
		for p := range c.sim.PodsOn(n.Name) {
			if len(n.Spec.Taints) == 0 && p.Spec().Containers[0].Image != image {
				return false
			}
		}
	}
	return true
}

func noneLost(c *course) bool { return len(c.before) == len(servedNodes(c.sim, c.before)) }

// servedNodes are those of the nodes that have a pod.
func servedNodes(sim *daemonsim.Sim, nodes []string) []string {
	var served []string
	for _, name := range nodes {
		for range sim.PodsOn(name) {
			served = append(served, name)
			break
		}
	}
	return served
}

// tell plays a story with the files of a page. It returns nil when a command does not make sense.
func tell(page *lesson.Page, commands []string) *course {
	sh := simcmd.NewShell()
	for _, block := range page.Blocks {
		if file, ok := block.(*lesson.File); ok {
			sh.WriteFile(file.Name, []byte(file.Content))
		}
	}
	c := &course{sim: sh.Sim()}
	at, deleted := time.Duration(-1), 0
	c.sim.OnChange(func(ch *cluster.Change) {
		p, ok := ch.Before.(*cluster.Pod)
		if !ok || ch.Actor != daemonset.Name || !p.Status.Ready || p.Terminating() ||
			ch.After != nil && !ch.After.Meta().Terminating() {
			return
		}
		if ch.Time != at {
			at, deleted = ch.Time, 0
		}
		deleted++
		c.worst = max(c.worst, deleted)
	})
	for _, command := range commands {
		if strings.HasPrefix(command, "kubectl set image") {
			c.before = nil
			for n := range c.sim.Nodes() {
				c.before = append(c.before, n.Name)
			}
			c.before = servedNodes(c.sim, c.before)
		}
		if sh.Run(strings.Fields(command)).Code != 0 {
			return nil
		}
	}
	return c
}

// shortest searches for a story that disappoints an expectation, and shortens it.
func shortest(t *testing.T, page *lesson.Page, met func(*course) bool) []string {
	disappoints := func(commands []string) bool {
		c := tell(page, commands)
		return c != nil && !met(c)
	}
	for seed := range uint64(500) {
		commands := randomStory(rand.New(rand.NewPCG(seed, 0)))
		if !disappoints(commands) {
			continue
		}
		for {
			i := slices.IndexFunc(simpler(commands), disappoints)
			if i < 0 {
				return commands
			}
			commands = simpler(commands)[i]
		}
	}
	t.Fatal("the expectation is met by every story")
	return nil
}

// durations are how long a story lets time pass, the shortest first.
var durations = [...]string{"2s", "10s", "2m", "1h"}

func randomStory(r *rand.Rand) []string {
	n := 1 + r.IntN(4)
	commands := []string{fmt.Sprintf("sim nodes %d", n), "kubectl apply -f agent.yaml"}
	for range 1 + r.IntN(8) {
		node := fmt.Sprintf("node-%d", 1+r.IntN(n))
		commands = append(commands, [...]string{
			"sim run " + durations[r.IntN(len(durations))],
			fmt.Sprintf("kubectl set image daemonset/agent agent=agent:v%d", 2+r.IntN(3)),
			"kubectl taint node " + node + " dedicated=gpu:NoSchedule",
			"sim fail " + node,
		}[r.IntN(4)])
	}
	return append(commands, "sim run 1h")
}

// simpler are the stories that leave out one command, and then those that say one with a smaller number. The
// hour at the end stays: it is the time in which a rollout comes to its end.
func simpler(commands []string) [][]string {
	var list [][]string
	for i := range commands[:len(commands)-1] {
		list = append(list, slices.Delete(slices.Clone(commands), i, i+1))
	}
	for i, command := range commands[:len(commands)-1] {
		for _, c := range simplerCommands(command) {
			next := slices.Clone(commands)
			next[i] = c
			list = append(list, next)
		}
	}
	return list
}

func simplerCommands(command string) []string {
	var list []string
	if d, ok := strings.CutPrefix(command, "sim run "); ok {
		for _, shorter := range durations[:slices.Index(durations[:], d)] {
			list = append(list, "sim run "+shorter)
		}
		return list
	}
	for n := range 9 {
		for _, word := range []string{"nodes ", "node-", "agent:v"} {
			if at := strings.Index(command, word); at >= 0 && n > 0 {
				at += len(word)
				if d := command[at]; byte('0'+n) < d && d <= '9' {
					list = append(list, command[:at]+string(rune('0'+n))+command[at+1:])
				}
			}
		}
	}
	return list
}
