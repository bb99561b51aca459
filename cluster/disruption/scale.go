package disruption

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// Scaled is an object that can be asked for a number of pods, as those of Kubernetes with the subresource
// scale. Of the kinds that are simulated none is; a controller of one's own may be.
type Scaled interface {
	cluster.Object
	// Scale is how many pods the object is to have.
	Scale() int32
}

// scaleOf asks the cluster for the scale of controllers. The error of a controller without one is that of
// Kubernetes.
func scaleOf(r cluster.Reader, namespace string, selects func(*cluster.Pod) bool) Scale {
	return func(ref *cluster.OwnerReference) (int32, error) {
		owner := r.ByUID(ref.UID)
		if s, ok := owner.(Scaled); ok {
			return s.Scale(), nil
		}
		group, version := groupVersion(ref.APIVersion)
		switch {
		case owner == nil && slices.Contains(scaledKinds(), kindOf(group, ref.Kind)):
			// It is gone, or nobody simulates it.
			return 0, fmt.Errorf("found no controllers for pod %q", firstPod(r, namespace, ref.UID, selects))
		case owner != nil || slices.Contains(otherKinds(), kindOf(group, ref.Kind)):
			return 0, fmt.Errorf("%s does not implement the scale subresource", resource(group, ref.Kind))
		}
		return 0, fmt.Errorf("no matches for kind %q in version %q", ref.Kind, joined(group, version))
	}
}

// kindOf is a kind with its group, if it has one: DaemonSet.apps.
func kindOf(group string, kind cluster.Kind) string {
	if group == "" {
		return string(kind)
	}
	return string(kind) + "." + group
}

// scaledKinds are the controllers of Kubernetes that have a scale.
func scaledKinds() []string {
	return []string{
		"ReplicationController", "ReplicaSet.apps", "ReplicaSet.extensions", "StatefulSet.apps", "Deployment.apps",
	}
}

// otherKinds are the kinds of Kubernetes that control pods without having a scale.
func otherKinds() []string {
	return []string{"DaemonSet.apps", "Job.batch", "CronJob.batch", "Node", "Pod"}
}

func groupVersion(apiVersion string) (group, version string) {
	if group, version, ok := strings.Cut(apiVersion, "/"); ok {
		return group, version
	}
	return "", apiVersion
}

func joined(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// resource is a kind as an API server names it: daemonsets.apps.
func resource(group string, kind cluster.Kind) string {
	name := strings.ToLower(string(kind))
	switch {
	case strings.HasSuffix(name, "s"):
		name += "es"
	case strings.HasSuffix(name, "y"):
		name = strings.TrimSuffix(name, "y") + "ies"
	default:
		name += "s"
	}
	if group == "" {
		return name
	}
	return name + "." + group
}

// firstPod is the name of a pod of the controller that the budget selects.
func firstPod(r cluster.Reader, namespace string, owner cluster.UID, selects func(*cluster.Pod) bool) string {
	for p := range r.PodsOwnedBy(namespace, owner) {
		if selects(p) {
			return p.Name
		}
	}
	return ""
}
