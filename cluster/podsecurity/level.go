package podsecurity

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Level is how much of the standards is demanded.
type Level string

// The levels. Each demands all that the one before it does.
const (
	Privileged Level = "privileged"
	Baseline   Level = "baseline"
	Restricted Level = "restricted"
)

// ErrLevel and ErrVersion say what a text must be that is neither.
var (
	ErrLevel   = errors.New("must be one of privileged, baseline, restricted")
	ErrVersion = errors.New(`must be "latest" or "v1.x"`)
)

// ParseLevel returns the level of that name. The error is ErrLevel; the level is then Restricted.
func ParseLevel(text string) (Level, error) {
	if l := Level(text); l.strictness() >= 0 {
		return l, nil
	}
	return Restricted, ErrLevel
}

// Stricter reports whether l demands more than other.
func (l Level) Stricter(other Level) bool { return l.strictness() > other.strictness() }

// strictness is the place among the levels; -1 for what is none.
func (l Level) strictness() int { return slices.Index([]Level{Privileged, Baseline, Restricted}, l) }

// Version is the release of Kubernetes whose form of the standards counts. The zero Version is the latest.
type Version struct {
	fixed bool
	minor int
}

// V1 is the version v1.minor. A negative minor is taken for 0.
func V1(minor int) Version { return Version{true, max(minor, 0)} }

// ParseVersion reads "latest" or "v1.N", where N has no leading zeros. The error is ErrVersion; the version is
// then the latest.
func ParseVersion(text string) (Version, error) {
	if text == "latest" {
		return Version{}, nil
	}
	digits, found := strings.CutPrefix(text, "v1.")
	minor, err := strconv.Atoi(digits)
	if !found || err != nil || minor < 0 || strconv.Itoa(minor) != digits {
		return Version{}, ErrVersion
	}
	return V1(minor), nil
}

// String is "latest" or "v1.N".
func (v Version) String() string {
	if !v.fixed {
		return "latest"
	}
	return "v1." + strconv.Itoa(v.minor)
}

// has reports whether the version is not older than v1.minor.
func (v Version) has(minor int) bool { return !v.fixed || v.minor >= minor }

// LevelVersion is a level as a version has it. The zero LevelVersion demands nothing.
type LevelVersion struct {
	Level   Level
	Version Version
}

// String is the level and the version with a colon, as in "baseline:v1.30".
func (lv LevelVersion) String() string {
	return string(cmp.Or(lv.Level, Privileged)) + ":" + lv.Version.String()
}

// unrestricted reports whether everything goes.
func (lv LevelVersion) unrestricted() bool { return lv.Level == "" || lv.Level == Privileged }
