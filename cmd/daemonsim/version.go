package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// kubernetes is the version whose behaviour is simulated.
const kubernetes = "v1.37"

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(s.out, "daemonsim %s, as Kubernetes %s, %s\n",
				moduleVersion(), kubernetes, runtime.Version())
		},
	}
}

// moduleVersion is what the build says, "(devel)" for a build of a checkout.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
