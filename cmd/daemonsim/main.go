// Command daemonsim runs lessons and manifests against a simulated Kubernetes cluster.
//
//	daemonsim run LESSON.md                        plays a page
//	daemonsim test LESSON.md...                    checks that pages show what the simulation answers
//	daemonsim run -f FILE... [flags]               applies manifests, lets them settle, prints what is there
//	daemonsim explain -f FILE... [daemonset/NAME [NODE]]
//	                                               says why nodes run pods of DaemonSets, or do not
//	daemonsim explain -f FILE... pod/NAME          says what the scheduler would make of a pod
//	daemonsim version                              says which version this is
//
// The exit code is 0 for success, 1 for a failure and 2 for a mistake on the command line.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
