package scheduler

// VolumeBinding ranks nodes by the volumes that they can provide. Volumes are not simulated, so all nodes
// are equal to it; it is there because the scores that people see list it.
type VolumeBinding struct{}

// Name is "VolumeBinding".
func (VolumeBinding) Name() string { return "VolumeBinding" }

// Score is 0.
func (VolumeBinding) Score(*Cycle, *NodeInfo) (int64, error) { return 0, nil }

// DynamicResources ranks nodes by the devices that they can provide. Claims for devices are not simulated,
// so all nodes are equal to it; it is there because the scores that people see list it.
type DynamicResources struct{}

// Name is "DynamicResources".
func (DynamicResources) Name() string { return "DynamicResources" }

// Score is 0.
func (DynamicResources) Score(*Cycle, *NodeInfo) (int64, error) { return 0, nil }
