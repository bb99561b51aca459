package kubectl

import "github.com/daemonsim/daemonsim/cluster"

// create creates an object and passes on what the API server warns of.
func (c *call) create(obj cluster.Object) (cluster.Object, error) {
	stored, err := c.sim.Create(obj)
	c.passOn()
	return stored, err
}

// update stores the next version of an object and passes on what the API server warns of.
func (c *call) update(obj cluster.Object) (cluster.Object, error) {
	stored, err := c.sim.Update(obj)
	c.passOn()
	return stored, err
}

func (c *call) passOn() {
	for _, text := range c.sim.Warnings() {
		c.warn("Warning: %s", text)
	}
}
