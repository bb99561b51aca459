package kubectl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// fieldRequirement is one item of a field selector.
type fieldRequirement struct {
	path, value string
	not         bool
}

// parseFieldSelector reads items such as spec.nodeName=n1 and status.phase!=Running, with commas
// between them.
func parseFieldSelector(text string) ([]fieldRequirement, error) {
	var list []fieldRequirement
	if text == "" {
		return nil, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		if item == "" {
			continue
		}
		i := strings.IndexByte(item, '=')
		if i < 0 {
			return nil, fmt.Errorf("invalid selector: '%s'; can't understand '%s'", text, item)
		}
		f := fieldRequirement{path: item[:i], value: strings.TrimPrefix(item[i+1:], "=")}
		f.path, f.not = strings.CutSuffix(f.path, "!")
		list = append(list, f)
	}
	return list, nil
}

// known reports a field that objects of the type cannot be selected by.
func (f *fieldRequirement) known(r *resource, o *options) error {
	if slices.Contains(selectableFields(r), f.path) {
		return nil
	}
	return raw(fmt.Sprintf("Error from server (BadRequest): Unable to find %q that match label selector %q, "+
		"field selector %q: field label not supported: %s",
		r.group+"/v1, Resource="+r.plural, o.selector, o.fieldSelector, f.path))
}

func selectableFields(r *resource) []string {
	list := []string{"metadata.name"}
	if r.scope == cluster.Namespaced {
		list = append(list, "metadata.namespace")
	}
	switch r.kind {
	case cluster.KindPod:
		list = append(list, "spec.nodeName", "status.phase")
	case cluster.KindNode:
		list = append(list, "spec.unschedulable")
	case kindEvent:
		list = append(list, "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
			"reason", "type")
	}
	return list
}

func matchFields(list []fieldRequirement, obj cluster.Object) bool {
	for _, f := range list {
		if (fieldValue(obj, f.path) == f.value) == f.not {
			return false
		}
	}
	return true
}

// fieldValue is the value of a selectable field.
func fieldValue(obj cluster.Object, path string) string {
	switch path {
	case "metadata.name":
		return obj.Meta().Name
	case "metadata.namespace":
		return obj.Meta().Namespace
	}
	switch obj := obj.(type) {
	case *cluster.Pod:
		if path == "spec.nodeName" {
			return obj.NodeName
		}
		return string(obj.Phase())
	case *cluster.Node:
		return fmt.Sprintf("%t", obj.Spec.Unschedulable)
	case *event:
		return eventField(obj, path)
	}
	return ""
}

func eventField(e *event, path string) string {
	switch path {
	case "involvedObject.kind":
		return string(e.InvolvedObject.Kind)
	case "involvedObject.namespace":
		return e.InvolvedObject.Namespace
	case "involvedObject.name":
		return e.InvolvedObject.Name
	case "reason":
		return e.Reason
	}
	return string(e.Type)
}
