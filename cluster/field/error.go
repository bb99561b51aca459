package field

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// ErrorType is the machine-readable kind of an [Error]. The values are those that the API server
// returns as the reason of a cause.
type ErrorType string

const (
	// ErrorTypeNotFound reports a reference to something that does not exist.
	ErrorTypeNotFound ErrorType = "FieldValueNotFound"
	// ErrorTypeRequired reports a value that must be given and is not.
	ErrorTypeRequired ErrorType = "FieldValueRequired"
	// ErrorTypeDuplicate reports a value that must be unique and is not.
	ErrorTypeDuplicate ErrorType = "FieldValueDuplicate"
	// ErrorTypeInvalid reports a value that breaks a rule: syntax, range, agreement with others.
	ErrorTypeInvalid ErrorType = "FieldValueInvalid"
	// ErrorTypeNotSupported reports a value that is not one of an enumeration.
	ErrorTypeNotSupported ErrorType = "FieldValueNotSupported"
	// ErrorTypeForbidden reports a value that would be valid but may not be used here.
	ErrorTypeForbidden ErrorType = "FieldValueForbidden"
	// ErrorTypeTooLong reports a text that is too long; the text itself is not repeated.
	ErrorTypeTooLong ErrorType = "FieldValueTooLong"
	// ErrorTypeTooMany reports a list with too many items.
	ErrorTypeTooMany ErrorType = "FieldValueTooMany"
	// ErrorTypeTypeInvalid reports a value of the wrong type.
	ErrorTypeTypeInvalid ErrorType = "FieldValueTypeInvalid"
	// ErrorTypeInternal reports that the validation itself failed.
	ErrorTypeInternal ErrorType = "InternalError"
)

// String returns the words that open a message of this kind, such as "Invalid value". An unknown
// kind is returned as it is.
func (t ErrorType) String() string {
	switch t {
	case ErrorTypeNotFound:
		return "Not found"
	case ErrorTypeRequired:
		return "Required value"
	case ErrorTypeDuplicate:
		return "Duplicate value"
	case ErrorTypeInvalid, ErrorTypeTypeInvalid:
		return "Invalid value"
	case ErrorTypeNotSupported:
		return "Unsupported value"
	case ErrorTypeForbidden:
		return "Forbidden"
	case ErrorTypeTooLong:
		return "Too long"
	case ErrorTypeTooMany:
		return "Too many"
	case ErrorTypeInternal:
		return "Internal error"
	default:
		return string(t)
	}
}

// showsValue reports whether messages of this kind repeat the offending value.
func (t ErrorType) showsValue() bool {
	switch t {
	case ErrorTypeRequired, ErrorTypeForbidden, ErrorTypeTooLong, ErrorTypeInternal:
		return false
	default:
		return true
	}
}

// Error is one finding about one field.
type Error struct {
	// Type is the kind of finding.
	Type ErrorType
	// Field is the text of the path to the field; empty for the object as a whole.
	Field string
	// BadValue is the value found there. Kinds that do not show a value ignore it.
	BadValue any
	// Detail explains; it may be empty.
	Detail string
}

// Error returns the field, a colon and the [Error.Message]; only the message if there is no field.
func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message()
	}
	return e.Field + ": " + e.Message()
}

// Message returns what is wrong without saying where: the kind's words, the value if this kind
// shows it, the detail if there is one.
func (e *Error) Message() string {
	text := e.Type.String()
	if e.Type.showsValue() {
		text += ": " + valueText(e.BadValue)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// NotFound reports that value, found at path, names something that does not exist.
func NotFound(path *Path, value any) *Error {
	return &Error{Type: ErrorTypeNotFound, Field: path.String(), BadValue: value}
}

// Required reports that there is no value at path but must be one. The detail may be empty.
func Required(path *Path, detail string) *Error {
	return &Error{Type: ErrorTypeRequired, Field: path.String(), BadValue: "", Detail: detail}
}

// Duplicate reports that value, found at path, stands elsewhere already.
func Duplicate(path *Path, value any) *Error {
	return &Error{Type: ErrorTypeDuplicate, Field: path.String(), BadValue: value}
}

// Invalid reports that value, found at path, breaks the rule stated in detail.
func Invalid(path *Path, value any, detail string) *Error {
	return &Error{Type: ErrorTypeInvalid, Field: path.String(), BadValue: value, Detail: detail}
}

// TypeInvalid reports that value, found at path, is of the wrong type.
func TypeInvalid(path *Path, value any, detail string) *Error {
	return &Error{Type: ErrorTypeTypeInvalid, Field: path.String(), BadValue: value, Detail: detail}
}

// NotSupported reports that value, found at path, is none of the supported values. They are
// listed in the given order; without any the detail is empty.
func NotSupported(path *Path, value any, supported ...string) *Error {
	detail := ""
	if len(supported) > 0 {
		quoted := make([]string, len(supported))
		for i, s := range supported {
			quoted[i] = strconv.Quote(s)
		}
		detail = "supported values: " + strings.Join(quoted, ", ")
	}
	return &Error{
		Type: ErrorTypeNotSupported, Field: path.String(), BadValue: value, Detail: detail,
	}
}

// Forbidden reports that what stands at path may not be used here.
func Forbidden(path *Path, detail string) *Error {
	return &Error{Type: ErrorTypeForbidden, Field: path.String(), BadValue: "", Detail: detail}
}

// TooLong reports that the text at path has more than maxBytes bytes. With a negative maxBytes
// the message does not name the limit.
func TooLong(path *Path, value any, maxBytes int) *Error {
	detail := "value is too long"
	if maxBytes >= 0 {
		detail = fmt.Sprintf("may not be more than %d bytes", maxBytes)
	}
	return &Error{Type: ErrorTypeTooLong, Field: path.String(), BadValue: value, Detail: detail}
}

// TooMany reports that the list at path has actual items where maxItems are allowed. With a
// negative maxItems the message does not name the limit.
func TooMany(path *Path, actual, maxItems int) *Error {
	detail := "has too many items"
	if maxItems >= 0 {
		plural := "s"
		if maxItems == 1 {
			plural = ""
		}
		detail = fmt.Sprintf("must have at most %d item%s", maxItems, plural)
	}
	return &Error{Type: ErrorTypeTooMany, Field: path.String(), BadValue: actual, Detail: detail}
}

// InternalError reports that the value at path could not be judged because of err.
func InternalError(path *Path, err error) *Error {
	return &Error{Type: ErrorTypeInternal, Field: path.String(), Detail: err.Error()}
}

// valueText prints a value for a message: strings quoted as Go does, nil and nil pointers as
// null, everything else as JSON, which leaves numbers and booleans bare.
func valueText(value any) string {
	v := reflect.ValueOf(value)
	for v.IsValid() && v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "null"
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return "null"
	}
	if v.Kind() == reflect.String && !isMarshaler(v) {
		return strconv.Quote(v.String())
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		// What JSON cannot say (a NaN, a function) is still worth a word in a message.
		return fmt.Sprintf("%v", v.Interface())
	}
	return string(text)
}

// isMarshaler reports whether the value chooses its own JSON.
func isMarshaler(v reflect.Value) bool {
	_, ok := v.Interface().(json.Marshaler)
	return ok
}
