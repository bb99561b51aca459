package manifest

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster/field"
	"go.yaml.in/yaml/v3"
)

// file is one file while it is being read.
type file struct {
	name string
	opts Options
	// schemas holds what is known of the Go types met so far.
	schemas schemas
	// values counts the values of all documents; see [MaxValues].
	values int
	// object is "Kind/name" of the object that is being read.
	object string
	// dropped are the fields of that object which are left out.
	dropped []Dropped
	// leftOut are those that its kind does not have; see [Options.LeaveUnknown].
	leftOut []Dropped
	// failed are the fields of that object which could not be read.
	failed []string
	set    Set
	errs   ErrorList
	// more counts the mistakes beyond [MaxMistakes].
	more int
}

// Decode reads a file of Kubernetes YAML or JSON: any number of documents, and lists of objects,
// which come out flattened. The name is for messages. It reports every mistake of form at once, as
// an [ErrorList]: unknown fields, values of the wrong type, kinds without a version. Whether the objects
// make sense is for [Parse] to say. The objects come out as they are written, without defaults.
func Decode(name string, data []byte, opts Options) (*Set, error) {
	f := decodeFile(File{Name: name, Data: data}, opts)
	if err := f.mistakes().err(); err != nil {
		return nil, err
	}
	return &f.set, nil
}

func decodeFile(in File, opts Options) *file {
	f := &file{name: in.Name, opts: opts, schemas: make(schemas)}
	if len(in.Data) > MaxFileBytes {
		f.addAt(1, 1, fmt.Sprintf("the file has more than %d bytes", MaxFileBytes))
		return f
	}
	if text, ok := f.checkEncoding(in.Data); ok {
		f.decode(text)
	}
	return f
}

func (f *file) decode(text []byte) {
	docs := split(text)
	if len(docs) > MaxDocuments {
		f.addAt(docs[MaxDocuments].line, 1,
			fmt.Sprintf("%d documents; at most %d are allowed", len(docs), MaxDocuments))
		return
	}
	found := false
	for _, doc := range docs {
		f.object = ""
		errors := len(f.errs)
		for _, root := range f.parseDocument(doc) {
			found = f.decodeRoot(root) || found
		}
		found = found || len(f.errs) > errors
	}
	if !found {
		f.addAt(1, 1, "no objects in this file")
	}
}

// decodeRoot reads the tree of one document and reports whether there is anything in it.
func (f *file) decodeRoot(root *yaml.Node) bool {
	f.object = ""
	if !f.withinBounds(root) {
		return true
	}
	if isNull(root) {
		return false
	}
	f.decodeObject(root, nil, header{})
	return true
}

// mistakes lists the mistakes in order.
func (f *file) mistakes() ErrorList {
	list := f.errs.sorted()
	if f.more > 0 {
		list = append(list, &Error{File: f.name, Msg: "and " + plural(f.more, "more mistake")})
	}
	return list
}

// addError adds a mistake, as long as there are not too many.
func (f *file) addError(e *Error) {
	if len(f.errs) == MaxMistakes {
		f.more++
		return
	}
	f.errs = append(f.errs, e)
}

// addAt adds a mistake that concerns no field.
func (f *file) addAt(line, column int, msg string) {
	f.addError(&Error{File: f.name, Line: line, Column: column, Object: f.object, Msg: msg})
}

// add adds a mistake about the field at a path. The position is that of the node at, the value that
// of the node value, which may be nil.
func (f *file) add(at *yaml.Node, path *field.Path, value *yaml.Node, msg string) {
	e := &Error{
		File: f.name, Line: at.Line, Column: at.Column, Object: f.object,
		Field: path.String(), Msg: msg,
	}
	if value != nil {
		e.Value = shown(value)
	}
	f.addError(e)
}
