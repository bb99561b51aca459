package manifest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"go.yaml.in/yaml/v3"
)

// header is what every object starts with.
type header struct{ apiVersion, kind string }

// decodeObject reads one object, or the objects of a list. Items of a typed list (a NodeList) may
// leave out what the list's own header implies.
func (f *file) decodeObject(n *yaml.Node, path *field.Path, implied header) {
	p := at(n, path)
	if p.node.Kind != yaml.MappingNode {
		f.expect(p, "a Kubernetes object")
		return
	}
	f.failed = nil
	errors := len(f.errs)
	h, headed := f.header(p, implied)
	if items, ok := find(p.node, "items"); ok && strings.HasSuffix(h.kind, "List") {
		f.decodeList(p.child(items), h)
		return
	}
	name := metaText(p.node, "name")
	f.object = h.kind
	if name != "" {
		f.object += "/" + name
	}
	for _, e := range f.errs[errors:] {
		e.Object = f.object
	}
	k, known := f.kind(p, h)
	switch {
	case known:
		f.decodeKnown(p, k)
	case f.requireName(p) && headed && len(f.errs) == errors:
		f.set.NotSimulated = append(f.set.NotSimulated, NotSimulated{
			File: f.name, Line: p.at.Line, APIVersion: h.apiVersion, Kind: h.kind,
			Namespace: metaText(p.node, "namespace"), Name: name,
		})
	}
}

func (f *file) decodeList(items place, h header) {
	if isNull(items.node) {
		return
	}
	if items.node.Kind != yaml.SequenceNode {
		f.expect(items, "a list")
		return
	}
	implied := header{}
	if h.kind != "List" {
		implied = header{h.apiVersion, strings.TrimSuffix(h.kind, "List")}
	}
	for i, item := range items.node.Content {
		f.object = ""
		f.decodeObject(item, items.path.Index(i), implied)
	}
}

// header reads apiVersion and kind; ok is false when one of them is missing.
func (f *file) header(p place, implied header) (h header, ok bool) {
	h.apiVersion = f.headerText(p, "apiVersion", implied.apiVersion)
	h.kind = f.headerText(p, "kind", implied.kind)
	return h, h.kind != "" && h.apiVersion != ""
}

func (f *file) headerText(p place, name, implied string) string {
	e, ok := find(p.node, name)
	if !ok || isNull(e.value) {
		if implied == "" {
			f.require(p, name)
		}
		return implied
	}
	s, ok := f.scalar(p.child(e), scalarString)
	if ok && s.text == "" {
		f.require(p, name)
	}
	return s.text
}

// require adds the mistake that a field is missing. It is found at the object around it.
func (f *file) require(p place, names ...string) {
	path := p.path.Child(names...)
	f.failed = append(f.failed, path.String())
	f.add(p.at, path, nil, "Required value")
}

// requireName sees to it that an object of an unknown kind has a name, or is to get one; those that are
// simulated are judged by their own rules.
func (f *file) requireName(p place) bool {
	if metaText(p.node, "name") != "" || metaText(p.node, "generateName") != "" {
		return true
	}
	meta, ok := find(p.node, "metadata")
	if !ok || isNull(meta.value) {
		f.require(p, "metadata", "name")
		return false
	}
	within := p.child(meta)
	e, ok := find(meta.value, "name")
	if ok && !isNull(e.value) && shapeOf(deref(e.value)) != "string" {
		f.expect(within.child(e), "string")
		return false
	}
	if within.node.Kind != yaml.MappingNode {
		f.expect(within, "a mapping")
		return false
	}
	f.require(within, "name")
	return false
}

// metaText is a text of the metadata; "" when it is not there or no text.
func metaText(n *yaml.Node, name string) string {
	meta, ok := find(n, "metadata")
	if !ok {
		return ""
	}
	e, ok := find(meta.value, name)
	if !ok || shapeOf(deref(e.value)) != scalarString.String() {
		return ""
	}
	return resolve(deref(e.value)).text
}

// kind finds the kind that a header names. A known kind under another version of Kubernetes' own is
// a mistake, as is one in other letters; under somebody else's group it is another kind.
func (f *file) kind(p place, h header) (k kind, known bool) {
	if k, known := f.opts.defined(h); known {
		return k, true
	}
	for _, k := range kinds() {
		if !strings.EqualFold(k.name, h.kind) || !ofKubernetes(h.apiVersion) {
			continue
		}
		if k.name != h.kind {
			f.failHeader(p, "kind", fmt.Sprintf("expected %q, got %s", k.name, quote(h.kind)))
		}
		if k.apiVersion != h.apiVersion && h.apiVersion != "" {
			f.failHeader(p, "apiVersion", fmt.Sprintf("expected %q for a %s, got %s",
				k.apiVersion, k.name, quote(h.apiVersion)))
		}
		return k, true
	}
	return kind{}, false
}

func (f *file) failHeader(p place, name, msg string) {
	at := p
	if e, ok := find(p.node, name); ok {
		at = p.child(e)
	}
	f.add(at.at, p.path.Child(name), at.node, msg)
}

// ofKubernetes reports whether a version belongs to a group of Kubernetes itself, of today or of
// earlier days. Other groups have a domain of their own.
func ofKubernetes(apiVersion string) bool {
	group, _, ok := strings.Cut(apiVersion, "/")
	return !ok || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// decodeKnown reads an object of a known kind.
func (f *file) decodeKnown(p place, k kind) {
	if n := countValues(p.node); n > MaxObjectValues {
		f.add(p.at, p.path, nil, fmt.Sprintf("object of %d values; at most %d are allowed",
			n, MaxObjectValues))
		return
	}
	f.dropped, f.leftOut = nil, nil
	decoded := k.alloc()
	f.decodeStruct(reflect.ValueOf(decoded).Elem(), p)
	obj := object(decoded)
	if meta := obj.Meta(); obj.Scope() == cluster.Namespaced && meta.Namespace == "" {
		meta.Namespace = f.opts.namespace()
	}
	item := Item{
		Object:  obj,
		Source:  &Source{File: f.name, root: p.at, path: p.path},
		Dropped: f.dropped,
		Unknown: f.leftOut,
		failed:  f.failed,
	}
	f.set.Items = append(f.set.Items, item)
}

// isHeader reports whether a field of the outermost struct is part of its header, read already.
func isHeader(t reflect.Type, name string) bool {
	return (name == "apiVersion" || name == "kind") && isObject(t)
}

func isObject(t reflect.Type) bool {
	return t == reflect.TypeFor[podManifest]() ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[cluster.Object]())
}
