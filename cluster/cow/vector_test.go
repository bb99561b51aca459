package cow_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster/cow"
)

// twins is a vector and what it should hold.
type twins struct {
	vector cow.Vector[int]
	model  []int
}

// elements reads a vector from its first element to its last.
func elements(v *cow.Vector[int]) []int {
	list := make([]int, 0, v.Len())
	for i := range v.Len() {
		list = append(list, v.At(i))
	}
	return list
}

func (w *twins) set(i, x int) {
	for len(w.model) <= i {
		w.model = append(w.model, 0)
	}
	w.model[i] = x
}

// TestVectorModel writes to a family of vectors, forks of forks among them, and compares each with a
// slice of its own after every step.
func TestVectorModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := []*twins{{}}
		member := func(t *rapid.T) *twins { return rapid.SampledFrom(family).Draw(t, "member") }
		index := rapid.IntRange(0, 100)
		value := rapid.IntRange(1, 1000)
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				w, x := member(t), value.Draw(t, "value")
				require.Equal(t, len(w.model), w.vector.Append(x))
				w.model = append(w.model, x)
			},
			"set": func(t *rapid.T) {
				w, i, x := member(t), index.Draw(t, "index"), value.Draw(t, "value")
				w.vector.Set(i, x)
				w.set(i, x)
			},
			"write through a reference": func(t *rapid.T) {
				w, i := member(t), index.Draw(t, "index")
				*w.vector.Ref(i)++
				w.set(i, append(slices.Clone(w.model), make([]int, 101)...)[i]+1)
			},
			"clear": func(t *rapid.T) {
				w, i := member(t), index.Draw(t, "index")
				w.vector.Clear(i)
				if i < len(w.model) {
					w.model[i] = 0
				}
			},
			"clear a page": func(t *rapid.T) {
				w := member(t)
				for i := range min(32, len(w.model)) {
					w.vector.Clear(i)
					w.model[i] = 0
				}
			},
			"fork": func(t *rapid.T) {
				if len(family) == 6 {
					t.Skip("large enough")
				}
				w := member(t)
				family = append(family, &twins{w.vector.Fork(), slices.Clone(w.model)})
			},
			"reset": func(t *rapid.T) {
				w := member(t)
				w.vector.Reset()
				w.model = nil
			},
			"": func(t *rapid.T) {
				for i, w := range family {
					if diff := cmp.Diff(append([]int{}, w.model...), elements(&w.vector)); diff != "" {
						t.Fatalf("vector %d (-want +got):\n%s", i, diff)
					}
				}
			},
		})
	})
}

func TestVectorBeyondItsEnd(t *testing.T) {
	var v cow.Vector[string]
	require.Equal(t, "", v.At(0), "the zero Vector is empty")
	v.Set(70, "x")
	require.Equal(t, 71, v.Len(), "Set grows the vector")
	require.Equal(t, "", v.At(69), "with zero values in between")
	require.Equal(t, "", v.At(71))
	require.Equal(t, "", v.At(-1))
	fork := v.Fork()
	fork.Append("y")
	require.Equal(t, 71, v.Len())
	require.Equal(t, "", v.At(71), "what the fork appends to a shared page is beyond the original's end")
	require.Equal(t, "z", v.At(v.Append("z")))
	require.Equal(t, "y", fork.At(71))
}

func ExampleVector_Fork() {
	var v cow.Vector[string]
	v.Append("a")
	v.Append("b")

	fork := v.Fork()
	fork.Set(0, "z")
	v.Append("c")

	fmt.Println(v.At(0), v.Len())
	fmt.Println(fork.At(0), fork.Len())
	// Output:
	// a 3
	// z 2
}
