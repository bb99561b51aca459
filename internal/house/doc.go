// Package house holds the rules of this repository's house, as a unit test.
//
// There is no code to import here. The test reads the whole module, parses every Go file,
// type-checks the lower floors and fails with one line per broken rule:
//
//	cluster/foo.go:12: range over a map (sort the keys first)
//
// # Determinism (floors 0 to 3, non-test files)
//
// The rooms taints, affinity, cluster and everything below it, scheduler, rollout and daemonset
// are one goroutine without a wall clock. They contain no go statement, no channel, no select;
// no package sync; no reading of the clock and no timers of package time; no import of
// math/rand, crypto/rand, os, net or unsafe; no range over a map and no unsorted maps.Keys,
// maps.Values or maps.All; and no change to a package-level variable after its declaration.
//
// # Arrows (non-test files)
//
// Imports point downwards:
//
//	5  cmd, examples, conformance       import internal and everything below
//	5  internal                         imports everything below
//	4  simtest                          imports the root package and everything below
//	4  the root package                 imports manifest and everything below
//	4  manifest                         imports floors 0 to 3
//	3  daemonset                        imports floors 0 to 2
//	2  scheduler, rollout               import floors 0 and 1, never each other
//	1  cluster/kubelet, cluster/nodelifecycle, cluster/podgc, cluster/podsecurity, cluster/tainteviction
//	                                    import cluster, never each other
//	1  cluster                          imports floor 0 and what it is built on
//	1  every other room below cluster   is what it is built on: imports floor 0
//	0  taints, affinity, cluster/quantity, cluster/field   import nothing of ours
//
// Floors 0 to 3 import the standard library and github.com/tidwall/btree, nothing else. testify,
// go-cmp and rapid stay in _test.go files, except that simtest is built on rapid. A YAML codec
// belongs to manifest and internal alone.
//
// # Shape
//
// No package is named util, common, helpers, types, core, misc or shared. Every package has a
// package comment. Outside testdata no Go or Markdown file is longer than 600 lines (500 is
// mentioned), and no line of Go outside tests is wider than 120 columns, a tab counting as four, except
// inside a raw string, with a struct tag and in the output of an example. A few words that belong to a
// workshop and not to a product do not occur in any text file.
//
// # Exceptions
//
// A comment //house:ok at the end of a line, followed by the reason, excuses that line from every
// rule about Go code. The test lists the exceptions; one without a reason, or one that excuses
// nothing, fails.
package house
