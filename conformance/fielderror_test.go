package conformance_test

import "github.com/daemonsim/daemonsim/cluster/field"

// fieldError is a field error as it is recorded.
type fieldError struct {
	Field   string `json:"field"`
	Type    string `json:"type"`
	Detail  string `json:"detail"`
	Message string `json:"message"`
}

// name tells field errors apart in a path.
func (e fieldError) name() string { return e.Field }

func fieldErrors(list field.ErrorList) []fieldError {
	errs := make([]fieldError, len(list))
	for i, e := range list {
		errs[i] = fieldError{e.Field, string(e.Type), e.Detail, e.Message()}
	}
	return errs
}
