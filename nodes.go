package daemonsim

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// RemoveNode deletes a Node. Its pods stay until the collector of pods finds that the node has been gone for
// 40 seconds, and what runs there runs on until then, as on a real node; one that comes back under its old name
// before that has them again. On a node that has failed before, nothing runs on.
func (s *Sim) RemoveNode(name string) error {
	return s.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{})
}

// FailNode lets the kubelet of a node fall silent, for that long or, when that is 0, until RecoverNode: as of a
// node that has crashed, hangs or has lost its network. Nothing shows of it until the node has been without a
// heartbeat for 50 seconds. Then the condition Ready of the node becomes Unknown and that of its pods False, and
// the node is tainted node.kubernetes.io/unreachable. Its pods neither start nor become ready, and those that
// are deleted keep terminating.
//
// A node that fails again fails for the new time. The error wraps cluster.ErrNotFound or cluster.ErrInvalid.
func (s *Sim) FailNode(name string, d time.Duration) error {
	n, err := s.nodeFor("fail", name)
	if err != nil {
		return err
	}
	if d < 0 {
		return &cluster.ObjectError{Op: "fail", Kind: cluster.KindNode, Key: name, Err: fmt.Errorf(
			"%w: the time %v is negative", cluster.ErrInvalid, d)}
	}
	o, failed := n.Outage()
	if !failed {
		o.LastHeartbeat = kubelet.LastHeartbeat(n, s.Now())
	}
	o.End = 0
	if d > 0 {
		o.End = cluster.AddTime(s.Now(), d)
	}
	_, err = s.SetOutage(n.UID, &o)
	return err
}

// RecoverNode lets the kubelet of a node answer again that has failed, and report that the node is ready. It
// does at once what has been left undone: pods that were bound meanwhile start, and those that were deleted
// stop. A node that is off is switched on, and one that is about to shut down goes on. A node that has only
// reported not to be ready reports that it is. The error wraps cluster.ErrNotFound.
func (s *Sim) RecoverNode(name string) error {
	n, err := s.nodeFor("recover", name)
	if err != nil {
		return err
	}
	if _, failed := n.Outage(); failed {
		_, err = s.SetOutage(n.UID, nil)
		return err
	}
	if n.Shutdown() != nil {
		_, err = s.SetShutdown(n.UID, nil)
		return err
	}
	if !n.Ready() {
		_, err = s.SetNodeConditions(n.UID, kubelet.Report(n.Status.Conditions, n.Status.Conditions, s.Now()))
	}
	return err
}

// ReportNotReady lets the kubelet of a node report that the node is not ready, with the reason why. The kubelet
// goes on to care for its pods. RecoverNode takes it back. The error is that of ReportCondition.
func (s *Sim) ReportNotReady(name, message string) error {
	return s.ReportCondition(name, kubelet.NotReady(message))
}

// ReportCondition lets the kubelet of a node report a condition, such as MemoryPressure, from now on; the time
// of the last transition is filled in. It fails with cluster.ErrNotFound when there is no such node, and with
// cluster.ErrConflict when its kubelet does not answer: what that would say is not heard.
func (s *Sim) ReportCondition(name string, c cluster.NodeCondition) error {
	n, err := s.nodeFor("report of", name)
	if err != nil {
		return err
	}
	if _, failed := n.Outage(); failed {
		return noAnswer("report of", name)
	}
	_, err = s.SetNodeConditions(n.UID, kubelet.With(n.Status.Conditions, c, s.Now()))
	return err
}

// noAnswer is the error of what needs the kubelet of a node that does not answer. It is a cluster.ErrConflict, but to
// try again would not help.
func noAnswer(op, name string) error {
	return &cluster.ObjectError{Op: op, Kind: cluster.KindNode, Key: name, Err: silentError{}}
}

type silentError struct{}

func (silentError) Error() string { return "its kubelet does not answer" }

func (silentError) Is(target error) bool { return target == cluster.ErrConflict }

func (s *Sim) nodeFor(op, name string) (*cluster.Node, error) {
	if n := s.Node(name); n != nil {
		return n, nil
	}
	return nil, &cluster.ObjectError{Op: op, Kind: cluster.KindNode, Key: name, Err: cluster.ErrNotFound}
}
