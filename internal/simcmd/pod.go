package simcmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

const podUsage = "sim pod ready|unready|fail with POD... or --on NODE [-l KEY=VALUE], and with any of " +
	"-n NAMESPACE and, for fail, --reason OutOfcpu; or sim pod report TYPE=STATUS with the same, " +
	"as in sim pod report example.com/attached=True agent-7jf88"

// pod makes something happen to pods that no behaviour of their images tells of.
func pod(sh *Shell, args []string) (string, error) {
	set := flags()
	var which podChoice
	var blow podBlow
	set.StringVar(&which.node, "on", "", "")
	set.StringVarP(&which.labels, "selector", "l", "", "")
	set.StringVarP(&which.namespace, "namespace", "n", cluster.DefaultNamespace, "")
	set.StringVar(&blow.reason, "reason", "", "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	if len(words) == 0 {
		return "", misuse("ready, unready, fail or report?")
	}
	blow.word, which.names = words[0], words[1:]
	if blow.word == "report" && len(words) > 1 {
		blow.condition, which.names = words[1], words[2:]
	}
	if err := blow.validate(); err != nil {
		return "", err
	}
	pods, err := which.pods(sh)
	if err != nil {
		return "", err
	}
	return "", strike(sh, pods, blow)
}

// podChoice says which pods are meant: some by name, or those on a node with certain labels.
type podChoice struct {
	namespace    string
	names        []string
	node, labels string
}

func (c *podChoice) pods(sh *Shell) ([]*cluster.Pod, error) {
	selector, err := affinity.ParseSelector(c.labels)
	switch {
	case err != nil:
		return nil, misuse("-l %q: %w", c.labels, err)
	case len(c.names) == 0 && c.node == "":
		return nil, misuse("which pod?")
	case len(c.names) > 0 && (c.node != "" || c.labels != ""):
		return nil, misuse("pods by name, or those on a node, not both")
	case len(c.names) > 0:
		return c.named(sh)
	}
	var found []*cluster.Pod
	for p := range sh.sim.PodsOn(c.node) {
		if p.Namespace == c.namespace && !p.Terminal() && selector.Matches(p.Labels) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no such pod is on node %q in namespace %s; kubectl get pods -o wide lists them",
			c.node, c.namespace)
	}
	return found, nil
}

func (c *podChoice) named(sh *Shell) ([]*cluster.Pod, error) {
	found := make([]*cluster.Pod, len(c.names))
	for i, name := range c.names {
		if found[i] = sh.sim.Pod(c.namespace, name); found[i] == nil {
			return nil, fmt.Errorf("there is no pod %q in namespace %s; kubectl get pods lists them",
				name, c.namespace)
		}
	}
	return found, nil
}

// podBlow is what happens to a pod: it becomes ready or unready, it fails for a reason, or somebody reports a condition
// of it.
type podBlow struct{ word, reason, condition string }

func (b podBlow) validate() error {
	if b.reason != "" && b.word != "fail" {
		return misuse("only a pod that fails has a reason")
	}
	switch b.word {
	case "ready", "unready", "fail":
		return nil
	case "report":
		if kind, _, ok := strings.Cut(b.condition, "="); !ok || kind == "" {
			return misuse("%q is no condition; one is such as example.com/attached=True", b.condition)
		}
		return nil
	}
	return misuse("a pod becomes ready or unready, it fails, or a condition of it is reported; %q is none of these",
		b.word)
}

// report reports the condition of the pods.
func (b podBlow) report(sh *Shell, pods []*cluster.Pod) error {
	kind, status, _ := strings.Cut(b.condition, "=")
	for _, p := range pods {
		c := cluster.PodCondition{Type: cluster.PodConditionType(kind), Status: status}
		if _, err := sh.sim.SetPodCondition(p.UID, c); err != nil {
			return err
		}
	}
	return nil
}

// status is what the kubelet reports of a pod afterwards.
func (b podBlow) status(p *cluster.Pod, now time.Duration) (cluster.PodStatus, error) {
	s := p.Status
	switch {
	case p.Terminal() || !p.Bound():
		return s, fmt.Errorf("pod %s is %s: nothing happens to a pod that no kubelet runs", p.Name, p.Phase())
	case b.word == "ready" && !s.Started:
		return s, fmt.Errorf("the containers of pod %s do not run, so it cannot be ready", p.Name)
	}
	s = p.WithRecords(now, func(_ int, r *cluster.ContainerRecord) {
		r.Ready = r.Running && b.word == "ready"
		r.Running = r.Running && b.word != "fail"
		r.Started = r.Started && r.Running
	})
	if b.word != "fail" {
		return s, nil
	}
	s.Phase = cluster.PodFailed
	return s.WithTrouble(func(t *cluster.PodTrouble) { t.Reason = b.reason }), nil
}

// strike changes the status of all of the pods, or of none.
func strike(sh *Shell, pods []*cluster.Pod, b podBlow) (err error) {
	if b.word == "report" {
		return b.report(sh, pods)
	}
	next := make([]cluster.PodStatus, len(pods))
	for i, p := range pods {
		if next[i], err = b.status(p, sh.sim.Now()); err != nil {
			return err
		}
	}
	for i, p := range pods {
		if _, err := sh.sim.SetPodStatus(p.UID, next[i]); err != nil {
			return err
		}
	}
	return nil
}
