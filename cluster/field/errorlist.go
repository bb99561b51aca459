package field

import "strings"

// ErrorList is what a validation found, in the order of the object's fields.
type ErrorList []*Error

// Err returns the list as one error, or nil when it is empty. The error prints a single finding
// bare and several as [first, second]; findings that read the same are printed once. Use errors.As
// with a *[Error] to reach the first finding, or with an [ErrorList] to reach all of them.
func (l ErrorList) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error returns the findings as one line; see [ErrorList.Err].
func (l ErrorList) Error() string {
	texts := make([]string, 0, len(l))
	seen := make(map[string]bool, len(l))
	for _, e := range l {
		text := e.Error()
		if !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Unwrap returns the findings, for errors.Is and errors.As.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}
