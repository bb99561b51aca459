package manifest

import (
	"io"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Options says how manifests are read and written. The zero Options is ready for use.
type Options struct {
	// Namespace is where namespaced objects go that name no namespace. Empty means "default".
	Namespace string
	// Epoch is the moment that the absolute timestamps of manifests count from: virtual time zero.
	// The zero time means 2000-01-01T00:00:00Z.
	Epoch time.Time
	// Stdin is what Load reads where the path "-" is named, which it may be once. Nil makes "-" the
	// name of a file.
	Stdin io.Reader
	// KeepInvalid keeps objects that are well-formed and that an API server would refuse all the same:
	// what is wrong with them comes in Set.Invalid, beside them.
	KeepInvalid bool
	// LeaveUnknown leaves out fields that no version of the kind has, instead of reporting them as mistakes:
	// Item.Unknown names them. API servers do so with what a patch adds.
	LeaveUnknown bool
	// Definitions are kinds of one's own, beside those that every simulation knows.
	Definitions []Definition

	_ struct{}
}

func (o Options) namespace() string {
	if o.Namespace == "" {
		return cluster.DefaultNamespace
	}
	return o.Namespace
}

func (o Options) epoch() time.Time {
	if o.Epoch.IsZero() {
		return time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return o.Epoch
}

// The limits of what is read, per file unless they say otherwise. They are far beyond real
// manifests and keep the time and the memory that hostile ones can take within bounds.
const (
	// MaxFileBytes is the size of the largest file.
	MaxFileBytes = 16 << 20
	// MaxScalarBytes is the size of the largest single value. The API server accepts no object
	// larger than about that.
	MaxScalarBytes = 1 << 20
	// MaxDocuments is the number of documents in one file.
	MaxDocuments = 10_000
	// MaxDepth is how deep mappings and lists may nest.
	MaxDepth = 100
	// MaxValues is the number of values in one file once every alias has been replaced by what its
	// anchor holds.
	MaxValues = 1 << 21
	// MaxObjectValues is the same for one object that is simulated. The API server's limit on the
	// size of an object is well below.
	MaxObjectValues = 1 << 17
	// MaxMistakes is the number of mistakes that are listed for one file; of the others only the
	// number is told.
	MaxMistakes = 1000
)
