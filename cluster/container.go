package cluster

// Container is one container of a pod.
type Container struct {
	// Name is unique among the pod's containers.
	Name string `json:"name"`
	// Image names what is run.
	Image string `json:"image,omitempty"`
	// Command and Args replace the entry point and the arguments of the image.
	Command    []string `json:"command,omitempty"`
	Args       []string `json:"args,omitempty"`
	WorkingDir string   `json:"workingDir,omitempty"`
	// Ports are the ports that the container listens on.
	Ports []ContainerPort `json:"ports,omitempty"`
	// EnvFrom takes over environment variables from elsewhere; Env sets them one by one.
	EnvFrom []EnvFromSource `json:"envFrom,omitempty"`
	Env     []EnvVar        `json:"env,omitempty"`
	// Resources are what the container asks for and may use at most.
	Resources ResourceRequirements `json:"resources,omitempty"`
	// ResizePolicy says per resource whether a change restarts the container.
	ResizePolicy []ContainerResizePolicy `json:"resizePolicy,omitempty"`
	// RestartPolicy makes an init container with the value Always a sidecar.
	RestartPolicy *ContainerRestartPolicy `json:"restartPolicy,omitempty"`
	// RestartPolicyRules decide about restarts by exit code.
	RestartPolicyRules []ContainerRestartRule `json:"restartPolicyRules,omitempty"`
	// VolumeMounts and VolumeDevices are the volumes that the container sees.
	VolumeMounts  []VolumeMount  `json:"volumeMounts,omitempty"`
	VolumeDevices []VolumeDevice `json:"volumeDevices,omitempty"`
	// LivenessProbe restarts the container when it fails, ReadinessProbe decides whether it is
	// ready, and both wait for StartupProbe.
	LivenessProbe            *Probe                   `json:"livenessProbe,omitempty"`
	ReadinessProbe           *Probe                   `json:"readinessProbe,omitempty"`
	StartupProbe             *Probe                   `json:"startupProbe,omitempty"`
	Lifecycle                *Lifecycle               `json:"lifecycle,omitempty"`
	TerminationMessagePath   string                   `json:"terminationMessagePath,omitempty"`
	TerminationMessagePolicy TerminationMessagePolicy `json:"terminationMessagePolicy,omitempty"`
	// ImagePullPolicy says when the image is fetched. The default is Always for the tag latest and
	// IfNotPresent else.
	ImagePullPolicy PullPolicy       `json:"imagePullPolicy,omitempty"`
	SecurityContext *SecurityContext `json:"securityContext,omitempty"`
	Stdin           bool             `json:"stdin,omitempty"`
	StdinOnce       bool             `json:"stdinOnce,omitempty"`
	TTY             bool             `json:"tty,omitempty"`
}

// EphemeralContainer is a container that is added to a running pod for debugging.
type EphemeralContainer struct {
	Container
	// TargetContainerName is the container whose processes it sees.
	TargetContainerName string `json:"targetContainerName,omitempty"`
}

// ContainerPort is a port that a container listens on.
type ContainerPort struct {
	// Name lets probes and Services refer to the port.
	Name string `json:"name,omitempty"`
	// HostPort is the port of the node that leads to ContainerPort.
	HostPort      int32 `json:"hostPort,omitempty"`
	ContainerPort int32 `json:"containerPort"`
	// Protocol is TCP when empty.
	Protocol Protocol `json:"protocol,omitempty"`
	// HostIP is the address of the node on which HostPort is bound; empty for all.
	HostIP string `json:"hostIP,omitempty"`
}

// Protocol is a transport protocol.
type Protocol string

// The protocols.
const (
	ProtocolTCP  Protocol = "TCP"
	ProtocolUDP  Protocol = "UDP"
	ProtocolSCTP Protocol = "SCTP"
)

// PullPolicy says when an image is fetched.
type PullPolicy string

// The pull policies.
const (
	PullAlways       PullPolicy = "Always"
	PullNever        PullPolicy = "Never"
	PullIfNotPresent PullPolicy = "IfNotPresent"
)

// TerminationMessagePolicy says where the last words of a container are read.
type TerminationMessagePolicy string

// The policies about last words.
const (
	TerminationMessageReadFile              TerminationMessagePolicy = "File"
	TerminationMessageFallbackToLogsOnError TerminationMessagePolicy = "FallbackToLogsOnError"
)

// ContainerRestartPolicy says when one container is restarted.
type ContainerRestartPolicy string

// The restart policies of a container.
const (
	ContainerRestartPolicyAlways    ContainerRestartPolicy = "Always"
	ContainerRestartPolicyNever     ContainerRestartPolicy = "Never"
	ContainerRestartPolicyOnFailure ContainerRestartPolicy = "OnFailure"
)

// ContainerRestartRule decides about a restart by how the container ended.
type ContainerRestartRule struct {
	Action    string                           `json:"action,omitempty"`
	ExitCodes *ContainerRestartRuleOnExitCodes `json:"exitCodes,omitempty"`
}

// ContainerRestartRuleOnExitCodes selects exit codes.
type ContainerRestartRuleOnExitCodes struct {
	Operator string  `json:"operator,omitempty"`
	Values   []int32 `json:"values,omitempty"`
}

// ContainerResizePolicy says what a change of one resource does to a running container.
type ContainerResizePolicy struct {
	ResourceName  ResourceName `json:"resourceName"`
	RestartPolicy string       `json:"restartPolicy"`
}

// VolumeMount makes a volume appear as a directory in a container.
type VolumeMount struct {
	Name              string                `json:"name"`
	ReadOnly          bool                  `json:"readOnly,omitempty"`
	RecursiveReadOnly *string               `json:"recursiveReadOnly,omitempty"`
	MountPath         string                `json:"mountPath"`
	SubPath           string                `json:"subPath,omitempty"`
	MountPropagation  *MountPropagationMode `json:"mountPropagation,omitempty"`
	SubPathExpr       string                `json:"subPathExpr,omitempty"`
	BindMountOptions  []string              `json:"bindMountOptions,omitempty"`
}

// VolumeDevice makes a volume appear as a block device in a container.
type VolumeDevice struct {
	Name       string `json:"name"`
	DevicePath string `json:"devicePath"`
}

// MountPropagationMode says whether mounts pass between a container and its node.
type MountPropagationMode string

// The modes of propagation.
const (
	MountPropagationNone            MountPropagationMode = "None"
	MountPropagationHostToContainer MountPropagationMode = "HostToContainer"
	MountPropagationBidirectional   MountPropagationMode = "Bidirectional"
)
