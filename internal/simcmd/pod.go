package simcmd

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

const podUsage = "sim pod ready|unready|fail with POD... or --on NODE [-l KEY=VALUE], and with any of " +
	"-n NAMESPACE and, for fail, --reason OutOfcpu"

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
		return "", misuse("ready, unready or fail?")
	}
	blow.word, which.names = words[0], words[1:]
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

// podBlow is what happens to a pod: it becomes ready or unready, or it fails for a reason.
type podBlow struct{ word, reason string }

func (b podBlow) validate() error {
	switch b.word {
	case "ready", "unready":
		if b.reason != "" {
			return misuse("only a pod that fails has a reason")
		}
		return nil
	case "fail":
		return nil
	}
	return misuse("a pod becomes ready or unready, or it fails; %q is neither", b.word)
}

// status is what the kubelet reports of a pod afterwards.
func (b podBlow) status(p *cluster.Pod, now time.Duration) (cluster.PodStatus, error) {
	s := p.Status
	switch {
	case p.Terminal() || !p.Bound():
		return s, fmt.Errorf("pod %s is %s: nothing happens to a pod that no kubelet runs", p.Name, p.Phase())
	case b.word == "ready" && !s.Started:
		return s, fmt.Errorf("the containers of pod %s do not run, so it cannot be ready", p.Name)
	case s.Ready != (b.word == "ready"):
		s.Ready, s.ReadySince = b.word == "ready", now
	}
	if b.word != "fail" {
		return s, nil
	}
	s.Phase, s.Started = cluster.PodFailed, false
	return s.WithTrouble(func(t *cluster.PodTrouble) { t.Reason = b.reason }), nil
}

// strike changes the status of all of the pods, or of none.
func strike(sh *Shell, pods []*cluster.Pod, b podBlow) (err error) {
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
