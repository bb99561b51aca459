package affinity_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
)

// The patterns of the rules, which the hand-written checks are compared with.
var (
	namePattern      = regexp.MustCompile(`^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	labelPattern     = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	subdomainPattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	envVarPattern    = regexp.MustCompile(`^[-._a-zA-Z][-._a-zA-Z0-9]*$`)
	entryPattern     = regexp.MustCompile(`^[-._a-zA-Z0-9]+$`)
	percentPattern   = regexp.MustCompile(`^[0-9]+%$`)
)

// checkSyntax compares all checks with the rules for one text.
func checkSyntax(t require.TestingT, text string) {
	prefix, name, found := strings.Cut(text, "/")
	if !found {
		name = text
	}
	key := len(name) <= 63 && namePattern.MatchString(name) &&
		(!found || len(prefix) <= 253 && subdomainPattern.MatchString(prefix))
	for _, tt := range []struct {
		name string
		want bool
		got  []string
	}{
		{"key", key, affinity.KeyErrors(text)},
		{"value", text == "" || len(text) <= 63 && namePattern.MatchString(text), affinity.ValueErrors(text)},
		{"label", len(text) <= 63 && labelPattern.MatchString(text), affinity.DNSLabelErrors(text)},
		{"subdomain", len(text) <= 253 && subdomainPattern.MatchString(text), affinity.DNSSubdomainErrors(text)},
		{"env", envVarPattern.MatchString(text) && text != "." && !strings.HasPrefix(text, ".."),
			affinity.EnvVarNameErrors(text)},
		{"entry", len(text) <= 253 && entryPattern.MatchString(text) && text != "." && !strings.HasPrefix(text, ".."),
			affinity.ConfigMapKeyErrors(text)},
		{"percent", percentPattern.MatchString(text), affinity.PercentErrors(text)},
	} {
		require.Equal(t, tt.want, len(tt.got) == 0, "%s %q: %v", tt.name, text, tt.got)
	}
	affinity.PortNameErrors(text)
}

func TestSyntax_S1_S2(t *testing.T) {
	for _, text := range []string{
		"", "a", "A", "-a", "a-", "a.b", "a_b", "a/b", "/a", "a/", "a/b/c", "A/b", "a.b/c", "a..b/c",
		"a b", "+5", "007", "1.2", "_x", ".", "..", "..a", "5%", "%", "ä", "\x00", "a\n", "%5%",
		strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 253) + "/k",
		strings.Repeat("a", 254) + "/k", strings.Repeat("a.", 126) + "a", strings.Repeat("a.", 127) + "a",
	} {
		checkSyntax(t, text)
	}
}

func TestSyntaxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkSyntax(t, rapid.StringMatching(`[aA1._/%-]{0,8}`).Draw(t, "text"))
	})
}

func TestDNSLabelNamesTheDots(t *testing.T) {
	require.Equal(t, []string{"must not contain dots"}, affinity.DNSLabelErrors("a.b"))
	require.Equal(t, []string{"must be no more than 63 characters", "must not contain dots"},
		affinity.DNSLabelErrors(strings.Repeat("a.", 40)+"a"))
}

func FuzzSyntax(f *testing.F) {
	for _, text := range []string{"example.com/a", "a_b", "-", "5%", ".."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSyntax(t, text) })
}

func ExampleKeyErrors() {
	fmt.Println(len(affinity.KeyErrors("example.com/role")))
	fmt.Println(affinity.KeyErrors("/role"))
	// Output:
	// 0
	// [prefix part must be non-empty]
}

func BenchmarkKeyErrors(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		affinity.KeyErrors("node.kubernetes.io/instance-type")
	}
}
