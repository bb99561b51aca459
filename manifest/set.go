package manifest

import "github.com/daemonsim/daemonsim/cluster"

// Set is what was read, in the order of the files.
type Set struct {
	// Items are the objects that a simulation knows.
	Items []Item
	// NotSimulated are the others. They do no harm.
	NotSimulated []NotSimulated
	// Invalid is what is wrong with Items that an API server would refuse, in the order of the files and of
	// the lines in them. It is empty unless Options.KeepInvalid is set.
	Invalid ErrorList
}

// Item is one object and where it stands.
type Item struct {
	// Object is a Node, Namespace, Pod, PodDisruptionBudget, PriorityClass, DaemonSet or
	// ControllerRevision as it was written: nothing is defaulted but the namespace. The caller owns it.
	Object cluster.Object
	// Source finds the object's fields in the file.
	Source *Source
	// Dropped are the fields that are not in the Object, because the cluster fills them itself or
	// has no use for them.
	Dropped []Dropped
	// Unknown are the fields that are not in the Object because its kind does not have them. There are
	// none unless Options.LeaveUnknown is set.
	Unknown []Dropped

	// failed lists the fields in which Decode found mistakes.
	failed []string
}

// Dropped is a field that was accepted and not kept.
type Dropped struct {
	// Line is where it stands, Field its path within the object.
	Line  int
	Field string
}

// NotSimulated is an object of a kind that a simulation does not know, such as a ConfigMap. Beyond
// its type and name nothing in it is read.
type NotSimulated struct {
	File                              string
	Line                              int
	APIVersion, Kind, Namespace, Name string
}

// Objects returns the objects of the items, in their order.
func (s *Set) Objects() []cluster.Object {
	objects := make([]cluster.Object, len(s.Items))
	for i, item := range s.Items {
		objects[i] = item.Object
	}
	return objects
}
