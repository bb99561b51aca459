package simcmd

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// podNews says what happened to a pod. Before is nil for a new one, after for one that is gone.
func podNews(before, after *cluster.Pod) []string {
	switch {
	case before == nil:
		return []string{at("created", "for", after)}
	case after == nil && !before.Bound():
		return []string{at("gone", "before it was bound to", before)}
	case after == nil:
		return []string{at("gone", "from", before)}
	}
	news := ownerNews(before.Controller(), after.Controller())
	if after.Terminating() && !before.Terminating() {
		news = append(news, at("terminating", "on", after))
	}
	if message := unschedulable(after); message != "" && message != unschedulable(before) {
		news = append(news, "unschedulable: "+message)
	}
	if after.Terminal() && !before.Terminal() {
		return append(news, ended(after))
	}
	return append(news, containerNews(before, after)...)
}

// ownerNews says that a pod has come to a controller, or has been left by one.
func ownerNews(before, after *cluster.OwnerReference) []string {
	switch {
	case before == nil && after != nil:
		return []string{fmt.Sprintf("adopted by %s %s", strings.ToLower(string(after.Kind)), after.Name)}
	case before != nil && after == nil:
		return []string{fmt.Sprintf("released by %s %s", strings.ToLower(string(before.Kind)), before.Name)}
	}
	return nil
}

// at adds the node of a pod, if it has one, to what is said of it.
func at(text, preposition string, p *cluster.Pod) string {
	if node := p.TargetNode(); node != "" {
		return text + " " + preposition + " " + node
	}
	return text
}

func unschedulable(p *cluster.Pod) string {
	if p.Status.Trouble == nil {
		return ""
	}
	return p.Status.Trouble.Unschedulable
}

// ended says how a pod came to its terminal phase.
func ended(p *cluster.Pod) string {
	if p.Phase() == cluster.PodSucceeded {
		return at("succeeded", "on", p)
	}
	text := at("failed", "on", p)
	if t := p.Status.Trouble; t != nil && t.Reason != "" {
		text += ": " + t.Reason
	} else if t != nil && t.Disruption.Reason != "" {
		text += ": " + t.Disruption.Message
	}
	return text
}

// containerNews says what happened to the containers of a pod that has not ended.
func containerNews(before, after *cluster.Pod) []string {
	was, is := before.Status, after.Status
	if noNetwork(after) && !noNetwork(before) {
		return []string{at("waiting", "on", after) + ": the network is not ready"}
	}
	if reason := pulling(after); reason != "" && reason != pulling(before) {
		return []string{at("waiting", "on", after) + ": " + reason}
	}
	if i := ending(before, after); i >= 0 {
		return []string{crashed(after, i)}
	}
	switch {
	case is.Ready && !was.Ready:
		return []string{at("ready", "on", after)}
	case is.Started && !was.Started:
		return []string{at("running", "on", after) + ", not ready"}
	case was.Ready && !is.Ready:
		return []string{at("not ready", "on", after)}
	}
	return nil
}

func noNetwork(p *cluster.Pod) bool { return p.Status.Trouble != nil && p.Status.Trouble.NoNetwork }

// pulling is why a pod waits for its images. That it backs off is news only once.
func pulling(p *cluster.Pod) string {
	t := p.Status.Trouble
	if t == nil || t.FailedPulls == 0 {
		return ""
	}
	if t.FailedPulls > 1 {
		return fmt.Sprintf("ErrImagePull again (attempt %d)", t.FailedPulls)
	}
	return t.Waiting
}

// ending is the number of a container that has just ended and is to be started again; -1 when there is none.
func ending(before, after *cluster.Pod) int {
	for i := range after.ContainerCount() {
		was, is := before.Record(i), after.Record(i)
		if was.Running && !is.Running && after.RestartsAfter(i, is.ExitCode) {
			return i
		}
	}
	return -1
}

// crashed says how a container ended, by its name where there are others.
func crashed(p *cluster.Pod, i int) string {
	text := at("crashed", "on", p)
	if c, _ := p.ContainerAt(i); p.ContainerCount() > 1 {
		text = "container " + c.Name + " " + text
	}
	r := p.Record(i)
	if p.Status.Trouble != nil {
		text += fmt.Sprintf(" with exit code %d", r.ExitCode)
		if r.Waiting != "" {
			text += ", " + r.Waiting
		}
	}
	return text
}
