package daemonset

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// ownWrites are the latest versions of what the controller has written for one DaemonSet and not seen yet:
// of the pods that it has created or adopted, and of the status. A sync that cannot see them would work on
// a past that the controller itself has changed. Deletions and revisions are not among them.
type ownWrites struct{ pod, status uint64 }

// check fails while the view does not contain the writes.
func (w *ownWrites) check(cl *cluster.Client) error {
	if *w == (ownWrites{}) {
		return nil
	}
	for _, c := range [...]struct {
		written uint64
		kind    cluster.Kind
	}{{w.pod, cluster.KindPod}, {w.status, Kind}} {
		if read := cl.KindVersion(c.kind); read < c.written {
			return fmt.Errorf("read version: %d is not as new as written version: %d for kind %s",
				read, c.written, c.kind)
		}
	}
	*w = ownWrites{}
	return nil
}

// wrote notes the version of an object that the controller has written, unless its view shows it.
func (c *Controller) wrote(cl *cluster.Client, version *uint64, obj cluster.Object) {
	if v := obj.Meta().ResourceVersion; !c.config.NoOwnWritesCheck && cl.KindVersion(obj.Kind()) < v {
		*version = max(*version, v)
	}
}
