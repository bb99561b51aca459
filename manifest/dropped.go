package manifest

import (
	"reflect"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
	"go.yaml.in/yaml/v3"
)

// drop handles a field that manifests from a live cluster have and a simulation fills itself or
// does not need: it is checked for its rough shape, noted and left out. It reports whether the
// field is one.
func (f *file) drop(t reflect.Type, p place, e entry) bool {
	want := droppable(t, e.name)
	if want == "" {
		return false
	}
	if isNull(e.value) {
		return true
	}
	field := p.child(e)
	if shape := shapeOf(field.node); shape != want {
		f.expect(field, want)
		return true
	}
	f.dropped = append(f.dropped, Dropped{Line: e.key.Line, Field: field.path.String()})
	return true
}

// shapeOf is the type of a node in the words of messages.
func shapeOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return resolve(n).kind.String()
}

// droppable is the shape that a dropped field must have; "" for a field that is not dropped.
func droppable(t reflect.Type, name string) string {
	switch t {
	case reflect.TypeFor[cluster.ObjectMeta]():
		return droppableMeta(name)
	case reflect.TypeFor[cluster.TemplateMeta]():
		if name == "ownerReferences" {
			return "a list"
		}
		return droppableMeta(name)
	case reflect.TypeFor[cluster.NodeStatus]():
		return droppableNodeStatus(name)
	case reflect.TypeFor[taints.Taint]():
		if name == "timeAdded" {
			return "string"
		}
	case reflect.TypeFor[cluster.NodeSystemInfo]():
		if name == "swap" {
			return "a mapping"
		}
	case reflect.TypeFor[cluster.Namespace]():
		if name == "spec" || name == "status" {
			return "a mapping"
		}
	case reflect.TypeFor[podManifest]():
		if name == "status" {
			return "a mapping"
		}
	case daemonSetStatusType():
		if name == "conditions" {
			return "a list"
		}
	}
	return ""
}

func droppableMeta(name string) string {
	switch name {
	case "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "selfLink":
		return "string"
	case "generation", "deletionGracePeriodSeconds":
		return "integer"
	case "managedFields":
		return "a list"
	}
	return ""
}

func droppableNodeStatus(name string) string {
	switch name {
	case "volumesInUse", "volumesAttached", "runtimeHandlers", "declaredFeatures":
		return "a list"
	case "daemonEndpoints", "config", "features":
		return "a mapping"
	case "phase":
		return "string"
	}
	return ""
}
