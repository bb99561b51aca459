package affinity

import "strings"

// What the API server says about names that break a rule. The texts are part of its interface:
// people search for them.
const (
	namePattern  = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
	labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

	messageName = "must consist of alphanumeric characters, '-', '_' or '.', " +
		"and must start and end with an alphanumeric character " +
		"(e.g. 'MyName',  or 'my.name',  or '123-abc', " +
		"regex used for validation is '" + namePattern + "')"
	messageValue = "a valid label must be an empty string or consist of alphanumeric characters, " +
		"'-', '_' or '.', and must start and end with an alphanumeric character " +
		"(e.g. 'MyValue',  or 'my_value',  or '12345', " +
		"regex used for validation is '(" + namePattern + ")?')"
	messageDNSLabel = "a lowercase RFC 1123 label must consist of lower case alphanumeric " +
		"characters or '-', and must start and end with an alphanumeric character " +
		"(e.g. 'my-name',  or '123-abc', regex used for validation is '" + labelPattern + "')"
	messageDNSSubdomain = "a lowercase RFC 1123 subdomain must consist of lower case " +
		"alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
		"character (e.g. 'example.com', regex used for validation is '" +
		labelPattern + "(\\." + labelPattern + ")*')"
	messageEnvVar = "a valid environment variable name must consist of alphabetic characters, " +
		"digits, '_', '-', or '.', and must not start with a digit " +
		"(e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', " +
		"regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
	messageConfigMapKey = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
		"(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
	messagePercent = "a valid percent string must be a numeric string followed by an ending '%' " +
		"(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
)

// KeyErrors returns what is wrong with key as the key of a label, a taint or an annotation; nil if
// nothing is. A key is a name of 1 to 63 bytes, optionally after a DNS subdomain and a slash.
func KeyErrors(key string) []string {
	if isKey(key) {
		return nil
	}
	var errs []string
	name := key
	if prefix, rest, found := strings.Cut(key, "/"); found {
		name = rest
		if strings.Contains(rest, "/") {
			return []string{"a valid label key " + messageName +
				" with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"}
		}
		if prefix == "" {
			errs = append(errs, "prefix part must be non-empty")
		} else {
			for _, e := range DNSSubdomainErrors(prefix) {
				errs = append(errs, "prefix part "+e)
			}
		}
	}
	if name == "" {
		errs = append(errs, "name part must be non-empty")
	}
	if len(name) > maxNameLength {
		errs = append(errs, "name part must be no more than 63 bytes")
	}
	if !isName(name) {
		errs = append(errs, "name part "+messageName)
	}
	return errs
}

// ValueErrors returns what is wrong with value as the value of a label or taint; nil if nothing
// is. A value is empty or a name of at most 63 bytes.
func ValueErrors(value string) []string {
	var errs []string
	if len(value) > maxNameLength {
		errs = append(errs, "must be no more than 63 bytes")
	}
	if value != "" && !isName(value) {
		errs = append(errs, messageValue)
	}
	return errs
}

// DNSLabelErrors returns what is wrong with name as a DNS label (RFC 1123), the syntax of
// namespaces and containers; nil if nothing is.
func DNSLabelErrors(name string) []string {
	var errs []string
	if len(name) > maxNameLength {
		errs = append(errs, "must be no more than 63 characters")
	}
	switch {
	case isDNSLabel(name):
	case isDNSSubdomain(name):
		errs = append(errs, "must not contain dots")
	default:
		errs = append(errs, messageDNSLabel)
	}
	return errs
}

// DNSSubdomainErrors returns what is wrong with name as a DNS subdomain (RFC 1123), the syntax of
// most object names; nil if nothing is.
func DNSSubdomainErrors(name string) []string {
	var errs []string
	if len(name) > maxSubdomainLength {
		errs = append(errs, "must be no more than 253 characters")
	}
	if !isDNSSubdomain(name) {
		errs = append(errs, messageDNSSubdomain)
	}
	return errs
}

// PortNameErrors returns what is wrong with name as the name of a container port; nil if nothing
// is.
func PortNameErrors(name string) []string {
	var errs []string
	if len(name) > 15 {
		errs = append(errs, "must be no more than 15 characters")
	}
	only, letter := name != "", false
	for i := range len(name) {
		only = only && (isLowerAlnum(name[i]) || name[i] == '-')
		letter = letter || (name[i] >= 'a' && name[i] <= 'z')
	}
	if !only {
		errs = append(errs, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
	}
	if !letter {
		errs = append(errs, "must contain at least one letter (a-z)")
	}
	if strings.Contains(name, "--") {
		errs = append(errs, "must not contain consecutive hyphens")
	}
	if strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") {
		errs = append(errs, "must not begin or end with a hyphen")
	}
	return errs
}

// EnvVarNameErrors returns what is wrong with name as the name of an environment variable, by the
// strict rule; nil if nothing is.
func EnvVarNameErrors(name string) []string {
	var errs []string
	valid := name != "" && (name[0] < '0' || name[0] > '9')
	for i := range len(name) {
		valid = valid && (isNameByte(name[i]))
	}
	if !valid {
		errs = append(errs, messageEnvVar)
	}
	return append(errs, dotErrors(name)...)
}

// ConfigMapKeyErrors returns what is wrong with key as the name of an entry of a ConfigMap or Secret; nil if
// nothing is.
func ConfigMapKeyErrors(key string) []string {
	var errs []string
	if len(key) > maxSubdomainLength {
		errs = append(errs, "must be no more than 253 characters")
	}
	valid := key != ""
	for i := range len(key) {
		valid = valid && isNameByte(key[i])
	}
	if !valid {
		errs = append(errs, messageConfigMapKey)
	}
	return append(errs, dotErrors(key)...)
}

// dotErrors refuses names that would lead out of a directory.
func dotErrors(name string) []string {
	switch {
	case name == ".":
		return []string{"must not be '.'"}
	case name == "..":
		return []string{"must not be '..'"}
	case strings.HasPrefix(name, ".."):
		return []string{"must not start with '..'"}
	}
	return nil
}

// PercentErrors returns what is wrong with text as a percentage such as "10%"; nil if nothing is.
func PercentErrors(text string) []string {
	digits, found := strings.CutSuffix(text, "%")
	valid := found && digits != ""
	for i := range len(digits) {
		valid = valid && digits[i] >= '0' && digits[i] <= '9'
	}
	if valid {
		return nil
	}
	return []string{messagePercent}
}

// Lengths in bytes.
const (
	maxNameLength      = 63
	maxSubdomainLength = 253
)

// isKey reports whether key has no errors, without building any message.
func isKey(key string) bool {
	slash := strings.IndexByte(key, '/')
	if slash >= 0 {
		if slash > maxSubdomainLength || !isDNSSubdomain(key[:slash]) {
			return false
		}
		key = key[slash+1:]
	}
	return len(key) <= maxNameLength && isName(key)
}

// isValue reports whether value has no errors, without building any message.
func isValue(value string) bool {
	return value == "" || len(value) <= maxNameLength && isName(value)
}

// isName reports whether s is letters, digits, '-', '_' and '.', a letter or digit at both ends.
func isName(s string) bool {
	if s == "" || !isAlnum(s[0]) || !isAlnum(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

// isDNSSubdomain reports whether s is DNS labels with dots between them, of any length.
func isDNSSubdomain(s string) bool {
	for {
		dot := strings.IndexByte(s, '.')
		if dot < 0 {
			return isDNSLabel(s)
		}
		if !isDNSLabel(s[:dot]) {
			return false
		}
		s = s[dot+1:]
	}
}

// isDNSLabel reports whether s is lower-case letters, digits and '-', none of the latter at an
// end, of any length.
func isDNSLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !isLowerAlnum(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return isAlnum(c) || c == '-' || c == '_' || c == '.'
}

func isAlnum(c byte) bool {
	return isLowerAlnum(c) || c >= 'A' && c <= 'Z'
}

func isLowerAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}
