package cluster

import (
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// validateVolumes judges the volumes and returns those without a mistake by name, for the mounts.
func validateVolumes(volumes []Volume, path *field.Path) (map[string]*Volume, field.ErrorList) {
	valid := make(map[string]*Volume, len(volumes))
	var errs field.ErrorList
	for i := range volumes {
		v, at := &volumes[i], path.Index(i)
		wrong := validateVolumeSource(&v.VolumeSource, v.Name, at)
		wrong = append(wrong, requiredName(at.Child("name"), v.Name, affinity.DNSLabelErrors)...)
		if valid[v.Name] != nil {
			wrong = append(wrong, field.Duplicate(at.Child("name"), v.Name))
		}
		if len(wrong) == 0 {
			valid[v.Name] = v
		}
		errs = append(errs, wrong...)
	}
	return valid, errs
}

// source is one kind of volume: the name of its field, and whether it is set.
type source struct {
	name     string
	set      bool
	validate func(*field.Path) field.ErrorList
	// within is how paths into it begin, and twice where it is reported as one too many, if that is
	// not the name of the field.
	within, twice string
}

// sources lists the kinds in the order in which the API server looks: the first that is set counts.
func (s *VolumeSource) sources() []source {
	return []source{
		{name: "emptyDir", set: s.EmptyDir != nil, validate: s.EmptyDir.validate},
		{name: "hostPath", set: s.HostPath != nil, validate: s.HostPath.validate},
		{name: "gitRepo", set: s.GitRepo != nil, validate: s.GitRepo.validate},
		{name: "gcePersistentDisk", set: s.GCEPersistentDisk != nil, validate: s.GCEPersistentDisk.validate,
			within: "persistentDisk"},
		{name: "awsElasticBlockStore", set: s.AWSElasticBlockStore != nil,
			validate: s.AWSElasticBlockStore.validate},
		{name: "secret", set: s.Secret != nil, validate: s.Secret.validate},
		{name: "nfs", set: s.NFS != nil, validate: s.NFS.validate},
		{name: "iscsi", set: s.ISCSI != nil, validate: s.ISCSI.validate},
		{name: "glusterfs", set: s.Glusterfs != nil, validate: s.Glusterfs.validate},
		{name: "flocker", set: s.Flocker != nil, validate: s.Flocker.validate},
		{name: "persistentVolumeClaim", set: s.PersistentVolumeClaim != nil,
			validate: s.PersistentVolumeClaim.validate},
		{name: "rbd", set: s.RBD != nil, validate: s.RBD.validate},
		{name: "cinder", set: s.Cinder != nil, validate: s.Cinder.validate},
		{name: "cephfs", set: s.CephFS != nil, validate: s.CephFS.validate, twice: "cephFS"},
		{name: "quobyte", set: s.Quobyte != nil, validate: s.Quobyte.validate},
		{name: "downwardAPI", set: s.DownwardAPI != nil, validate: s.DownwardAPI.validate,
			twice: "downwarAPI"},
		{name: "fc", set: s.FC != nil, validate: s.FC.validate},
		{name: "flexVolume", set: s.FlexVolume != nil, validate: s.FlexVolume.validate},
		{name: "configMap", set: s.ConfigMap != nil, validate: s.ConfigMap.validate},
		{name: "azureFile", set: s.AzureFile != nil, validate: s.AzureFile.validate},
		{name: "vsphereVolume", set: s.VsphereVolume != nil, validate: s.VsphereVolume.validate},
		{name: "photonPersistentDisk", set: s.PhotonPersistentDisk != nil,
			validate: s.PhotonPersistentDisk.validate},
		{name: "portworxVolume", set: s.PortworxVolume != nil, validate: s.PortworxVolume.validate},
		{name: "azureDisk", set: s.AzureDisk != nil, validate: s.AzureDisk.validate},
		{name: "storageos", set: s.StorageOS != nil, validate: s.StorageOS.validate},
		{name: "projected", set: s.Projected != nil, validate: s.Projected.validate},
		{name: "scaleIO", set: s.ScaleIO != nil, validate: s.ScaleIO.validate},
		{name: "csi", set: s.CSI != nil, validate: s.CSI.validate},
		{name: "ephemeral", set: s.Ephemeral != nil, validate: s.Ephemeral.validate},
		{name: "image", set: s.Image != nil, validate: s.Image.validate},
	}
}

const maxInitiator = 64

// validateVolumeSource asks for one source and judges it.
func validateVolumeSource(s *VolumeSource, name string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	found := false
	for _, kind := range s.sources() {
		switch {
		case !kind.set:
		case found:
			errs = append(errs, field.Forbidden(path.Child(or(kind.twice, kind.name)),
				"may not specify more than 1 volume type"))
		default:
			found = true
			errs = append(errs, kind.validate(path.Child(or(kind.within, kind.name)))...)
		}
	}
	if i := s.ISCSI; i != nil && i.InitiatorName != nil && len(name+":"+i.TargetPortal) > maxInitiator {
		errs = append(errs, field.Invalid(path.Child("name"), name, "Total length of <volume name>:"+
			"<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified."))
	}
	if !found {
		errs = append(errs, field.Required(path, "must specify a volume type"))
	}
	return errs
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func (s *EmptyDirVolumeSource) validate(path *field.Path) field.ErrorList {
	if s.SizeLimit == nil || s.SizeLimit.Sign() >= 0 {
		return nil
	}
	return field.ErrorList{field.Forbidden(path.Child("sizeLimit"),
		"SizeLimit field must be a valid resource quantity")}
}

func (s *SecretVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("secretName"), s.SecretName)
	errs = append(errs, validateMode(s.DefaultMode, path.Child("defaultMode"))...)
	return append(errs, validateItems(s.Items, path.Child("items"))...)
}

func (s *ConfigMapVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("name"), s.Name)
	errs = append(errs, validateMode(s.DefaultMode, path.Child("defaultMode"))...)
	return append(errs, validateItems(s.Items, path.Child("items"))...)
}

func (s *PersistentVolumeClaimVolumeSource) validate(path *field.Path) field.ErrorList {
	return required(path.Child("claimName"), s.ClaimName)
}

func (s *NFSVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("server"), s.Server)
	errs = append(errs, required(path.Child("path"), s.Path)...)
	if !strings.HasPrefix(s.Path, "/") {
		errs = append(errs, field.Invalid(path.Child("path"), s.Path, "must be an absolute path"))
	}
	return errs
}

// maxDriver is the length of the longest name of a driver.
const maxDriver = 63

func (s *CSIVolumeSource) validate(path *field.Path) field.ErrorList {
	at := path.Child("driver")
	errs := required(at, s.Driver)
	if len(s.Driver) > maxDriver {
		errs = append(errs, field.TooLong(at, "", maxDriver))
	}
	if s.Driver != "" {
		errs = append(errs, invalids(at, s.Driver, affinity.DNSSubdomainErrors(strings.ToLower(s.Driver)))...)
	}
	switch ref := s.NodePublishSecretRef; {
	case ref == nil:
	case ref.Name == "":
		errs = append(errs, field.Required(path.Child("nodePublishSecretRef", "name"), ""))
	default:
		errs = append(errs, invalids(path.Child("name"), ref.Name, affinity.DNSSubdomainErrors(ref.Name))...)
	}
	return errs
}

func (s *ImageVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("reference"), s.Reference)
	return append(errs, oneOf(path.Child("pullPolicy"), s.PullPolicy, PullAlways, PullIfNotPresent,
		PullNever)...)
}

func (s *HostPathVolumeSource) validate(path *field.Path) field.ErrorList {
	at := path.Child("path")
	if s.Path == "" {
		return field.ErrorList{field.Required(at, "")}
	}
	return append(noBacksteps(s.Path, at), validateChoice(s.Type, path.Child("type"), HostPathUnset,
		HostPathBlockDev, HostPathCharDev, HostPathDirectory, HostPathDirectoryOrCreate, HostPathFile,
		HostPathFileOrCreate, HostPathSocket)...)
}

// noBacksteps keeps a path from leaving what it is relative to.
func noBacksteps(p string, path *field.Path) field.ErrorList {
	for step := range strings.SplitSeq(p, "/") {
		if step == ".." {
			return field.ErrorList{field.Invalid(path, p, "must not contain '..'")}
		}
	}
	return nil
}

// validateItems judges the entries that a source shows as files.
func validateItems(items []KeyToPath, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range items {
		item, at := &items[i], path.Index(i)
		errs = append(errs, required(at.Child("key"), item.Key)...)
		errs = append(errs, required(at.Child("path"), item.Path)...)
		errs = append(errs, filePath(item.Path, at.Child("path"))...)
		errs = append(errs, validateMode(item.Mode, at.Child("mode"))...)
	}
	return errs
}

func localPath(p string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if strings.HasPrefix(p, "/") {
		errs = append(errs, field.Invalid(path, p, "must be a relative path"))
	}
	return append(errs, noBacksteps(p, path)...)
}

// filePath judges where a file lies within a volume that is written by the kubelet, which keeps names
// that begin with two dots for itself.
func filePath(p string, path *field.Path) field.ErrorList {
	errs := localPath(p, path)
	if strings.HasPrefix(p, "..") && !strings.HasPrefix(p, "../") {
		errs = append(errs, field.Invalid(path, p, "must not start with '..'"))
	}
	return errs
}

const maxFileMode = 0o777

func validateMode(mode *int32, path *field.Path) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= maxFileMode {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode,
		"must be a number between 0 and 0777 (octal), both inclusive")}
}
