package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// diagnosis collects why a pod fits nowhere, over all nodes.
type diagnosis struct {
	nodes   int
	reasons histogram
	// judged is the number of nodes that were looked at.
	judged int
	// resolvable are the nodes on which the pod might fit if pods were removed.
	resolvable []*NodeInfo
	// by are the plugins that rejected any node.
	by rejecters
}

func (d *diagnosis) reset(nodes int) {
	clear(d.reasons)
	*d = diagnosis{nodes: nodes, reasons: d.reasons, resolvable: d.resolvable[:0]}
}

func (d *diagnosis) add(place int, v Verdict, node *NodeInfo) {
	d.judged++
	if v.Fits() {
		return
	}
	d.by = d.by.with(place)
	for _, r := range v.Status.Reasons {
		d.reasons.add(r, 1)
	}
	if v.Status.Code == Unschedulable {
		d.resolvable = append(d.resolvable, node)
	}
}

// message is what the scheduler tells about a pod that fits nowhere.
func (c *Cycle) message(found *candidates, after PostFilterResult) string {
	d := &c.diagnosis
	if d.nodes == 0 {
		return noNodes
	}
	text := fmt.Sprintf("0/%d nodes are available:", d.nodes)
	switch {
	case !found.verdict.Fits():
		text += " " + strings.Join(found.verdict.Status.Reasons, ", ") + "."
	default:
		if absent := d.nodes - d.judged; found.narrowed && absent > 0 {
			d.reasons.add(c.fw.absent(found.by).Status.Reasons[0], absent)
		}
		text += d.reasons.String()
	}
	if after.Message != "" {
		text += " " + after.Message
	}
	return text
}

const noNodes = "no nodes available to schedule pods"

// histogram counts reasons.
type histogram map[string]int

func (h *histogram) add(reason string, n int) {
	if n == 0 {
		return
	}
	if *h == nil {
		*h = make(histogram)
	}
	(*h)[reason] += n
}

// String lists the reasons with their counts, sorted as texts: 10 comes before 2. It starts with a space
// and ends in a period, or is empty.
func (h histogram) String() string {
	if len(h) == 0 {
		return ""
	}
	texts := make([]string, 0, len(h))
	for _, reason := range slices.Sorted(maps.Keys(h)) {
		texts = append(texts, fmt.Sprintf("%d %s", h[reason], reason))
	}
	slices.Sort(texts)
	return " " + strings.Join(texts, ", ") + "."
}
