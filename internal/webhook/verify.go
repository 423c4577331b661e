package webhook

import (
	"crypto/hmac"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how far a message's timestamp may lie from our clock, either way.
const Tolerance = 5 * time.Minute

// maxID bounds the id, which the receiver will store.
const maxID = 200

// Why a message is refused. None of them carries anything the sender wrote.
var (
	// ErrMissing means that a header is absent, doubled or malformed.
	ErrMissing = errors.New("webhook: signature headers missing or malformed")
	// ErrStale means that the timestamp lies outside the window.
	ErrStale = errors.New("webhook: timestamp outside the window")
	// ErrSignature means that no signature fits any of our secrets.
	ErrSignature = errors.New("webhook: no signature fits")
)

// Verifier checks what one sender signs. It is safe for concurrent use.
type Verifier struct {
	// Secrets are the keys valid now: one, or two while one replaces the other.
	// An empty secret is ignored, so that a key left out in a configuration
	// opens nothing.
	Secrets [][]byte
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Verify answers the message's id when the headers prove the body.
func (v *Verifier) Verify(h http.Header, body []byte) (id string, err error) {
	id, okID := only(h, HeaderID)
	stamp, okStamp := only(h, HeaderTimestamp)
	list, okList := only(h, HeaderSignature)
	if !okID || !okStamp || !okList || !plainID(id) {
		return "", ErrMissing
	}
	ts, ok := unixSeconds(stamp)
	if !ok {
		return "", ErrMissing
	}
	if !v.inWindow(ts) {
		return "", ErrStale
	}
	if !v.signed(strings.Split(list, " "), id, stamp, body) {
		return "", ErrSignature
	}
	return id, nil
}

func (v *Verifier) inWindow(ts time.Time) bool {
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	age := now().Sub(ts)
	return age <= Tolerance && age >= -Tolerance
}

// signed compares every signature given with every secret valid, in a time that
// does not depend on where they differ.
func (v *Verifier) signed(given []string, id, stamp string, body []byte) bool {
	fits := false
	for _, secret := range v.Secrets {
		if len(secret) == 0 {
			continue
		}
		want := []byte(signature(secret, id, stamp, body))
		for _, g := range given {
			if hmac.Equal([]byte(g), want) {
				fits = true
			}
		}
	}
	return fits
}

// only gives a header's value if it was sent exactly once. Two values would let
// two readers of one request see different messages.
func only(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) != 1 || values[0] == "" {
		return "", false
	}
	return values[0], true
}

// plainID accepts visible ASCII without the full stop, which separates the
// parts of the signed text: with it, a part of the id could pass for a time.
func plainID(id string) bool {
	if len(id) > maxID {
		return false
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' || c == '.' {
			return false
		}
	}
	return true
}

// unixSeconds reads plain digits; signs, blanks and numbers beyond the year
// 33658 are not a timestamp.
func unixSeconds(s string) (time.Time, bool) {
	if len(s) > 12 {
		return time.Time{}, false
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return time.Time{}, false
	}
	return time.Unix(int64(n), 0), true
}
