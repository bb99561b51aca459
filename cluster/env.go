package cluster

import "github.com/daemonsim/daemonsim/cluster/quantity"

// EnvVar is an environment variable of a container.
type EnvVar struct {
	Name      string        `json:"name"`
	Value     string        `json:"value,omitempty"`
	ValueFrom *EnvVarSource `json:"valueFrom,omitempty"`
}

// EnvVarSource says where the value of an environment variable comes from.
type EnvVarSource struct {
	FieldRef         *ObjectFieldSelector   `json:"fieldRef,omitempty"`
	ResourceFieldRef *ResourceFieldSelector `json:"resourceFieldRef,omitempty"`
	ConfigMapKeyRef  *ConfigMapKeySelector  `json:"configMapKeyRef,omitempty"`
	SecretKeyRef     *SecretKeySelector     `json:"secretKeyRef,omitempty"`
	FileKeyRef       *FileKeySelector       `json:"fileKeyRef,omitempty"`
}

// EnvFromSource takes over all the entries of one object as environment variables.
type EnvFromSource struct {
	Prefix       string              `json:"prefix,omitempty"`
	ConfigMapRef *ConfigMapEnvSource `json:"configMapRef,omitempty"`
	SecretRef    *SecretEnvSource    `json:"secretRef,omitempty"`
}

// ConfigMapEnvSource names a ConfigMap whose entries become environment variables.
type ConfigMapEnvSource struct {
	LocalObjectReference
	Optional *bool `json:"optional,omitempty"`
}

// SecretEnvSource names a Secret whose entries become environment variables.
type SecretEnvSource struct {
	LocalObjectReference
	Optional *bool `json:"optional,omitempty"`
}

// ObjectFieldSelector selects a field of the pod.
type ObjectFieldSelector struct {
	APIVersion string `json:"apiVersion,omitempty"`
	FieldPath  string `json:"fieldPath"`
}

// ResourceFieldSelector selects a resource of a container of the pod.
type ResourceFieldSelector struct {
	ContainerName string            `json:"containerName,omitempty"`
	Resource      string            `json:"resource"`
	Divisor       quantity.Quantity `json:"divisor,omitempty"`
}

// ConfigMapKeySelector selects an entry of a ConfigMap.
type ConfigMapKeySelector struct {
	LocalObjectReference
	Key      string `json:"key"`
	Optional *bool  `json:"optional,omitempty"`
}

// SecretKeySelector selects an entry of a Secret.
type SecretKeySelector struct {
	LocalObjectReference
	Key      string `json:"key"`
	Optional *bool  `json:"optional,omitempty"`
}

// FileKeySelector selects an entry of a file in a volume.
type FileKeySelector struct {
	VolumeName string `json:"volumeName"`
	Path       string `json:"path"`
	Key        string `json:"key"`
	Optional   *bool  `json:"optional,omitempty"`
}
