package cluster

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// text is a field that must not be empty.
type text struct{ name, value string }

func requiredAll(path *field.Path, fields ...text) field.ErrorList {
	var errs field.ErrorList
	for _, f := range fields {
		errs = append(errs, required(path.Child(f.name), f.value)...)
	}
	return errs
}

const maxPartition = 255

func validatePartition(n int32, path *field.Path) field.ErrorList {
	if n >= 0 && n <= maxPartition {
		return nil
	}
	return field.ErrorList{field.Invalid(path, n, "must be between 1 and 255, inclusive")}
}

func (s *GitRepoVolumeSource) validate(path *field.Path) field.ErrorList {
	return append(required(path.Child("repository"), s.Repository), localPath(s.Directory,
		path.Child("directory"))...)
}

func (s *GCEPersistentDiskVolumeSource) validate(path *field.Path) field.ErrorList {
	return append(required(path.Child("pdName"), s.PDName), validatePartition(s.Partition,
		path.Child("partition"))...)
}

func (s *AWSElasticBlockStoreVolumeSource) validate(path *field.Path) field.ErrorList {
	return append(required(path.Child("volumeID"), s.VolumeID), validatePartition(s.Partition,
		path.Child("partition"))...)
}

func (s *ISCSIVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("targetPortal"), s.TargetPortal)
	errs = append(errs, requiredName(path.Child("iqn"), s.IQN, initiatorErrors)...)
	errs = append(errs, inRange(path.Child("lun"), int64(s.Lun), 0, maxPartition)...)
	if (s.DiscoveryCHAPAuth || s.SessionCHAPAuth) && s.SecretRef == nil {
		errs = append(errs, field.Required(path.Child("secretRef"), ""))
	}
	if n := s.InitiatorName; n != nil {
		errs = append(errs, invalids(path.Child("initiatorname"), *n, initiatorErrors(*n))...)
	}
	return errs
}

// initiatorErrors judges the name of one end of a connection to block storage.
func initiatorErrors(name string) []string {
	const format = "must be valid format"
	isHex := func(text string, lengths ...int) bool {
		return slices.Contains(lengths, len(text)) && consistsOf(text, digits+"abcdefABCDEF")
	}
	ok := false
	switch {
	case strings.HasPrefix(name, "iqn"):
		ok = isQualified(name)
	case strings.HasPrefix(name, "eui"):
		ok = isHex(strings.TrimPrefix(name, "eui."), 16)
	case strings.HasPrefix(name, "naa"):
		ok = isHex(strings.TrimPrefix(name, "naa."), 32, 16)
	default:
		return []string{format + " starting with iqn, eui, or naa"}
	}
	if ok {
		return nil
	}
	return []string{format}
}

// isQualified reports whether a name reads iqn.YEAR-MONTH.DOMAIN, with more after a colon.
func isQualified(name string) bool {
	rest, ok := strings.CutPrefix(name, "iqn.")
	const date = len("2001-04.")
	if !ok || len(rest) <= date || !consistsOf(rest[:4], digits) || rest[4] != '-' ||
		!consistsOf(rest[5:7], digits) || rest[7] != '.' {
		return false
	}
	domain, more, found := strings.Cut(rest[date:], ":")
	if found && (more == "" || strings.ContainsAny(more, "\n")) {
		return false
	}
	return consistsOf(domain, alphanumeric+".-") && !strings.Contains(domain, "..")
}

func (s *GlusterfsVolumeSource) validate(path *field.Path) field.ErrorList {
	return requiredAll(path, text{"endpoints", s.EndpointsName}, text{"path", s.Path})
}

func (s *FlockerVolumeSource) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case s.DatasetName == "" && s.DatasetUUID == "":
		errs = append(errs, field.Required(path, "one of datasetName and datasetUUID is required"))
	case s.DatasetName != "" && s.DatasetUUID != "":
		errs = append(errs, field.Invalid(path, "resource",
			"datasetName and datasetUUID can not be specified simultaneously"))
	}
	if strings.Contains(s.DatasetName, "/") {
		errs = append(errs, field.Invalid(path.Child("datasetName"), s.DatasetName, "must not contain '/'"))
	}
	return errs
}

func validateMonitors(monitors []string, path *field.Path) field.ErrorList {
	if len(monitors) > 0 {
		return nil
	}
	return field.ErrorList{field.Required(path.Child("monitors"), "")}
}

func (s *RBDVolumeSource) validate(path *field.Path) field.ErrorList {
	return append(validateMonitors(s.CephMonitors, path), required(path.Child("image"), s.RBDImage)...)
}

func (s *CephFSVolumeSource) validate(path *field.Path) field.ErrorList {
	return validateMonitors(s.Monitors, path)
}

func validateSecretRef(ref *LocalObjectReference, path *field.Path) field.ErrorList {
	if ref == nil {
		return nil
	}
	return required(path.Child("secretRef", "name"), ref.Name)
}

func (s *CinderVolumeSource) validate(path *field.Path) field.ErrorList {
	return append(required(path.Child("volumeID"), s.VolumeID), validateSecretRef(s.SecretRef, path)...)
}

const maxTenant = 64

func (s *QuobyteVolumeSource) validate(path *field.Path) field.ErrorList {
	const pairs = "must be a host:port pair or multiple pairs separated by commas"
	var errs field.ErrorList
	registry := path.Child("registry")
	switch {
	case s.Registry == "":
		errs = append(errs, field.Required(registry, pairs))
	case len(s.Tenant) > maxTenant:
		errs = append(errs, field.Required(path.Child("tenant"),
			"must be a UUID and may not exceed a length of 64 characters"))
	default:
		for pair := range strings.SplitSeq(s.Registry, ",") {
			if !isHostPort(pair) {
				errs = append(errs, field.Invalid(registry, s.Registry, pairs))
			}
		}
	}
	return append(errs, required(path.Child("volume"), s.Volume)...)
}

// isHostPort reports whether a text is a host and a port, with brackets around a host that has colons.
func isHostPort(pair string) bool {
	i := strings.LastIndex(pair, ":")
	if i < 0 {
		return false
	}
	host := pair[:i]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && !strings.ContainsAny(inner, "[]")
	}
	return !strings.ContainsAny(host, ":[]") && !strings.ContainsAny(pair[i:], "[]")
}

func (s *FCVolumeSource) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := path.Child("targetWWNs")
	switch {
	case len(s.TargetWWNs) == 0 && len(s.WWIDs) == 0:
		errs = append(errs, field.Required(names, "must specify either targetWWNs or wwids, but not both"))
	case len(s.TargetWWNs) > 0 && len(s.WWIDs) > 0:
		errs = append(errs, field.Invalid(names, s.TargetWWNs,
			"targetWWNs and wwids can not be specified simultaneously"))
	}
	switch {
	case len(s.TargetWWNs) == 0:
	case s.Lun == nil:
		errs = append(errs, field.Required(path.Child("lun"), "lun is required if targetWWNs is specified"))
	default:
		errs = append(errs, inRange(path.Child("lun"), int64(*s.Lun), 0, maxPartition)...)
	}
	return errs
}

func (s *FlexVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("driver"), s.Driver)
	for _, key := range sortedKeys(s.Options) {
		prefix, _, _ := strings.Cut(key, "/")
		dotted := "." + strings.ToLower(prefix)
		if strings.HasSuffix(dotted, ".kubernetes.io") || strings.HasSuffix(dotted, ".k8s.io") {
			errs = append(errs, field.Invalid(path.Child("options").Key(key), key,
				"kubernetes.io and k8s.io namespaces are reserved"))
		}
	}
	return errs
}

func (s *AzureFileVolumeSource) validate(path *field.Path) field.ErrorList {
	return requiredAll(path, text{"secretName", s.SecretName}, text{"shareName", s.ShareName})
}

func (s *VsphereVirtualDiskVolumeSource) validate(path *field.Path) field.ErrorList {
	return required(path.Child("volumePath"), s.VolumePath)
}

func (s *PhotonPersistentDiskVolumeSource) validate(path *field.Path) field.ErrorList {
	return required(path.Child("pdID"), s.PdID)
}

func (s *PortworxVolumeSource) validate(path *field.Path) field.ErrorList {
	return required(path.Child("volumeID"), s.VolumeID)
}

func (s *AzureDiskVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := requiredAll(path, text{"diskName", s.DiskName}, text{"diskURI", s.DataDiskURI})
	errs = append(errs, validateChoice(s.CachingMode, path.Child("cachingMode"), "None", "ReadOnly",
		"ReadWrite")...)
	errs = append(errs, validateChoice(s.Kind, path.Child("kind"), "Dedicated", "Managed", "Shared")...)
	uri := path.Child("diskURI")
	switch managed := s.Kind != nil && *s.Kind == "Managed"; {
	case s.Kind == nil:
	case managed && !strings.HasPrefix(s.DataDiskURI, "/subscriptions/"):
		errs = append(errs, notSupported(uri, s.DataDiskURI,
			"/subscriptions/{sub-id}/resourcegroups/{group-name}"+
				"/providers/microsoft.compute/disks/{disk-id}")...)
	case !managed && !strings.HasPrefix(s.DataDiskURI, "https://"):
		errs = append(errs, notSupported(uri, s.DataDiskURI,
			"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")...)
	}
	return errs
}

func (s *StorageOSVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := requiredName(path.Child("volumeName"), s.VolumeName, affinity.DNSLabelErrors)
	errs = append(errs, optionalName(path.Child("volumeNamespace"), s.VolumeNamespace,
		affinity.DNSLabelErrors)...)
	return append(errs, validateSecretRef(s.SecretRef, path)...)
}

func (s *ScaleIOVolumeSource) validate(path *field.Path) field.ErrorList {
	return requiredAll(path, text{"gateway", s.Gateway}, text{"system", s.System},
		text{"volumeName", s.VolumeName})
}
