package patch

// Merge lays a patch over a document, as RFC 7386 says: objects are merged field by field, a null takes a
// field away, and everything else replaces what was there, lists as a whole.
func Merge(doc, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	fields, _ := doc.(map[string]any)
	merged := make(map[string]any, len(fields)+len(changes))
	for key, value := range fields {
		merged[key] = value
	}
	for key, value := range changes {
		if value == nil {
			delete(merged, key)
		} else {
			merged[key] = Merge(merged[key], value)
		}
	}
	return merged
}
