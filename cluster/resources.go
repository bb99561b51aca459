package cluster

import (
	"cmp"
	"slices"
)

// Resources are amounts in whole units, as the scheduler counts them: a fraction is rounded up.
type Resources struct {
	// MilliCPU is in thousandths of a CPU.
	MilliCPU int64
	// Memory and EphemeralStorage are in bytes.
	Memory, EphemeralStorage int64
	// Scalars are all other resources but pods. Invariant: sorted by name, each name once, none zero.
	Scalars []ScalarResource
}

// ScalarResource is an amount of a resource that has no field of its own in Resources.
type ScalarResource struct {
	Name  ResourceName
	Value int64
}

// Resources counts the amounts in whole units. The entry for pods is left out: it is no amount that a
// pod asks for.
func (l ResourceList) Resources() Resources {
	var r Resources
	for _, name := range l.names() {
		switch q := l[name]; name {
		case ResourceCPU:
			r.MilliCPU = q.MilliValue()
		case ResourceMemory:
			r.Memory = q.Value()
		case ResourceEphemeralStorage:
			r.EphemeralStorage = q.Value()
		case ResourcePods:
		default:
			if v := q.Value(); v != 0 {
				r.Scalars = append(r.Scalars, ScalarResource{name, v})
			}
		}
	}
	return r
}

// names returns the names of the resources, sorted.
func (l ResourceList) names() []ResourceName { return sortedKeys(l) }

// Scalar is the amount of a resource that has no field of its own.
func (r *Resources) Scalar(name ResourceName) int64 {
	i, found := r.find(name)
	if !found {
		return 0
	}
	return r.Scalars[i].Value
}

// Amount is the amount of any resource but pods: of cpu in thousandths, of others in whole units.
func (r *Resources) Amount(name ResourceName) int64 {
	switch name {
	case ResourceCPU:
		return r.MilliCPU
	case ResourceMemory:
		return r.Memory
	case ResourceEphemeralStorage:
		return r.EphemeralStorage
	default:
		return r.Scalar(name)
	}
}

func (r *Resources) find(name ResourceName) (int, bool) {
	return slices.BinarySearchFunc(r.Scalars, name, func(s ScalarResource, name ResourceName) int {
		return cmp.Compare(s.Name, name)
	})
}

// Plus returns the sum of r and other, which share nothing with it.
func (r Resources) Plus(other Resources) Resources { return r.combine(other, +1) }

// Minus returns what is left of r without other. Amounts may be negative.
func (r Resources) Minus(other Resources) Resources { return r.combine(other, -1) }

func (r Resources) combine(other Resources, sign int64) Resources {
	sum := Resources{
		MilliCPU:         r.MilliCPU + sign*other.MilliCPU,
		Memory:           r.Memory + sign*other.Memory,
		EphemeralStorage: r.EphemeralStorage + sign*other.EphemeralStorage,
		Scalars:          slices.Clone(r.Scalars),
	}
	for _, s := range other.Scalars {
		i, found := sum.find(s.Name)
		if !found {
			sum.Scalars = slices.Insert(sum.Scalars, i, ScalarResource{Name: s.Name})
		}
		sum.Scalars[i].Value += sign * s.Value
	}
	sum.Scalars = slices.DeleteFunc(sum.Scalars, func(s ScalarResource) bool { return s.Value == 0 })
	return sum
}

// IsZero reports whether there is nothing of any resource.
func (r *Resources) IsZero() bool {
	return r.MilliCPU == 0 && r.Memory == 0 && r.EphemeralStorage == 0 && len(r.Scalars) == 0
}

// Insufficient returns the reasons why a request does not fit into what is free, in the order in which
// the scheduler looks: cpu, memory, ephemeral-storage, then the others by name. A resource of which
// nothing is requested is no reason, even if less than nothing is free.
func Insufficient(request, free Resources) []string {
	var reasons []string
	check := func(name ResourceName, want, have int64) {
		if want > 0 && want > have {
			reasons = append(reasons, "Insufficient "+string(name))
		}
	}
	check(ResourceCPU, request.MilliCPU, free.MilliCPU)
	check(ResourceMemory, request.Memory, free.Memory)
	check(ResourceEphemeralStorage, request.EphemeralStorage, free.EphemeralStorage)
	for _, s := range request.Scalars {
		check(s.Name, s.Value, free.Scalar(s.Name))
	}
	return reasons
}

// plus adds the amounts of other to l, which must not be nil.
func (l ResourceList) plus(other ResourceList) {
	for _, name := range other.names() {
		l[name] = l[name].Add(other[name])
	}
}

// raise makes every amount of l at least that of other. l must not be nil.
func (l ResourceList) raise(other ResourceList) {
	for _, name := range other.names() {
		if have, found := l[name]; !found || have.Cmp(other[name]) < 0 {
			l[name] = other[name]
		}
	}
}
