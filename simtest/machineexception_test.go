package simtest_test

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// What is so on some nodes alone, or in some pods: images that behave otherwise, clocks that are off.

// ImageBehavesThere has an image, or all, behave otherwise somewhere, or all behave as elsewhere again.
func (m *machine) ImageBehavesThere(t *rapid.T) {
	list := m.sim().Exceptions()
	if len(list) > 0 && rapid.Bool().Draw(t, "none") {
		list = nil
	} else {
		list = append(list, m.exception(t))
	}
	m.do(t, fmt.Sprintf("%d exceptions", len(list)), func(sim *daemonsim.Sim) error {
		return sim.SetExceptions(list...)
	})
}

// exception draws where an image behaves otherwise, and how.
func (m *machine) exception(t *rapid.T) kubelet.Exception {
	e := kubelet.Exception{Image: rapid.SampledFrom(append([]string{""}, images...)).Draw(t, "image")}
	where := rapid.SampledFrom([]string{"node", "set", "pod", "labels"}).Draw(t, "where")
	switch where {
	case "node":
		e.Nodes = onNode(m.node(t))
	case "set":
		set := m.set(t)
		e.Controller, e.Namespace = set.Name, set.Namespace
	case "pod":
		e.Pod = m.pod(t).Name
	case "labels":
		e.Pods = affinity.SelectorFromSet(map[string]string{"app": rapid.SampledFrom(names).Draw(t, "app")})
	}
	how := rapid.SampledFrom([]string{
		"slow", "never ready", "crash", "cannot be pulled", "well", "by chance", "stops badly",
	}).Draw(t, "how")
	switch c := &e.Change; how {
	case "slow":
		c.Slow = new(4)
	case "never ready":
		c.NeverReady = new(true)
	case "crash":
		c.CrashAfter = new(4 * time.Second)
	case "cannot be pulled":
		c.PullError = new("not found")
	case "well":
		c.NeverReady, c.CrashAfter, c.PullError = new(false), new(time.Duration(0)), new("")
	case "by chance":
		c.Random.Pull, c.Random.NeverReady = kubelet.Uniform(0, 9*time.Second), kubelet.Always/2
	case "stops badly":
		c.Stop, c.StopCode = new(time.Minute), new(int32(1))
	}
	t.Logf("%s %q: %s", where, e.Image, how)
	return e
}

func onNode(name string) affinity.Selector {
	return affinity.SelectorFromSet(map[string]string{cluster.LabelHostname: name})
}

// ClocksAreOff puts the clock of a node off, or that of all, or has all be right.
func (m *machine) ClocksAreOff(t *rapid.T) {
	var list []kubelet.ClockSkew
	switch rapid.SampledFrom([]string{"right", "node", "all"}).Draw(t, "clocks") {
	case "node":
		list = append([]kubelet.ClockSkew{{Nodes: onNode(m.node(t)), Ahead: drawSkew(t)}}, m.sim().Clocks()...)
	case "all":
		list = []kubelet.ClockSkew{{Ahead: drawSkew(t), Random: kubelet.Uniform(0, 5*time.Second)}}
	}
	m.do(t, fmt.Sprintf("%d clocks", len(list)), func(sim *daemonsim.Sim) error { return sim.SetClocks(list...) })
}

func drawSkew(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{
		0, 1500 * time.Millisecond, 30 * time.Second, -1500 * time.Millisecond, -30 * time.Second,
	}).Draw(t, "ahead")
}

// equate has images behave alike everywhere, and puts all clocks right.
func (m *machine) equate(t *rapid.T) {
	m.do(t, "images and clocks are alike everywhere", func(sim *daemonsim.Sim) error {
		return errors.Join(sim.SetExceptions(), sim.SetClocks())
	})
}
