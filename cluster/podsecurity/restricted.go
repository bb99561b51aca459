package podsecurity

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// restrictedChecks are what the level Restricted checks besides, by name.
func restrictedChecks() []check {
	return []check{
		{id: "allowPrivilegeEscalation", since: 8, judge: allowPrivilegeEscalation},
		{id: "capabilities_restricted", since: 22, replaces: "capabilities_baseline", judge: capabilities},
		{id: "procMount_restricted", since: 35, replaces: "procMount", judge: procMountRestricted},
		{id: "restrictedVolumes", replaces: "hostPathVolumes", judge: restrictedVolumes},
		{id: "runAsNonRoot", judge: runAsNonRoot},
		{id: "runAsUser", since: 23, judge: runAsUser},
		{id: "seccompProfile_restricted", since: 19, replaces: "seccompProfile_baseline", judge: seccompRestricted},
	}
}

func allowPrivilegeEscalation(p *pod, v Version) (reason, detail string) {
	if v.has(25) && p.isWindows() {
		return "", ""
	}
	bad := p.offending(func(c *container) bool {
		allow := c.security.AllowPrivilegeEscalation
		return allow == nil || *allow
	})
	if bad.none() {
		return "", ""
	}
	return "allowPrivilegeEscalation != false",
		bad.String() + " must set securityContext.allowPrivilegeEscalation=false"
}

const capabilityNetBindService = "NET_BIND_SERVICE"

func capabilities(p *pod, v Version) (reason, detail string) {
	if v.has(25) && p.isWindows() {
		return "", ""
	}
	var details []string
	keeping := p.offending(func(c *container) bool {
		set := c.security.Capabilities
		return set == nil || !slices.Contains(set.Drop, "ALL")
	})
	if !keeping.none() {
		details = append(details, keeping.String()+` must set securityContext.capabilities.drop=["ALL"]`)
	}
	adding := p.using(func(c *container) []string { return added(c, capabilityNetBindService) })
	if !adding.none() {
		details = append(details, adding.addingText())
	}
	if details == nil {
		return "", ""
	}
	return "unrestricted capabilities", strings.Join(details, "; ")
}

func runAsNonRoot(p *pod, v Version) (reason, detail string) {
	if v.has(35) && p.hasUserNamespace() {
		return "", ""
	}
	isFalse := func(b *bool) bool { return b != nil && !*b }
	const title = "runAsNonRoot != true"
	bad := p.offending(func(c *container) bool { return isFalse(c.security.RunAsNonRoot) })
	bad.pod = isFalse(p.security.RunAsNonRoot)
	if !bad.none() {
		return title, bad.String() + " must not set securityContext.runAsNonRoot=false"
	}
	silent := p.offending(func(c *container) bool { return c.security.RunAsNonRoot == nil })
	if silent.none() || isTrue(p.security.RunAsNonRoot) {
		return "", ""
	}
	return title, "pod or " + silent.names() + " must set securityContext.runAsNonRoot=true"
}

func runAsUser(p *pod, v Version) (reason, detail string) {
	if v.has(35) && p.hasUserNamespace() {
		return "", ""
	}
	isRoot := func(user *int64) bool { return user != nil && *user == 0 }
	bad := p.offending(func(c *container) bool { return isRoot(c.security.RunAsUser) })
	bad.pod = isRoot(p.security.RunAsUser)
	if bad.none() {
		return "", ""
	}
	return "runAsUser=0", bad.String() + " must not set runAsUser=0"
}

func hostPathVolumes(p *pod, _ Version) (reason, detail string) {
	var bad []string
	for i := range p.spec.Volumes {
		if v := &p.spec.Volumes[i]; v.HostPath != nil {
			bad = append(bad, v.Name)
		}
	}
	if bad == nil {
		return "", ""
	}
	return "hostPath volumes", counted(len(bad), "volume") + " " + quoted(bad)
}

func restrictedVolumes(p *pod, _ Version) (reason, detail string) {
	var bad, types []string
	for i := range p.spec.Volumes {
		v := &p.spec.Volumes[i]
		if t := restrictedType(&v.VolumeSource); t != "" {
			bad, types = append(bad, v.Name), append(types, t)
		}
	}
	if bad == nil {
		return "", ""
	}
	types = distinct(types)
	return "restricted volume types", strings.Join([]string{
		counted(len(bad), "volume"), quoted(bad), use(len(bad)),
		counted(len(types), "restricted volume type"), quoted(types),
	}, " ")
}

// restrictedType is the field of a volume whose source is not allowed; empty for one that is.
func restrictedType(s *cluster.VolumeSource) string {
	if s.ConfigMap != nil || s.CSI != nil || s.DownwardAPI != nil || s.EmptyDir != nil || s.Ephemeral != nil ||
		s.Image != nil || s.PersistentVolumeClaim != nil || s.Projected != nil || s.Secret != nil {
		return ""
	}
	for _, source := range []struct {
		field string
		set   bool
	}{
		{"hostPath", s.HostPath != nil},
		{"gcePersistentDisk", s.GCEPersistentDisk != nil},
		{"awsElasticBlockStore", s.AWSElasticBlockStore != nil},
		{"gitRepo", s.GitRepo != nil},
		{"nfs", s.NFS != nil},
		{"iscsi", s.ISCSI != nil},
		{"glusterfs", s.Glusterfs != nil},
		{"rbd", s.RBD != nil},
		{"flexVolume", s.FlexVolume != nil},
		{"cinder", s.Cinder != nil},
		{"cephfs", s.CephFS != nil},
		{"flocker", s.Flocker != nil},
		{"fc", s.FC != nil},
		{"azureFile", s.AzureFile != nil},
		{"vsphereVolume", s.VsphereVolume != nil},
		{"quobyte", s.Quobyte != nil},
		{"azureDisk", s.AzureDisk != nil},
		{"portworxVolume", s.PortworxVolume != nil},
		{"photonPersistentDisk", s.PhotonPersistentDisk != nil},
		{"scaleIO", s.ScaleIO != nil},
		{"storageos", s.StorageOS != nil},
	} {
		if source.set {
			return source.field
		}
	}
	return "unknown"
}
