package explain

import (
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/taints"
)

// rolloutJSON is the explanation of a rollout. Times are in seconds since the start of the simulation.
type rolloutJSON struct {
	DaemonSet string                 `json:"daemonSet"`
	Namespace string                 `json:"namespace"`
	State     daemonsim.RolloutState `json:"state"`
	Now       standingJSON           `json:"now"`
	Next      *stepJSON              `json:"next,omitempty"`
	End       standingJSON           `json:"end"`
	Finish    *float64               `json:"finish,omitempty"`
	Roots     []rootJSON             `json:"roots"`
	Waits     []waitJSON             `json:"waits"`
	Causes    []causeJSON            `json:"causes"`
	Offers    []offerJSON            `json:"offers"`
	Untried   int                    `json:"untried"`

	// places are where the causes stand, of which many are shared.
	places map[*standstill.Cause]int
}

// standingJSON is how far a rollout is at a moment.
type standingJSON struct {
	At       float64 `json:"at"`
	Done     bool    `json:"done"`
	Revision int64   `json:"revision"`
	Desired  int     `json:"desired"`
	Moved    int     `json:"moved"`
	Old      int     `json:"old"`
}

type stepJSON struct {
	At   float64 `json:"at"`
	Pod  string  `json:"pod"`
	Node string  `json:"node"`
	What string  `json:"what"`
}

// rootJSON is one thing that is to blame: of the end, or of the present for a rollout that gets there by
// itself. Cause is where its chain on the nodes begins, and Via what those wait for that wait for the nodes.
type rootJSON struct {
	Cause   int      `json:"cause"`
	Nodes   []string `json:"nodes"`
	Via     *int     `json:"via,omitempty"`
	Waiting []string `json:"waiting"`
}

// waitJSON is a node that has not moved at present, and the first cause of its chain.
type waitJSON struct {
	Node      string `json:"node"`
	Situation string `json:"situation"`
	ShouldRun bool   `json:"shouldRun"`
	Cause     int    `json:"cause"`
}

// causeJSON is one link. Because is the place of the next one about the same node, and By are the nodes with
// whose causes the chain goes on.
type causeJSON struct {
	Kind      standstill.Kind   `json:"kind"`
	Message   string            `json:"message"`
	Because   *int              `json:"because,omitempty"`
	By        []string          `json:"by,omitempty"`
	Node      string            `json:"node,omitempty"`
	Pod       string            `json:"pod,omitempty"`
	Limit     *int              `json:"limit,omitempty"`
	Setting   string            `json:"setting,omitempty"`
	Since     *float64          `json:"since,omitempty"`
	Until     *float64          `json:"until,omitempty"`
	Images    string            `json:"images,omitempty"`
	Restarts  int               `json:"restarts,omitempty"`
	Creations int               `json:"creations,omitempty"`
	Deletions int               `json:"deletions,omitempty"`
	Plugin    string            `json:"plugin,omitempty"`
	Said      string            `json:"said,omitempty"`
	Shortages []shortageJSON    `json:"shortages,omitempty"`
	Port      *cluster.HostPort `json:"port,omitempty"`
	Taint     *taints.Taint     `json:"taint,omitempty"`
	Own       bool              `json:"own,omitempty"`
}

type shortageJSON struct {
	Resource    cluster.ResourceName `json:"resource"`
	Requested   int64                `json:"requested"`
	Free        int64                `json:"free"`
	Allocatable int64                `json:"allocatable"`
}

type offerJSON struct {
	standstill.Remedy
	Message  string   `json:"message"`
	Command  string   `json:"command"`
	Finishes bool     `json:"finishes"`
	At       *float64 `json:"at,omitempty"`
	Moved    int      `json:"moved"`
	Desired  int      `json:"desired"`
}

func rolloutJSONText(e *daemonsim.RolloutExplanation, node string) string {
	r := rolloutJSON{
		DaemonSet: e.Now.DaemonSet, Namespace: e.Now.Namespace, State: e.State,
		Now: newStandingJSON(&e.Now), End: newStandingJSON(&e.End),
		Roots: []rootJSON{}, Waits: []waitJSON{}, Causes: []causeJSON{}, Offers: []offerJSON{},
		Untried: e.Untried, places: make(map[*standstill.Cause]int),
	}
	if s := e.Next; s != nil {
		r.Next = &stepJSON{s.Time.Seconds(), s.Pod, s.Node, s.What}
	}
	if e.End.Done() && e.State == daemonsim.RolloutMoving {
		r.Finish = seconds(e.Finish)
	}
	for _, root := range e.Blame() {
		r.addRoot(&root)
	}
	for i := range e.Now.Waits {
		if w := &e.Now.Waits[i]; node == "" || w.Node == node {
			r.Waits = append(r.Waits, waitJSON{w.Node, w.Situation.String(), w.ShouldRun, r.place(w.Cause)})
		}
	}
	for i := range e.Offers {
		r.Offers = append(r.Offers, newOfferJSON(&e.Offers[i]))
	}
	return indented(r)
}

func newStandingJSON(e *standstill.Explanation) standingJSON {
	return standingJSON{e.At.Seconds(), e.Done(), e.Revision, e.Desired, e.Moved, e.Old}
}

func (r *rolloutJSON) addRoot(root *standstill.Root) {
	j := rootJSON{
		Cause: r.place(root.Chain[0]), Nodes: append([]string{}, root.Nodes...),
		Waiting: append([]string{}, root.Waiting...),
	}
	if root.Via != nil {
		via := r.place(root.Via)
		j.Via = &via
	}
	r.Roots = append(r.Roots, j)
}

// place is where a cause stands in the list; it and what it is because of are added unless they are there.
func (r *rolloutJSON) place(c *standstill.Cause) int {
	i, known := r.places[c]
	if known {
		return i
	}
	i = len(r.Causes)
	r.places[c] = i
	r.Causes = append(r.Causes, newCauseJSON(c))
	if c.Because != nil {
		because := r.place(c.Because)
		r.Causes[i].Because = &because
	}
	return i
}

func newCauseJSON(c *standstill.Cause) causeJSON {
	j := causeJSON{
		Kind: c.Kind, Message: c.String(), Node: c.Node, Pod: c.Pod, By: c.By, Images: c.Images,
		Plugin: c.Plugin, Said: c.Message, Port: c.Port, Taint: c.Taint, Own: c.Own, Setting: c.Setting,
		Restarts: c.Restarts, Creations: c.Creations, Deletions: c.Deletions,
	}
	if c.Since > 0 {
		j.Since = seconds(c.Since)
	}
	if c.Until > 0 {
		j.Until = seconds(c.Until)
	}
	if c.Kind == standstill.BudgetUsed || c.Kind == standstill.SurgeUsed {
		j.Limit = &c.Limit
	}
	for _, s := range c.Shortages {
		j.Shortages = append(j.Shortages, shortageJSON{s.Resource, s.Requested, s.Free, s.Allocatable})
	}
	return j
}

func newOfferJSON(o *daemonsim.Offer) offerJSON {
	j := offerJSON{
		Remedy: o.Remedy, Message: o.Remedy.String(), Command: o.Command(), Finishes: o.Finishes,
		Moved: o.Moved, Desired: o.Desired,
	}
	if o.Finishes {
		j.At = seconds(o.At)
	}
	return j
}

func seconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}
