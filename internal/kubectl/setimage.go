package kubectl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// setImage gives containers of DaemonSets other images.
func setImage(c *call) error {
	args, changes, err := splitEdits(c.args, "image")
	if err != nil {
		return err
	}
	e, err := parseEdits(changes, "image")
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return raw(noArguments)
	}
	if len(e.order) == 0 || len(e.remove) > 0 {
		return errors.New("at least one image update is required")
	}
	objects, missing := c.findSome(args)
	var errs []error
	for _, obj := range objects {
		set, ok := obj.(*daemonset.DaemonSet)
		if !ok {
			errs = append(errs, fmt.Errorf("%s/%s the object does not have a pod template that can change; "+
				"set image works on daemonsets", resourceOf(obj.Kind()).plural, obj.Meta().Name))
			continue
		}
		errs = append(errs, c.setImages(set, e))
	}
	return errors.Join(errors.Join(errs...), missing)
}

func (c *call) setImages(set *daemonset.DaemonSet, e edits) error {
	var errs []error
	for _, name := range e.order {
		if name != "*" && !hasContainer(&set.Spec.Template.Spec, name) {
			errs = append(errs, fmt.Errorf("unable to find container named %q", name))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	shown, changed, err := c.change(set, func(o cluster.Object) {
		spec := &o.(*daemonset.DaemonSet).Spec.Template.Spec
		for _, list := range [][]cluster.Container{spec.InitContainers, spec.Containers} {
			for i := range list {
				list[i].Image = e.imageOf(&list[i])
			}
		}
	})
	if err != nil || !changed {
		return err
	}
	return c.report(shown, "image updated")
}

// imageOf is the image that a container gets: the last one that is given to its name or to *.
func (e edits) imageOf(c *cluster.Container) string {
	image := c.Image
	for _, key := range e.order {
		if key == "*" || key == c.Name {
			image = strings.TrimSpace(e.set[key])
		}
	}
	return image
}

func hasContainer(spec *cluster.PodSpec, name string) bool {
	for _, list := range [][]cluster.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			if list[i].Name == name {
				return true
			}
		}
	}
	return false
}

// scale gives objects another number of pods. DaemonSets have none to give.
func scale(c *call) error {
	if !c.flags.Changed("replicas") {
		return errors.New(`required flag(s) "replicas" not set`)
	}
	if c.opts.replicas < 0 {
		return worded("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
	}
	objects, err := c.findSome(c.args)
	for _, obj := range objects {
		err = errors.Join(err, c.scaleOne(obj))
	}
	return err
}
