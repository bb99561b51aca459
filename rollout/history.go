package rollout

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/fnv"
	"slices"
	"strconv"
	"time"
)

// zeroTime is the epoch of data that holds no timestamps.
var zeroTime time.Time

// Hash is the short name of a template: at most ten characters. collisions is the workload's collision
// count, nil when it has none; another count gives another hash.
func Hash(data json.RawMessage, collisions *int32) string {
	h := fnv.New32a()
	h.Write(data)
	if collisions != nil {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(*collisions)))
	}
	digits := strconv.AppendUint(nil, uint64(h.Sum32()), 10)
	for i, d := range digits {
		digits[i] = "456789bcdf"[d-'0']
	}
	return string(digits)
}

// ErrCollision says that the name of a new revision is taken by a revision of another template.
var ErrCollision = errors.New("a revision of that name holds another template")

// History is what a list of revisions says about the current template.
type History struct {
	// Current is the stored revision that holds the template; nil when a new one is needed.
	Current *ControllerRevision
	// Number is the revision number that the current revision is to have.
	Number int64
	// Old are the others, lowest number first.
	Old []*ControllerRevision
	// Duplicates are further revisions with the current template, to be deleted.
	Duplicates []*ControllerRevision
}

// Reconcile finds the current revision among those of a workload. Its number is one more than the
// highest of the others, unless it is higher already.
func Reconcile(revisions []*ControllerRevision, data json.RawMessage) History {
	sorted := Sorted(revisions)
	var h History
	for _, r := range sorted {
		if !bytes.Equal(r.Data, data) {
			h.Old = append(h.Old, r)
			continue
		}
		if h.Current != nil {
			h.Duplicates = append(h.Duplicates, h.Current)
		}
		h.Current = r
	}
	h.Number = 1
	if n := len(h.Old); n > 0 {
		h.Number = h.Old[n-1].Revision + 1
	}
	if h.Current != nil {
		h.Number = max(h.Number, h.Current.Revision)
	}
	return h
}

func compareRevisions(a, b *ControllerRevision) int {
	return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Name, b.Name))
}

// Surplus returns the old revisions to delete so that no more than limit of them stay: the lowest
// numbers first, sparing those whose hash live says is still in use. No pod uses one without a hash.
func Surplus(old []*ControllerRevision, limit int, live func(hash string) bool) []*ControllerRevision {
	surplus := len(old) - limit
	var gone []*ControllerRevision
	for _, r := range old {
		if surplus <= 0 {
			break
		}
		if h := r.Hash(); h == "" || !live(h) {
			gone = append(gone, r)
			surplus--
		}
	}
	return gone
}

// The reasons why an undo is refused, in kubectl's words.
var (
	// ErrNoRevision says that there is no revision of that number.
	ErrNoRevision = errors.New("unable to find specified revision")
	// ErrFewRevisions says that there is nothing before the current revision.
	ErrFewRevisions = errors.New("no last revision to roll back to")
)

// UndoTarget returns the revision that an undo goes back to: the one with that number or, for 0, the
// one with the second-highest number.
func UndoTarget(revisions []*ControllerRevision, number int64) (*ControllerRevision, error) {
	sorted := Sorted(revisions)
	if number != 0 {
		for _, r := range sorted {
			if r.Revision == number {
				return r, nil
			}
		}
		return nil, ErrNoRevision
	}
	if len(sorted) < 2 {
		return nil, ErrFewRevisions
	}
	return sorted[len(sorted)-2], nil
}

// Sorted returns the revisions by number, lowest first.
func Sorted(revisions []*ControllerRevision) []*ControllerRevision {
	sorted := slices.Clone(revisions)
	slices.SortFunc(sorted, compareRevisions)
	return sorted
}
