package cluster

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// Rules that many fields have in common.

// oneOf asks for one of the supported values; the empty value is missing unless it is supported.
func oneOf[T ~string](path *field.Path, value T, supported ...T) field.ErrorList {
	if slices.Contains(supported, value) {
		return nil
	}
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return notSupported(path, value, supported...)
}

func notSupported[T ~string](path *field.Path, value T, supported ...T) field.ErrorList {
	texts := make([]string, len(supported))
	for i, s := range supported {
		texts[i] = string(s)
	}
	return field.ErrorList{field.NotSupported(path, string(value), texts...)}
}

// required asks for a text.
func required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// requiredName asks for a text and judges it.
func requiredName(path *field.Path, value string, check func(string) []string) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return invalids(path, value, check(value))
}

func inRange(path *field.Path, value, least, most int64) field.ErrorList {
	if value >= least && value <= most {
		return nil
	}
	return field.ErrorList{
		field.Invalid(path, value, fmt.Sprintf("must be between %d and %d, inclusive", least, most)),
	}
}

func notBelowZero(path *field.Path, value int64) field.ErrorList {
	if value >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, notNegative)}
}

const (
	minPort = 1
	maxPort = 65535
)

func validPort(path *field.Path, port int32) field.ErrorList {
	return inRange(path, int64(port), minPort, maxPort)
}
