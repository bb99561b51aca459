package kubelet

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// Config says how pods behave. The zero Config makes every pod ready the moment it is bound.
type Config struct {
	// Default is the behaviour of images that Images does not name.
	Default Behaviour
	// Images gives behaviours to images, named exactly as in the containers.
	Images map[string]Behaviour
	// Exceptions say on which nodes and in which pods images behave otherwise. All that are about a container count; of
	// several that change the same field the first one does.
	Exceptions []Exception
	// Slow makes some of the nodes slow.
	Slow SlowNodes
	// Flapping makes some of the nodes fall silent and answer again. Of several rules the first one whose selector
	// matches a node is about it.
	Flapping []Flapping
	// Clocks says which clocks are off. Of several the first one whose selector matches a node is about it.
	Clocks []ClockSkew

	_ struct{}
}

// Validate reports the first behaviour that makes no sense: the default, then the images by name, the
// exceptions, the slow nodes, those that flap, and the clocks.
func (c Config) Validate() error {
	if err := c.Default.Validate(); err != nil {
		return fmt.Errorf("default behaviour: %w", err)
	}
	for _, image := range slices.Sorted(maps.Keys(c.Images)) {
		if err := c.Images[image].Validate(); err != nil {
			return fmt.Errorf("image %q: %w", image, err)
		}
	}
	if err := validateExceptions(c.Exceptions); err != nil {
		return err
	}
	if err := c.Slow.validate(); err != nil {
		return fmt.Errorf("slow nodes: %w", err)
	}
	if err := validateFlapping(c.Flapping); err != nil {
		return err
	}
	return validateClocks(c.Clocks)
}

// Kubelet is the actor that plays the kubelets of all nodes.
type Kubelet struct {
	fallback Behaviour
	// images is replaced as a whole when it changes, so that forks can share it.
	images map[string]Behaviour
	// exceptions are on top of the behaviours of images.
	exceptions exceptions
	// agents says that the behaviour of some image is to set up the network of its node.
	agents bool
	slow   SlowNodes
	turns  turns
	pulls  pulls
	// flapping says which nodes fall silent by themselves.
	flapping flapping
	// clocks says whose clocks are off. It is replaced as a whole, so that forks can share it.
	clocks clocks
	// acts is nil as long as nothing has been amiss.
	acts *acts
	// troubled are the hosts that are not as hosts should be; nil as long as all are.
	troubled *btree.Map[cluster.NodeID, host]
}

// New returns the kubelets. It copies config. What is not valid in it is passed over: a distribution that
// nothing can be drawn from is taken for none.
func New(config Config) *Kubelet {
	k := &Kubelet{fallback: config.Default.own(), images: maps.Clone(config.Images), slow: config.Slow}
	k.flapping.rules = ownFlapping(config.Flapping)
	k.clocks = ownClocks(config.Clocks)
	for _, image := range slices.Sorted(maps.Keys(k.images)) {
		k.images[image] = k.images[image].own()
	}
	k.exceptions = ownExceptions(config.Exceptions)
	k.agents = k.anyAgents()
	return k
}

// SetSlow makes other nodes slow, or others than before. It counts as SetImage does.
func (k *Kubelet) SetSlow(slow SlowNodes) error {
	if err := slow.validate(); err != nil {
		return fmt.Errorf("slow nodes: %w", err)
	}
	k.slow = slow
	return nil
}

// Slow says which nodes are slow.
func (k *Kubelet) Slow() SlowNodes { return k.slow }

// SetImage gives an image another behaviour. It counts for what happens to pods from now on: delays
// that have begun are not changed.
func (k *Kubelet) SetImage(image string, b Behaviour) error {
	if err := b.Validate(); err != nil {
		return fmt.Errorf("image %q: %w", image, err)
	}
	images := maps.Clone(k.images)
	if images == nil {
		images = make(map[string]Behaviour, 1)
	}
	images[image] = b.own()
	k.images = images
	k.agents = k.anyAgents()
	return nil
}

// anyAgents reports whether the network of nodes is an agent's to set up.
func (k *Kubelet) anyAgents() bool {
	agents := k.fallback.NetworkAgent || k.exceptions.agents()
	for _, image := range slices.Sorted(maps.Keys(k.images)) {
		agents = agents || k.images[image].NetworkAgent
	}
	return agents
}

// AppendState writes the behaviours, whose turn it is and the hosts in trouble: what pods will do depends on
// them.
func (k *Kubelet) AppendState(b []byte) []byte {
	b = k.fallback.appendState(b)
	for _, image := range slices.Sorted(maps.Keys(k.images)) {
		b = fmt.Appendf(b, "%q", image)
		b = k.images[image].appendState(b)
	}
	b = k.exceptions.appendState(b)
	if k.slow != (SlowNodes{}) {
		b = fmt.Appendf(b, "%+v", k.slow)
	}
	b = k.flapping.appendState(b)
	b = k.clocks.appendState(b)
	if k.troubled != nil {
		k.troubled.Scan(func(id cluster.NodeID, h host) bool {
			b = fmt.Appendf(b, "%d%+v", id, h)
			return true
		})
	}
	b = k.acts.appendState(b)
	return k.turns.appendState(k.pulls.appendState(b))
}

// Image returns the behaviour of an image.
func (k *Kubelet) Image(image string) Behaviour {
	if b, ok := k.images[image]; ok {
		return b
	}
	return k.fallback
}

// alike reports whether all images behave alike, in all pods.
func (k *Kubelet) alike() bool { return len(k.images) == 0 && len(k.exceptions) == 0 }

// of is the behaviour of one container of a pod, as it is drawn for that many restarts.
func (k *Kubelet) of(cl *cluster.Client, p *cluster.Pod, i int, restarts int32) Behaviour {
	c, _ := p.ContainerAt(i)
	pulls := !k.finds(cl, p, c)
	if pulls && k.alike() && k.fallback.Random.none() && k.fallback.Slow <= 1 && k.slow.Chance == 0 {
		return k.fallback
	}
	b := k.drawn(cl, p, k.behaviour(cl, p, c.Image), restarts, i)
	if !pulls {
		b.Pull = 0
	}
	return b
}

// drawn is the behaviour of one container as it comes out this time. What is drawn follows from the actor's
// random stream, which it does not move along, from the node, and from which pod of it and which start this is.
func (k *Kubelet) drawn(cl *cluster.Client, p *cluster.Pod, b Behaviour, restarts int32, i int) Behaviour {
	if b.Random.none() && k.slow.Chance == 0 {
		return b.slowed(b.Slow)
	}
	stream := *cl.Rand()
	seed := stream.Uint64()
	node := p.TargetNode()
	if !b.Random.none() {
		turn, _ := k.turns.pods.Get(p.UID)
		own := cluster.NewStream(seed+uint64(turn)<<40+uint64(restarts)<<8+number(p, i), node)
		b = b.drawn(&own)
	}
	return k.slow.slowed(b.slowed(b.Slow), seed, node)
}

// number tells the containers of a pod apart in what is drawn for them: regular ones from 0, init containers from
// firstInit.
func number(p *cluster.Pod, i int) uint64 {
	if inits := len(p.Spec().InitContainers); i >= inits {
		return uint64(i - inits)
	}
	return firstInit + uint64(i)
}

const firstInit = 128

// random reports whether a pod leaves anything to chance.
func (k *Kubelet) random(cl *cluster.Client, p *cluster.Pod) bool {
	if k.alike() {
		return !k.fallback.Random.none()
	}
	for i := range p.ContainerCount() {
		c, _ := p.ContainerAt(i)
		if b := k.behaviour(cl, p, c.Image); !b.Random.none() {
			return true
		}
	}
	return false
}

// The tasks of the kubelet. Arg tells which container of a pod they are about, and how old it is: see age.
const (
	taskStart cluster.TaskKind = iota + 1
	taskReady
	taskCrash
	taskRestart
	taskStopped
	// taskTell corrects what others say of a pod that is as ready as it was.
	taskTell
	// taskReturn ends an outage whose time is over, taskReport says that the node is well. Both are about a Node.
	taskReturn
	taskReport
	// taskPull is another attempt to get the images, taskPullFailed the end of one that fails, and taskBackOff
	// a look at the pod between two.
	taskPull
	taskPullFailed
	taskBackOff
	// taskNetwork is when a kubelet finds the network of its Node that has been set up.
	taskNetwork
	// taskAdmit goes on with a pod that was not simply admitted, and taskEnded is when a pod has stopped that its
	// kubelet ends.
	taskAdmit
	taskEnded
	// taskRound is when a kubelet looks at what its node has left, and taskPhase begins the phase Arg of a shutdown.
	// Both are about a Node.
	taskRound
	taskPhase
	// taskUnhealthy is when a readiness probe first fails, taskUnready when it has failed often enough, taskProbe
	// when another probe has, and taskKilled when the container has stopped because of that.
	taskUnhealthy
	taskUnready
	taskProbe
	taskKilled
	// taskWait notes that a pod waits for the network of its node.
	taskWait
	// taskExit is when a container ends well, taskStarted when its startup probe has succeeded.
	taskExit
	taskStarted
	// taskGates looks at the readiness gates of a pod.
	taskGates
)

// Name is "kubelet".
func (k *Kubelet) Name() string { return "kubelet" }

// TaskName names the kubelet's tasks.
func (k *Kubelet) TaskName(kind cluster.TaskKind) string {
	names := [...]string{
		taskStart: "start", taskReady: "ready", taskCrash: "crash", taskRestart: "restart",
		taskStopped: "stopped", taskTell: "tell", taskReturn: "return", taskReport: "report",
		taskPull: "pull", taskPullFailed: "pull failed", taskBackOff: "back off",
		taskNetwork: "network", taskAdmit: "admit", taskEnded: "ended", taskRound: "round", taskPhase: "phase",
		taskUnhealthy: "unhealthy", taskUnready: "unready", taskProbe: "probe",
		taskKilled: "killed", taskWait: "wait", taskExit: "exit", taskStarted: "started", taskGates: "gates",
	}
	switch {
	case kind == taskFlap:
		return "fall silent"
	case kind == taskFlapping:
		return "find nodes that flap"
	case int(kind) >= len(names) || names[kind] == "":
		return fmt.Sprintf("task %d", kind)
	}
	return names[kind]
}

// Fork returns a copy.
func (k *Kubelet) Fork() cluster.Actor {
	c := *k
	c.turns, c.pulls = k.turns.fork(), k.pulls.fork()
	if k.troubled != nil {
		c.troubled = k.troubled.Copy()
	}
	c.acts = k.acts.fork()
	return &c
}

// Observe notices pods that are bound or deleted, and nodes that come and go.
func (k *Kubelet) Observe(cl *cluster.Client, ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *cluster.Pod:
		if ch.Verb == cluster.Deleted {
			k.turns.pods.Delete(obj.UID)
			k.acts.forget(obj.UID)
			k.stir(cl, obj)
			return
		}
		before, _ := ch.Before.(*cluster.Pod)
		k.observePod(cl, before, obj)
	case *cluster.Node:
		switch ch.Verb {
		case cluster.Created:
			k.register(cl, obj)
		case cluster.Updated:
			k.observeNode(cl, ch.Before.(*cluster.Node), obj)
		case cluster.Deleted:
			k.unregister(cl, obj)
		}
	}
}

func (k *Kubelet) observePod(cl *cluster.Client, before, p *cluster.Pod) {
	if !p.Bound() {
		return
	}
	fresh := before == nil || !before.Bound()
	if !k.answers(cl, p.TargetID()) {
		if fresh {
			k.miss(cl, p)
		}
		return
	}
	if fresh {
		k.admit(cl, p, nil /* unheard */)
	}
	if p.Terminating() && (before == nil || !before.Terminating() ||
		*p.DeletionTimestamp != *before.DeletionTimestamp) {
		k.stop(cl, p)
	}
	if p.Status.OutOfSight() {
		cl.After(0, cluster.Task{Kind: taskTell, Object: p.UID})
	}
	if p.GatesChanged() {
		cl.After(0, cluster.Task{Kind: taskGates, Object: p.UID})
	}
}

// take begins with a pod that has been admitted.
func (k *Kubelet) take(cl *cluster.Client, p *cluster.Pod) {
	if k.random(cl, p) {
		k.turns.take(p)
	}
	k.stir(cl, p)
	k.begin(cl, p)
}

// begin starts the containers of a pod, or has it wait for the network of its node.
func (k *Kubelet) begin(cl *cluster.Client, p *cluster.Pod) {
	if k.waitsForNetwork(cl, p) {
		cl.After(0, cluster.Task{Kind: taskWait, Object: p.UID})
		return
	}
	k.pull(cl, p, 0)
}

// Run does what is due for one pod or node. Tasks of pods that are gone are dropped. What its pods do a
// kubelet knows by itself: a lag only delays what it is told by others. What is due on a node that does not
// answer nobody learns before it answers again.
func (k *Kubelet) Run(cl *cluster.Client, t cluster.Task) {
	switch t.Kind {
	case taskReturn, taskReport, taskNetwork, taskRound, taskPhase:
		k.runNode(cl, t)
		return
	}
	if t.Kind >= taskFlap {
		k.runFlapping(cl, t)
		return
	}
	p := cl.Live().PodByUID(t.Object)
	if p == nil {
		return
	}
	if !k.answers(cl, p.TargetID()) {
		k.hold(cl, p.TargetID(), t)
		return
	}
	switch t.Kind {
	case taskStopped:
		k.stopped(cl, p, int32(t.Arg))
		return
	case taskAdmit:
		k.carryOut(cl, p)
		return
	case taskEnded:
		k.ended(cl, p, int32(t.Arg))
		return
	}
	if k.ends(p.UID) {
		return
	}
	if p.Terminal() {
		return
	}
	if told := p.Status.WithNode(); told != p.Status {
		p = set(cl, p, told)
	}
	switch t.Kind {
	case taskTell:
	case taskGates:
		k.heedGates(cl, p)
	case taskWait:
		k.noteWaiting(cl, p)
	default:
		k.runContainer(cl, p, t)
	}
}

// heedGates says of a pod whose readiness gates others have opened or closed whether it is ready.
func (k *Kubelet) heedGates(cl *cluster.Client, p *cluster.Pod) {
	if p.GatesChanged() {
		k.note(cl, p, 0, p.Record(0))
	}
}

// set writes a status. The pod was read in the same step, so it is there.
func set(cl *cluster.Client, p *cluster.Pod, status cluster.PodStatus) *cluster.Pod {
	if next, err := cl.SetPodStatus(p.UID, status); err == nil {
		return next
	}
	return p
}
