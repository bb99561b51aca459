package taints

// Effect is what a taint does to pods that do not tolerate it.
type Effect string

// The effects, which are also what tolerations may name.
const (
	// EffectNoSchedule keeps new pods off the node; those that run there stay.
	EffectNoSchedule Effect = "NoSchedule"
	// EffectPreferNoSchedule makes the scheduler avoid the node if it has a choice.
	EffectPreferNoSchedule Effect = "PreferNoSchedule"
	// EffectNoExecute keeps new pods off the node and evicts those that run there.
	EffectNoExecute Effect = "NoExecute"
)

// Taint marks a node so that pods keep away unless they tolerate it. A node has at most one taint
// per key and effect.
type Taint struct {
	// Key names the taint, with the syntax of a label key.
	Key string `json:"key"`
	// Value is free within the syntax of a label value; it may be empty.
	Value string `json:"value,omitempty"`
	// Effect is what the taint does.
	Effect Effect `json:"effect"`
}

// String returns the taint as kubectl writes it: key=value:Effect, or key:Effect without a
// value. An absent effect leaves key=value: or key.
func (t Taint) String() string {
	text := t.Key
	if t.Effect == "" {
		if t.Value == "" {
			return text
		}
		return text + "=" + t.Value + ":"
	}
	if t.Value != "" {
		text += "=" + t.Value
	}
	return text + ":" + string(t.Effect)
}

// Same reports whether t and other are the same mark, which takes the key and the effect; a node
// has one value for it.
func (t Taint) Same(other Taint) bool {
	return t.Key == other.Key && t.Effect == other.Effect
}

// The keys of taints that Kubernetes itself sets and reads.
const (
	// KeyNotReady marks a node whose Ready condition is False.
	KeyNotReady = "node.kubernetes.io/not-ready"
	// KeyUnreachable marks a node whose Ready condition is Unknown.
	KeyUnreachable = "node.kubernetes.io/unreachable"
	// KeyUnschedulable marks a cordoned node.
	KeyUnschedulable = "node.kubernetes.io/unschedulable"
	// KeyMemoryPressure marks a node whose MemoryPressure condition is True.
	KeyMemoryPressure = "node.kubernetes.io/memory-pressure"
	// KeyDiskPressure marks a node whose DiskPressure condition is True.
	KeyDiskPressure = "node.kubernetes.io/disk-pressure"
	// KeyPIDPressure marks a node whose PIDPressure condition is True.
	KeyPIDPressure = "node.kubernetes.io/pid-pressure"
	// KeyNetworkUnavailable marks a node whose NetworkUnavailable condition is True.
	KeyNetworkUnavailable = "node.kubernetes.io/network-unavailable"
	// KeyOutOfService marks a node that an administrator knows to be shut down.
	KeyOutOfService = "node.kubernetes.io/out-of-service"
	// KeyUninitialized marks a node that the cloud provider has not initialized yet.
	KeyUninitialized = "node.cloudprovider.kubernetes.io/uninitialized"
)
