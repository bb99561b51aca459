package kubectl

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// createNamed creates an object from the words of the command line: create namespace NAME. Kinds that are
// not simulated are named as such, as they are when they come from a file.
func (c *call) createNamed() error {
	kind, names := c.args[0], c.args[1:]
	var foreign string
	switch kind {
	case "namespace", "ns":
	case "serviceaccount", "sa":
		foreign = "serviceaccount"
	case "quota", "resourcequota":
		foreign = "resourcequota"
	case "configmap", "cm":
		foreign = "configmap"
	default:
		return fmt.Errorf("%s: [%s]\nSee 'kubectl create -h' for help and examples",
			"Unexpected args", strings.Join(c.args, " "))
	}
	if len(names) != 1 {
		return fmt.Errorf("exactly one NAME is required, got %d\nSee 'kubectl create %s -h' for help and examples",
			len(names), kind)
	}
	if foreign != "" {
		c.printf("%s/%s not simulated\n", foreign, names[0])
		return nil
	}
	obj, err := c.create(&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: names[0]}})
	if err != nil {
		return err
	}
	var doc any
	if c.opts.dryRun == "client" {
		doc = map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": names[0]},
			"spec": map[string]any{}, "status": map[string]any{},
		}
	}
	return c.reportAs(obj, doc, "created")
}
