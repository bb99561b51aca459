package cluster

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster/cow"
)

// store holds the objects of a cluster and the indexes over them. It keeps no rules: those are with
// the objects and with the writer. All of it is copy-on-write, so that a fork is cheap.
type store struct {
	tables []table
	// nodes is indexed by NodeID; place 0 stays empty.
	nodes   cow.Vector[nodeEntry]
	nodeIDs *btree.Map[string, NodeID]
	// likenesses and groups find nodes by how they look, and pods by labels and owner.
	likenesses likenessIndex
	groups     groupIndex
	// dependents lists the objects that have an owner, of the pods only those that are linked.
	dependents *btree.BTreeG[dependent]
	// version is the number of the latest change.
	version uint64
}

// table holds the objects of one kind.
type table struct {
	kind Kind
	// goType and scope are those of all objects of the kind.
	goType reflect.Type
	scope  Scope
	// objects is indexed by the serial number of the UID. Numbers are not used again.
	objects cow.Vector[Object]
	// spaces are the namespaces that have had an object of the kind, by name. Nodes are not in it:
	// the store finds them by their NodeIDs.
	spaces []space
	// length is the number of objects.
	length int
	// version is the number of the latest change of an object of the kind.
	version uint64
}

// space is the names of one namespace.
type space struct {
	namespace string
	names     *btree.Map[string, UID]
}

type dependent struct{ owner, object UID }

// nodeEntry is what the store knows of a node name. The Node is nil while no such node exists.
type nodeEntry struct {
	name string
	node *Node
	pods podList
	// next and last are the neighbours of an existing node in the ring of those that look like it.
	next, last NodeID
}

// podList is the pods that are on one node or pinned to it, in order of creation. Most nodes have
// few, so the first is kept in place. Invariant: first == 0 means that there are none.
type podList struct {
	first UID
	more  []UID
}

func (l podList) with(uid UID) podList {
	if l.first == 0 {
		return podList{first: uid}
	}
	if uid < l.first {
		l.first, uid = uid, l.first
	}
	i, _ := slices.BinarySearch(l.more, uid)
	more := make([]UID, len(l.more)+1)
	copy(more, l.more[:i])
	more[i] = uid
	copy(more[i+1:], l.more[i:])
	return podList{l.first, more}
}

func (l podList) without(uid UID) podList {
	rest := podList{}
	if l.first != uid && l.first != 0 {
		rest.first = l.first
	}
	for _, u := range l.more {
		if u == uid {
			continue
		}
		if rest.first == 0 {
			rest.first = u
			continue
		}
		rest.more = append(rest.more, u)
	}
	return rest
}

func lessDependent(a, b dependent) bool {
	if a.owner != b.owner {
		return a.owner < b.owner
	}
	return a.object < b.object
}

func newTree[T any](less func(a, b T) bool) *btree.BTreeG[T] {
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
}

// The tables that every store has from the start, so that nodes and pods are found without a search.
const (
	nodeTable = iota
	podTable
)

func newStore() store {
	s := store{
		nodeIDs:    new(btree.Map[string, NodeID]),
		likenesses: newLikenessIndex(),
		groups:     newGroupIndex(),
		dependents: newTree(lessDependent),
	}
	s.nodes.Append(nodeEntry{})
	s.addTable(&Node{})
	s.addTable(&Pod{})
	return s
}

func (s *store) fork() store {
	f := store{
		tables:     make([]table, len(s.tables)),
		nodes:      s.nodes.Fork(),
		nodeIDs:    s.nodeIDs.Copy(),
		likenesses: s.likenesses.fork(),
		groups:     s.groups.fork(),
		dependents: s.dependents.Copy(),
		version:    s.version,
	}
	for i := range s.tables {
		f.tables[i] = s.tables[i].fork()
	}
	return f
}

// addTable makes a table for the objects that are like obj.
func (s *store) addTable(obj Object) int {
	s.tables = append(s.tables, newTable(obj.Kind(), reflect.TypeOf(obj), obj.Scope()))
	return len(s.tables) - 1
}

func newTable(kind Kind, goType reflect.Type, scope Scope) table {
	t := table{kind: kind, goType: goType, scope: scope}
	// Serial numbers start at 1, so that no UID looks like the next kind's zero.
	t.objects.Append(nil)
	return t
}

// next numbers a change of an object of a table.
func (s *store) next(table int) uint64 {
	s.version++
	s.tables[table].version = s.version
	return s.version
}

// table returns the number of the kind's table, or -1.
func (s *store) table(kind Kind) int {
	for i := range s.tables {
		if s.tables[i].kind == kind {
			return i
		}
	}
	return -1
}

// checkType refuses an object that claims to be of a kind that has another Go type: all code that knows a
// kind relies on its type.
func (s *store) checkType(obj Object) error {
	kind, is := obj.Kind(), reflect.TypeOf(obj)
	var want reflect.Type
	switch i := s.table(kind); {
	case i >= 0:
		want = s.tables[i].goType
	case kind == KindNamespace:
		want = reflect.TypeFor[*Namespace]()
	case kind == KindPriorityClass:
		want = reflect.TypeFor[*PriorityClass]()
	case kind == KindPodDisruptionBudget:
		want = reflect.TypeFor[*PodDisruptionBudget]()
	}
	if want != nil && want != is {
		return fmt.Errorf("%w: objects of kind %s are of type %v, not %v", ErrInvalid, kind, want, is)
	}
	return nil
}

func (s *store) get(kind Kind, namespace, name string) Object {
	i := s.table(kind)
	if i < 0 {
		return nil
	}
	if i == nodeTable {
		id, _ := s.nodeIDs.Get(name)
		if n := s.nodes.At(int(id)).node; n != nil && namespace == "" {
			return n
		}
		return nil
	}
	t := &s.tables[i]
	uid, ok := t.lookup(namespace, name)
	if !ok {
		return nil
	}
	return t.objects.At(int(uid.serial()))
}

func (t *table) fork() table {
	f := table{
		kind: t.kind, goType: t.goType, scope: t.scope, objects: t.objects.Fork(),
		length: t.length, version: t.version,
	}
	f.spaces = make([]space, len(t.spaces))
	for i, sp := range t.spaces {
		f.spaces[i] = space{sp.namespace, sp.names.Copy()}
	}
	return f
}

// space returns the place of a namespace in spaces, and whether it is there.
func (t *table) space(namespace string) (int, bool) {
	return slices.BinarySearchFunc(t.spaces, namespace, func(sp space, name string) int {
		return strings.Compare(sp.namespace, name)
	})
}

func (t *table) lookup(namespace, name string) (UID, bool) {
	i, ok := t.space(namespace)
	if !ok {
		return 0, false
	}
	return t.spaces[i].names.Get(name)
}

func (t *table) enter(m *ObjectMeta) {
	i, ok := t.space(m.Namespace)
	if !ok {
		t.spaces = slices.Insert(t.spaces, i, space{m.Namespace, new(btree.Map[string, UID])})
	}
	t.spaces[i].names.Set(m.Name, m.UID)
}

func (t *table) strike(m *ObjectMeta) {
	if i, ok := t.space(m.Namespace); ok {
		t.spaces[i].names.Delete(m.Name)
	}
}

func (s *store) byUID(uid UID) Object {
	i := uid.kind()
	if i < 0 || i >= len(s.tables) {
		return nil
	}
	objects := &s.tables[i].objects
	if uid.serial() >= uint64(objects.Len()) {
		return nil
	}
	return objects.At(int(uid.serial()))
}

// pod is byUID for pods.
func (s *store) pod(uid UID) *Pod {
	p, _ := s.byUID(uid).(*Pod)
	return p
}

// all walks the objects of a kind by namespace and name; an empty namespace means all of them.
func (s *store) all(kind Kind, namespace string) iter.Seq[Object] {
	return func(yield func(Object) bool) {
		i := s.table(kind)
		if i < 0 {
			return
		}
		if i == nodeTable {
			s.allNodes(namespace, yield)
			return
		}
		t := &s.tables[i]
		for _, sp := range t.spaces {
			if namespace != "" && sp.namespace != namespace {
				continue
			}
			more := true
			sp.names.Scan(func(_ string, uid UID) bool {
				more = yield(t.objects.At(int(uid.serial())))
				return more
			})
			if !more {
				return
			}
		}
	}
}

func (s *store) allNodes(namespace string, yield func(Object) bool) {
	if namespace != "" {
		return
	}
	s.nodeIDs.Scan(func(_ string, id NodeID) bool {
		n := s.nodes.At(int(id)).node
		return n == nil || yield(n)
	})
}

// nodeID returns the number of a node name, handing out a new one if need be.
func (s *store) nodeID(name string) NodeID {
	if name == "" {
		return NoNode
	}
	if id, ok := s.nodeIDs.Get(name); ok {
		return id
	}
	id := NodeID(s.nodes.Append(nodeEntry{name: name}))
	s.nodeIDs.Set(name, id)
	return id
}

// insert stores a new object and enters it into the indexes.
func (s *store) insert(obj Object) {
	m := obj.Meta()
	t := &s.tables[m.UID.kind()]
	t.objects.Set(int(m.UID.serial()), obj)
	t.length++
	switch obj := obj.(type) {
	case *Node:
		s.nodes.Ref(int(obj.id)).node = obj
		s.linkLike(obj)
	case *Pod:
		t.enter(m)
		s.groups.insert(obj)
		s.listPod(obj)
		if obj.linked {
			s.linkOwners(obj, s.dependents.Set)
		}
	default:
		t.enter(m)
		s.linkOwners(obj, s.dependents.Set)
	}
}

// replace stores the next version of an object.
func (s *store) replace(before, after Object) {
	m := after.Meta()
	s.tables[m.UID.kind()].objects.Set(int(m.UID.serial()), after)
	switch after := after.(type) {
	case *Node:
		s.nodes.Ref(int(after.id)).node = after
		if was := before.(*Node); was.likeness != after.likeness {
			s.unlinkLike(was)
			s.linkLike(after)
		}
	case *Pod:
		s.replacePod(before.(*Pod), after)
	default:
		s.linkOwners(before, s.dependents.Delete)
		s.linkOwners(after, s.dependents.Set)
	}
}

func (s *store) replacePod(before, after *Pod) {
	if before.group != after.group {
		s.groups.remove(before)
		s.groups.insert(after)
	}
	if before.TargetID() != after.TargetID() {
		s.unlistPod(before)
		s.listPod(after)
	}
	if before.linked || after.linked {
		s.linkOwners(before, s.dependents.Delete)
	}
	if after.linked {
		s.linkOwners(after, s.dependents.Set)
	}
}

// needsLinks reports whether a pod has an owner by whom its group does not find it: one that is not its
// controller, or that the group index is not asked about. The pods of workloads have none and do
// without links.
func (s *store) needsLinks(p *Pod) bool {
	for i := range p.OwnerReferences {
		ref := &p.OwnerReferences[i]
		if ref.Controller == nil || !*ref.Controller || !s.ownsGroups(ref.UID.kind()) {
			return true
		}
	}
	return false
}

// ownsGroups reports whether the groups of pods are searched for the objects of a table when those are
// deleted. Pods are deleted most and own least; what has no namespace cannot be searched for.
func (s *store) ownsGroups(table int) bool {
	return table >= 0 && table < len(s.tables) && table != podTable && s.tables[table].scope == Namespaced
}

// remove takes an object out of the store.
func (s *store) remove(obj Object) {
	m := obj.Meta()
	t := &s.tables[m.UID.kind()]
	t.objects.Clear(int(m.UID.serial()))
	t.length--
	switch obj := obj.(type) {
	case *Node:
		s.nodes.Ref(int(obj.id)).node = nil
		s.unlinkLike(obj)
	case *Pod:
		t.strike(m)
		s.groups.remove(obj)
		s.unlistPod(obj)
		if obj.linked {
			s.linkOwners(obj, s.dependents.Delete)
		}
	default:
		t.strike(m)
		s.linkOwners(obj, s.dependents.Delete)
	}
}

func (s *store) linkOwners(obj Object, set func(dependent) (dependent, bool)) {
	m := obj.Meta()
	for i := range m.OwnerReferences {
		set(dependent{m.OwnerReferences[i].UID, m.UID})
	}
}

func (s *store) listPod(p *Pod) {
	if id := p.TargetID(); id != NoNode {
		e := s.nodes.Ref(int(id))
		e.pods = e.pods.with(p.UID)
	}
}

func (s *store) unlistPod(p *Pod) {
	if id := p.TargetID(); id != NoNode {
		e := s.nodes.Ref(int(id))
		e.pods = e.pods.without(p.UID)
	}
}
