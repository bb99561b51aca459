package daemonsim

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// PressNode lets a node run short of what leads to the condition of that type: MemoryPressure, DiskPressure or
// PIDPressure. At its next look, within 10 seconds, its kubelet reports the condition, and from then on ends one
// pod after the other until there is enough again; critical pods it spares. The condition goes 5 minutes after the
// shortage. A shortage of the same kind that is there already becomes this one. RelieveNode ends it. The
// error wraps cluster.ErrNotFound or cluster.ErrInvalid.
func (s *Sim) PressNode(name, condition string, shortage cluster.Shortage) error {
	n, err := s.nodeFor("press", name)
	if err != nil {
		return err
	}
	_, err = s.SetShortage(n.UID, condition, &shortage)
	return err
}

// RelieveNode ends a shortage that PressNode has begun. The error wraps cluster.ErrNotFound or cluster.ErrInvalid.
func (s *Sim) RelieveNode(name, condition string) error {
	n, err := s.nodeFor("relieve", name)
	if err != nil {
		return err
	}
	_, err = s.SetShortage(n.UID, condition, nil)
	return err
}

// ShutDownNode shuts the system of a node down. If the shutdown has phases, see kubelet.ShutdownPhases, the kubelet
// reports first that the node is not ready, admits no pods any more and stops those that are there. Then the node
// is off, for as long as the shutdown says; RecoverNode switches it on, as RebootNode says, or calls a shutdown
// off that is still under way. The error wraps cluster.ErrNotFound, cluster.ErrInvalid or, for a node whose kubelet
// does not answer, cluster.ErrConflict.
func (s *Sim) ShutDownNode(name string, how cluster.Shutdown) error {
	n, err := s.nodeFor("shut down", name)
	if err != nil {
		return err
	}
	if _, failed := n.Outage(); failed {
		return noAnswer("shut down", name)
	}
	_, err = s.SetShutdown(n.UID, &how)
	return err
}

// RebootNode switches a node off without further ado and, after that time, on again; with 0 it stays off until
// RecoverNode. When it is on again, its kubelet admits all pods anew that have not ended, and their containers
// start once more: the pods and their names survive. A node that is off already is on after the new time. The
// error wraps cluster.ErrNotFound or cluster.ErrInvalid.
func (s *Sim) RebootNode(name string, d time.Duration) error {
	return s.interrupt("reboot", name, d, cluster.Outage{Off: true})
}

// RestartKubelet ends the process of a node's kubelet and starts it anew at once. The containers of its pods run
// on, and it admits all pods anew that have not ended: one that does not fit its node any more fails. The error
// wraps cluster.ErrNotFound.
func (s *Sim) RestartKubelet(name string) error {
	o := cluster.Outage{Restart: true, End: s.Now()}
	if o.End == 0 {
		// An end at 0 would be none.
		o.End = time.Nanosecond
	}
	return s.interrupt("restart the kubelet of", name, 0, o)
}

// interrupt begins an outage or changes the one that is there.
func (s *Sim) interrupt(op, name string, d time.Duration, o cluster.Outage) error {
	n, err := s.nodeFor(op, name)
	if err != nil {
		return err
	}
	if d < 0 {
		return &cluster.ObjectError{Op: op, Kind: cluster.KindNode, Key: name, Err: fmt.Errorf(
			"%w: the time %v is negative", cluster.ErrInvalid, d)}
	}
	o.LastHeartbeat = kubelet.LastHeartbeat(n, s.Now())
	if was, failed := n.Outage(); failed {
		o.LastHeartbeat, o.Off, o.Restart = was.LastHeartbeat, o.Off || was.Off, o.Restart || was.Restart
	}
	if d > 0 {
		o.End = cluster.AddTime(s.Now(), d)
	}
	_, err = s.SetOutage(n.UID, &o)
	return err
}
