package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"hoso/internal/pgtest"
)

// BenchmarkFilingTraced files through two APIs in turns, one that sends traces
// (to a collector that throws them away) and one that does not, and reports the
// ratio of their rates.
func BenchmarkFilingTraced(b *testing.B) {
	plain := NewDesk(b, "plain", pgtest.URL(b), b.TempDir())
	plain.Base = apiServer(b, plain)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	b.Cleanup(collector.Close)
	b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	traced := NewDesk(b, "traced", pgtest.URL(b), b.TempDir())
	traced.Base = apiServer(b, traced)
	for b.Loop() {
		var on, off float64
		for range rounds {
			on += traced.Rate(b)
			off += plain.Rate(b)
		}
		b.ReportMetric(on/rounds, "traced/s")
		b.ReportMetric(off/rounds, "untraced/s")
		b.ReportMetric(on/off, "ratio")
	}
}
