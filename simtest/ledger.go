package simtest

import (
	"hash/maphash"
	"reflect"

	"github.com/daemonsim/daemonsim/cluster"
)

// ledger remembers what stored objects looked like, piece by piece: every struct behind a pointer, every
// slice and every map that can be reached from an object is a piece, hashed once. Versions of an object
// share most of their pieces, so another version costs little.
type ledger struct {
	seed   maphash.Seed
	pieces map[pieceKey]int
	list   []piece
}

// pieceKey is the identity of a piece in memory. The ledger holds on to the piece, so no other can take
// its place.
type pieceKey struct {
	typ     reflect.Type
	address uintptr
	length  int
}

type piece struct {
	value reflect.Value
	sum   uint64
	// object is the first object that had the piece.
	object cluster.Object
}

func newLedger() *ledger {
	return &ledger{seed: maphash.MakeSeed(), pieces: make(map[pieceKey]int)}
}

// record hashes the pieces of an object that are new.
func (l *ledger) record(obj cluster.Object) { l.visit(obj, reflect.ValueOf(obj)) }

// visit records what a pointer, a slice or a map leads to.
func (l *ledger) visit(obj cluster.Object, v reflect.Value) {
	if v.IsNil() {
		return
	}
	key := pieceKey{typ: v.Type(), address: v.Pointer()}
	if v.Kind() == reflect.Slice {
		key.length = v.Len()
	}
	if _, seen := l.pieces[key]; seen {
		return
	}
	i := len(l.list)
	l.pieces[key] = i
	l.list = append(l.list, piece{value: v, object: obj})
	l.list[i].sum = l.contents(v, obj)
}

// verify reports the pieces that have changed.
func (l *ledger) verify(r *report) {
	for i := range l.list {
		p := &l.list[i]
		if l.contents(p.value, nil) != p.sum {
			r.add(p.object, "the %v that is part of it has changed since it was stored", p.value.Type())
		}
	}
}

const (
	hashOffset = 14695981039346656037
	hashPrime  = 1099511628211
)

func mix(h, x uint64) uint64 { return (h ^ x) * hashPrime }

// contents hashes what a piece holds. References in it count as such; with an object, they are recorded.
func (l *ledger) contents(v reflect.Value, obj cluster.Object) uint64 {
	h := uint64(hashOffset)
	switch v.Kind() {
	case reflect.Pointer:
		return l.add(h, v.Elem(), obj)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return maphash.Bytes(l.seed, v.Bytes())
		}
		for i := range v.Len() {
			h = l.add(h, v.Index(i), obj)
		}
	case reflect.Map:
		// A sum does not depend on the order of the entries.
		for entries := v.MapRange(); entries.Next(); {
			h += l.add(l.add(hashOffset, entries.Key(), obj), entries.Value(), obj)
		}
	}
	return h
}

// add mixes one value into a hash.
func (l *ledger) add(h uint64, v reflect.Value, obj cluster.Object) uint64 {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return mix(h, 1)
		}
		return mix(h, 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return mix(h, uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return mix(h, v.Uint())
	case reflect.String:
		return mix(h, maphash.String(l.seed, v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			h = l.add(h, v.Field(i), obj)
		}
		return h
	case reflect.Array:
		for i := range v.Len() {
			h = l.add(h, v.Index(i), obj)
		}
		return h
	case reflect.Interface:
		if v.IsNil() {
			return mix(h, 0)
		}
		return l.add(h, v.Elem(), obj)
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return l.reference(h, v, obj)
	}
	return h
}

func (l *ledger) reference(h uint64, v reflect.Value, obj cluster.Object) uint64 {
	if obj != nil {
		l.visit(obj, v)
	}
	h = mix(h, uint64(v.Pointer()))
	if v.Kind() == reflect.Slice {
		h = mix(h, uint64(v.Len()))
	}
	return h
}
