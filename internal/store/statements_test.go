package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"hoso/internal/dossier"
)

// TestStatementsOfAFiling: one for the documents, one for the number, one for
// each table written. A row too many in a loop would show here. (PostgreSQL's
// trips are counted where the whole API is there, in bench.)
func TestStatementsOfAFiling(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, url: migratedSQLite(t), clock: newClock()}
	f.Store = f.open(2)
	scans := []string{f.document("a").ID, f.document("b").ID, f.document("c").ID}
	n := paper()
	for i, id := range scans {
		n.Components = append(n.Components, dossier.Given{Code: string(rune('a' + i)), Form: dossier.FormScan, Document: id})
	}
	sent := 0
	count := func(*gorm.DB) { sent++ }
	on := f.Gorm().Callback()
	require.NoError(t, on.Create().Before("gorm:create").Register("count", count))
	require.NoError(t, on.Query().Before("gorm:query").Register("count", count))
	require.NoError(t, on.Update().Before("gorm:update").Register("count", count))
	require.NoError(t, on.Row().Before("gorm:row").Register("count", count))
	require.NoError(t, on.Raw().Before("gorm:raw").Register("count", count))
	_, err := f.File(t.Context(), request("file"), n, render)
	require.NoError(t, err)
	require.LessOrEqual(t, sent, 13) // one of them for the ledger of the papers
}
