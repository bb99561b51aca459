package cluster

import "github.com/daemonsim/daemonsim/cluster/field"

// The priorities of the two classes that every cluster has.
const (
	SystemNodeCritical    int32 = 2_000_001_000
	SystemClusterCritical int32 = 2_000_000_000
	// HighestUserPriority is the largest value that a class of a user's own may have.
	HighestUserPriority int32 = 1_000_000_000
)

// PriorityClass gives a name to a priority.
type PriorityClass struct {
	ObjectMeta
	// Value is the priority of pods that name the class.
	Value int32 `json:"value"`
	// GlobalDefault makes the class that of pods which name none.
	GlobalDefault bool `json:"globalDefault,omitempty"`
	// Description is free text.
	Description string `json:"description,omitempty"`
	// PreemptionPolicy is PreemptLowerPriority (the default) or Never.
	PreemptionPolicy string `json:"preemptionPolicy,omitempty"`
}

// Kind is KindPriorityClass.
func (c *PriorityClass) Kind() Kind { return KindPriorityClass }

// APIVersion is "scheduling.k8s.io/v1".
func (c *PriorityClass) APIVersion() string { return "scheduling.k8s.io/v1" }

// Scope is ClusterScoped.
func (c *PriorityClass) Scope() Scope { return ClusterScoped }

// Clone returns a deep copy.
func (c *PriorityClass) Clone() Object {
	d := *c
	d.ObjectMeta = c.CloneMeta()
	return &d
}

// Default fills in the preemption policy.
func (c *PriorityClass) Default() {
	if c.PreemptionPolicy == "" {
		c.PreemptionPolicy = "PreemptLowerPriority"
	}
}

// Validate reports everything that is wrong with the class.
func (c *PriorityClass) Validate() field.ErrorList {
	errs := ValidateMeta(&c.ObjectMeta, ClusterScoped, field.NewPath("metadata"))
	if c.Value > HighestUserPriority {
		errs = append(errs, field.Forbidden(field.NewPath("value"),
			"maximum allowed value of a user defined priority is 1000000000"))
	}
	if p := c.PreemptionPolicy; p != "PreemptLowerPriority" && p != "Never" {
		errs = append(errs, field.NotSupported(field.NewPath("preemptionPolicy"), p,
			"Never", "PreemptLowerPriority"))
	}
	return errs
}

// priorityOf resolves the name of a priority class. The empty name is priority 0.
func (s *store) priorityOf(class string) (int32, bool) {
	switch class {
	case "":
		return s.defaultPriority(), true
	case "system-node-critical":
		return SystemNodeCritical, true
	case "system-cluster-critical":
		return SystemClusterCritical, true
	}
	if c, ok := s.get(KindPriorityClass, "", class).(*PriorityClass); ok {
		return c.Value, true
	}
	return 0, false
}

func (s *store) defaultPriority() int32 {
	for obj := range s.all(KindPriorityClass, "") {
		if c := obj.(*PriorityClass); c.GlobalDefault {
			return c.Value
		}
	}
	return 0
}
