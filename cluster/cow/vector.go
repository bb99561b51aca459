package cow

// pageSize balances the cost of the first write to a shared page against the number of pages that
// a fork has to look at.
const pageSize = 32

// allCleared is the mark of a page without elements: a bit for each.
const allCleared = 1<<pageSize - 1

// Vector is a growing sequence that can be forked in time proportional to its pages. The zero
// Vector is empty and ready to use. A Vector belongs to one goroutine.
//
// Values are stored as they are: a pointer, slice or map inside a T is shared between forks and must
// not be written through.
type Vector[T any] struct {
	pages  []*page[T]
	length int
	// owner marks the pages that this vector may write in place. Forking gives both sides a new
	// mark, so that no page belongs to either.
	owner *mark
}

// page is nil in a vector when all of its elements were cleared or never set.
type page[T any] struct {
	owner *mark
	// cleared has a bit for every element that was cleared and not touched since.
	cleared uint32
	items   [pageSize]T
}

// mark is compared by address; it must not have size zero, or two marks could share one.
type mark struct{ _ byte }

// Len is the number of elements.
func (v *Vector[T]) Len() int { return v.length }

// At returns element i, or the zero T when i is negative, or at or beyond Len.
func (v *Vector[T]) At(i int) T {
	if i >= 0 && i < v.length {
		if p := v.pages[i/pageSize]; p != nil {
			return p.items[i%pageSize]
		}
	}
	var zero T
	return zero
}

// Append adds x at the end and returns its index.
func (v *Vector[T]) Append(x T) int {
	i := v.length
	v.Set(i, x)
	return i
}

// Set stores x as element i. Beyond the end the vector grows, with zero values in between.
func (v *Vector[T]) Set(i int, x T) { *v.Ref(i) = x }

// Ref returns the place of element i for writing, growing the vector as Set does. The pointer is
// good until the next Fork or Clear. A negative i panics.
func (v *Vector[T]) Ref(i int) *T {
	if i >= v.length {
		v.grow(i + 1)
	}
	p := v.own(i / pageSize)
	p.cleared &^= 1 << (i % pageSize)
	return &p.items[i%pageSize]
}

// Clear makes element i the zero T. Once all elements of a page are cleared its memory is given back.
func (v *Vector[T]) Clear(i int) {
	if i < 0 || i >= v.length || v.pages[i/pageSize] == nil {
		return
	}
	p := v.own(i / pageSize)
	var zero T
	p.items[i%pageSize] = zero
	if p.cleared |= 1 << (i % pageSize); p.cleared == allCleared {
		v.pages[i/pageSize] = nil
	}
}

// own returns a page that this vector may write to.
func (v *Vector[T]) own(n int) *page[T] {
	p := v.pages[n]
	switch {
	case p == nil:
		p = &page[T]{owner: v.owner, cleared: allCleared}
	case p.owner != v.owner:
		own := *p
		own.owner = v.owner
		p = &own
	}
	v.pages[n] = p
	return p
}

func (v *Vector[T]) grow(length int) {
	if v.owner == nil {
		v.owner = new(mark)
	}
	for len(v.pages)*pageSize < length {
		v.pages = append(v.pages, nil)
	}
	v.length = length
}

// Fork returns a vector with the same elements. From then on neither sees the other's writes.
func (v *Vector[T]) Fork() Vector[T] {
	if v.length == 0 {
		return Vector[T]{}
	}
	v.owner = new(mark)
	pages := make([]*page[T], len(v.pages))
	copy(pages, v.pages)
	return Vector[T]{pages: pages, length: v.length, owner: new(mark)}
}

// Reset empties the vector.
func (v *Vector[T]) Reset() { *v = Vector[T]{} }
