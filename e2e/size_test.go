package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
	"hoso/internal/pgtest"
)

// BenchmarkSizePerDossier carries dossiers to their end on PostgreSQL and says what
// each leaves behind: rows and bytes of the register by table (indexes and all), of
// Temporal's database, of files. HOSO_SIZE_DOSSIERS says how many.
func BenchmarkSizePerDossier(b *testing.B) {
	n := number(b, "HOSO_SIZE_DOSSIERS", 12)
	y := newSystem(b, setup{database: pgtest.Empty(b)})
	register := y.register(b)
	pool, err := register.Pool()
	require.NoError(b, err)
	read := func() (bytes, rows map[string]int64) {
		bytes, rows = map[string]int64{}, map[string]int64{}
		for _, q := range []string{"VACUUM ANALYZE"} {
			_, err := pool.ExecContext(b.Context(), q)
			require.NoError(b, err)
		}
		found, err := pool.QueryContext(b.Context(), "SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
		require.NoError(b, err)
		defer found.Close()
		for found.Next() {
			var name string
			var size, count int64
			require.NoError(b, found.Scan(&name, &size, &count))
			bytes[name], rows[name] = size, count
		}
		require.NoError(b, found.Err())
		return bytes, rows
	}
	temporal := func() int64 {
		var sum int64
		for _, end := range []string{"", "-wal"} {
			if info, err := os.Stat(filepath.Join(y.dir, "temporal.db"+end)); err == nil {
				sum += info.Size()
			}
		}
		return sum
	}
	clerk := y.as(b, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	y.allReturned(b, register, fileMany(b, clerk, 1), time.Minute) // whatever the first one brings along
	bytesBefore, rowsBefore := read()
	temporalBefore := temporal()
	b.ResetTimer()
	codes := fileMore(b, clerk, 1, n)
	y.allReturned(b, register, codes, time.Duration(60+4*n)*time.Second)
	b.StopTimer()
	bytes, rows := read()
	var allBytes, allRows int64
	for name := range bytes {
		more, count := bytes[name]-bytesBefore[name], rows[name]-rowsBefore[name]
		allBytes, allRows = allBytes+more, allRows+count
		if count > 0 {
			fmt.Printf("%-20s %6.1f rows %8.0f bytes per dossier\n", name, float64(count)/float64(n), float64(more)/float64(n))
		}
	}
	b.ReportMetric(float64(allBytes)/float64(n), "register-B/dossier")
	b.ReportMetric(float64(allRows)/float64(n), "register-rows/dossier")
	b.ReportMetric(float64(temporal()-temporalBefore)/float64(n), "temporal-sqlite-B/dossier")
}
