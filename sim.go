package daemonsim

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/cluster/podgc"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/scheduler"
)

// Config describes a simulation. The zero Config is an empty cluster at t=0 with seed 0 and a control
// plane that behaves as Kubernetes' own.
type Config struct {
	// Seed selects every random stream of the run, and so the names of pods.
	Seed uint64
	// Chooser decides what comes next where Kubernetes leaves that open. Nil means the natural order:
	// first come first served, and nodes by name. The simulation works with a fork of it: ask
	// Sim.Chooser for a Recorder's token.
	Chooser cluster.Chooser
	// Mode is how pods get to their nodes. The zero Mode is daemonset.ViaScheduler.
	Mode daemonset.Mode
	// Pods is how pods behave whose images Images does not name. Nil means kubelet.Typical(): one
	// second to pull, one to start and be ready, one to stop.
	Pods *kubelet.Behaviour
	// Images gives behaviours to images, named exactly as in the containers.
	Images map[string]kubelet.Behaviour
	// Exceptions say on which nodes and in which pods images behave otherwise: see Sim.SetExceptions.
	Exceptions []kubelet.Exception
	// SlowNodes makes some of the nodes slow.
	SlowNodes kubelet.SlowNodes
	// Flapping makes some of the nodes fall silent and answer again.
	Flapping []kubelet.Flapping
	// Clocks says whose clocks are off: see Sim.SetClocks.
	Clocks []kubelet.ClockSkew
	// Kubelet, when set, replaces the simulated kubelets, and Pods and Images say nothing then. It must go
	// by the name "kubelet". The simulation works with a fork of it.
	Kubelet cluster.Actor
	// Planner, when set, replaces the update strategies of all DaemonSets that Planners does not name.
	Planner rollout.Planner
	// Planners replace the update strategies of single DaemonSets, by "namespace/name".
	Planners map[string]rollout.Planner
	// Profile, when set, replaces the scheduler's plugins.
	Profile scheduler.Profile
	// Capacity is what a node has that is created without saying. Nil means cpu 4, memory 16Gi,
	// ephemeral-storage 100Gi and 110 pods.
	Capacity cluster.ResourceList
	// NodeLifecycle says how long a node may not answer until it is given up, PodGC how long the pods of a node
	// that is gone are left. The zero values are Kubernetes' own.
	NodeLifecycle nodelifecycle.Config
	PodGC         podgc.Config
	// PodSecurity says what namespaces demand of their pods that do not say so in labels, and what is exempt.
	// The zero value is Kubernetes' own: a namespace without labels demands nothing.
	PodSecurity podsecurity.Config
	// Admission are further plugins that judge what is written, after Pod Security: quotas, policies, webhooks.
	Admission []cluster.Admission
	// Controllers are further parts of the control plane, such as controllers of one's own: they run in the
	// controller manager, and are told of changes after the others. The simulation works with forks of them; nil is
	// none, and of several with one name, those of Kubernetes included, the first is there.
	Controllers []cluster.Actor
	// Definitions are the kinds of objects that they are about, for manifests and kubectl.
	Definitions []manifest.Definition
	// Without names actors that are left out, as if that part of the control plane did not run: "node-controller",
	// "taint-eviction-controller", "pod-garbage-collector", "disruption-controller" and so on. Without
	// "node-controller" no condition of a node becomes a taint, and new nodes are not tainted until they are known
	// to be ready.
	Without []string
	// Lags say how far behind the cluster actors are, by their names: "daemonset-controller",
	// "default-scheduler", "kubelet" and so on. All others see every change as it is written.
	Lags map[string]cluster.Lag
	// NoOwnWritesCheck makes the DaemonSet controller rely on its expectations alone when it lags, as it did
	// before Kubernetes v1.36.
	NoOwnWritesCheck bool
	// BurstReplicas, Resync and Hash are the DaemonSet controller's as well: see daemonset.Config. Their zero values
	// are 250 pods, never, and rollout.Hash.
	BurstReplicas int
	Resync        time.Duration
	Hash          func(data json.RawMessage, collisions *int32) string
	// Epoch is the date of t=0, for timestamps in manifests. The zero time means the first of
	// January 2000, UTC.
	Epoch time.Time
	// MaxSteps bounds each call that runs the cluster. Zero means 100,000 and 1,000 more for every
	// object and task there is.
	MaxSteps int

	_ struct{}
}

// Sim is one simulated cluster with its control plane. It belongs to one goroutine; run many side by
// side instead of sharing one.
type Sim struct {
	*cluster.Cluster
	// config is what the simulation was made with, its defaults filled in, and what has been set since: actors
	// that start anew begin with it. Forks share it, so it is replaced, never written to.
	config *Config
}

// New returns an empty cluster with a scheduler, kubelets, and the controllers of nodes, of evictions, of
// DaemonSets and of disruption budgets, and the collector of pods.
func New(config Config) *Sim {
	if config.Epoch.IsZero() {
		config.Epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	config.Profile = slices.Clone(config.Profile)
	if config.Profile == nil {
		config.Profile = scheduler.DefaultProfile()
	}
	config.Images, config.Planners = maps.Clone(config.Images), maps.Clone(config.Planners)
	config.Without = slices.Clone(config.Without)
	config.Definitions = slices.Clone(config.Definitions)
	config.Controllers = slices.DeleteFunc(slices.Clone(config.Controllers), func(a cluster.Actor) bool {
		return a == nil
	})
	c := cluster.New(
		cluster.Config{
			Seed: config.Seed, Chooser: config.Chooser, Capacity: config.Capacity,
			TaintNewNodes: !slices.Contains(config.Without, nodelifecycle.Name),
			Admission:     append([]cluster.Admission{podsecurity.New(config.PodSecurity)}, config.Admission...),
			Lags:          config.Lags, MaxSteps: config.MaxSteps,
		},
		config.actors()...,
	)
	return &Sim{c, &config}
}

// actors is the control plane and the kubelets, in the order in which they are told of changes.
func (c *Config) actors() []cluster.Actor {
	all := c.builtin()
	for _, a := range c.Controllers {
		all = append(all, a.Fork())
	}
	known := slices.Clone(c.Without)
	return slices.DeleteFunc(all, func(a cluster.Actor) bool {
		name := a.Name()
		if slices.Contains(known, name) {
			return true
		}
		known = append(known, name)
		return false
	})
}

// builtin are the actors that every simulation has.
func (c *Config) builtin() []cluster.Actor {
	return []cluster.Actor{
		nodelifecycle.New(c.NodeLifecycle),
		c.controller(),
		scheduler.New(scheduler.Config{Profile: c.Profile}),
		c.kubelet(),
		disruption.New(),
		podgc.New(c.PodGC),
		tainteviction.New(),
	}
}

// controller is the controller of DaemonSets.
func (c *Config) controller() *daemonset.Controller {
	return daemonset.New(daemonset.Config{
		Mode: c.Mode, Planner: c.Planner, Planners: c.Planners, NoOwnWritesCheck: c.NoOwnWritesCheck,
		BurstReplicas: c.BurstReplicas, Resync: c.Resync, Hash: c.Hash,
	})
}

// kubelet is the actor that plays the kubelets.
func (c *Config) kubelet() cluster.Actor {
	if c.Kubelet != nil {
		return c.Kubelet.Fork()
	}
	pods := kubelet.Typical()
	if c.Pods != nil {
		pods = *c.Pods
	}
	return kubelet.New(kubelet.Config{
		Default: pods, Images: c.Images, Exceptions: c.Exceptions, Slow: c.SlowNodes, Flapping: c.Flapping,
		Clocks: c.Clocks,
	})
}

// Fork returns an independent simulation in the same state. Given the same calls both make the same
// changes, and neither sees the other's.
func (s *Sim) Fork() *Sim { return &Sim{s.Cluster.Fork(), s.config} }

// Definitions are the kinds of one's own that the simulation was made with, for reading.
func (s *Sim) Definitions() []manifest.Definition { return s.config.Definitions }

// Epoch is the date of t=0.
func (s *Sim) Epoch() time.Time { return s.config.Epoch }

// LogChanges writes every change from now on to w, as JSON lines. The log has to be flushed at the end.
func (s *Sim) LogChanges(w io.Writer) *cluster.ChangeLog {
	log := cluster.NewChangeLog(w, s.config.Epoch)
	s.OnChange(log.Append)
	return log
}

// AddNodes adds plain nodes with those names. It fails at the first name that is taken or not valid,
// and leaves the cluster as it was.
func (s *Sim) AddNodes(names ...string) error {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if s.Node(name) != nil || seen[name] {
			return fmt.Errorf("add node %q: %w", name, cluster.ErrAlreadyExists)
		}
		seen[name] = true
		if len(affinity.DNSSubdomainErrors(name)) == 0 {
			continue
		}
		n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
		n.Default()
		return fmt.Errorf("add node %q: %w", name, &cluster.InvalidError{Err: n.Validate().Err()})
	}
	for _, name := range names {
		node := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
		if err := s.CreateOwned(node); err != nil {
			return err
		}
	}
	return nil
}

// UpdateNode lets change edit a copy of a node, its status included, and stores the result.
func (s *Sim) UpdateNode(name string, change func(*cluster.Node)) error {
	node := s.Node(name)
	if node == nil {
		return &cluster.ObjectError{Op: "update", Kind: cluster.KindNode, Key: name, Err: cluster.ErrNotFound}
	}
	next := node.Clone().(*cluster.Node)
	change(next)
	if _, err := s.Update(next); err != nil {
		return err
	}
	// The spec has just been written, so the version that change began with is not the latest.
	next.ResourceVersion = 0
	_, err := s.UpdateStatus(next)
	return err
}

// Cordon marks a node as unschedulable. Pods of DaemonSets still go there.
func (s *Sim) Cordon(name string) error {
	return s.UpdateNode(name, func(n *cluster.Node) { n.Spec.Unschedulable = true })
}

// Uncordon takes the mark away again.
func (s *Sim) Uncordon(name string) error {
	return s.UpdateNode(name, func(n *cluster.Node) { n.Spec.Unschedulable = false })
}

// LabelNode sets labels of a node; a label with an empty value is set to it, not removed.
func (s *Sim) LabelNode(name string, labels map[string]string) error {
	return s.UpdateNode(name, func(n *cluster.Node) {
		if n.Labels == nil {
			n.Labels = make(map[string]string, len(labels))
		}
		maps.Copy(n.Labels, labels)
	})
}

// DaemonSet returns the DaemonSet of that name, or nil.
func (s *Sim) DaemonSet(namespace, name string) *daemonset.DaemonSet {
	return daemonset.Get(s.Reader, namespace, name)
}

// UpdateDaemonSet lets change edit a copy of a DaemonSet and stores the result, but for the status: that
// is the controller's.
func (s *Sim) UpdateDaemonSet(namespace, name string, change func(*daemonset.DaemonSet)) error {
	set, err := s.set("update", namespace, name)
	if err != nil {
		return err
	}
	next := set.Clone().(*daemonset.DaemonSet)
	change(next)
	_, err = s.Update(next)
	return err
}

// SetImage gives a container of a DaemonSet's template another image, which starts a rollout; "*" stands
// for all containers.
func (s *Sim) SetImage(namespace, name, container, image string) error {
	set, err := s.set("set image of", namespace, name)
	if err != nil {
		return err
	}
	_, err = daemonset.SetImage(s.Client, set, container, image)
	return err
}

// Undo sets a DaemonSet's template back to that of a revision; 0 stands for the one before the current.
func (s *Sim) Undo(namespace, name string, revision int64) error {
	set, err := s.set("undo", namespace, name)
	if err != nil {
		return err
	}
	_, err = daemonset.Undo(s.Client, set, revision)
	return err
}

// Restart replaces all pods of a DaemonSet, by a rollout that changes nothing but an annotation. The
// annotation tells whole seconds: a second restart in the same one, as at 11.2s and 11.9s, does nothing.
func (s *Sim) Restart(namespace, name string) error {
	set, err := s.set("restart", namespace, name)
	if err != nil {
		return err
	}
	_, err = daemonset.Restart(s.Client, set, s.config.Epoch.Add(s.Now()))
	return err
}

// Plan is the next step of a DaemonSet's rollout as the cluster is now, and why the nodes wait that are not
// done and not part of it, by name. It is what the controller would do if it synced now, had nothing else
// to do on the nodes and took the first candidate everywhere. Nothing is done.
func (s *Sim) Plan(namespace, name string) (rollout.Plan, []rollout.Wait, error) {
	set, err := s.set("plan the rollout of", namespace, name)
	if err != nil {
		return rollout.Plan{}, nil, err
	}
	planner, state := s.Planner(set), daemonset.RolloutState(s.Reader, set, s.Now())
	plan := planner.Plan(state)
	return plan, rollout.Waits(planner, state, plan), nil
}

// Explain answers whether a DaemonSet's pod should run on a node, and whether one may go on there, with
// the reasons and with what would change the answers. Printed, it tells the whole story.
func (s *Sim) Explain(namespace, name, node string) (daemonset.Explanation, error) {
	set, err := s.set("explain", namespace, name)
	if err != nil {
		return daemonset.Explanation{}, err
	}
	n := s.Node(node)
	if n == nil {
		return daemonset.Explanation{}, &cluster.ObjectError{
			Op: "explain", Kind: cluster.KindNode, Key: node, Err: cluster.ErrNotFound,
		}
	}
	return daemonset.Explain(set, n), nil
}

// ExplainAll is Explain for every node, by name.
func (s *Sim) ExplainAll(namespace, name string) ([]daemonset.Explanation, error) {
	set, err := s.set("explain", namespace, name)
	if err != nil {
		return nil, err
	}
	return daemonset.ExplainAll(set, s.Nodes()), nil
}

// ExplainPod says what the scheduler would make of a pod and each node as the cluster is now: the first
// plugin to reject the node and why, or what each plugin gives to it. Nothing is done. A pod that is bound
// already fits no node but its own.
func (s *Sim) ExplainPod(namespace, name string) (scheduler.Evaluation, error) {
	pod := s.Pod(namespace, name)
	if pod == nil {
		return scheduler.Evaluation{}, &cluster.ObjectError{
			Op: "explain", Kind: cluster.KindPod, Key: namespace + "/" + name, Err: cluster.ErrNotFound,
		}
	}
	var objects []cluster.Object
	for _, kind := range []cluster.Kind{
		cluster.KindNode, cluster.KindPod, cluster.KindNamespace, cluster.KindPodDisruptionBudget,
	} {
		objects = slices.AppendSeq(objects, s.Objects(kind, ""))
	}
	return s.config.Profile.Explain(pod, objects...), nil
}

func (s *Sim) set(op, namespace, name string) (*daemonset.DaemonSet, error) {
	if set := s.DaemonSet(namespace, name); set != nil {
		return set, nil
	}
	return nil, &cluster.ObjectError{
		Op: op, Kind: daemonset.Kind, Key: namespace + "/" + name, Err: cluster.ErrNotFound,
	}
}

// SetImageBehaviour says how an image behaves from now on. It is an error when Config.Kubelet has replaced
// the kubelets that go by behaviours.
func (s *Sim) SetImageBehaviour(image string, b kubelet.Behaviour) error {
	k := s.kubelet()
	if k == nil {
		return fmt.Errorf("set the behaviour of image %q: %w: the kubelets have been replaced",
			image, cluster.ErrInvalid)
	}
	return k.SetImage(image, b)
}

// ImageBehaviour is how an image behaves; zero when Config.Kubelet has replaced the kubelets.
func (s *Sim) ImageBehaviour(image string) kubelet.Behaviour {
	if k := s.kubelet(); k != nil {
		return k.Image(image)
	}
	return kubelet.Behaviour{}
}

// SetSlowNodes says which nodes are slow from now on. It is an error when Config.Kubelet has replaced the
// kubelets that go by behaviours.
func (s *Sim) SetSlowNodes(slow kubelet.SlowNodes) error {
	k := s.kubelet()
	if k == nil {
		return fmt.Errorf("set slow nodes: %w: the kubelets have been replaced", cluster.ErrInvalid)
	}
	return k.SetSlow(slow)
}

// SetFlapping says which nodes fall silent and answer again from now on, in place of those that did. Of several rules
// the first one whose selector matches a node is about it; without rules no node does. It is an error when
// Config.Kubelet has replaced the kubelets that go by behaviours.
func (s *Sim) SetFlapping(rules ...kubelet.Flapping) error {
	k := s.kubelet()
	if k == nil {
		return fmt.Errorf("set flapping nodes: %w: the kubelets have been replaced", cluster.ErrInvalid)
	}
	return k.SetFlapping(s.Cluster, rules...)
}

// Flapping lists the rules by which nodes fall silent and answer again.
func (s *Sim) Flapping() []kubelet.Flapping {
	if k := s.kubelet(); k != nil {
		return k.Flapping()
	}
	return nil
}

// kubelet is the actor that goes by behaviours; nil when another has taken its place.
func (s *Sim) kubelet() *kubelet.Kubelet {
	k, _ := s.Actor("kubelet").(*kubelet.Kubelet)
	return k
}

// Controller is the DaemonSet controller, for what it counts; nil while it is stopped.
func (s *Sim) Controller() *daemonset.Controller {
	c, _ := s.Actor(daemonset.Name).(*daemonset.Controller)
	return c
}
