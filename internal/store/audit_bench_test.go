package store_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"hoso/internal/audit"
	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// BenchmarkProveAudit proves a register of so many audit entries, twelve of each
// dossier, under a signed root; HOSO_AUDIT_ENTRIES says how many.
func BenchmarkProveAudit(b *testing.B) {
	entries := 24_000
	if text := os.Getenv("HOSO_AUDIT_ENTRIES"); text != "" {
		var err error
		entries, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	const each = 12
	s, err := store.Open(pgtest.URL(b), store.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() }) //nolint:errcheck // a benchmark's
	fill(b, s, entries/each, each)
	began := time.Now()
	_, err = s.MakeRoot(b.Context(), ours, nil)
	require.NoError(b, err)
	b.ReportMetric(time.Since(began).Seconds(), "s/root")
	for b.Loop() {
		p, err := s.ProveAudit(b.Context(), store.AuditCheck{Keys: ours.keys()})
		require.NoError(b, err)
		require.Empty(b, p.Faults)
		require.EqualValues(b, entries/each*each, p.Entries)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-from-system")
}

// fill copies dossiers with whole ledgers into an empty register.
func fill(b *testing.B, s *store.Store, dossiers, each int) {
	b.Helper()
	model, err := s.File(b.Context(), request("file"), filing(), render)
	require.NoError(b, err)
	pool, err := s.Pool()
	require.NoError(b, err)
	at := time.Now().UTC().Truncate(time.Microsecond)
	exec := func(q string, args ...any) {
		_, err := pool.ExecContext(b.Context(), q, args...)
		require.NoError(b, err)
	}
	exec("DELETE FROM audit_entries")
	exec("DELETE FROM counters")
	const perDay = 9000
	var dossierRows, entryRows [][]any
	flush := func() {
		conn, err := pool.Conn(b.Context())
		require.NoError(b, err)
		defer conn.Close() //nolint:errcheck // back to the pool
		require.NoError(b, conn.Raw(func(c any) error {
			pg := c.(*stdlib.Conn).Conn() //nolint:forcetypeassert // it is one
			if _, err := pg.CopyFrom(b.Context(), pgx.Identifier{"codes"}, []string{"code", "revision", "head", "n"}, pgx.CopyFromRows(dossierRows)); err != nil {
				return err
			}
			_, err := pg.CopyFrom(context.Background(), pgx.Identifier{"audit_entries"}, []string{"dossier_code", "seq", "at", "kind", "actor", "role", "data", "text_id", "step", "prev", "hash"}, pgx.CopyFromRows(entryRows))
			return err
		}))
		dossierRows, entryRows = nil, nil
	}
	exec("CREATE TABLE codes (code TEXT, revision BIGINT, head TEXT, n BIGINT)")
	for n := range dossiers {
		day := at.AddDate(0, 0, -1-n/perDay)
		code, err := dossier.Code("VNPHKI", day, n%perDay+1)
		require.NoError(b, err)
		prev := ""
		for seq := int64(1); seq <= int64(each); seq++ {
			e := audit.Entry{Dossier: code, Seq: seq, At: at.Add(time.Duration(seq) * time.Minute), Kind: "status", Actor: "system", Role: "system",
				Data: `{"occurred_at":"2026-11-27T09:30:00+07:00","stage":"decision","status":"processing","step":"` + strconv.FormatInt(seq, 10) + `"}`, Prev: prev}
			prev = e.Hash()
			entryRows = append(entryRows, []any{code, seq, e.At, e.Kind, e.Actor, e.Role, e.Data, "", seq, e.Prev, prev})
		}
		dossierRows = append(dossierRows, []any{code, int64(each), prev, int64(n)})
		if len(dossierRows) == 2000 {
			flush()
		}
	}
	flush()
	for day := 0; day*perDay < dossiers; day++ {
		exec("INSERT INTO counters (scope, day, n) VALUES ('office:VNPHKI', $1, $2)", dossier.LocalDay(at.AddDate(0, 0, -1-day)), min(perDay, dossiers-day*perDay))
	}
	// Each is the model in all but what its ledger is about.
	var columns string
	require.NoError(b, pool.QueryRowContext(b.Context(), `SELECT string_agg('m.' || column_name, ', ') FROM information_schema.columns WHERE table_name = 'dossiers'
		AND column_name NOT IN ('code', 'revision', 'audit_head', 'track_token')`).Scan(&columns))
	var names string
	require.NoError(b, pool.QueryRowContext(b.Context(), `SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'dossiers'
		AND column_name NOT IN ('code', 'revision', 'audit_head', 'track_token')`).Scan(&names))
	exec("INSERT INTO dossiers (code, revision, audit_head, track_token, " + names + ") SELECT c.code, c.revision, c.head, 't' || c.n, " + columns + " FROM codes c, dossiers m WHERE m.code = '" + model.Location + "'")
	exec("DELETE FROM people WHERE dossier_code = '" + model.Location + "'")
	exec("DELETE FROM components WHERE dossier_code = '" + model.Location + "'")
	exec("DELETE FROM route_decisions WHERE dossier_code = '" + model.Location + "'")
	exec("DELETE FROM dossiers WHERE track_token NOT LIKE 't%'")
	exec("ANALYZE")
}
