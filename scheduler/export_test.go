package scheduler

import "time"

// EnoughNodes is how many feasible nodes are looked for.
func EnoughNodes(n int) int { return enoughNodes(n) }

// HeapRoot is the place of the chosen total.
func HeapRoot(totals []int64) int { return heapRoot(totals, 0) }

// Release is when a pod may be tried again that has failed so many times, at last at a time.
func Release(rejected, failed uint32, at time.Duration) time.Duration {
	return attempts{rejected, failed, at}.release()
}

// Shorten cuts the message of an event.
func Shorten(message string) string { return shorten(message) }
