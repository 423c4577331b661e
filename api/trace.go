package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"hoso/internal/trail"
)

// untraced are asked all the time and tell nothing.
var untraced = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// traceRequest begins a trace with each request. It names the route's template:
// paths and queries hold codes, tails of telephone numbers and names. A caller's
// own trace is linked to and not gone on with, for anybody can call and would
// decide what is recorded.
func traceRequest(t trace.Tracer) gin.HandlerFunc {
	return func(c *gin.Context) {
		route := routeOf(c)
		if untraced[route] {
			c.Next()
			return
		}
		method := methodOf(c.Request)
		options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithNewRoot(), trace.WithAttributes(
			attribute.String("http.request.method", method), attribute.String("http.route", route),
			attribute.String("hoso.request_id", RequestID(c.Request.Context())))}
		caller := trail.Trail{Traceparent: c.GetHeader("Traceparent")}.Onto(context.Background())
		if theirs := trace.SpanContextFromContext(caller); theirs.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: theirs}))
		}
		ctx, span := t.Start(c.Request.Context(), method+" "+route, options...)
		defer span.End()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
		status := c.Writer.Status()
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
	}
}
