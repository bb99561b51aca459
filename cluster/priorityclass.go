package cluster

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

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
		c.PreemptionPolicy = string(PreemptLowerPriority)
	}
}

// Validate reports everything that is wrong with the class. Names that begin with system- are for the
// classes that every cluster has; one of those may be stored if it says what it always says.
func (c *PriorityClass) Validate() field.ErrorList {
	metadata := field.NewPath("metadata")
	errs := ValidateMeta(&c.ObjectMeta, ClusterScoped, metadata)
	if strings.HasPrefix(c.Name, systemPrefix) {
		if why := c.differsFromSystem(); why != "" {
			errs = append(errs, field.Forbidden(metadata.Child("name"), "priority class names with '"+
				systemPrefix+"' prefix are reserved for system use only. error: "+why))
		}
	} else if c.Value > HighestUserPriority {
		errs = append(errs, field.Forbidden(field.NewPath("value"), fmt.Sprintf(
			"maximum allowed value of a user defined priority is %d", HighestUserPriority)))
	}
	return append(errs, oneOf(field.NewPath("preemptionPolicy"), PreemptionPolicy(c.PreemptionPolicy),
		PreemptLowerPriority, PreemptNever)...)
}

// PrepareUpdate changes nothing: a class has neither status nor generation.
func (c *PriorityClass) PrepareUpdate(Object) {}

// ValidateUpdate reports everything that is wrong with the class as the next version of old; what pods
// have taken over from it may not change.
func (c *PriorityClass) ValidateUpdate(old Object) field.ErrorList {
	was := old.(*PriorityClass)
	errs := ValidateMetaUpdate(&c.ObjectMeta, &was.ObjectMeta, field.NewPath("metadata"))
	if c.Value != was.Value {
		errs = append(errs, field.Forbidden(field.NewPath("value"), "may not be changed in an update."))
	}
	if c.PreemptionPolicy != was.PreemptionPolicy {
		errs = append(errs, field.Invalid(field.NewPath("preemptionPolicy"), c.PreemptionPolicy,
			"field is immutable"))
	}
	return errs
}

const systemPrefix = "system-"

// systemPriority is the value of a class that every cluster has.
func systemPriority(name string) (int32, bool) {
	switch name {
	case "system-node-critical":
		return SystemNodeCritical, true
	case "system-cluster-critical":
		return SystemClusterCritical, true
	}
	return 0, false
}

// differsFromSystem says what is wrong with a class that has the name of a built-in one.
func (c *PriorityClass) differsFromSystem() string {
	value, known := systemPriority(c.Name)
	switch {
	case !known:
		return c.Name + " is not a known system priority class"
	case c.Value != value:
		return fmt.Sprintf("value of %s PriorityClass must be %d", c.Name, value)
	case c.GlobalDefault:
		return fmt.Sprintf("globalDefault of %s PriorityClass must be false", c.Name)
	}
	return ""
}

// priorityOf resolves the name of a priority class. The empty name stands for the global default, and
// for priority 0 without one. The class is nil for what is built in.
func (s *store) priorityOf(name string) (priority int32, class *PriorityClass, ok bool) {
	if name == "" {
		class = s.defaultClass()
	} else {
		class, _ = s.get(KindPriorityClass, "", name).(*PriorityClass)
	}
	if class != nil {
		return class.Value, class, true
	}
	priority, ok = systemPriority(name)
	return priority, nil, ok || name == ""
}

// defaultClass is the class of pods that name none; nil when there is none.
func (s *store) defaultClass() *PriorityClass {
	for obj := range s.all(KindPriorityClass, "") {
		if c := obj.(*PriorityClass); c.GlobalDefault {
			return c
		}
	}
	return nil
}
