package simtest_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/simtest"
)

func ExampleWatch() {
	sim := daemonsim.New(daemonsim.Config{Seed: 7})
	checker := simtest.Watch(sim)
	if err := sim.AddNodes("node-1", "node-2"); err != nil {
		log.Fatal(err)
	}
	if _, err := sim.Create(smallSet("agent")); err != nil {
		log.Fatal(err)
	}
	if err := sim.Settle(); err != nil {
		log.Fatal(err)
	}
	// Whoever writes to what the cluster has stored is found out.
	sim.Node("node-1").Labels["zone"] = "a"

	fmt.Println("quiet:", simtest.Quiet(sim))
	var v *simtest.Violation
	if errors.As(checker.Err(), &v) {
		fmt.Println(v.Check, "at", v.Time, "in", v.Object)
	}
	// Output:
	// quiet: <nil>
	// frozen at 2s in Node node-1
}
