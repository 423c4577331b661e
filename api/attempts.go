package api

import (
	"crypto/sha256"
	"sync"
)

// mostAttempts is how many attempts are known at once.
const mostAttempts = 10_000

// attempts knows requests that were refused and leave nothing in the register, so
// that one repeated under its key counts once. It forgets them with the process,
// and all when it is full: a count too many does no harm.
type attempts struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]bool
}

// first says whether an attempt was not known, and knows it from then on.
func (a *attempts) first(subject, key string) bool {
	id := sha256.Sum256([]byte(subject + "\x00" + key))
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known[id] {
		return false
	}
	if a.known == nil || len(a.known) >= mostAttempts {
		a.known = map[[sha256.Size]byte]bool{}
	}
	a.known[id] = true
	return true
}
