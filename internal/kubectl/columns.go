package kubectl

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

func daemonSetColumns() []column {
	count := func(header string, of func(*daemonset.Status) int32) column {
		return narrow(header, func(_ *view, d *daemonset.DaemonSet) string { return number(of(&d.Status)) })
	}
	return []column{
		nameColumn(),
		count("DESIRED", func(s *daemonset.Status) int32 { return s.DesiredNumberScheduled }),
		count("CURRENT", func(s *daemonset.Status) int32 { return s.CurrentNumberScheduled }),
		count("READY", func(s *daemonset.Status) int32 { return s.NumberReady }),
		count("UP-TO-DATE", func(s *daemonset.Status) int32 { return s.UpdatedNumberScheduled }),
		count("AVAILABLE", func(s *daemonset.Status) int32 { return s.NumberAvailable }),
		narrow("NODE SELECTOR", func(_ *view, d *daemonset.DaemonSet) string {
			return formatLabels(d.Spec.Template.Spec.NodeSelector)
		}),
		ageColumn(),
		wide("CONTAINERS", func(_ *view, d *daemonset.DaemonSet) string {
			return containerNames(d.Spec.Template.Spec.Containers)
		}),
		wide("IMAGES", func(_ *view, d *daemonset.DaemonSet) string {
			return containerImages(d.Spec.Template.Spec.Containers)
		}),
		wide("SELECTOR", func(_ *view, d *daemonset.DaemonSet) string {
			return formatSelector(d.Spec.Selector)
		}),
	}
}

func revisionColumns() []column {
	return []column{
		nameColumn(),
		narrow("CONTROLLER", func(_ *view, r *rollout.ControllerRevision) string {
			owner := r.Controller()
			if owner == nil {
				return none
			}
			return resourceOf(owner.Kind).qualified() + "/" + owner.Name
		}),
		narrow("REVISION", func(_ *view, r *rollout.ControllerRevision) string { return number(r.Revision) }),
		ageColumn(),
	}
}

func namespaceColumns() []column {
	return []column{
		nameColumn(),
		narrow("STATUS", func(_ *view, n *cluster.Namespace) string { return namespaceStatus(n) }),
		ageColumn(),
	}
}

func namespaceStatus(n *cluster.Namespace) string {
	if n.Terminating() {
		return "Terminating"
	}
	return "Active"
}

func priorityClassColumns() []column {
	return []column{
		nameColumn(),
		narrow("VALUE", func(_ *view, c *cluster.PriorityClass) string { return number(c.Value) }),
		narrow("GLOBAL-DEFAULT", func(_ *view, c *cluster.PriorityClass) string {
			return fmt.Sprintf("%t", c.GlobalDefault)
		}),
		ageColumn(),
		narrow("PREEMPTIONPOLICY", func(_ *view, c *cluster.PriorityClass) string {
			return c.PreemptionPolicy
		}),
	}
}
