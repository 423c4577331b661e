// Package outcome names how an act upon the outside world can end. There are
// four ways, and every adapter says which one it saw:
//
//   - done: the other side did it and said so (a nil error);
//   - refused: the other side said no and will say no again;
//   - retryable: the other side did not do it and may do it later;
//   - unknown: the request left us and no trustworthy answer came back.
//
// The unknown outcome is where duplicates are born: whoever meets it asks the
// other side by the business key before doing anything again.
package outcome

import (
	"errors"
	"fmt"
	"time"
)

// Kind is one of the ways an outside act can end short of done.
type Kind int

// The ways an outside act can fail. Done has no Kind: it is a nil error.
const (
	// Unknown means that the act may or may not have happened. It comes first, so
	// that a forgotten kind is asked about and never repeated blindly.
	Unknown Kind = iota
	// Refused means that the other side answered no for good.
	Refused
	// Retryable means that nothing happened over there; the act may be tried again.
	Retryable
)

// String gives the kind's word for logs and activity errors.
func (k Kind) String() string {
	switch k {
	case Refused:
		return "refused"
	case Retryable:
		return "retryable"
	default:
		return "unknown"
	}
}

// Error is how an adapter reports any ending but done. It carries a code made
// of plain ASCII words and never a person's data, so it may travel anywhere.
type Error struct {
	// Kind says what the caller may do next.
	Kind Kind
	// Code is a stable word for the cause: "rate_limited", "address_rejected".
	Code string
	// RetryAfter is how long the other side asked us to stay away; 0 if it did not say.
	RetryAfter time.Duration
	// Err is the technical cause, for operators' eyes; nil when the code says all.
	Err error
}

// Error describes the ending without its technical cause, whose text could
// quote what the other side sent.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Kind, e.Code) }

// Unwrap gives the technical cause.
func (e *Error) Unwrap() error { return e.Err }

// Retry reports that nothing happened and when to come back.
func Retry(code string, after time.Duration, cause error) *Error {
	return &Error{Kind: Retryable, Code: code, RetryAfter: after, Err: cause}
}

// Refuse reports a final no.
func Refuse(code string) *Error { return &Error{Kind: Refused, Code: code} }

// Unsure reports that the act may have happened.
func Unsure(code string, cause error) *Error {
	return &Error{Kind: Unknown, Code: code, Err: cause}
}

// KindOf classifies any error. What no adapter classified counts as unknown:
// in doubt we ask before we repeat.
func KindOf(err error) Kind {
	e := new(Error)
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}
