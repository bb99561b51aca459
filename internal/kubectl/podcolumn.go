package kubectl

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

func podColumns() []column {
	return []column{
		nameColumn(),
		narrow("READY", func(_ *view, p *cluster.Pod) string { s := summarize(p); return s.readiness() }),
		narrow("STATUS", func(_ *view, p *cluster.Pod) string { return summarize(p).word }),
		narrow("RESTARTS", podRestarts),
		ageColumn(),
		wide("IP", (*view).podAddress),
		wide("NODE", func(_ *view, p *cluster.Pod) string { return orNone(p.NodeName) }),
		wide("NOMINATED NODE", func(_ *view, p *cluster.Pod) string { return orNone(p.NominatedNodeName()) }),
		wide("READINESS GATES", func(_ *view, p *cluster.Pod) string { return podGates(p) }),
	}
}

// podRestarts is the sum over the containers.
func podRestarts(v *view, p *cluster.Pod) string {
	s := summarize(p)
	if s.restarts == 0 || s.lastRestart == 0 {
		return number(s.restarts)
	}
	return fmt.Sprintf("%d (%s ago)", s.restarts, v.since(s.lastRestart))
}

// podGates is how many readiness gates are open, of how many.
func podGates(p *cluster.Pod) string {
	gates := p.Spec().ReadinessGates
	if len(gates) == 0 {
		return none
	}
	open := 0
	for _, c := range p.Conditions() {
		for i := range gates {
			if c.Type == gates[i].ConditionType && c.Status == cluster.ConditionTrue {
				open++
			}
		}
	}
	return fmt.Sprintf("%d/%d", open, len(gates))
}
