package kubectl

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// volumes writes the volumes of a pod or template.
func (d *describer) volumes(indent string, list []cluster.Volume) {
	if len(list) == 0 {
		d.line(0, "%sVolumes:\t%s", indent, none)
		return
	}
	d.line(0, "%sVolumes:", indent)
	name := "  "
	if indent != "" {
		name = "   "
	}
	for i := range list {
		d.line(0, "%s%s:", name, list[i].Name)
		d.volume(&list[i])
	}
}

// volume writes what one volume holds. The kinds that daemons use are told in full, the others by name.
func (d *describer) volume(v *cluster.Volume) {
	switch {
	case v.HostPath != nil:
		kind := none
		if v.HostPath.Type != nil {
			kind = string(*v.HostPath.Type)
		}
		d.volumeOf("HostPath (bare host directory volume)",
			"Path", v.HostPath.Path, "HostPathType", kind)
	case v.EmptyDir != nil:
		limit := "<unset>"
		if q := v.EmptyDir.SizeLimit; q != nil && q.Sign() > 0 {
			limit = q.String()
		}
		d.volumeOf("EmptyDir (a temporary directory that shares a pod's lifetime)",
			"Medium", v.EmptyDir.Medium, "SizeLimit", limit)
	case v.Secret != nil:
		d.volumeOf("Secret (a volume populated by a Secret)",
			"SecretName", v.Secret.SecretName, "Optional", isTrue(v.Secret.Optional))
	case v.ConfigMap != nil:
		d.volumeOf("ConfigMap (a volume populated by a ConfigMap)",
			"Name", v.ConfigMap.Name, "Optional", isTrue(v.ConfigMap.Optional))
	case v.PersistentVolumeClaim != nil:
		d.volumeOf("PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
			"ClaimName", v.PersistentVolumeClaim.ClaimName, "ReadOnly", v.PersistentVolumeClaim.ReadOnly)
	case v.NFS != nil:
		d.volumeOf("NFS (an NFS mount that lasts the lifetime of a pod)",
			"Server", v.NFS.Server, "Path", v.NFS.Path, "ReadOnly", v.NFS.ReadOnly)
	case v.DownwardAPI != nil:
		d.line(2, "Type:\tDownwardAPI (a volume populated by information about the pod)")
		d.line(2, "Items:")
		d.downwardFiles(v.DownwardAPI.Items)
	case v.Projected != nil:
		d.projected(v.Projected)
	case v.CSI != nil:
		d.csi(v.CSI)
	case v.Image != nil:
		d.volumeOf("Image (a container image or OCI artifact)",
			"Reference", v.Image.Reference, "PullPolicy", v.Image.PullPolicy)
	default:
		d.line(0, "  <unknown>")
	}
}

// volumeOf writes the kind of a volume and its fields, name and value in turn.
func (d *describer) volumeOf(kind string, fields ...any) {
	d.line(2, "Type:\t%s", kind)
	for i := 0; i+1 < len(fields); i += 2 {
		d.line(2, "%v:\t%v", fields[i], fields[i+1])
	}
}

func (d *describer) downwardFiles(list []cluster.DownwardAPIVolumeFile) {
	for _, f := range list {
		switch {
		case f.FieldRef != nil:
			d.line(3, "%s -> %s", f.FieldRef.FieldPath, f.Path)
		case f.ResourceFieldRef != nil:
			d.line(3, "%s -> %s", f.ResourceFieldRef.Resource, f.Path)
		}
	}
}

func (d *describer) projected(p *cluster.ProjectedVolumeSource) {
	d.line(2, "Type:\tProjected (a volume that contains injected data from multiple sources)")
	for _, s := range p.Sources {
		switch {
		case s.Secret != nil:
			d.line(2, "SecretName:\t%s", s.Secret.Name)
			d.line(2, "Optional:\t%t", isTrue(s.Secret.Optional))
		case s.DownwardAPI != nil:
			d.line(2, "DownwardAPI:\ttrue")
		case s.ConfigMap != nil:
			d.line(2, "ConfigMapName:\t%s", s.ConfigMap.Name)
			d.line(2, "Optional:\t%t", isTrue(s.ConfigMap.Optional))
		case s.ServiceAccountToken != nil && s.ServiceAccountToken.ExpirationSeconds != nil:
			d.line(2, "TokenExpirationSeconds:\t%d", *s.ServiceAccountToken.ExpirationSeconds)
		}
	}
}

func (d *describer) csi(v *cluster.CSIVolumeSource) {
	fsType := ""
	if v.FSType != nil {
		fsType = *v.FSType
	}
	d.volumeOf("CSI (a Container Storage Interface (CSI) volume source)",
		"Driver", v.Driver, "FSType", fsType, "ReadOnly", isTrue(v.ReadOnly))
	var texts []string
	for _, key := range sortedKeys(v.VolumeAttributes) {
		texts = append(texts, key+"="+v.VolumeAttributes[key])
	}
	for i, text := range texts {
		title := "    "
		if i == 0 {
			title = "VolumeAttributes:"
		}
		d.line(2, "%s\t    %s", title, text)
	}
}

func (d *describer) spreadConstraints(indent string, list []cluster.TopologySpreadConstraint) {
	if len(list) == 0 {
		return
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b cluster.TopologySpreadConstraint) int {
		return cmp.Compare(a.TopologyKey, b.TopologyKey)
	})
	var texts []string
	for _, c := range list {
		text := fmt.Sprintf("%s:%s when max skew %d is exceeded", c.TopologyKey, c.WhenUnsatisfiable, c.MaxSkew)
		if c.LabelSelector != nil {
			text += " for selector " + formatSelector(c.LabelSelector)
		}
		texts = append(texts, text)
	}
	d.list(indent+"Topology Spread Constraints", texts)
}

// tolerationTexts writes tolerations, by key.
func tolerationTexts(list []taints.Toleration) []string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b taints.Toleration) int { return cmp.Compare(a.Key, b.Key) })
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = t.Describe()
	}
	return texts
}
