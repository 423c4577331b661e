package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"hoso/internal/store"
)

// text makes a row that is as good as any other; the dossier has to be there.
func text(id, code string) *store.Text { return &store.Text{ID: id, DossierCode: code, Body: "…"} }

func (f *fixture) texts(code string) (n int64) {
	f.t.Helper()
	require.NoError(f.t, f.Gorm().Model(&store.Text{}).Where("dossier_code = ?", code).Count(&n).Error)
	return n
}

// What may wait is there when somebody asks for its table, in the order in which
// it was written, and after the commit.
func TestWritesThatWaitAreThereWhenLookedFor(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		code := f.file(filing()).Code
		require.NoError(t, f.Tx(t.Context(), func(tx *gorm.DB) error {
			require.NoError(t, store.Later(tx).Create(text("a", code)).Error)
			require.NoError(t, store.Later(tx).Model(&store.Text{}).Where("id = ?", "a").Update("body", "first").Error)
			var d store.Dossier
			require.NoError(t, tx.Where("code = ?", code).Take(&d).Error, "a read of another table goes ahead")
			res := tx.Model(&store.Text{}).Where("id = ? AND body = ?", "a", "first").Update("body", "second")
			require.NoError(t, res.Error)
			require.EqualValues(t, 1, res.RowsAffected, "a write comes after what waits, and tells how many rows it met")
			require.NoError(t, store.Later(tx).Create(text("b", code)).Error)
			var all []store.Text
			require.NoError(t, tx.Where("dossier_code = ?", code).Order("id").Find(&all).Error)
			require.Len(t, all, 2)
			require.Equal(t, "second", all[0].Body)
			return store.Later(tx).Create(text("c", code)).Error
		}))
		require.EqualValues(t, 3, f.texts(code))
	})
}

// A write that waits and fails fails its transaction, wherever it comes to light,
// and in gorm's own words.
func TestAWriteThatWaitsAndFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		code := f.file(filing()).Code
		for name, then := range map[string]func(tx *gorm.DB) error{
			"at the commit": func(*gorm.DB) error { return nil },
			"at a read": func(tx *gorm.DB) error {
				var all []store.Text
				return tx.Where("dossier_code = ?", code).Find(&all).Error
			},
			"at a write":         func(tx *gorm.DB) error { return tx.Create(text("d", code)).Error },
			"at a read of a row": func(tx *gorm.DB) error { var n int; return tx.Raw("SELECT count(*) FROM texts").Row().Scan(&n) },
		} {
			err := f.Tx(t.Context(), func(tx *gorm.DB) error {
				for range 2 { // the second has the first one's id
					if err := store.Later(tx).Create(text("a", code)).Error; err != nil {
						return err
					}
				}
				return then(tx)
			})
			require.Error(t, err, name)
			if f.Postgres() && (name == "at the commit" || name == "at a write") {
				require.ErrorIs(t, err, gorm.ErrDuplicatedKey, name)
			}
			require.Zero(t, f.texts(code), name)
		}
	})
}

// Whatever ends a transaction before its commit, nothing of it stays and the
// connection serves the next one.
func TestATransactionThatIsGivenUpLeavesNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		code := f.file(filing()).Code
		wrong := errors.New("wrong")
		ctx, cancel := context.WithCancel(t.Context())
		for range 12 { // more often than there are connections
			require.ErrorIs(t, f.Tx(t.Context(), func(tx *gorm.DB) error {
				require.NoError(t, tx.Create(text("a", code)).Error)
				require.NoError(t, store.Later(tx).Create(text("b", code)).Error)
				return wrong
			}), wrong)
			require.Panics(t, func() {
				_ = f.Tx(t.Context(), func(tx *gorm.DB) error {
					require.NoError(t, tx.Create(text("a", code)).Error)
					panic("wrong")
				})
			})
		}
		require.Error(t, f.Tx(ctx, func(tx *gorm.DB) error {
			require.NoError(t, tx.Create(text("a", code)).Error)
			cancel()
			return nil
		}))
		require.Zero(t, f.texts(code))
		require.NoError(t, f.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(text("a", code)).Error }))
		require.EqualValues(t, 1, f.texts(code))
	})
}

// What is read at one moment is a transaction of its own; one that fails in the
// middle, or whose caller goes away, leaves none open.
func TestAMomentThatFailsLeavesNoTransaction(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		code := f.file(filing()).Code
		s := f.open(1)
		want, err := s.Snapshot(t.Context(), code) // its statements are prepared
		require.NoError(t, err)
		f.exec("ALTER TABLE shipments RENAME TO elsewhere")
		_, err = s.Snapshot(t.Context(), code)
		require.Error(t, err)
		gone, cancel := context.WithCancel(t.Context())
		require.Error(t, s.Tx(gone, func(tx *gorm.DB) error {
			require.NoError(t, tx.Exec("UPDATE dossiers SET revision = revision").Error)
			cancel()
			return nil
		}))
		if f.Postgres() {
			require.Eventually(t, func() bool {
				return f.count("pg_stat_activity", "datname = current_database() AND state LIKE 'idle in transaction%'") == 0
			}, 10*time.Second, 10*time.Millisecond)
		}
		f.exec("ALTER TABLE elsewhere RENAME TO shipments")
		got, err := s.Snapshot(t.Context(), code)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}
