package kubelet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// The reasons why a container waits for its image.
const (
	errImagePull      = "ErrImagePull"
	errImageNeverPull = "ErrImageNeverPull"
	imagePullBackOff  = "ImagePullBackOff"
)

const (
	firstPullDelay = 10 * time.Second
	maxPullDelay   = 300 * time.Second
	// nextLook is how soon a kubelet looks at a pod again of whose containers it has something new.
	nextLook = time.Second
)

// pullDelay is how long after an attempt to pull an image has failed the next one is made: 10 s after the first,
// then twice as long as the last time up to 5 min.
func pullDelay(failed int32) time.Duration {
	return min(firstPullDelay<<min(failed-1, 10), maxPullDelay)
}

// pull begins with the images of a pod. Once they are there, its containers start.
func (k *Kubelet) pull(cl *cluster.Client, p *cluster.Pod) {
	b := k.of(cl, p, p.Status.Restarts)
	c, _ := k.missing(cl, p)
	if c == nil {
		cl.After(b.untilStart(), plan(p, &p.Status, taskStart))
		return
	}
	if c.ImagePullPolicy == cluster.PullNever {
		cl.After(0, plan(p, &p.Status, taskPullFailed))
		return
	}
	cl.Event(p, cluster.EventNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.Image))
	cl.After(b.Pull, plan(p, &p.Status, taskPullFailed))
}

// pullFailed ends an attempt that has failed, and plans the next one. The image may have come to be pullable
// meanwhile: then it is there.
func (k *Kubelet) pullFailed(cl *cluster.Client, p *cluster.Pod) {
	if p.Status.Started {
		return
	}
	c, reason := k.missing(cl, p)
	if c == nil {
		b := k.of(cl, p, p.Status.Restarts)
		cl.After(b.Start, plan(p, &p.Status, taskStart))
		return
	}
	never := c.ImagePullPolicy == cluster.PullNever
	status := p.Status.WithTrouble(func(t *cluster.PodTrouble) {
		t.Waiting, t.WaitingMessage, t.WaitingContainer = errImagePull, reason, c.Name
		t.FailedPulls++
		if never {
			t.Waiting = errImageNeverPull
		}
	})
	set(cl, p, status)
	if never {
		cl.Event(p, cluster.EventWarning, errImageNeverPull, reason)
		cl.Event(p, cluster.EventWarning, "Failed", "Error: "+errImageNeverPull)
		cl.After(firstPullDelay, plan(p, &status, taskPull))
		return
	}
	cl.Event(p, cluster.EventWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", c.Image, reason))
	cl.Event(p, cluster.EventWarning, "Failed", "Error: "+errImagePull)
	cl.After(nextLook, plan(p, &status, taskBackOff))
	cl.After(pullDelay(status.Trouble.FailedPulls), plan(p, &status, taskPull))
}

// backOff looks at a pod whose next attempt to pull has to wait.
func backOff(cl *cluster.Client, p *cluster.Pod) {
	t := p.Status.Trouble
	if t == nil || t.Waiting != errImagePull {
		return
	}
	name := t.WaitingContainer
	i := slices.IndexFunc(p.Spec().Containers, func(c cluster.Container) bool { return c.Name == name })
	if i < 0 {
		return
	}
	message := fmt.Sprintf("Back-off pulling image %q", p.Spec().Containers[i].Image)
	set(cl, p, p.Status.WithTrouble(func(t *cluster.PodTrouble) {
		t.Waiting = imagePullBackOff
		t.WaitingMessage = fmt.Sprintf("%s: %s: %s", message, errImagePull, t.WaitingMessage)
	}))
	cl.Event(p, cluster.EventNormal, "BackOff", message)
	cl.Event(p, cluster.EventWarning, "Failed", "Error: "+imagePullBackOff)
}

// missing is the first container whose image is not on the node and cannot be got there, with what a kubelet
// says of it; nil when there is none.
func (k *Kubelet) missing(cl *cluster.Client, p *cluster.Pod) (c *cluster.Container, reason string) {
	if len(k.images) == 0 && k.fallback.PullError == "" {
		return nil, ""
	}
	containers := p.Spec().Containers
	for i := range containers {
		c := &containers[i]
		b := k.Image(c.Image)
		switch {
		case b.PullError == "" || present(cl.Live().NodeByID(p.TargetID()), c):
			// It is there, or can be had.
		case c.ImagePullPolicy == cluster.PullNever:
			return c, fmt.Sprintf("Container image %q is not present with pull policy of Never", c.Image)
		default:
			return c, b.PullError
		}
	}
	return nil, ""
}

// findsImages reports whether there are containers whose images need not be pulled.
func (k *Kubelet) findsImages(cl *cluster.Client, p *cluster.Pod) bool {
	containers := p.Spec().Containers
	for i := range containers {
		if k.finds(cl, p, &containers[i]) {
			return true
		}
	}
	return false
}

// finds reports whether the image of a container need not be pulled. One that is never to be pulled and could be
// is taken to be there.
func (k *Kubelet) finds(cl *cluster.Client, p *cluster.Pod, c *cluster.Container) bool {
	return c.ImagePullPolicy == cluster.PullNever || present(cl.Live().NodeByID(p.TargetID()), c)
}

// present reports whether a container finds its image on the node, and does not ask for it to be pulled anew.
func present(n *cluster.Node, c *cluster.Container) bool {
	if n == nil || c.ImagePullPolicy == cluster.PullAlways {
		return false
	}
	return slices.ContainsFunc(n.Status.Images, func(image cluster.ContainerImage) bool {
		return slices.ContainsFunc(image.Names, func(name string) bool { return sameImage(name, c.Image) })
	})
}

// sameImage reports whether an image of a node, by its full name, is the one that a container names.
func sameImage(full, name string) bool {
	if full == name {
		return true
	}
	for _, prefix := range [...]string{"docker.io/library/", "docker.io/"} {
		if rest, ok := strings.CutPrefix(full, prefix); ok && (rest == name || rest == name+":latest") {
			return true
		}
	}
	return full == name+":latest"
}
