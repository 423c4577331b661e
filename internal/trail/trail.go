// Package trail carries two marks along with what somebody asked for: the id of
// the request, by which its log lines are found, and the place in its trace.
// Both are codes. They travel in contexts, in the rows that wait to be passed on,
// and in Temporal's headers, and say nothing about anybody.
package trail

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Trail is what a row keeps of the request that wrote it.
type Trail struct {
	RequestID   string // "" for none
	Traceparent string // W3C Trace Context; "" where the request was not traced
}

type requestKey struct{}

// With gives a context that belongs to a request.
func With(ctx context.Context, requestID string) context.Context {
	if requestID == "" {
		return ctx
	}
	return context.WithValue(ctx, requestKey{}, requestID)
}

// RequestID gives the id of the request that a context belongs to, "" for none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// header names the mark of the trace; only its form of fixed length is taken, never
// the tracestate beside it, into which anybody may have written anything.
const header = "traceparent"

var traceContext propagation.TraceContext

// From gives the marks of a context, to be kept with a row.
func From(ctx context.Context) Trail {
	t := Trail{RequestID: RequestID(ctx)}
	if trace.SpanContextFromContext(ctx).IsValid() {
		carrier := propagation.MapCarrier{}
		traceContext.Inject(ctx, carrier)
		t.Traceparent = carrier.Get(header)
	}
	return t
}

// Onto gives a context that goes on where the row was written, perhaps in another
// process and long before.
func (t Trail) Onto(ctx context.Context) context.Context {
	ctx = With(ctx, t.RequestID)
	if t.Traceparent == "" {
		return ctx
	}
	return traceContext.Extract(ctx, propagation.MapCarrier{header: t.Traceparent})
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$`)

// WellFormed says whether an id from outside may be taken over: 8 to 64 letters,
// digits, hyphens and underscores that cannot break a log line. One without any
// letter could be a telephone or identity number, and is not taken.
func WellFormed(id string) bool {
	return requestID.MatchString(id) && strings.ContainsFunc(id, unicode.IsLetter)
}
