package cluster

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// Config describes a cluster. The zero Config is an empty cluster at t=0 with seed 0.
type Config struct {
	// Seed selects every random stream of the run.
	Seed uint64
	// Chooser decides what comes next where Kubernetes leaves that open. Nil means the natural
	// order of each choice point. The cluster works with a fork of it, so that one Config gives
	// equal clusters: see Cluster.Chooser.
	Chooser Chooser
	// Capacity is what a node has that is created without saying. Nil means cpu 4, memory 16Gi,
	// ephemeral-storage 100Gi and 110 pods.
	Capacity ResourceList
	// Admission judges what is written, in this order. Forks share it.
	Admission []Admission
	// TaintNewNodes makes admission taint every new node node.kubernetes.io/not-ready:NoSchedule, as the API
	// server does. It is for clusters with an actor that takes the taint off again.
	TaintNewNodes bool
	// Lags say, by their names, which actors see the cluster later than it changes. All others see every
	// change as it is written. See Cluster.SetLag.
	Lags map[string]Lag
	// MaxSteps bounds each call that runs the cluster. Zero means 100,000 steps and 1,000 more for
	// every object and task there is at the start of the call.
	MaxSteps int

	_ struct{}
}

// Cluster is a simulated cluster: objects, virtual time, and the actors that work on it. It belongs to
// one goroutine.
//
// The embedded Client is the user's: what is written through the cluster itself is written by "user".
type Cluster struct {
	*Client

	config   Config
	capacity ResourceList
	now      time.Duration
	store    store
	agenda   agenda
	events   eventLog
	chooser  Chooser
	// actors and clients have the same order; place 0 belongs to the user, who is no actor.
	actors  []Actor
	clients []*Client
	sinks   []func(*Change)
	// eventSinks are told of every event.
	eventSinks []func(*Event)
	// current is the change that is being told, telling is to whom.
	current Change
	telling telling
	// running is the task that an actor runs, if isRunning.
	running   Task
	isRunning bool
	recent    recentTasks
	// loops is what Settle watches while it runs.
	loops *loopWatch
	// faults are those that have not been used up. Forks share the list.
	faults []Fault
	// unacknowledged says that the answer to the request that is carried out will be lost.
	unacknowledged bool
}

// Actor is a part of the control plane: a controller, the scheduler, the kubelets. Actors are
// level-triggered: a change only tells them where to look, and what they do follows from what they
// read then.
type Actor interface {
	// Name identifies the actor in the change log and selects its random stream.
	Name() string
	// Observe is told of every change, in order, once the actor's view contains it: at once, unless the
	// actor has a Lag. It may read and schedule tasks; it panics when it writes, or runs or forks the
	// cluster.
	Observe(cl *Client, ch *Change)
	// Run does one of the tasks that the actor has scheduled.
	Run(cl *Client, t Task)
	// Fork returns an independent copy of the actor's own state, for a forked cluster.
	Fork() Actor
}

const userActor ActorID = 0

// New returns a cluster with the actors given. They are told of changes in this order.
func New(config Config, actors ...Actor) *Cluster {
	c := &Cluster{
		config:   config,
		capacity: maps.Clone(config.Capacity),
		store:    newStore(),
		chooser:  forkChooser(config.Chooser),
		actors:   make([]Actor, 1, len(actors)+2),
		clients:  make([]*Client, 1, len(actors)+2),
	}
	if c.capacity == nil {
		c.capacity = ResourceList{
			"cpu": quantity.New(4), "memory": quantity.MustParse("16Gi"),
			"ephemeral-storage": quantity.MustParse("100Gi"), "pods": quantity.New(110),
		}
	}
	c.config.Lags, c.config.Admission = maps.Clone(config.Lags), slices.Clone(config.Admission)
	c.clients[userActor] = c.newClient(userActor, "user")
	c.Client = c.clients[userActor]
	c.AddActor(collector{})
	for _, a := range actors {
		c.AddActor(a)
	}
	return c
}

// AddActor adds an actor after those that are there. It is told of changes from now on, and of nothing
// that exists already: it has no client before the first change, so an actor that must know earlier
// objects reads them when it is first told or first runs. A nil actor is ignored. More actors than an
// ActorID can number are a mistake that panics.
func (c *Cluster) AddActor(a Actor) {
	if a == nil {
		return
	}
	if len(c.actors) >= int(watchActor) {
		panic(fmt.Sprintf("cluster: too many actors in AddActor(%q): %d is the most; "+
			"let one actor do the work of several", a.Name(), watchActor-1))
	}
	c.mustNotTell("add an actor")
	id := ActorID(len(c.actors))
	c.actors = append(c.actors, a)
	cl := c.newClient(id, a.Name())
	cl.setLag(c.config.Lags[cl.name])
	c.clients = append(c.clients, cl)
}

func (c *Cluster) newClient(id ActorID, name string) *Client {
	return &Client{
		Reader: Reader{&c.store},
		c:      c,
		id:     id,
		name:   name,
		stream: NewStream(c.config.Seed, name),
	}
}

// Actor returns the actor of that name, or nil.
func (c *Cluster) Actor(name string) Actor {
	for _, a := range c.actors[1:] {
		if a.Name() == name {
			return a
		}
	}
	return nil
}

// Chooser is the cluster's own chooser, such as the Recorder that has its choices; nil when it has none.
func (c *Cluster) Chooser() Chooser { return c.chooser }

// SetChooser lets another chooser decide from now on; nil takes the first candidate each time. The cluster
// works with a fork of it, as with that of its Config.
func (c *Cluster) SetChooser(chooser Chooser) { c.chooser = forkChooser(chooser) }

// Reseed begins every random stream anew, as a cluster of that seed would. What has been drawn stays as it
// is: the names of objects, and delays that are on the agenda. Forks that are reseeded differently are
// different futures of one cluster. The chooser keeps the stream it has.
func (c *Cluster) Reseed(seed uint64) {
	c.mustNotTell("reseed the cluster")
	c.config.Seed = seed
	for _, cl := range c.clients {
		cl.stream = NewStream(seed, cl.name)
	}
}

func forkChooser(c Chooser) Chooser {
	if c == nil {
		return nil
	}
	return c.Fork()
}

// Fork returns an independent cluster in the same state, with the same tasks ahead. Given the same
// calls, both make the same changes; neither sees the other's. What did not change is shared, and never
// written to: a cluster and its forks may go on in goroutines of their own, side by side. Fork itself writes
// to the cluster that it forks, so that one must be at rest meanwhile.
//
// A fork that is made in OnChange while an actor runs a task has that task ahead once more, because the
// rest of that run cannot be copied. Actors that are level-triggered then do what is left to do.
func (c *Cluster) Fork() *Cluster {
	c.mustNotFork()
	f := &Cluster{
		config:   c.config,
		capacity: c.capacity,
		now:      c.now,
		store:    c.store.fork(),
		agenda:   c.agenda.fork(),
		events:   c.events.fork(),
		actors:   make([]Actor, len(c.actors), len(c.actors)+1),
		clients:  make([]*Client, len(c.clients), len(c.clients)+1),
		recent:   c.recent,
		faults:   c.faults,
	}
	f.chooser = forkChooser(c.chooser)
	clients := make([]Client, len(c.clients))
	for i, old := range c.clients {
		clients[i] = Client{
			Reader: Reader{&f.store}, c: f, id: old.id, name: old.name, stream: old.stream, warnings: old.warnings,
		}
		if old.view != nil {
			clients[i].view = old.view.fork()
			clients[i].Reader = Reader{&clients[i].view.store}
		}
		f.clients[i] = &clients[i]
		if c.actors[i] != nil {
			f.actors[i] = c.actors[i].Fork()
		}
	}
	f.Client = f.clients[userActor]
	if c.isRunning {
		f.agenda.putBack(c.running)
	}
	return f
}
