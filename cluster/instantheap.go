package cluster

// instantHeap is a binary heap of instants, the earliest first.
type instantHeap []*instant

func (h *instantHeap) push(in *instant) {
	*h = append(*h, in)
	h.up(len(*h) - 1)
}

func (h *instantHeap) pop() *instant {
	list := *h
	first, last := list[0], len(list)-1
	list[0] = list[last]
	list[last] = nil
	*h = list[:last]
	h.down(0)
	return first
}

func (h instantHeap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].at <= h[i].at {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func (h instantHeap) down(i int) {
	for {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(h) && h[child].at < h[least].at {
				least = child
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
