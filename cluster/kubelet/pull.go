package kubelet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/cow"
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

// pulls are the times by which each node is done with the images that it has been asked to pull. It pulls them one at
// a time, in the order in which it was asked, also those of pods that are gone meanwhile.
type pulls struct{ done cow.Vector[time.Duration] }

// queue puts a pull that takes some time at the end of those of a node, and returns when it is done.
func (q *pulls) queue(id cluster.NodeID, now, pull time.Duration) time.Duration {
	at := cluster.AddTime(max(now, q.done.At(int(id))), max(0, pull))
	if at > now {
		*q.done.Ref(int(id)) = at
	}
	return at
}

// forget drops what a node has been asked for, since its kubelet starts anew.
func (q *pulls) forget(id cluster.NodeID) {
	if q.done.At(int(id)) != 0 {
		*q.done.Ref(int(id)) = 0
	}
}

func (q *pulls) fork() pulls { return pulls{q.done.Fork()} }

// appendState writes what is ahead.
func (q *pulls) appendState(b []byte) []byte {
	for id := range q.done.Len() {
		if at := q.done.At(id); at > 0 {
			b = fmt.Appendf(b, "/%d:%d", id, at)
		}
	}
	return b
}

// pullDelay is how long after an attempt to pull an image has failed the next one is made: 10 s after the first,
// then twice as long as the last time up to 5 min.
func pullDelay(failed int32) time.Duration {
	return min(firstPullDelay<<max(0, min(failed-1, 10)), maxPullDelay)
}

// pull begins with the image of a container. Once it is there, the container starts. One that has run on this node
// before finds it there.
func (k *Kubelet) pull(cl *cluster.Client, p *cluster.Pod, i int) {
	r := p.Record(i)
	b := k.of(cl, p, i, r.Restarts)
	c, _ := p.ContainerAt(i)
	reason := k.missing(cl, p, c)
	switch {
	case reason == "" && (r.Exited || k.finds(cl, p, c)):
		cl.After(max(0, b.Start), plan(p, i, &r, taskStart))
	case reason == "":
		there := k.pulls.queue(p.TargetID(), cl.Now(), b.Pull)
		cl.After(cluster.AddTime(there, max(0, b.Start))-cl.Now(), plan(p, i, &r, taskStart))
	case c.ImagePullPolicy == cluster.PullNever:
		cl.After(0, plan(p, i, &r, taskPullFailed))
	default:
		cl.Event(p, cluster.EventNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.Image))
		there := k.pulls.queue(p.TargetID(), cl.Now(), b.Pull)
		cl.After(there-cl.Now(), plan(p, i, &r, taskPullFailed))
	}
}

// pullFailed ends an attempt that has failed, and plans the next one. The image may have come to be pullable
// meanwhile: then it is there. The kubelet goes on to the next of the regular containers nevertheless.
func (k *Kubelet) pullFailed(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if r.Running {
		return
	}
	c, init := p.ContainerAt(i)
	reason := k.missing(cl, p, c)
	if reason == "" {
		cl.After(k.of(cl, p, i, r.Restarts).Start, plan(p, i, &r, taskStart))
		return
	}
	never := c.ImagePullPolicy == cluster.PullNever
	r.Waiting, r.WaitingMessage = errImagePull, reason
	r.FailedPulls++
	if never {
		r.Waiting = errImageNeverPull
		cl.Event(p, cluster.EventWarning, errImageNeverPull, reason)
		cl.Event(p, cluster.EventWarning, "Failed", "Error: "+errImageNeverPull)
		cl.After(firstPullDelay, plan(p, i, &r, taskPull))
	} else {
		cl.Event(p, cluster.EventWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", c.Image, reason))
		cl.Event(p, cluster.EventWarning, "Failed", "Error: "+errImagePull)
		cl.After(nextLook, plan(p, i, &r, taskBackOff))
		cl.After(pullDelay(r.FailedPulls), plan(p, i, &r, taskPull))
	}
	next := none
	if !init {
		next = after(p, i)
	}
	k.put(cl, p, i, r, next)
}

// backOff looks at a container whose next attempt to pull has to wait.
func (k *Kubelet) backOff(cl *cluster.Client, p *cluster.Pod, i int, r cluster.ContainerRecord) {
	if r.Waiting != errImagePull {
		return
	}
	c, _ := p.ContainerAt(i)
	message := fmt.Sprintf("Back-off pulling image %q", c.Image)
	r.Waiting = imagePullBackOff
	r.WaitingMessage = fmt.Sprintf("%s: %s: %s", message, errImagePull, r.WaitingMessage)
	k.note(cl, p, i, r)
	cl.Event(p, cluster.EventNormal, "BackOff", message)
	cl.Event(p, cluster.EventWarning, "Failed", "Error: "+imagePullBackOff)
}

// missing is what a kubelet says of the image of a container that is not on the node and cannot be got there; empty
// when it is, or can be.
func (k *Kubelet) missing(cl *cluster.Client, p *cluster.Pod, c *cluster.Container) string {
	if k.alike() && k.fallback.PullError == "" {
		return ""
	}
	b := k.behaviour(cl, p, c.Image)
	switch {
	case b.PullError == "" || present(cl.Live().NodeByID(p.TargetID()), c):
		return ""
	case c.ImagePullPolicy == cluster.PullNever:
		return fmt.Sprintf("Container image %q is not present with pull policy of Never", c.Image)
	}
	return b.PullError
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
