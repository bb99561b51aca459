package patch

// Schema says how the fields of an object merge. Fields that it does not name merge as they do in a merge
// patch: objects field by field, and lists not at all. The nil Schema names none.
type Schema struct {
	fields map[string]*Schema
	// merges is set for a list that merges. Its items are objects that are told apart by key, or without a
	// key they are values of which each is there once.
	merges bool
	key    string
	// retains is set where a change of an object, or of an item, takes away the fields that it does not
	// name.
	retains bool
	// replaced is set for an object that does not merge.
	replaced bool
}

func (s *Schema) field(name string) *Schema {
	if s == nil {
		return nil
	}
	return s.fields[name]
}

// SchemaOf returns how objects of a kind merge, as the types of the Kubernetes API say. It is nil for a
// kind of which nothing is known.
func SchemaOf(kind string) *Schema {
	switch kind {
	case "DaemonSet":
		return object(fields{
			"metadata": metadata(),
			"spec":     object(fields{"template": object(fields{"metadata": metadata(), "spec": podSpec()})}),
			"status":   object(fields{"conditions": list("type", nil)}),
		})
	case "Pod":
		return object(fields{"metadata": metadata(), "spec": podSpec()})
	case "Node":
		return object(fields{
			"metadata": metadata(),
			"spec":     object(fields{"podCIDRs": set()}),
			"status":   object(fields{"conditions": list("type", nil), "addresses": list("type", nil)}),
		})
	case "Namespace":
		return object(fields{
			"metadata": metadata(), "status": object(fields{"conditions": list("type", nil)}),
		})
	case "PodDisruptionBudget":
		return object(fields{
			"metadata": metadata(),
			"spec":     object(fields{"selector": {replaced: true}}),
			"status":   object(fields{"conditions": list("type", nil)}),
		})
	case "ControllerRevision", "PriorityClass":
		return object(fields{"metadata": metadata()})
	}
	return nil
}

type fields map[string]*Schema

func object(f fields) *Schema { return &Schema{fields: f} }

// list is a list of objects that merges by a key.
func list(key string, f fields) *Schema { return &Schema{fields: f, merges: true, key: key} }

// retaining is list for objects whose fields exclude each other.
func retaining(key string) *Schema { return &Schema{merges: true, key: key, retains: true} }

// set is a list of values that merges.
func set() *Schema { return &Schema{merges: true} }

func metadata() *Schema {
	return object(fields{"ownerReferences": list("uid", nil), "finalizers": set()})
}

func podSpec() *Schema {
	container := fields{
		"ports": list("containerPort", nil), "env": list("name", nil),
		"volumeMounts": list("mountPath", nil), "volumeDevices": list("devicePath", nil),
	}
	return object(fields{
		"containers": list("name", container), "initContainers": list("name", container),
		"ephemeralContainers": list("name", container),
		"volumes":             retaining("name"), "resourceClaims": retaining("name"),
		"imagePullSecrets": list("name", nil), "hostAliases": list("ip", nil),
		"topologySpreadConstraints": list("topologyKey", nil), "schedulingGates": list("name", nil),
	})
}
