package call

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"hoso/internal/downstream"
)

// TestCallsAreSeen: each call is counted by its outcome and, where somebody
// traces, has a span whose mark travels with it; neither names the address.
func TestCallsAreSeen(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	ctx, parent := trace.NewTracerProvider(trace.WithSpanProcessor(spans)).Tracer("test").Start(t.Context(), "activity")
	var marks []string
	const name = "seen-party"
	c := client(t, party(t, func(w http.ResponseWriter, r *http.Request) {
		marks = append(marks, r.Header.Get("Traceparent"))
		status := map[string]int{"/done": 201, "/refused": 422, "/unknown": 500, "/retryable": 429}
		if strings.Contains(r.URL.Path, "Canary") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"code":"no_such_key"}`)
			return
		}
		w.WriteHeader(status[r.URL.Path])
		fmt.Fprint(w, `{"key":"k","code":"canary"}`)
	}).base, nil)
	c.party = name
	for _, path := range []string{"/done", "/refused", "/unknown", "/retryable"} {
		_, _ = Act(ctx, c, path, JSON(map[string]string{"key": "Canary"}), fitsK) // the ending is another test's matter
	}
	_, err := Ask(ctx, c, "/acts/Canary?q=Canary", "no_such_key", fitsK)
	require.ErrorIs(t, err, ErrNothing)
	_, err = Ask(t.Context(), c, "/acts/Canary", "no_such_key", fitsK)
	require.ErrorIs(t, err, ErrNothing)

	require.Equal(t, map[string]float64{"act done": 1, "act refused": 1, "act unknown": 1, "act retryable": 1, "question nothing": 2}, counted(t, name))
	ended := spans.Ended()
	require.Len(t, ended, 5)
	for i, s := range ended {
		require.Equal(t, parent.SpanContext().SpanID(), s.Parent().SpanID())
		require.Contains(t, marks[i], s.SpanContext().TraceID().String()+"-"+s.SpanContext().SpanID().String())
		require.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", tracetest.SpanStubFromReadOnlySpan(s))), "canary")
	}
	require.Empty(t, marks[5], "who is not traced leaves no mark")
}

// counted reads the calls of a party from the process's metrics.
func counted(t *testing.T, party string) map[string]float64 {
	t.Helper()
	r := prometheus.NewRegistry()
	r.MustRegister(downstream.Collectors()...)
	families, err := r.Gather()
	require.NoError(t, err)
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == "hoso_downstream_calls_total" && labels["party"] == party {
				out[labels["kind"]+" "+labels["outcome"]] = m.GetCounter().GetValue()
			}
		}
	}
	return out
}
