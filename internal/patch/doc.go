// Package patch changes JSON documents in the ways in which kubectl and an API server do.
//
// There are three kinds of patches: [JSON] applies a list of operations (RFC 6902), [Merge] lays one
// document over another (RFC 7386), and [Strategic] does so with a [Schema], which says of some lists that
// their items are told apart by a key instead of being replaced as a whole. [Apply] merges three
// documents, as kubectl apply does: what somebody asked for last, what they ask for now, and what there is.
//
// Documents are what encoding/json makes of JSON with UseNumber: nil, bool, string, [json.Number], []any
// and map[string]any. None is changed; a result may share memory with what it was made of, so it is for
// reading, or for [Clone].
//
// # Guarantees
//
// Equal documents give equal results and equal errors: no walk over a map has an effect. No document and no
// patch makes the package panic, as long as they nest no deeper than a parser allows.
//
// # Differences from Kubernetes
//
// A strategic patch does not know the fields of an object but those whose lists merge: a field of another
// name is merged like any other. What becomes of it is for the one who reads the result to say.
package patch
