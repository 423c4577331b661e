package api

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestARequestBeginsATrace: named by template, linked to the caller's trace and
// not part of it, without a word of path, query or headers.
func TestARequestBeginsATrace(t *testing.T) {
	t.Parallel()
	seen := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(seen))
	b := setup(t, func(d *Deps) { d.Tracer = provider.Tracer("test") })
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	header := map[string]string{"X-Request-Id": "request-1", "Traceparent": "00-" + theirs + "-b7ad6b7169203331-00", "Tracestate": "who=Canary", "Baggage": "who=Canary", "User-Agent": "Canary"}
	b.do(ask{method: "GET", path: "/v1/notes?kind=Canary", header: header})
	b.do(ask{method: "GET", path: "/v1/nowhere/Canary?q=Canary", header: header})
	b.do(ask{method: "GET", path: "/healthz", header: header})

	spans := seen.Ended()
	require.Len(t, spans, 2, "whether we are alive is asked all the time")
	require.Equal(t, "GET /v1/notes", spans[0].Name())
	require.Equal(t, "GET unmatched", spans[1].Name())
	for _, s := range spans {
		require.NotEqual(t, theirs, s.SpanContext().TraceID().String())
		require.False(t, s.Parent().IsValid())
		require.Equal(t, theirs, s.Links()[0].SpanContext.TraceID().String())
		require.Contains(t, s.Attributes(), attribute.String("hoso.request_id", "request-1"))
		require.NotContains(t, fmt.Sprintf("%+v", tracetest.SpanStubFromReadOnlySpan(s)), "Canary")
	}
	require.Contains(t, spans[1].Attributes(), attribute.Int("http.response.status_code", 404))
}

// BenchmarkRequest answers the smallest request that is traced, with and without.
func BenchmarkRequest(b *testing.B) {
	provider := trace.NewTracerProvider(trace.WithBatcher(tracetest.NewNoopExporter()))
	b.Cleanup(func() { _ = provider.Shutdown(b.Context()) })
	for name, deps := range map[string]Deps{"untraced": {}, "traced": {Tracer: provider.Tracer("bench")}} {
		deps.Auth, deps.Log = everyone, slog.New(slog.DiscardHandler)
		s, err := New(deps)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(b.Context(), "GET", "/nowhere", nil))
			}
		})
	}
}
