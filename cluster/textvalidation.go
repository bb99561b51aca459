package cluster

import (
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
)

const alphanumeric = letters + capitals + digits

// consistsOf reports whether a text that is not empty has no other characters.
func consistsOf(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}

// prefixErrors judges what a name of another object begins with.
func prefixErrors(prefix string) []string { return affinity.DNSSubdomainErrors(maskDash(prefix)) }

// maskDash is a prefix as its syntax is judged: it may end in a dash, because random characters come after
// it. NB: the API server then leaves out the character before the dash as well.
func maskDash(prefix string) string {
	if len(prefix) > 1 && strings.HasSuffix(prefix, "-") {
		return prefix[:len(prefix)-2] + "a"
	}
	return prefix
}

// headerErrors judges the name of an HTTP header.
func headerErrors(name string) []string {
	if consistsOf(name, alphanumeric+"-") {
		return nil
	}
	return []string{"a valid HTTP header must consist of alphanumeric characters or '-' " +
		"(e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"}
}

// searchErrors judges a domain in which names are searched: a DNS subdomain whose labels may have
// underscores.
func searchErrors(domain string) []string {
	var errs []string
	const most = 253
	if len(domain) > most {
		errs = append(errs, "must be no more than "+strconv.Itoa(most)+" characters")
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label = strings.TrimPrefix(label, "_"); !isLabelWith(label, "-_") {
			return append(errs, "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "+
				"characters, '_', '-' or '.', and must start and end with an alphanumeric character "+
				"(e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"+
				`(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')`)
		}
	}
	return errs
}

// isLabelWith reports whether a text is lower case letters and digits, with others in between.
func isLabelWith(text, between string) bool {
	const ends = letters + digits
	return consistsOf(text, ends+between) &&
		strings.Contains(ends, text[:1]) && strings.Contains(ends, text[len(text)-1:])
}
