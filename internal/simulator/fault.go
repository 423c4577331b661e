package simulator

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Where in a call a failure strikes, seen from the effect.
const (
	Before = "before"
	After  = "after"
)

// Faults are the ways in which one call can go wrong.
type Faults struct {
	// Delay waits between the effect and its answer.
	Delay Duration `json:"delay,omitempty"`
	// Fail answers 500, "before" the effect or "after" it.
	Fail string `json:"fail,omitempty"`
	// RateLimit answers 429 with this Retry-After; there is no effect.
	RateLimit Duration `json:"rate_limit,omitempty"`
	// Unavailable answers 503 with this Retry-After; there is no effect.
	Unavailable Duration `json:"unavailable,omitempty"`
	// Refuse answers 422 with this code; there is no effect.
	Refuse string `json:"refuse,omitempty"`
	// Hang never answers, "before" the effect or "after" it.
	Hang string `json:"hang,omitempty"`
	// LoseAnswer closes the connection after the effect.
	LoseAnswer bool `json:"lose_answer,omitempty"`
	// Garbage answers 200 with a web page after the effect.
	Garbage bool `json:"garbage,omitempty"`
	// IgnoreKeys makes a known key's call a new effect.
	IgnoreKeys bool `json:"ignore_keys,omitempty"`
}

var refusalCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

func (f *Faults) check() error {
	switch {
	case f.Fail != "" && f.Fail != Before && f.Fail != After:
		return errors.New(`fail must be "before" or "after"`)
	case f.Hang != "" && f.Hang != Before && f.Hang != After:
		return errors.New(`hang must be "before" or "after"`)
	case f.Refuse != "" && !refusalCode.MatchString(f.Refuse):
		return fmt.Errorf("refuse must match %s", refusalCode)
	}
	return nil
}

// Strike does what goes wrong before the effect, and says whether the call
// ended with it.
func (f Faults) Strike(w http.ResponseWriter, r *http.Request, stopping <-chan struct{}) (ended bool) {
	switch {
	case f.Hang == Before:
		hang(r, stopping)
	case f.RateLimit > 0:
		later(w, http.StatusTooManyRequests, "rate_limited", f.RateLimit)
	case f.Unavailable > 0:
		later(w, http.StatusServiceUnavailable, "unavailable", f.Unavailable)
	case f.Fail == Before:
		Refuse(w, http.StatusInternalServerError, "internal_error")
	case f.Refuse != "":
		Refuse(w, http.StatusUnprocessableEntity, f.Refuse)
	default:
		return false
	}
	return true
}

// Spoil does what goes wrong after the effect, and says whether the call ended
// with it.
func (f Faults) Spoil(w http.ResponseWriter, r *http.Request, clock Clock, stopping <-chan struct{}) (ended bool) {
	if f.Delay > 0 {
		select {
		case <-clock.Reach(clock.Now().Add(time.Duration(f.Delay))):
		case <-r.Context().Done():
		case <-stopping:
		}
	}
	switch {
	case f.LoseAnswer:
		drop()
	case f.Hang == After:
		hang(r, stopping)
	case f.Fail == After:
		Refuse(w, http.StatusInternalServerError, "internal_error")
	case f.Garbage:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>Bảo trì</title><h1>Hệ thống đang bảo trì</h1>\n"))
	default:
		return false
	}
	return true
}

// drop closes the connection; net/http takes this panic for exactly that.
func drop() { panic(http.ErrAbortHandler) }

func hang(r *http.Request, stopping <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-stopping:
	}
	drop()
}

func later(w http.ResponseWriter, status int, code string, after Duration) {
	seconds := int64(math.Ceil(time.Duration(after).Seconds()))
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	Refuse(w, status, code)
}
