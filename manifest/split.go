package manifest

import "bytes"

// document is the text of one document and the line of the file on which it starts.
type document struct {
	text []byte
	line int
}

// split cuts a stream into its documents, so that a syntax error in one does not hide the others. A
// line that starts with --- in its first column starts a document and one with ... ends it: YAML
// allows neither within a value there. Documents without content are left out.
func split(data []byte) []document {
	var docs []document
	current := document{text: data[:0], line: 1}
	start, opened, content := 0, false, false
	flush := func(end, nextLine int) {
		if content {
			current.text = data[start:end]
			docs = append(docs, current)
		}
		start, current = end, document{line: nextLine}
		opened, content = false, false
	}
	line := 1
	for at := 0; at < len(data); line++ {
		end := lineEnd(data, at)
		text := data[at:end]
		switch {
		case isMarker(text, "---"):
			// Directives and comments belong to the document that the marker starts.
			if opened || content {
				flush(at, line)
			}
			opened, content = true, hasContent(text[3:], opened)
		case isMarker(text, "..."):
			flush(end, line+1)
		default:
			content = content || hasContent(text, opened)
		}
		at = end
	}
	flush(len(data), line)
	return docs
}

// lineEnd returns the offset behind the line break of the line that starts at.
func lineEnd(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

// isMarker reports whether a line consists of the marker alone or starts with it and white space.
func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// hasContent reports whether a line holds more than white space and comments. A directive counts
// only where it is none, within an opened document.
func hasContent(line []byte, opened bool) bool {
	text := bytes.TrimSpace(line)
	if len(text) == 0 || text[0] == '#' {
		return false
	}
	return opened || line[0] != '%'
}
