package api

import (
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limiter gives each key a budget of its own: burst at once, and one more after
// each interval. It remembers the keys used last; one that fell out starts
// afresh, so size must be well above the keys that one interval can see.
type Limiter struct {
	mu    sync.Mutex
	keys  *lru.Cache[string, *rate.Limiter]
	every time.Duration
	burst int
	now   func() time.Time
}

// NewLimiter makes a limiter. now is time.Now if nil.
func NewLimiter(every time.Duration, burst, size int, now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	keys, err := lru.New[string, *rate.Limiter](max(size, 1))
	if err != nil {
		panic("api: limiter: " + err.Error()) // only for a size below 1
	}
	return &Limiter{keys: keys, every: every, burst: burst, now: now}
}

// Take spends one of the key's budget. When there is none left it answers the
// problem to return, which says when to come back; otherwise nil.
func (l *Limiter) Take(key string) *Problem {
	now := l.now()
	limiter := l.of(key)
	reservation := limiter.ReserveN(now, 1)
	if !reservation.OK() {
		return NewRateLimited(l.every)
	}
	if wait := reservation.DelayFrom(now); wait > 0 {
		// Give it back: asking too early must not push the next turn away.
		reservation.CancelAt(now)
		return NewRateLimited(wait)
	}
	return nil
}

func (l *Limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, known := l.keys.Get(key)
	if !known {
		limiter = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys.Add(key, limiter)
	}
	return limiter
}

// AddressKey is the key under which an address is limited: the address itself,
// or the /64 of an IPv6 one, since a household owns all of it.
func AddressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	prefix, _ := a.Prefix(64)
	return prefix.String()
}
