package call

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"hoso/internal/outcome"
)

// longestWait bounds what a Retry-After can ask of us; whoever is away for
// longer is asked again once a day.
const longestWait = 24 * time.Hour

// byStatus judges the endings that the status alone decides; nil for the rest.
func byStatus(resp *http.Response, now time.Time) error {
	wait, told := retryAfter(resp, now)
	cause := fmt.Errorf("status %d", resp.StatusCode)
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		return outcome.Retry("unauthenticated", 0, cause)
	case status == http.StatusTooManyRequests:
		return outcome.Retry("rate_limited", wait, cause)
	case status == http.StatusServiceUnavailable && told:
		return outcome.Retry("unavailable", wait, cause)
	case status == http.StatusRequestTimeout, status >= 500:
		return outcome.Unsure("server_error", cause)
	case status < 200, status >= 300 && status < 400:
		return outcome.Unsure("redirected", cause)
	}
	return nil
}

// retryAfter reads the header in both its forms, seconds and date. A date is
// measured from the answer's own Date where it has one, so that two clocks
// apart do not make a minute into an hour.
func retryAfter(resp *http.Response, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, longestWait), true
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = theirs
	}
	return min(max(until.Sub(now), 0), longestWait), true
}

// refused turns an answer of 4xx into a refusal by the other side's code.
func refused(a answer) error {
	if code := codeIn(a.body); code != "" {
		return outcome.Refuse(code)
	}
	switch a.status {
	case http.StatusForbidden:
		return outcome.Refuse("forbidden")
	case http.StatusNotFound:
		return outcome.Refuse("not_found")
	case http.StatusConflict:
		return outcome.Refuse("conflict")
	case http.StatusRequestEntityTooLarge:
		return outcome.Refuse("too_large")
	default:
		return outcome.Refuse("refused")
	}
}

// codeIn reads the answer's "code", cut down to a plain word: letters and
// underscores, 40 at most, so that it may travel where no person's data may.
func codeIn(body []byte) string {
	var said struct {
		Code string `json:"code"`
	}
	if len(body) > MaxAnswer || json.Unmarshal(body, &said) != nil {
		return ""
	}
	word := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == '-' || r == ' ':
			return '_'
		default:
			return -1
		}
	}, said.Code)
	return word[:min(len(word), 40)]
}

// brokenCode names what cut a call short after it had begun.
func brokenCode(err error) string {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return "connection_lost"
}

// quiet keeps of a transport error only what cannot quote the other side:
// net/http puts the offending line into the text of a malformed answer.
func quiet(err error) error {
	var (
		op   *net.OpError
		name *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &name):
		return name
	case errors.As(err, &op):
		return op
	case errors.As(err, &cert):
		return errors.New("certificate not accepted")
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	default:
		return errors.New("connection broken")
	}
}
