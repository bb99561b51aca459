package rollout

import "fmt"

// Describe is a planner in words: what its String method says if it has one, else its name. Two planners
// with equal descriptions count as equal.
func Describe(p Planner) string {
	if s, ok := p.(fmt.Stringer); ok {
		return s.String()
	}
	return p.Name()
}
