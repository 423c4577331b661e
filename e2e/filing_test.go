package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/bench"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/scan/samplepage"
)

// BenchmarkFilingAmidAll files as bench.BenchmarkFiling does, but with relay,
// worker, Temporal and simulators running as processes on the same machine: what
// is filed is carried on at once, while the bare handler is measured too.
func BenchmarkFilingAmidAll(b *testing.B) {
	url := pgtest.URL(b)
	y := newSystem(b, setup{database: url})
	ours := bench.NewDesk(b, "hoso", url, y.dir)
	bare := bench.NewDesk(b, "bare", pgtest.URL(b), b.TempDir())
	ours.Base = y.api
	bare.Base = bench.BareServer(b, bare.URL)
	register := y.register(b)
	clerk := y.as(b, identity.Subject{ID: "clerk-bench", Role: identity.Clerk, Office: "VNPHKI"})
	page, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	require.NoError(b, err)
	scan, err := register.Document(b.Context(), clerk.upload(b, "scan", page))
	require.NoError(b, err)
	ours.Scan = scan
	bench.Compare(b, ours, bare)
	waiting, err := register.Backlog(b.Context())
	require.NoError(b, err)
	b.ReportMetric(float64(waiting.Starts), "starts-waiting")
}
