package api

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// problemMediaType is RFC 9457's.
const problemMediaType = "application/problem+json"

// Problem is an RFC 9457 answer. Make one with the constructors below and return
// it from a handler as its error; title and details are filled in when it is
// written, in the reader's language.
type Problem struct {
	Type   string       `json:"type" doc:"Identifies the kind of problem." example:"urn:hoso:problem:invalid_request"`
	Title  string       `json:"title" doc:"The kind of problem in a few words, in the reader's language."`
	Status int          `json:"status" doc:"The HTTP status."`
	Detail string       `json:"detail" doc:"What to do about it, in the reader's language."`
	Code   Code         `json:"code" doc:"Stable word for the kind of problem."`
	Errors []FieldError `json:"errors,omitempty" doc:"What is wrong, field by field."`

	State   string   `json:"state,omitempty" doc:"With conflict: the state the thing is in."`
	Allowed []string `json:"allowed,omitempty" doc:"With conflict: the commands it would take."`
	Next    []string `json:"next,omitempty" doc:"With conflict: the statuses that an officer could decide."`
	Holder  string   `json:"holder,omitempty" doc:"With conflict about papers: who holds them." example:"office VNPHKI"`

	RequestID string `json:"request_id,omitempty" doc:"Name this when asking for help."`

	retryAfter time.Duration
}

// NewProblem makes a problem of any code, with field errors where there are some.
func NewProblem(code Code, errs ...FieldError) *Problem {
	return &Problem{
		Type:   "urn:hoso:problem:" + string(code),
		Status: code.Status(),
		Code:   code,
		Errors: errs,
	}
}

// NewInvalidRequest says that the request's shape is wrong (400).
func NewInvalidRequest(errs ...FieldError) *Problem { return NewProblem(InvalidRequest, errs...) }

// NewInvalidDossier says that business rules are broken (422).
func NewInvalidDossier(errs ...FieldError) *Problem { return NewProblem(InvalidDossier, errs...) }

// NewNotFound says that the thing is not there, or not for this caller (404).
func NewNotFound() *Problem { return NewProblem(NotFound) }

// NewForbidden says that the caller's role may not do this (403).
func NewForbidden() *Problem { return NewProblem(Forbidden) }

// NewUnauthenticated says that nobody could be recognised (401).
func NewUnauthenticated() *Problem { return NewProblem(Unauthenticated) }

// NewKeyReused says that the Idempotency-Key came before with another body (422).
func NewKeyReused() *Problem { return NewProblem(KeyReused) }

// NewTooLarge says that the body passes the limit, given in bytes (413).
func NewTooLarge(limit int64) *Problem {
	return NewProblem(TooLarge, Field("", "too_large", "max", strconv.FormatInt(limit, 10)))
}

// NewUnsupportedMedia says that the body is of a type not taken here (415).
func NewUnsupportedMedia(errs ...FieldError) *Problem { return NewProblem(UnsupportedMedia, errs...) }

// NewConflict says that the state does not take the command (409), which state
// that is, and what it would take. State and commands are words, not data.
func NewConflict(state string, allowed ...string) *Problem {
	p := NewProblem(Conflict)
	p.State, p.Allowed = state, allowed
	return p
}

// NewRateLimited says when to come back (429).
func NewRateLimited(after time.Duration) *Problem { return NewProblem(RateLimited).After(after) }

// NewUnavailable says that something of ours is away, and when to come back (503).
func NewUnavailable(after time.Duration) *Problem { return NewProblem(Unavailable).After(after) }

// NewInternal says that we failed (500). The cause goes to the log, not here.
func NewInternal() *Problem { return NewProblem(Internal) }

// After sets the Retry-After header, in whole seconds and at least one.
func (p *Problem) After(d time.Duration) *Problem {
	p.retryAfter = d
	return p
}

// Error gives the code; it implements error.
func (p *Problem) Error() string { return "problem: " + string(p.Code) }

// GetStatus gives the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives RFC 9457's media type; huma asks for it.
func (p *Problem) ContentType(string) string { return problemMediaType }

// GetHeaders gives the headers that go with the problem; huma asks for them.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Code == Unauthenticated {
		h.Set("WWW-Authenticate", `Bearer realm="hoso"`)
	}
	if p.Code == RateLimited || p.Code == Unavailable {
		seconds := math.Ceil(max(p.retryAfter, time.Second).Seconds())
		h.Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	return h
}
