package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

// numbers reads the running numbers out of codes.
func numbers(t *testing.T, codes []string) []int {
	t.Helper()
	out := make([]int, len(codes))
	for i, c := range codes {
		_, err := fmt.Sscanf(strings.Split(c, "-")[2], "%d", &out[i])
		require.NoError(t, err)
	}
	slices.Sort(out)
	return out
}

// TestFilingAtOnce files 50 dossiers at once through two processes, between
// filings that fail: the numbers are 1 to 50.
func TestFilingAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		processes := []*store.Store{f.Store, f.open(10)}
		codes := make([]string, 60)
		requireNoErrors(t, together(60, func(i int) (err error) {
			fails := i%6 == 5
			defer func() {
				if r := recover(); fails && r == "spoilt" {
					err = nil
				} else if fails {
					err = fmt.Errorf("did not fail: %v", r)
				}
			}()
			a, err := processes[i%2].File(t.Context(), request("file"), filing(), func(d store.Dossier) store.Answer {
				if fails {
					panic("spoilt")
				}
				return render(d)
			})
			codes[i] = a.Location
			return err
		}))
		codes = slices.DeleteFunc(codes, func(c string) bool { return c == "" })
		want := make([]int, 50)
		for i := range want {
			want[i] = i + 1
		}
		require.Equal(t, want, numbers(t, codes))
		require.Equal(t, 50, f.count("dossiers", ""))
		require.Equal(t, 50, f.count("outbox", ""))
	})
}

func TestFilingTwiceIsFilingOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		req := request("file")
		first, err := f.File(t.Context(), req, filing(), render)
		require.NoError(t, err)
		f.clock.add(48 * time.Hour)
		again, err := f.open(2).File(t.Context(), req, filing(), func(store.Dossier) store.Answer {
			return store.Answer{Status: 500, Body: []byte("another")}
		})
		require.NoError(t, err)
		require.Equal(t, first, again)

		changed := req
		changed.Digest = "of another body"
		_, err = f.File(t.Context(), changed, filing(), render)
		require.ErrorIs(t, err, store.ErrKeyReused)
		require.Equal(t, 1, f.count("dossiers", ""))

		somebody := req
		somebody.Subject = "minh" // keys are each subject's own
		other, err := f.File(t.Context(), somebody, filing(), render)
		require.NoError(t, err)
		require.NotEqual(t, first.Location, other.Location)
	})
}

func TestFilingTwiceAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		processes := []*store.Store{f.Store, f.open(10)}
		req := request("file")
		answers := make([]store.Answer, 20)
		requireNoErrors(t, together(len(answers), func(i int) (err error) {
			answers[i], err = processes[i%2].File(t.Context(), req, filing(), render)
			return err
		}))
		for _, a := range answers {
			require.Equal(t, store.Answer{Status: 201, Body: []byte("VNPHKI-250205-0001-M"), Location: "VNPHKI-250205-0001-M"}, a)
		}
		require.Equal(t, 1, f.count("dossiers", ""))
		require.Equal(t, 1, f.count("audit_entries", ""))
	})
}

// TestAFailedFilingLeavesNothing breaks the filing at each of its writes in
// turn. Nothing may be left, the number neither; with the same key it succeeds
// afterwards.
func TestAFailedFilingLeavesNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		tables := []string{"operations", "counters", "dossiers", "audit_entries", "people", "components", "papers", "outbox"}
		before := map[string]int{}
		for _, table := range tables {
			before[table] = f.count(table, "")
		}
		req := request("file")
		fails := func(why string, ctx context.Context, render func(store.Dossier) store.Answer) {
			t.Helper()
			func() {
				defer func() {
					if r := recover(); r != nil {
						require.Equal(t, "spoilt", r)
					}
				}()
				_, err := f.File(ctx, req, paper(), render)
				require.Error(t, err, why)
			}()
			for _, table := range tables {
				require.Equal(t, before[table], f.count(table, ""), "%s after: %s", table, why)
			}
		}
		for _, table := range tables {
			f.spoil("INSERT", table)
			fails("no row in "+table, t.Context(), render)
			f.mend(table)
		}
		fails("rendering panics", t.Context(), func(store.Dossier) store.Answer { panic("spoilt") })
		ctx, cancel := context.WithCancel(t.Context())
		fails("the caller is gone", ctx, func(d store.Dossier) store.Answer {
			cancel()
			return render(d)
		})
		a, err := f.File(t.Context(), req, paper(), render)
		require.NoError(t, err)
		require.Equal(t, "VNPHKI-250205-0001-M", a.Location, "no number was used up")
	})
}
