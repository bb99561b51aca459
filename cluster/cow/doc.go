// Package cow holds the copy-on-write vector under the simulator's store.
//
// A forked cluster shares everything that did not change. [Vector] makes that cheap for tables that
// are indexed by small dense numbers: a fork copies one pointer per page, and a page is copied
// only when one side writes to it.
package cow
