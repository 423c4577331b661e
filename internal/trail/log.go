package trail

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// The keys in log lines.
const (
	KeyRequest = "request_id"
	KeyTrace   = "trace_id"
)

// Handler adds the request's id and the trace's to every line that is written
// within one. A logger that has been given a request's id keeps that one.
func Handler(h slog.Handler) slog.Handler { return handler{Handler: h} }

type handler struct {
	slog.Handler
	named bool // the logger says itself whose request it is
}

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	id, span := RequestID(ctx), trace.SpanContextFromContext(ctx)
	add := id != "" && !h.named
	if !add && !span.HasTraceID() {
		return h.Handler.Handle(ctx, r)
	}
	r = r.Clone()
	if add {
		r.AddAttrs(slog.String(KeyRequest, id))
	}
	if span.HasTraceID() {
		r.AddAttrs(slog.String(KeyTrace, span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	named := h.named
	for _, a := range attrs {
		named = named || a.Key == KeyRequest
	}
	return handler{h.Handler.WithAttrs(attrs), named}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.named}
}
