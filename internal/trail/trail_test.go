package trail_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"hoso/internal/trail"
)

func TestATrailGoesOnFromARow(t *testing.T) {
	t.Parallel()
	state, err := trace.ParseTraceState("who=nguyen-van-an")
	require.NoError(t, err)
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state})
	row := trail.From(trace.ContextWithSpanContext(trail.With(t.Context(), "request-1"), span))
	require.Equal(t, trail.Trail{RequestID: "request-1", Traceparent: "00-01000000000000000000000000000000-0200000000000000-01"}, row)

	ctx := row.Onto(context.Background())
	require.Equal(t, "request-1", trail.RequestID(ctx))
	got := trace.SpanContextFromContext(ctx)
	require.Equal(t, span.TraceID(), got.TraceID())
	require.Equal(t, span.SpanID(), got.SpanID())
	require.True(t, got.IsRemote() && got.IsSampled())
	require.Zero(t, got.TraceState().Len(), "free text of a caller's goes no further")

	require.Zero(t, trail.From(t.Context()), "nothing is kept of what is neither asked for nor traced")
	require.False(t, trace.SpanContextFromContext(trail.Trail{Traceparent: "00-nonsense"}.Onto(t.Context())).IsValid())
}

func TestWhichIDsAreTakenOver(t *testing.T) {
	t.Parallel()
	for id, taken := range map[string]bool{
		"request-0001": true, "0197b3c4-5d6e-7f80-9a0b-1c2d3e4f5061": true, strings.Repeat("a", 64): true,
		"": false, "short-1": false, strings.Repeat("a", 65): false, "with space1": false, "line\nbreak1": false, "Nguyễn-Văn-An": false, "-leading-1": false,
		"0987310001": false, "001190770001": false, "0987-310-001": false, // numbers of people
	} {
		require.Equal(t, taken, trail.WellFormed(id), "%q", id)
	}
}

func TestLogLinesNameTheirRequestOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(trail.Handler(slog.NewJSONHandler(&out, nil)))
	line := func(do func()) string { out.Reset(); do(); return out.String() }
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	ctx := trace.ContextWithSpanContext(trail.With(t.Context(), "request-1"), span)

	got := line(func() { log.InfoContext(ctx, "act") })
	require.Contains(t, got, `"request_id":"request-1"`)
	require.Contains(t, got, `"trace_id":"01000000000000000000000000000000"`)
	got = line(func() { log.With(trail.KeyRequest, "request-2").InfoContext(ctx, "act") })
	require.Equal(t, 1, strings.Count(got, "request_id"))
	require.Contains(t, got, `"request_id":"request-2"`)
	require.NotContains(t, line(func() { log.InfoContext(t.Context(), "act") }), "_id")
}
