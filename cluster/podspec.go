package cluster

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/taints"
)

// PodSpec is what a pod is to be: every field that a manifest may hold under spec. The simulator
// interprets some of them and keeps all, because a change of any makes a new revision.
type PodSpec struct {
	// Volumes are what containers can mount.
	Volumes []Volume `json:"volumes,omitempty"`
	// InitContainers run before Containers, one after the other. One with restart policy Always is
	// a sidecar, which goes on running beside Containers.
	InitContainers []Container `json:"initContainers,omitempty"`
	// Containers are the pod's containers, at least one.
	Containers []Container `json:"containers"`
	// EphemeralContainers are added to running pods for debugging; a template may not have any.
	EphemeralContainers []EphemeralContainer `json:"ephemeralContainers,omitempty"`
	// RestartPolicy says whether containers that end are restarted. The default is Always.
	RestartPolicy RestartPolicy `json:"restartPolicy,omitempty"`
	// TerminationGracePeriodSeconds is how long the containers may take to stop. The default is 30.
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
	// ActiveDeadlineSeconds limits how long the pod may run.
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty"`
	// DNSPolicy says how names are resolved. The default is ClusterFirst.
	DNSPolicy DNSPolicy `json:"dnsPolicy,omitempty"`
	// NodeSelector lists labels that the pod's node must have.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// ServiceAccountName names the account that the pod runs under.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// DeprecatedServiceAccount is the old name of ServiceAccountName. Defaulting keeps both equal.
	DeprecatedServiceAccount     string `json:"serviceAccount,omitempty"`
	AutomountServiceAccountToken *bool  `json:"automountServiceAccountToken,omitempty"`
	// NodeName puts the pod on a node without asking the scheduler.
	NodeName string `json:"nodeName,omitempty"`
	// HostNetwork makes the pod use the network of its node.
	HostNetwork           bool                   `json:"hostNetwork,omitempty"`
	HostPID               bool                   `json:"hostPID,omitempty"`
	HostIPC               bool                   `json:"hostIPC,omitempty"`
	ShareProcessNamespace *bool                  `json:"shareProcessNamespace,omitempty"`
	SecurityContext       *PodSecurityContext    `json:"securityContext,omitempty"`
	ImagePullSecrets      []LocalObjectReference `json:"imagePullSecrets,omitempty"`
	Hostname              string                 `json:"hostname,omitempty"`
	Subdomain             string                 `json:"subdomain,omitempty"`
	// Affinity gathers the pod's wishes about where it runs.
	Affinity *affinity.Affinity `json:"affinity,omitempty"`
	// SchedulerName says which scheduler places the pod. The default is default-scheduler.
	SchedulerName string `json:"schedulerName,omitempty"`
	// Tolerations let the pod onto nodes despite their taints.
	Tolerations []taints.Toleration `json:"tolerations,omitempty"`
	HostAliases []HostAlias         `json:"hostAliases,omitempty"`
	// PriorityClassName names the priority class. Priority is the number that it stands for, which
	// admission fills in.
	PriorityClassName  string             `json:"priorityClassName,omitempty"`
	Priority           *int32             `json:"priority,omitempty"`
	DNSConfig          *PodDNSConfig      `json:"dnsConfig,omitempty"`
	ReadinessGates     []PodReadinessGate `json:"readinessGates,omitempty"`
	RuntimeClassName   *string            `json:"runtimeClassName,omitempty"`
	EnableServiceLinks *bool              `json:"enableServiceLinks,omitempty"`
	// PreemptionPolicy says whether the pod may displace others of lower priority.
	PreemptionPolicy *PreemptionPolicy `json:"preemptionPolicy,omitempty"`
	// Overhead is what running the pod costs beyond its containers.
	Overhead ResourceList `json:"overhead,omitempty"`
	// TopologySpreadConstraints spread the pods that match over the parts of the cluster.
	TopologySpreadConstraints []TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`
	SetHostnameAsFQDN         *bool                      `json:"setHostnameAsFQDN,omitempty"`
	OS                        *PodOS                     `json:"os,omitempty"`
	HostUsers                 *bool                      `json:"hostUsers,omitempty"`
	// SchedulingGates keep the pod from being scheduled until the list is empty.
	SchedulingGates []PodSchedulingGate `json:"schedulingGates,omitempty"`
	ResourceClaims  []PodResourceClaim  `json:"resourceClaims,omitempty"`
	// Resources sets requests and limits for the pod as a whole.
	Resources          *ResourceRequirements `json:"resources,omitempty"`
	HostnameOverride   *string               `json:"hostnameOverride,omitempty"`
	SchedulingGroup    *PodSchedulingGroup   `json:"schedulingGroup,omitempty"`
	EvictionResponders []EvictionResponder   `json:"evictionResponders,omitempty"`
}

// RestartPolicy says when containers that ended are restarted.
type RestartPolicy string

// The restart policies.
const (
	RestartPolicyAlways    RestartPolicy = "Always"
	RestartPolicyOnFailure RestartPolicy = "OnFailure"
	RestartPolicyNever     RestartPolicy = "Never"
)

// DNSPolicy says how the pod resolves names.
type DNSPolicy string

// The DNS policies.
const (
	DNSClusterFirstWithHostNet DNSPolicy = "ClusterFirstWithHostNet"
	DNSClusterFirst            DNSPolicy = "ClusterFirst"
	DNSDefault                 DNSPolicy = "Default"
	DNSNone                    DNSPolicy = "None"
)

// PreemptionPolicy says whether a pod may displace pods of lower priority.
type PreemptionPolicy string

// The preemption policies.
const (
	PreemptLowerPriority PreemptionPolicy = "PreemptLowerPriority"
	PreemptNever         PreemptionPolicy = "Never"
)

// HostAlias adds names for an address to the pod's hosts file.
type HostAlias struct {
	IP        string   `json:"ip"`
	Hostnames []string `json:"hostnames,omitempty"`
}

// PodDNSConfig adds to the resolver settings that follow from the DNS policy.
type PodDNSConfig struct {
	Nameservers []string             `json:"nameservers,omitempty"`
	Searches    []string             `json:"searches,omitempty"`
	Options     []PodDNSConfigOption `json:"options,omitempty"`
}

// PodDNSConfigOption is one option of the resolver.
type PodDNSConfigOption struct {
	Name  string  `json:"name,omitempty"`
	Value *string `json:"value,omitempty"`
}

// PodReadinessGate names a condition that must be True for the pod to be ready.
type PodReadinessGate struct {
	ConditionType PodConditionType `json:"conditionType"`
}

// PodConditionType is the name of a condition of a pod.
type PodConditionType string

// The conditions that the simulator shows.
const (
	PodScheduled    PodConditionType = "PodScheduled"
	PodInitialized  PodConditionType = "Initialized"
	ContainersReady PodConditionType = "ContainersReady"
	PodReady        PodConditionType = "Ready"
	// PodReadyToStartContainers says that the sandbox is there in which containers can be started.
	PodReadyToStartContainers PodConditionType = "PodReadyToStartContainers"
	// DisruptionTarget says that somebody is about to remove the pod.
	DisruptionTarget PodConditionType = "DisruptionTarget"
)

// PodSchedulingGate is one reason not to schedule a pod yet.
type PodSchedulingGate struct {
	Name string `json:"name"`
}

// PodOS says for which operating system a pod is meant.
type PodOS struct {
	Name OSName `json:"name"`
}

// OSName is the name of an operating system: linux or windows.
type OSName string

// The operating systems.
const (
	Linux   OSName = "linux"
	Windows OSName = "windows"
)

// PodResourceClaim gives a name within the pod to a claim of devices.
type PodResourceClaim struct {
	Name                      string  `json:"name"`
	ResourceClaimName         *string `json:"resourceClaimName,omitempty"`
	ResourceClaimTemplateName *string `json:"resourceClaimTemplateName,omitempty"`
}

// PodSchedulingGroup says with which other pods a pod wants to be scheduled.
type PodSchedulingGroup struct {
	PodGroupName *string `json:"podGroupName,omitempty"`
}

// EvictionResponder names somebody who takes part in the pod's eviction.
type EvictionResponder struct {
	Name     string `json:"name"`
	Priority *int32 `json:"priority"`
}

// LocalObjectReference names an object in the same namespace.
type LocalObjectReference struct {
	Name string `json:"name,omitempty"`
}
