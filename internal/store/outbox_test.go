package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// relays are the three kinds of rows that relays pass on: how one is made and leased.
var relays = map[string]struct {
	make  func(f *fixture) string
	lease func(s *store.Store, ctx context.Context, limit int, hold time.Duration) (ids []string, attempts []int, err error)
	delay time.Duration
}{
	"starts": {
		func(f *fixture) string { return f.file(filing()).Code },
		func(s *store.Store, ctx context.Context, limit int, hold time.Duration) (ids []string, attempts []int, err error) {
			rows, err := s.LeaseStarts(ctx, limit, hold)
			for _, r := range rows {
				ids, attempts = append(ids, r.DossierCode), append(attempts, r.Attempts)
			}
			return ids, attempts, err
		}, store.RelayDelay},
	"messages": {
		func(f *fixture) string { return f.report(f.file(filing()).Code, dossier.Accepted).ID },
		func(s *store.Store, ctx context.Context, limit int, hold time.Duration) (ids []string, attempts []int, err error) {
			rows, err := s.LeaseMessages(ctx, limit, hold)
			for _, r := range rows {
				ids, attempts = append(ids, r.ID), append(attempts, r.Attempts)
			}
			return ids, attempts, err
		}, 0},
	"operations": {
		func(f *fixture) string { return f.begin(f.file(filing()).Code, dossier.Withdraw, store.Ask{}).ID },
		func(s *store.Store, ctx context.Context, limit int, hold time.Duration) (ids []string, attempts []int, err error) {
			rows, err := s.LeaseOperations(ctx, limit, hold)
			for _, r := range rows {
				ids, attempts = append(ids, r.ID), append(attempts, r.Attempts)
			}
			return ids, attempts, err
		}, store.RelayDelay},
}

func TestLeases(t *testing.T) {
	t.Parallel()
	for name, kind := range relays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, func(t *testing.T, f *fixture) {
				ctx, other := t.Context(), f.open(2)
				const hold = 20 * time.Second
				var want []string
				for range 3 {
					want = append(want, kind.make(f))
					f.clock.add(time.Millisecond)
				}
				f.clock.set(moment.Add(kind.delay - time.Microsecond))
				ids, _, err := kind.lease(f.Store, ctx, 10, hold)
				require.NoError(t, err)
				require.Empty(t, ids, "whoever wrote it has a moment")

				f.clock.set(moment.Add(time.Minute))
				for n, tries := 1, 0; tries < 3; tries++ {
					ids, attempts, err := kind.lease(f.Store, ctx, 2, hold)
					require.NoError(t, err)
					require.Equal(t, want[:2], ids, "the oldest first, no more than asked for")
					require.Equal(t, []int{n, n}, attempts)
					rest, _, err := kind.lease(other, ctx, 10, hold)
					require.NoError(t, err)
					require.Equal(t, want[2:], rest)
					f.clock.add(hold - time.Microsecond)
					none, _, err := kind.lease(other, ctx, 10, hold)
					require.NoError(t, err)
					require.Empty(t, none, "held")
					f.clock.add(time.Microsecond)
					n++
				}
			})
		})
	}
}

// TestTwoRelaysAtOnce lets many relays of two processes lease at the same time:
// every row goes to exactly one.
func TestTwoRelaysAtOnce(t *testing.T) {
	t.Parallel()
	for name, kind := range relays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, func(t *testing.T, f *fixture) {
				var want []string
				for range 30 {
					want = append(want, kind.make(f))
				}
				f.clock.add(time.Hour)
				processes := []*store.Store{f.Store, f.open(10)}
				var mu sync.Mutex
				var got []string
				requireNoErrors(t, together(8, func(i int) error {
					for {
						ids, attempts, err := kind.lease(processes[i%2], t.Context(), 4, time.Minute)
						if err != nil {
							return err
						}
						mu.Lock()
						got = append(got, ids...)
						done := len(got) >= len(want)
						mu.Unlock()
						if slices.Max(append(attempts, 1)) != 1 {
							return fmt.Errorf("leased again: %v", attempts)
						}
						if done {
							return nil
						}
					}
				}))
				require.ElementsMatch(t, want, got)
			})
		})
	}
}

// A relay that is slow with its rows holds up nobody else.
func TestRowsInUseArePassedOver(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		if !f.Postgres() {
			return // SQLite has no locks of rows: relays take turns
		}
		first, second := f.file(filing()), f.file(filing())
		f.clock.add(time.Minute)
		tx := f.open(1).Gorm().Begin()
		defer tx.Rollback()
		require.NoError(t, tx.Exec("UPDATE outbox SET attempts = 7 WHERE dossier_code = ?", first.Code).Error)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		rows, err := f.LeaseStarts(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, second.Code, rows[0].DossierCode)
	})
}

func TestStarts(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		f.clock.add(time.Minute)
		lease := func() int {
			rows, err := f.LeaseStarts(ctx, 10, time.Second)
			require.NoError(t, err)
			if len(rows) > 0 {
				require.Equal(t, []any{store.KindStart, d.Code}, []any{rows[0].Kind, rows[0].DossierCode})
				requireKept(t, rows)
			}
			return len(rows)
		}
		require.Equal(t, 1, lease())
		for range 2 {
			require.NoError(t, f.Started(ctx, store.KindStart, d.Code))
		}
		f.clock.add(time.Hour)
		require.Zero(t, lease(), "started")
		require.NoError(t, f.Restart(ctx, d.Code))
		require.Equal(t, 1, lease(), "at once")
		require.ErrorIs(t, f.Restart(ctx, "VNPHKI-250205-9999-X"), store.ErrNotFound)
		got, err := f.Start(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, d, got)
	})
}

func TestBacklog(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		backlog := func() store.Backlog {
			b, err := f.Backlog(ctx)
			require.NoError(t, err)
			return b
		}
		require.Zero(t, backlog())
		d, other := f.file(filing()), f.file(filing())
		m := f.report(d.Code, dossier.Accepted)
		op := f.begin(d.Code, dossier.Withdraw, store.Ask{})
		refused := f.begin(d.Code, dossier.Withdraw, store.Ask{})
		f.clock.add(time.Hour)
		_, err := f.LeaseStarts(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Equal(t, store.Backlog{Starts: 2, Messages: 1, Operations: 2}, backlog(), "leased is not passed on")
		require.NoError(t, f.Started(ctx, store.KindStart, d.Code))
		require.NoError(t, f.Refuse(ctx, refused.ID, "{}"))
		require.NoError(t, f.Signalled(ctx, m.ID))
		f.record(d.Code, "withdrawn", func(tr *register.Transition) { tr.Operation = op.ID })
		require.Equal(t, store.Backlog{Starts: 1}, backlog())
		require.NoError(t, f.Started(ctx, store.KindStart, other.Code))
		require.Zero(t, backlog())
	})
}
