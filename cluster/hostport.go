package cluster

import "cmp"

// anyIP is the address that stands for all addresses of a node.
const anyIP = "0.0.0.0"

// HostPort is a port that a pod takes on its node.
type HostPort struct {
	// IP is the address on which the port is taken, "0.0.0.0" for all.
	IP string
	// Protocol is TCP, UDP or SCTP.
	Protocol string
	// Port is the number.
	Port int32
}

// PodHostPorts lists the ports that a pod takes on its node, in the order of the spec: sidecars first,
// then containers. A pod in the network of its node takes all its ports, whether or not the spec has
// been defaulted.
func PodHostPorts(s *PodSpec) []HostPort {
	var ports []HostPort
	for i := range s.InitContainers {
		if c := &s.InitContainers[i]; c.isSidecar() {
			ports = c.appendHostPorts(ports, s.HostNetwork)
		}
	}
	for i := range s.Containers {
		ports = s.Containers[i].appendHostPorts(ports, s.HostNetwork)
	}
	return ports
}

func (c *Container) appendHostPorts(ports []HostPort, hostNetwork bool) []HostPort {
	for i := range c.Ports {
		p := &c.Ports[i]
		number := p.HostPort
		if number == 0 && hostNetwork {
			number = p.ContainerPort
		}
		if number > 0 {
			ports = append(ports, HostPort{
				IP:       cmp.Or(p.HostIP, anyIP),
				Protocol: string(cmp.Or(p.Protocol, ProtocolTCP)),
				Port:     number,
			})
		}
	}
	return ports
}

// Conflicts reports whether two pods on one node cannot have p and other: the same number and protocol
// on the same address, or on all addresses for one of them. NB: "::" is an address like any other.
func (p HostPort) Conflicts(other HostPort) bool {
	return p.Port == other.Port && p.Protocol == other.Protocol &&
		(p.IP == other.IP || p.IP == anyIP || other.IP == anyIP)
}
