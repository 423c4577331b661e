package store_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/register"
	"hoso/internal/store"
)

// A row written by hand is what gorm reads, and the other way round, down to
// empty lists, times without a value and zones.
func TestRowsByHandAreGormsRows(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		at := keep(moment)
		number, later := "H26.00-261127-0001", at.Add(time.Hour)
		full := store.Dossier{
			Code: "full", Office: "VNPHKI", FiledAt: at, PortalCode: &number, ReceivedAt: &at, DueAt: &later, Quantity: 3, FreeHelp: true, Stage: dossier.StageDecision,
			Status: dossier.Processing, Asked: []string{"to-khai", "Giấy ' \" ?"}, AskedParts: []register.Part{{Component: "to-khai", Pages: []int{1, 2}}},
			FeeDue: 12_000_000_000, LastReport: &later, Clock: register.Clock{ID: "hn", StartedAt: &at}, Revision: 7, TrackToken: "t1",
		}
		bare := store.Dossier{Code: "bare", FiledAt: at, Asked: []string{}, AskedParts: []register.Part{}, TrackToken: "t2"}
		for _, d := range []store.Dossier{full, bare} {
			require.NoError(t, f.InsertByHand(t.Context(), d))
			var read store.Dossier
			require.NoError(t, f.Gorm().Where("code = ?", d.Code).Take(&read).Error)
			byHand, err := f.Dossier(t.Context(), store.Scope{All: true}, d.Code)
			require.NoError(t, err)
			require.Equal(t, read, byHand, "read by gorm and by hand")
			require.Equal(t, d, byHand, "as it was")
		}
		full.Asked, full.DueAt, full.Status = []string{}, nil, dossier.Resolved
		require.NoError(t, f.SaveByHand(t.Context(), full))
		got, err := f.Dossier(t.Context(), store.Scope{All: true}, "full")
		require.NoError(t, err)
		require.Equal(t, full, got)
		got, err = f.Dossier(t.Context(), store.Scope{All: true}, "bare")
		require.NoError(t, err)
		require.Equal(t, bare, got, "the other row stays as it is")

		note := store.Notification{ID: "n", DossierCode: "full", Event: "filed", Channel: "sms", Facts: notice.Facts{At: at, Asked: []string{"x"}}, State: "pending", NextAt: at, CreatedAt: at}
		require.NoError(t, f.InsertByHand(t.Context(), note))
		rows, _, err := f.TakeNotifications(t.Context(), "sms", 5, time.Minute)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, note.Facts, rows[0].Facts)
	})
}

// Reading by hand has no room for NULL but in a pointer or a list: a column that
// may hold it must be one of these in its model.
func TestColumnsThatMayBeEmptyArePointers(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, url: migratedSQLite(t), clock: newClock()}
	f.Store = f.open(2)
	columns := 0
	for _, model := range store.Models() {
		table, fields := f.Fields(model)
		var info []struct {
			Name    string
			Notnull bool
			Pk      int
		}
		require.NoError(t, f.Gorm().Raw(fmt.Sprintf("PRAGMA table_info(%q)", table)).Scan(&info).Error)
		require.NotEmpty(t, info, table)
		for _, c := range info {
			field, known := fields[c.Name]
			if known && !c.Notnull && c.Pk == 0 {
				require.Equal(t, reflect.Pointer, field.Kind(), "%s.%s may be NULL and is a %s", table, c.Name, field)
			}
		}
		columns += len(info)
	}
	require.Greater(t, columns, 300)
}
