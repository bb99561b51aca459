package cluster

import "reflect"

// defaultFileMode is the mode of files that are made from entries of other objects.
const defaultFileMode int32 = 0o644

func (v *Volume) setDefaults() {
	s := &v.VolumeSource
	if reflect.ValueOf(*s).IsZero() {
		s.EmptyDir = &EmptyDirVolumeSource{}
	}
	if s.HostPath != nil {
		setDefaultPointer(&s.HostPath.Type, HostPathUnset)
	}
	if s.Secret != nil {
		setDefaultPointer(&s.Secret.DefaultMode, defaultFileMode)
	}
	if s.ConfigMap != nil {
		setDefaultPointer(&s.ConfigMap.DefaultMode, defaultFileMode)
	}
	if s.DownwardAPI != nil {
		setDefaultPointer(&s.DownwardAPI.DefaultMode, defaultFileMode)
		defaultFieldRefs(s.DownwardAPI.Items)
	}
	if s.Ephemeral != nil && s.Ephemeral.VolumeClaimTemplate != nil {
		s.Ephemeral.VolumeClaimTemplate.setDefaults()
	}
	if s.Image != nil {
		setDefault(&s.Image.PullPolicy, defaultPullPolicy(s.Image.Reference))
	}
	s.Projected.setDefaults()
	s.setLegacyDefaults()
}

func defaultFieldRefs(files []DownwardAPIVolumeFile) {
	for i := range files {
		if f := files[i].FieldRef; f != nil {
			setDefault(&f.APIVersion, "v1")
		}
	}
}

func (c *PersistentVolumeClaimTemplate) setDefaults() {
	setDefaultPointer(&c.Spec.VolumeMode, "Filesystem")
	c.Spec.Resources.Limits.roundUp()
	c.Spec.Resources.Requests.roundUp()
}

func (p *ProjectedVolumeSource) setDefaults() {
	if p == nil {
		return
	}
	setDefaultPointer(&p.DefaultMode, defaultFileMode)
	for i := range p.Sources {
		source := &p.Sources[i]
		if source.DownwardAPI != nil {
			defaultFieldRefs(source.DownwardAPI.Items)
		}
		if source.ServiceAccountToken != nil {
			setDefaultPointer(&source.ServiceAccountToken.ExpirationSeconds, 60*60)
		}
		if source.PodCertificate != nil {
			setDefaultPointer(&source.PodCertificate.MaxExpirationSeconds, 24*60*60)
		}
	}
}

func (s *VolumeSource) setLegacyDefaults() {
	if s.ISCSI != nil {
		setDefault(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		setDefault(&s.RBD.RBDPool, "rbd")
		setDefault(&s.RBD.RadosUser, "admin")
		setDefault(&s.RBD.Keyring, "/etc/ceph/keyring")
	}
	if s.AzureDisk != nil {
		setDefaultPointer(&s.AzureDisk.CachingMode, "ReadWrite")
		setDefaultPointer(&s.AzureDisk.Kind, "Shared")
		setDefaultPointer(&s.AzureDisk.FSType, "ext4")
		setDefaultPointer(&s.AzureDisk.ReadOnly, false)
	}
	if s.ScaleIO != nil {
		setDefault(&s.ScaleIO.StorageMode, "ThinProvisioned")
		setDefault(&s.ScaleIO.FSType, "xfs")
	}
}
