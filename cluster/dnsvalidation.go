package cluster

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// What resolvers support.
const (
	maxNameservers = 3
	maxSearches    = 32
	maxSearchChars = 2048
)

func validateDNS(s *PodSpec, path *field.Path) field.ErrorList {
	c, servers := s.DNSConfig, path.Child("nameservers")
	switch {
	case c == nil && s.DNSPolicy == DNSNone:
		return field.ErrorList{field.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None")}
	case c == nil:
		return nil
	case len(c.Nameservers) == 0 && s.DNSPolicy == DNSNone:
		return field.ErrorList{field.Required(servers,
			"must provide at least one DNS nameserver when `dnsPolicy` is None")}
	}
	var errs field.ErrorList
	if len(c.Nameservers) > maxNameservers {
		errs = append(errs, field.Invalid(servers, c.Nameservers,
			fmt.Sprintf("must not have more than %d nameservers", maxNameservers)))
	}
	for i, server := range c.Nameservers {
		errs = append(errs, validateAddress(server, servers.Index(i))...)
	}
	errs = append(errs, validateSearches(c.Searches, path.Child("searches"))...)
	for i, option := range c.Options {
		if option.Name == "" {
			errs = append(errs, field.Required(path.Child("options").Index(i), notEmpty))
		}
	}
	return errs
}

func validateSearches(searches []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if len(searches) > maxSearches {
		errs = append(errs, field.Invalid(path, searches,
			fmt.Sprintf("must not have more than %d search paths", maxSearches)))
	}
	if len(strings.Join(searches, " ")) > maxSearchChars {
		errs = append(errs, field.Invalid(path, searches, fmt.Sprintf(
			"must not have more than %d characters (including spaces) in the search list", maxSearchChars)))
	}
	for i, search := range searches {
		if search != "." {
			search = strings.TrimSuffix(search, ".")
			errs = append(errs, invalids(path.Index(i), search, searchErrors(search))...)
		}
	}
	return errs
}

// validateAddress judges an IP address.
func validateAddress(text string, path *field.Path) field.ErrorList {
	address, err := netip.ParseAddr(withoutLeadingZeros(text))
	detail := ""
	switch {
	case err != nil || address.Zone() != "":
		detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
	case text != withoutLeadingZeros(text):
		detail = "must not have leading 0s"
	case address.Is4In6():
		detail = "must not be an IPv4-mapped IPv6 address"
	default:
		return nil
	}
	return field.ErrorList{field.Invalid(path, text, detail)}
}
