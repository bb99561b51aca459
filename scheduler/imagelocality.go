package scheduler

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// ImageLocality prefers nodes that have the pod's images already, the more so the larger those are and the
// more nodes have them.
type ImageLocality struct{}

// Name is "ImageLocality".
func (ImageLocality) Name() string { return "ImageLocality" }

const (
	mebibyte         = 1 << 20
	smallestImages   = 23 * mebibyte
	largestContainer = 1000 * mebibyte
)

// imageSpread says for each image of a pod on how many nodes it is.
type imageSpread struct {
	images []string
	nodes  map[string]int
	total  int
}

// PreScore counts the nodes that have the pod's images.
func (ImageLocality) PreScore(c *Cycle, _ []*NodeInfo) (skip bool, err error) {
	s := &imageSpread{images: podImages(c.Pod.Spec()), nodes: make(map[string]int), total: c.Snapshot.Len()}
	for _, node := range c.Snapshot.Nodes() {
		for _, image := range distinct(s.images) {
			if _, ok := imageSize(node.Node, image); ok {
				s.nodes[image]++
			}
		}
	}
	c.SetState(s)
	return false, nil
}

// distinct drops all but the first of equal texts.
func distinct(texts []string) []string {
	texts = slices.Sorted(slices.Values(texts))
	return slices.Compact(texts)
}

// podImages lists the images of containers and volumes by full name.
func podImages(s *cluster.PodSpec) []string {
	var images []string
	for i := range s.InitContainers {
		images = append(images, fullImageName(s.InitContainers[i].Image))
	}
	for i := range s.Containers {
		images = append(images, fullImageName(s.Containers[i].Image))
	}
	for i := range s.Volumes {
		if image := s.Volumes[i].Image; image != nil {
			images = append(images, fullImageName(image.Reference))
		}
	}
	return images
}

// fullImageName adds the tag latest to a name without tag and digest.
func fullImageName(name string) string {
	if strings.LastIndex(name, ":") <= strings.LastIndex(name, "/") {
		return name + ":latest"
	}
	return name
}

// imageSize is the size of an image on a node, and whether the node has it. Of several entries with the
// name the last one counts.
func imageSize(n *cluster.Node, name string) (size int64, ok bool) {
	for _, image := range slices.Backward(n.Status.Images) {
		if slices.Contains(image.Names, name) {
			return image.SizeBytes, true
		}
	}
	return 0, false
}

// Score is what the pod's images that are on the node come to.
func (ImageLocality) Score(c *Cycle, node *NodeInfo) (int64, error) {
	s, ok := c.State().(*imageSpread)
	if !ok || len(s.images) == 0 {
		return 0, nil
	}
	var sum int64
	for _, image := range s.images {
		if size, ok := imageSize(node.Node, image); ok {
			sum += int64(float64(size) * (float64(s.nodes[image]) / float64(s.total)))
		}
	}
	most := int64(largestContainer * len(s.images))
	return MaxNodeScore * (min(max(sum, smallestImages), most) - smallestImages) / (most - smallestImages), nil
}
