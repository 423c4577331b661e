package bench

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/program"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// BenchmarkFiling files dossiers through the API on PostgreSQL, 32 offices,
// relay off, beside a bare gin and gorm handler that writes the same rows, in
// turns A B A B, and reports the ratio of their rates.
func BenchmarkFiling(b *testing.B) {
	ours := NewDesk(b, "hoso", pgtest.URL(b), b.TempDir())
	bare := NewDesk(b, "bare", pgtest.URL(b), b.TempDir())
	ours.Base = apiServer(b, ours)
	bare.Base = BareServer(b, bare.URL)
	Compare(b, ours, bare)
}

// apiServer runs the real API in this process, relay off.
func apiServer(b testing.TB, d *Desk) string {
	b.Helper()
	c, err := program.Load(append(os.Environ(), "HOSO_DATA="+d.Dir, "HOSO_DATABASE_URL="+d.URL, "HOSO_ADDR=127.0.0.1:0", "HOSO_RELAY=off",
		"HOSO_AUTH_KEYS="+filepath.Join(d.Dir, "keys", "dev-keys.json"), "TEMPORAL_ADDRESS=127.0.0.1:1"))
	require.NoError(b, err)
	require.NoError(b, c.Check())
	ctx, stop := context.WithCancel(context.Background())
	m, err := program.Open(ctx, c, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	at := make(chan string, 1)
	ended := make(chan error, 1)
	go func() { ended <- m.RunAPI(ctx, func(addr string) { at <- addr }) }()
	b.Cleanup(func() {
		stop()
		<-ended
		_ = m.Close()
	})
	select {
	case addr := <-at:
		return "http://" + addr
	case err := <-ended:
		require.NoError(b, err)
		return ""
	}
}
