package cow

// pageSize balances the cost of the first write to a shared page against the number of pages that
// a fork has to look at.
const pageSize = 32

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

type page[T any] struct {
	owner *mark
	items [pageSize]T
}

// mark is compared by address; it must not have size zero, or two marks could share one.
type mark struct{ _ byte }

// Len is the number of elements.
func (v *Vector[T]) Len() int { return v.length }

// At returns element i, or the zero T when i is at or beyond Len.
func (v *Vector[T]) At(i int) T {
	if i >= v.length {
		var zero T
		return zero
	}
	return v.pages[i/pageSize].items[i%pageSize]
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
// good until the next Fork.
func (v *Vector[T]) Ref(i int) *T {
	if i >= v.length {
		v.grow(i + 1)
	}
	n := i / pageSize
	p := v.pages[n]
	if p.owner != v.owner {
		own := *p
		own.owner = v.owner
		p = &own
		v.pages[n] = p
	}
	return &p.items[i%pageSize]
}

func (v *Vector[T]) grow(length int) {
	if v.owner == nil {
		v.owner = new(mark)
	}
	for len(v.pages)*pageSize < length {
		v.pages = append(v.pages, &page[T]{owner: v.owner})
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
