// Package downstream counts and traces calls to outside parties: the portal, each
// carrier, the text gateway, the mail server. Whoever makes a call begins and
// ends it here, and says in outcome's words how it went; so there is one place
// that knows how each party is doing.
//
// The metrics belong to the process. A label is a party's name, a kind or an
// outcome; never an address, a key or a code that the other side made up.
package downstream

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"hoso/internal/outcome"
)

// Kind is what a call is for.
type Kind string

// The kinds of calls.
const (
	Act      Kind = "act"      // does something
	Question Kind = "question" // asks what was done
)

// Outcomes besides those of package outcome.
const (
	done    = "done"
	nothing = "nothing" // a question's answer: the other side knows of none
)

var (
	calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hoso_downstream_calls_total", Help: "Calls to outside parties by outcome: done, nothing (a question about what never was), refused, retryable, unknown.",
	}, []string{"party", "kind", "outcome"})
	seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hoso_downstream_seconds", Help: "Time taken by calls to outside parties.",
		Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25},
	}, []string{"party", "kind"})
	repeats = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hoso_repeats_total", Help: "Acts upon outside parties that were begun before and are tried again.",
	}, []string{"act"})
)

// Collectors are the metrics of the process, for a registry.
func Collectors() []prometheus.Collector { return []prometheus.Collector{calls, seconds, repeats} }

// Expect makes a party's numbers appear before the first call, so that a rate
// over them has somewhere to start.
func Expect(parties ...string) {
	for _, p := range parties {
		for _, o := range []string{done, outcome.Refused.String(), outcome.Retryable.String(), outcome.Unknown.String()} {
			calls.WithLabelValues(p, string(Act), o)
		}
		seconds.WithLabelValues(p, string(Act))
	}
}

// ExpectRepeats does the same for acts.
func ExpectRepeats(acts ...string) {
	for _, a := range acts {
		repeats.WithLabelValues(a)
	}
}

// Repeat counts an act that is tried again.
func Repeat(act string) { repeats.WithLabelValues(act).Inc() }

// Call is one call under way.
type Call struct {
	party string
	kind  Kind
	begun time.Time
	span  trace.Span
}

// Begin begins a call. Where the context is being traced, the one given back is
// that of the call's own span.
func Begin(ctx context.Context, party string, kind Kind) (context.Context, *Call) {
	c := &Call{party: party, kind: kind, begun: time.Now(), span: trace.SpanFromContext(ctx)}
	if !c.span.IsRecording() {
		return ctx, c
	}
	ctx, c.span = c.span.TracerProvider().Tracer("hoso/internal/downstream").Start(ctx, party+" "+string(kind),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("peer.service", party), attribute.String("hoso.call", string(kind))))
	return ctx, c
}

// HTTP notes the method of a call and the status of its answer, 0 for none.
func (c *Call) HTTP(method string, status int) {
	if c.span.IsRecording() {
		c.span.SetAttributes(attribute.String("http.request.method", method))
		if status != 0 {
			c.span.SetAttributes(attribute.Int("http.response.status_code", status))
		}
	}
}

// End ends a call with its error, nil for done; absent is the error that says
// that there is nothing under what was asked for.
func (c *Call) End(err error, absent bool) {
	how := done
	switch {
	case absent:
		how = nothing
	case err != nil:
		how = outcome.KindOf(err).String()
	}
	calls.WithLabelValues(c.party, string(c.kind), how).Inc()
	seconds.WithLabelValues(c.party, string(c.kind)).Observe(time.Since(c.begun).Seconds())
	if c.span.IsRecording() && c.span.SpanContext().IsValid() {
		c.span.SetAttributes(attribute.String("hoso.outcome", how))
		if how != done && how != nothing {
			c.span.SetStatus(codes.Error, how)
		}
		c.span.End()
	}
}
