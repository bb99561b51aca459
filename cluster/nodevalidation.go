package cluster

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// Validate reports everything that is wrong with the node. NB: taints are reported below metadata, as
// the API server does.
func (n *Node) Validate() field.ErrorList {
	meta := field.NewPath("metadata")
	errs := ValidateMeta(&n.ObjectMeta, ClusterScoped, meta)
	errs = append(errs, n.validateTaints(meta)...)
	errs = append(errs, n.validateResources()...)
	return append(errs, n.validatePodCIDRs(field.NewPath("spec", "podCIDRs"))...)
}

// ValidateUpdate reports everything that is wrong with the node as the next version of old. What has been
// set of the pods' address ranges and the provider's ID stays.
func (n *Node) ValidateUpdate(old Object) field.ErrorList {
	was, meta, spec := old.(*Node), field.NewPath("metadata"), field.NewPath("spec")
	errs := ValidateMetaUpdate(&n.ObjectMeta, &was.ObjectMeta, meta)
	errs = append(errs, n.validateTaints(meta)...)
	errs = append(errs, n.validateResources()...)
	errs = append(errs, n.validatePodCIDRs(spec.Child("podCIDRs"))...)
	errs = append(errs, n.validateAddresses(field.NewPath("status", "addresses"))...)
	if before := was.podCIDRs(); len(before) > 0 && !slices.Equal(before, n.podCIDRs()) {
		errs = append(errs, field.Forbidden(spec.Child("podCIDRs"),
			`node updates may not change podCIDR except from "" to valid`))
	}
	return append(errs, n.validateProvider(was.Spec.ProviderID, spec.Child("providerID"))...)
}

func (n *Node) validateProvider(old string, path *field.Path) field.ErrorList {
	switch n.Spec.ProviderID {
	case old:
		return nil
	case "":
		return field.ErrorList{field.Invalid(path, nil, "field cannot be cleared once set")}
	}
	if old == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, nil, "field cannot be modified once set")}
}

// annotationTaints is where taints stood before they had a field.
const annotationTaints = "scheduler.alpha.kubernetes.io/taints"

func (n *Node) validateTaints(meta *field.Path) field.ErrorList {
	var errs field.ErrorList
	if text := n.Annotations[annotationTaints]; text != "" {
		at := meta.Child("annotations")
		var old []taints.Taint
		if err := json.Unmarshal([]byte(text), &old); err != nil {
			errs = append(errs, field.Invalid(at, annotationTaints,
				strings.ReplaceAll(err.Error(), "taints.Taint", "core.Taint")))
		} else if len(old) > 0 {
			errs = taintErrors(at.Child(annotationTaints), taints.ValidateTaints(old))
		}
	}
	if len(n.Spec.Taints) > 0 {
		errs = append(errs, taintErrors(meta.Child("taints"), taints.ValidateTaints(n.Spec.Taints))...)
	}
	return errs
}

func (n *Node) validateResources() field.ErrorList {
	if n.Status.Capacity.sound() && n.Status.Allocatable.sound() {
		return nil
	}
	var errs field.ErrorList
	for _, list := range [...]struct {
		name      string
		resources ResourceList
	}{{"capacity", n.Status.Capacity}, {"allocatable", n.Status.Allocatable}} {
		path := field.NewPath("status", list.name)
		for _, name := range list.resources.names() {
			errs = append(errs, validateAmount(name, list.resources[name], path.Child(string(name)))...)
		}
	}
	return errs
}

// sound recognizes amounts without mistakes, which nearly all of them are, and costs nothing.
func (l ResourceList) sound() bool {
	for name, amount := range l { //house:ok every amount has to be sound, in whatever order
		if len(validateAmount(name, amount, nil)) > 0 {
			return false
		}
	}
	return true
}

// podCIDRs is the list, unless the older field for a single range says something else.
func (n *Node) podCIDRs() []string {
	one, all := n.Spec.PodCIDR, n.Spec.PodCIDRs
	if one != "" && (len(all) == 0 || all[0] != one) {
		return []string{one}
	}
	return all
}

func (n *Node) validatePodCIDRs(path *field.Path) field.ErrorList {
	ranges := n.podCIDRs()
	if len(ranges) == 0 {
		return nil
	}
	var errs field.ErrorList
	var malformed error
	families := make(map[bool]bool)
	for i, text := range ranges {
		prefix, err := netip.ParsePrefix(withoutLeadingZeros(text))
		if detail := rangeError(text, prefix, err); detail != "" {
			errs = append(errs, field.Invalid(path.Index(i), text, detail))
		}
		if err != nil {
			if malformed == nil {
				malformed = fmt.Errorf("invalid CIDR[%d]: <nil> (invalid CIDR address: %s)", i, text)
			}
			continue
		}
		families[prefix.Addr().Unmap().Is4()] = true
	}
	if len(ranges) < 2 {
		return errs
	}
	if malformed != nil {
		errs = append(errs, field.InternalError(path, fmt.Errorf(
			"invalid PodCIDRs. failed to check with dual stack with error:%w", malformed)))
	}
	if len(ranges) > 2 || malformed != nil || len(families) < 2 {
		errs = append(errs, field.Invalid(path, ranges,
			"may specify no more than one CIDR for each IP family"))
	}
	return errs
}

// rangeError says what is wrong with a range of addresses; "" when nothing is.
func rangeError(text string, prefix netip.Prefix, err error) string {
	switch {
	case err != nil:
		return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
	case text != withoutLeadingZeros(text):
		return "must not have leading 0s in IP or prefix length"
	case prefix.Addr().Is4In6():
		return "must not have an IPv4-mapped IPv6 address"
	case prefix.Addr() != prefix.Masked().Addr():
		return "must not have bits set beyond the prefix length"
	}
	return ""
}

// withoutLeadingZeros is an address as the API server reads it: 010.0.0.1 is 10.0.0.1.
func withoutLeadingZeros(text string) string {
	if strings.Contains(text, ":") {
		return text
	}
	address, length, slash := strings.Cut(text, "/")
	parts := strings.Split(address, ".")
	for i, part := range parts {
		if short := strings.TrimLeft(part, "0"); short != "" {
			parts[i] = short
		} else if part != "" {
			parts[i] = "0"
		}
	}
	text = strings.Join(parts, ".")
	if slash {
		text += "/" + length
	}
	return text
}

func (n *Node) validateAddresses(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, address := range n.Status.Addresses {
		if slices.Contains(n.Status.Addresses[:i], address) {
			errs = append(errs, field.Duplicate(path.Index(i), field.Internal(address)))
		}
	}
	return errs
}
