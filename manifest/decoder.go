package manifest

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"go.yaml.in/yaml/v3"
)

// place is where the decoder is: the value, its path, and the node that gives its position.
type place struct {
	node *yaml.Node
	path *field.Path
	at   *yaml.Node
}

// at is the place of a value that stands on its own.
func at(n *yaml.Node, path *field.Path) place { return place{deref(n), path, n} }

// child is the place of a mapping's value: it is found at its key.
func (p place) child(e entry) place {
	return place{deref(e.value), p.path.Child(e.name), e.key}
}

// fail adds a mistake about the place.
func (f *file) fail(p place, format string, args ...any) {
	f.failed = append(f.failed, p.path.String())
	f.add(p.at, p.path, p.node, fmt.Sprintf(format, args...))
}

// expect adds the mistake that a value is of another type than its field.
func (f *file) expect(p place, want string) {
	f.fail(p, "expected %s, got %s%s", want, describe(p.node), remedy(p.node, want))
}

// remedy says what quotes have to do with a wrong type, where they have.
func remedy(n *yaml.Node, want string) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	s := resolve(n)
	if want == "string" && s.plain && s.kind != scalarInvalid {
		return "; put it in quotes"
	}
	if s.kind == scalarString && !s.plain && resolvePlain(s.text).kind.String() == want {
		return "; remove the quotes"
	}
	return ""
}

// decodeValue fills v from the place. Null leaves v as it is: a field without a value reads as if
// it were not there.
func (f *file) decodeValue(v reflect.Value, p place) {
	if isNull(p.node) {
		return
	}
	if f.decodeSpecial(v, p) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.decodeValue(v.Elem(), p)
	case reflect.Struct:
		f.decodeStruct(v, p)
	case reflect.Map:
		f.decodeMap(v, p)
	case reflect.Slice:
		f.decodeSlice(v, p)
	case reflect.String:
		f.decodeString(v, p)
	case reflect.Bool:
		f.decodeBool(v, p)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.decodeInt(v, p)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		f.decodeUint(v, p)
	case reflect.Float32, reflect.Float64:
		f.decodeFloat(v, p)
	default:
		f.fail(p, "values of type %v cannot be read", v.Type())
	}
}

// decodeSpecial handles the types that have a notation of their own.
func (f *file) decodeSpecial(v reflect.Value, p place) bool {
	if !v.CanAddr() {
		return false
	}
	switch dest := v.Addr().Interface().(type) {
	case *time.Duration:
		f.decodeTimestamp(dest, p)
	case *cluster.UID:
		f.decodeUID(dest, p)
	case *quantity.Quantity:
		f.decodeQuantity(dest, p)
	case *cluster.IntOrString:
		f.decodeIntOrString(dest, p)
	case json.Unmarshaler:
		if err := dest.UnmarshalJSON(appendTree(nil, p.node)); err != nil {
			f.fail(p, "%s: %s", describe(p.node), strings.TrimPrefix(err.Error(), "json: "))
		}
	case encoding.TextUnmarshaler:
		f.decodeText(dest, p)
	default:
		return false
	}
	return true
}

func (f *file) decodeStruct(v reflect.Value, p place) {
	if !f.isMapping(p) {
		return
	}
	known := f.schemas.of(v.Type())
	for _, e := range f.entriesOnce(p) {
		if isHeader(v.Type(), e.name) || f.drop(v.Type(), p, e) {
			continue
		}
		index, ok := known.fields[e.name]
		if !ok {
			f.unknown(p.child(e), known, e.name)
			continue
		}
		f.decodeValue(v.FieldByIndex(index), p.child(e))
	}
}

func (f *file) unknown(p place, known *schema, name string) {
	if f.opts.LeaveUnknown {
		f.leftOut = append(f.leftOut, Dropped{Line: p.at.Line, Field: p.path.String()})
		return
	}
	msg := "unknown field"
	if s := known.suggest(name); s != "" {
		msg += fmt.Sprintf("; did you mean %q?", s)
	}
	f.add(p.at, p.path, p.node, msg)
}

func (f *file) isMapping(p place) bool {
	if p.node.Kind == yaml.MappingNode {
		return true
	}
	f.expect(p, "a mapping")
	return false
}

// entriesOnce lists the entries of a mapping and adds keys that cannot be one or are there twice.
func (f *file) entriesOnce(p place) []entry {
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		f.checkKey(p, p.node.Content[i], p.node.Content[i+1])
	}
	all := entries(p.node)
	lines := make(map[string]int, len(all))
	once := all[:0]
	for _, e := range all {
		if line, ok := lines[e.name]; ok {
			f.fail(p.child(e), "given twice, first on line %d", line)
			continue
		}
		lines[e.name] = e.key.Line
		once = append(once, e)
	}
	return once
}

func (f *file) checkKey(p place, key, value *yaml.Node) {
	if isMerge(key) {
		if isNull(value) || !mergeable(value) {
			f.add(key, p.path.Child("<<"), value, "a merge takes a mapping or a list of mappings, got "+
				describe(value))
		}
		return
	}
	if _, ok := keyName(key); !ok {
		f.add(key, p.path, nil, "a key must be a string, got "+describe(key))
	}
}

func mergeable(n *yaml.Node) bool {
	n = deref(n)
	return n.Kind == yaml.MappingNode ||
		n.Kind == yaml.SequenceNode && len(mergedMappings(n)) == len(n.Content)
}

func (f *file) decodeMap(v reflect.Value, p place) {
	if !f.isMapping(p) {
		return
	}
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	for _, e := range f.entriesOnce(p) {
		value, failures := reflect.New(t.Elem()).Elem(), len(f.failed)
		f.decodeValue(value, place{deref(e.value), p.path.Key(e.name), e.key})
		// What could not be read is left out: a limit of zero would raise objections of its own.
		if len(f.failed) == failures {
			v.SetMapIndex(reflect.ValueOf(e.name).Convert(t.Key()), value)
		}
	}
}

func (f *file) decodeSlice(v reflect.Value, p place) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		f.decodeBytes(v, p)
		return
	}
	if p.node.Kind != yaml.SequenceNode {
		f.expect(p, "a list")
		return
	}
	items := p.node.Content
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		f.decodeValue(v.Index(i), at(item, p.path.Index(i)))
	}
}

// scalar returns the value at the place if it is of the kind, and adds a mistake otherwise.
func (f *file) scalar(p place, kind scalarKind) (scalar, bool) {
	if p.node.Kind == yaml.ScalarNode {
		if s := resolve(p.node); s.kind == kind {
			return s, true
		}
	}
	f.expect(p, kind.String())
	return scalar{}, false
}

func (f *file) decodeString(v reflect.Value, p place) {
	if s, ok := f.scalar(p, scalarString); ok {
		v.SetString(s.text)
	}
}

func (f *file) decodeBool(v reflect.Value, p place) {
	if s, ok := f.scalar(p, scalarBool); ok {
		v.SetBool(s.text == "true")
	}
}

// integer returns the text of an integer. As in Kubernetes 1.0 is one: it travels as JSON, where it
// reads 1.
func (f *file) integer(p place) (scalar, bool) {
	if p.node.Kind == yaml.ScalarNode {
		s := resolve(p.node)
		whole := s.kind == scalarFloat && strings.Trim(s.text, "-0123456789") == ""
		if s.kind == scalarInt || whole {
			return s, true
		}
	}
	f.expect(p, scalarInt.String())
	return scalar{}, false
}

func (f *file) decodeInt(v reflect.Value, p place) {
	s, ok := f.integer(p)
	if !ok {
		return
	}
	i, err := strconv.ParseInt(s.text, 10, v.Type().Bits())
	if err != nil {
		f.fail(p, "%s does not fit into %d bits", bare(s.source), v.Type().Bits())
		return
	}
	v.SetInt(i)
}

func (f *file) decodeUint(v reflect.Value, p place) {
	s, ok := f.integer(p)
	if !ok {
		return
	}
	i, err := strconv.ParseUint(s.text, 10, v.Type().Bits())
	if err != nil {
		f.fail(p, "%s does not fit into %d bits without a sign", bare(s.source), v.Type().Bits())
		return
	}
	v.SetUint(i)
}

func (f *file) decodeFloat(v reflect.Value, p place) {
	if p.node.Kind == yaml.ScalarNode {
		if s := resolve(p.node); s.kind == scalarInt || s.kind == scalarFloat {
			if x, err := strconv.ParseFloat(s.text, v.Type().Bits()); err == nil {
				v.SetFloat(x)
				return
			}
		}
	}
	f.expect(p, scalarFloat.String())
}
