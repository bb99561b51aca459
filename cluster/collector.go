package cluster

// collector is the garbage collector: it deletes what a deleted owner leaves behind, and everything
// in a namespace that is deleted.
type collector struct{}

// collect is the collector's task: delete the object that the task is about.
const collect TaskKind = 1

func (collector) Name() string { return "garbage-collector" }

func (collector) Fork() Actor { return collector{} }

// Observe schedules the deletion of what the deleted object owned. Pods and nodes own nothing here,
// and they are what is deleted most.
func (collector) Observe(cl *Client, ch *Change) {
	if ch.Verb != Deleted {
		return
	}
	m := ch.Before.Meta()
	switch ch.Before.(type) {
	case *Pod, *Node:
	case *Namespace:
		for _, kind := range cl.Kinds() {
			for obj := range cl.Objects(kind, m.Name) {
				cl.collect(obj)
			}
		}
	default:
		for p := range cl.PodsOwnedBy(m.Namespace, m.UID) {
			cl.collect(p)
		}
		for obj := range cl.OwnedBy(m.UID) {
			cl.collect(obj)
		}
	}
}

func (cl *Client) collect(obj Object) {
	if m := obj.Meta(); !m.Terminating() {
		cl.After(0, Task{Kind: collect, Object: m.UID})
	}
}

// Run deletes one dependent. It may be gone by now, which is as good.
func (collector) Run(cl *Client, t Task) {
	if obj := cl.ByUID(t.Object); obj != nil {
		m := obj.Meta()
		_ = cl.Delete(obj.Kind(), m.Namespace, m.Name, DeleteOptions{})
	}
}
