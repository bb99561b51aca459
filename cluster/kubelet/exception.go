package kubelet

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// Exception says that images behave otherwise on some nodes, or in some pods, than they do elsewhere. Fields that say
// nothing leave it open: the zero Exception is about every container.
type Exception struct {
	// Image is the image that it is about, named exactly as in the containers; empty is any.
	Image string
	// Nodes are those that it is about, by the labels that they have at the time. The zero Selector matches all; one
	// for a zone asks for topology.kubernetes.io/zone, one for a node for cluster.LabelHostname.
	Nodes affinity.Selector
	// Pods are those that it is about, by their labels; the zero Selector matches all.
	Pods affinity.Selector
	// Namespace is that of the pods, Pod the name of one, and Controller the name of the object that controls them,
	// such as that of a DaemonSet, whose pods get new names.
	Namespace, Pod, Controller string
	// Change is how they differ.
	Change Change
}

// Validate reports the first field of the change that makes no sense.
func (e Exception) Validate() error {
	if err := e.Change.To(Behaviour{}).Validate(); err != nil {
		return fmt.Errorf("Change.%w", err)
	}
	return nil
}

func validateExceptions(list []Exception) error {
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return fmt.Errorf("exceptions: [%d]: %w", i, err)
		}
	}
	return nil
}

// covers reports whether an exception is about an image in a pod on a node with those labels.
func (e *Exception) covers(p *cluster.Pod, image string, node map[string]string) bool {
	if e.Image != "" && e.Image != image || e.Pod != "" && e.Pod != p.Name ||
		e.Namespace != "" && e.Namespace != p.Namespace {
		return false
	}
	if e.Controller != "" {
		if owner := p.Controller(); owner == nil || owner.Name != e.Controller {
			return false
		}
	}
	return e.Nodes.Matches(node) && e.Pods.Matches(p.Labels)
}

// exceptions are those that the kubelets go by. They are replaced as a whole, so that forks can share them.
type exceptions []Exception

// ownExceptions copies the list. What is not valid in it is passed over.
func ownExceptions(list []Exception) exceptions {
	own := slices.DeleteFunc(slices.Clone(list), func(e Exception) bool { return e.Validate() != nil })
	for i := range own {
		own[i].Change = own[i].Change.own()
	}
	return own
}

// to is a behaviour with all exceptions that are about an image in a pod. The first one counts last, so that what it
// says holds.
func (x exceptions) to(b Behaviour, p *cluster.Pod, image string, node map[string]string) Behaviour {
	for i := len(x) - 1; i >= 0; i-- {
		if x[i].covers(p, image, node) {
			b = x[i].Change.To(b)
		}
	}
	return b
}

// agents reports whether one of them makes an agent of an image.
func (x exceptions) agents() bool {
	return slices.ContainsFunc(x, func(e Exception) bool {
		return e.Change.NetworkAgent != nil && *e.Change.NetworkAgent
	})
}

func (x exceptions) appendState(b []byte) []byte {
	for i := range x {
		e := &x[i]
		b = fmt.Appendf(b, "except%q%q%q%q%q%q",
			e.Image, e.Nodes.String(), e.Pods.String(), e.Namespace, e.Pod, e.Controller)
		b = e.Change.appendState(b)
	}
	return b
}

// SetExceptions says on which nodes and in which pods images behave otherwise from now on, in place of what was said of
// that before; nowhere when the list is empty. All that are about a container count, on top of the behaviour of its
// image. Of several that change the same field the first one does. It counts as SetImage does. An error leaves all as
// it was.
func (k *Kubelet) SetExceptions(list ...Exception) error {
	if err := validateExceptions(list); err != nil {
		return err
	}
	k.exceptions = ownExceptions(list)
	k.agents = k.anyAgents()
	return nil
}

// Exceptions lists on which nodes and in which pods images behave otherwise, the first one to change a field being the
// one that counts. The caller owns the result.
func (k *Kubelet) Exceptions() []Exception { return ownExceptions(k.exceptions) }

// behaviour is how an image behaves in a pod.
func (k *Kubelet) behaviour(cl *cluster.Client, p *cluster.Pod, image string) Behaviour {
	b := k.Image(image)
	if len(k.exceptions) == 0 {
		return b
	}
	return k.exceptions.to(b, p, image, k.labels(cl, p.TargetID()))
}

// labels are those of a node, or the last ones that it had.
func (k *Kubelet) labels(cl *cluster.Client, id cluster.NodeID) map[string]string {
	if n := cl.Live().NodeByID(id); n != nil {
		return n.Labels
	}
	if h, known := k.host(id); known {
		return h.labels
	}
	if n := cl.NodeByID(id); n != nil {
		return n.Labels
	}
	return nil
}
