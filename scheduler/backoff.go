package scheduler

import "time"

const (
	initialBackoff = time.Second
	maxBackoff     = 10 * time.Second
)

// attempts is what the queue remembers of a pod's failures.
type attempts struct {
	// rejected counts the attempts that plugins rejected, failed those that ended in an error since the
	// last one that did not.
	rejected, failed uint32
	// at is when the last one was, or when the pod was first queued.
	at time.Duration
}

// backoff is how long a pod has to wait after its last failure: a second, doubling up to ten. Errors
// count for themselves.
func (a attempts) backoff() time.Duration {
	count := a.rejected
	if a.failed > 0 {
		count = a.failed
	}
	switch {
	case count == 0:
		return 0
	case count > 4:
		return maxBackoff
	default:
		return initialBackoff << (count - 1)
	}
}

// expiry is the second in which the back-off ends: Kubernetes counts whole ones.
func (a attempts) expiry() time.Duration {
	return (a.at + a.backoff()).Truncate(time.Second)
}

// release is when the pod may be tried again. The queue is looked through at the start of each second,
// for those whose second is over.
func (a attempts) release() time.Duration { return a.expiry() + time.Second }

// backingOff reports whether the pod still has to wait.
func (a attempts) backingOff(now time.Duration) bool {
	return a.backoff() > 0 && a.release() > now
}

// skipTo brings the attempts of a pod forward that has failed again and again in the meantime, each time
// as soon as it might, and returns when its next one is due.
func (a *attempts) skipTo(now time.Duration) time.Duration {
	for a.release() <= now {
		if a.failed > 4 {
			// From here on the rhythm is the same.
			period := maxBackoff + time.Second
			skipped := (now - a.release()) / period
			a.at += skipped * period
			a.failed += uint32(skipped)
			if a.release() > now {
				break
			}
		}
		a.at = a.release()
		a.failed++
	}
	return a.release()
}
