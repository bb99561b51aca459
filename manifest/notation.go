package manifest

import (
	"encoding"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"go.yaml.in/yaml/v3"
)

func (f *file) decodeBytes(v reflect.Value, p place) {
	s, ok := f.scalar(p, scalarString)
	if !ok {
		return
	}
	data, err := base64.StdEncoding.DecodeString(s.text)
	if err != nil {
		f.fail(p, "expected base64, got %s", s.describe())
		return
	}
	v.SetBytes(data)
}

func (f *file) decodeText(dest encoding.TextUnmarshaler, p place) {
	s, ok := f.scalar(p, scalarString)
	if !ok {
		return
	}
	if err := dest.UnmarshalText([]byte(s.text)); err != nil {
		f.fail(p, "%s: %v", s.describe(), err)
	}
}

// decodeTimestamp reads an absolute time as virtual time, counted from the epoch.
func (f *file) decodeTimestamp(dest *time.Duration, p place) {
	s, ok := f.scalar(p, scalarString)
	if !ok {
		return
	}
	t, err := time.Parse(time.RFC3339Nano, s.text)
	if err != nil {
		f.fail(p, "expected a time such as 2006-01-02T15:04:05Z, got %s", s.describe())
		return
	}
	*dest = t.Sub(f.opts.epoch())
}

// foreignUID is larger than any UID that a simulation hands out.
const foreignUID cluster.UID = 1<<64 - 1

// decodeUID reads the UIDs that a simulation hands out. Those of a real cluster mean nothing to it: they
// read as one that no object has.
func (f *file) decodeUID(dest *cluster.UID, p place) {
	s, ok := f.scalar(p, scalarString)
	if !ok {
		return
	}
	var high, low uint64
	_, err := fmt.Sscanf(s.text, "%08x-0000-4000-8000-%012x", &high, &low)
	const serialBits = 40
	uid := cluster.UID(high<<serialBits | low)
	switch {
	case err == nil && uid.String() == s.text:
		*dest = uid
	case s.text != "":
		*dest = foreignUID
	}
}

func (f *file) decodeIntOrString(dest *cluster.IntOrString, p place) {
	s := scalar{kind: scalarInvalid}
	if p.node.Kind == yaml.ScalarNode {
		s = resolve(p.node)
	}
	switch s.kind {
	case scalarString:
		*dest = cluster.FromString(s.text)
	case scalarInt:
		f.decodeInt(reflect.ValueOf(&dest.Int).Elem(), p)
	default:
		f.expect(p, "integer or string")
	}
}

func (f *file) decodeQuantity(dest *quantity.Quantity, p place) {
	s := scalar{kind: scalarInvalid}
	if p.node.Kind == yaml.ScalarNode {
		s = resolve(p.node)
	}
	switch s.kind {
	case scalarInt, scalarFloat, scalarString:
	default:
		f.expect(p, "a quantity such as 100m or 2Gi")
		return
	}
	q, err := quantity.Parse(strings.TrimSpace(s.text))
	if err != nil {
		f.fail(p, "%s is not a quantity: %v", s.describe(), err)
		return
	}
	*dest = q
}
