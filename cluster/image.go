package cluster

import "strings"

// defaultPullPolicy is how an image is pulled when nothing is said about it: always if it has the tag
// latest, or neither tag nor digest. A name that is none has no tag either, but it is not latest.
func defaultPullPolicy(image string) PullPolicy {
	tag, ok := imageTag(image)
	if ok && tag == "latest" {
		return PullAlways
	}
	return PullIfNotPresent
}

// imageTag returns the tag of an image, which is latest when it has neither tag nor digest; ok is
// false when the text does not name an image.
func imageTag(image string) (tag string, ok bool) {
	name, digest, hasDigest := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
		if !isTag(tag) {
			return "", false
		}
	}
	if !isRepository(name) || hasDigest && !isDigest(digest) {
		return "", false
	}
	if tag == "" && !hasDigest {
		tag = "latest"
	}
	return tag, true
}

const (
	maxTagLength        = 128
	maxRepositoryLength = 255
	hexDigestLength     = 64
)

func isTag(s string) bool {
	if s == "" || len(s) > maxTagLength || s[0] == '.' || s[0] == '-' {
		return false
	}
	return strings.Trim(s, letters+capitals+digits+"_.-") == ""
}

const (
	letters  = "abcdefghijklmnopqrstuvwxyz"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits   = "0123456789"
)

// isDigest reports whether s is an algorithm, a colon and at least 32 hexadecimal digits; for the
// usual algorithms their number is known.
func isDigest(s string) bool {
	algorithm, hex, ok := strings.Cut(s, ":")
	if !ok || algorithm == "" || len(hex) < hexDigestLength/2 {
		return false
	}
	want := map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}[algorithm]
	return strings.Trim(hex, digits+"abcdefABCDEF") == "" && (want == 0 || want == len(hex))
}

// isRepository reports whether s is a name with an optional host in front of it.
func isRepository(s string) bool {
	if s == "" || len(s) > maxRepositoryLength || isHex(s) {
		return false
	}
	if host, rest, ok := strings.Cut(s, "/"); ok && isHostLike(host) {
		if !isHost(host) {
			return false
		}
		s = rest
	}
	for component := range strings.SplitSeq(s, "/") {
		if !isPathComponent(component) {
			return false
		}
	}
	return true
}

// isHex reports whether s could be mistaken for the digest of an image.
func isHex(s string) bool {
	return len(s) == hexDigestLength && strings.Trim(s, digits+"abcdef") == ""
}

// isHostLike tells a host from the first part of a path.
func isHostLike(s string) bool {
	return strings.ContainsAny(s, ".:") || s == "localhost" || strings.ToLower(s) != s
}

func isHost(s string) bool {
	name, port, hasPort := strings.Cut(s, ":")
	if hasPort && (port == "" || strings.Trim(port, digits) != "") {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, letters+capitals+digits+"-") != "" ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// isPathComponent reports whether s is lower-case letters and digits in groups, which are separated
// by a dot, by one or two underscores or by dashes.
func isPathComponent(s string) bool {
	if s == "" || strings.Trim(s, letters+digits+"._-") != "" {
		return false
	}
	for s != "" {
		rest := strings.TrimLeft(s, letters+digits)
		if len(rest) == len(s) {
			return false
		}
		if rest == "" {
			return true
		}
		s = strings.TrimLeft(rest, "._-")
		switch separator := rest[:len(rest)-len(s)]; {
		case separator == ".", separator == "_", separator == "__":
		case strings.Trim(separator, "-") == "":
		default:
			return false
		}
	}
	return false
}
