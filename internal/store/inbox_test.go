package store_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

var events atomic.Int64

// arrival is a report that has not come before.
func arrival(source string) store.Arrival {
	n := events.Add(1)
	return store.Arrival{Source: source, EventID: fmt.Sprintf("event-%d", n), Digest: fmt.Sprintf("digest-%d", n)}
}

// report has the portal report a status.
func (f *fixture) report(code string, status dossier.Status) store.Inbox {
	f.t.Helper()
	m, fresh, err := f.AcceptReport(f.t.Context(), arrival("portal"), code, register.PortalReport{Status: status, At: keep(f.clock.Now())}, nil)
	require.NoError(f.t, err)
	require.True(f.t, fresh)
	return m
}

func TestAReport(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		a := arrival("portal")
		a.Text = "Thiếu giấy khai sinh"
		due := keep(moment.Add(time.Hour))
		r := register.PortalReport{Status: dossier.Resolved, At: keep(moment), PortalCode: "H26.12.03-250205-0001", DueAt: &due, Asked: []string{"to-khai"}, Fee: 8000,
			Result: &register.Result{Known: true, Paper: true}}
		results := []store.Result{{Name: "ket-qua.pdf", DocumentID: "doc-1"}, {Name: "phu-luc.pdf", DocumentID: "doc-2"}}
		m, fresh, err := f.AcceptReport(ctx, a, d.Code, r, results)
		require.NoError(t, err)
		require.True(t, fresh)
		require.Equal(t, store.Inbox{ID: m.ID, Source: "portal", EventID: a.EventID, Digest: a.Digest, Kind: store.KindPortal, DossierCode: d.Code, Payload: m.Payload,
			TextID: m.TextID, State: store.InboxPending, NextAt: keep(moment).Add(store.RelayDelay), ReceivedAt: keep(moment)}, m)
		require.True(t, m.Waiting())
		requireKept(t, m)
		text, err := f.Text(ctx, d.Code, m.TextID)
		require.NoError(t, err)
		require.Equal(t, a.Text, text)
		require.NotContains(t, m.Payload, "khai sinh", "free text does not travel")
		got, err := m.PortalReport()
		require.NoError(t, err)
		r.Inbox, r.TextID = m.ID, m.TextID
		require.Equal(t, r, got)
		leased, err := f.LeaseMessages(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Empty(t, leased, "whoever stored it passes it on")
		f.clock.add(store.RelayDelay)
		leased, err = f.LeaseMessages(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, leased, 1)
		require.Equal(t, m.Payload, leased[0].Payload, "as it stands in the database")

		none, err := f.Results(ctx, d.Code)
		require.NoError(t, err)
		require.Empty(t, none, "not before the report is believed")
		f.record(d.Code, "status", func(tr *register.Transition) { tr.Inbox = []string{m.ID} })
		both, err := f.Results(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, both, 2)
		requireKept(t, both)
		require.Equal(t, 1, f.count("inbox", "state = 'applied' AND applied_at IS NOT NULL"))
	})
}

func TestAReportThatIsNotBelievedBringsNoResult(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		m, _, err := f.AcceptReport(t.Context(), arrival("portal"), d.Code, register.PortalReport{Status: dossier.Resolved}, []store.Result{{Name: "x", DocumentID: "doc-1"}})
		require.NoError(t, err)
		f.record(d.Code, "report_not_believed", func(tr *register.Transition) { tr.Inbox, tr.Outcome = []string{m.ID}, "stale" })
		rows, err := f.Results(t.Context(), d.Code)
		require.NoError(t, err)
		require.Empty(t, rows)
		require.Equal(t, 1, f.count("inbox", "state = 'stale'"))
	})
}

func TestTheSameReportAgain(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		a := arrival("portal")
		a.Text = "x"
		accept := func(a store.Arrival) (store.Inbox, bool, error) {
			return f.AcceptReport(ctx, a, d.Code, register.PortalReport{Status: dossier.Accepted}, []store.Result{{Name: "x", DocumentID: "doc-1"}})
		}
		first, fresh, err := accept(a)
		require.NoError(t, err)
		require.True(t, fresh)
		for _, state := range []string{store.InboxPending, store.InboxSignalled, store.InboxApplied} {
			f.exec("UPDATE inbox SET state = ?", state)
			f.clock.add(time.Hour)
			again, fresh, err := accept(a)
			require.NoError(t, err)
			require.False(t, fresh)
			want := first
			want.State = state
			require.Equal(t, want, again)
			require.Equal(t, state != store.InboxApplied, again.Waiting())
		}
		changed := a
		changed.Digest = "of another body"
		_, fresh, err = accept(changed)
		require.ErrorIs(t, err, store.ErrEventChanged)
		require.False(t, fresh)
		elsewhere := a
		elsewhere.Source = "payment:x" // another party's ids are its own
		_, fresh, err = accept(elsewhere)
		require.NoError(t, err)
		require.True(t, fresh)
		require.Equal(t, []int{2, 2, 2}, []int{f.count("inbox", ""), f.count("texts", ""), f.count("results", "")}, "repetitions leave nothing")
	})
}

// A report that is its row and no more is news once, whatever it names.
func TestAPlainReport(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		for code, state := range map[string]string{d.Code: store.InboxPending, "VNPHKI-250205-9999-X": store.InboxUnmatched} {
			a := arrival("portal")
			first, fresh, err := f.AcceptReport(ctx, a, code, register.PortalReport{Status: dossier.Processing, At: moment}, nil)
			require.NoError(t, err)
			require.Equal(t, []any{true, state, code}, []any{fresh, first.State, first.DossierCode})
			r, err := first.PortalReport()
			require.NoError(t, err)
			require.Equal(t, register.PortalReport{Inbox: first.ID, Status: dossier.Processing, At: moment}, r)
			f.clock.add(time.Hour)
			again, fresh, err := f.AcceptReport(ctx, a, code, register.PortalReport{Status: dossier.Processing, At: moment}, nil)
			require.NoError(t, err)
			require.False(t, fresh)
			requireKept(t, []store.Inbox{again})
			require.Equal(t, first, again)
			a.Digest = "of another body"
			_, _, err = f.AcceptReport(ctx, a, code, register.PortalReport{Status: dossier.Resolved}, nil)
			require.ErrorIs(t, err, store.ErrEventChanged)
		}
		require.Equal(t, 2, f.count("inbox", ""))
	})
}

func TestTheSameReportAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		processes := []*store.Store{f.Store, f.open(10)}
		a := arrival("portal")
		var fresh atomic.Int64
		ids := make([]string, 20)
		requireNoErrors(t, together(len(ids), func(i int) error {
			m, isFresh, err := processes[i%2].AcceptReport(t.Context(), a, d.Code, register.PortalReport{Status: dossier.Accepted}, nil)
			if isFresh {
				fresh.Add(1)
			}
			ids[i] = m.ID
			return err
		}))
		require.Equal(t, int64(1), fresh.Load())
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), 1)
		require.Equal(t, 1, f.count("inbox", ""))
	})
}

func TestReportsThatNameNothingKnown(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		a, b := arrival("portal"), arrival("courier:viettelpost")
		a.Text, b.Text = "về ông An", "về ông An"
		for i := range 2 {
			m, fresh, err := f.AcceptReport(ctx, a, "VNPHKI-250205-9999-X", register.PortalReport{Status: dossier.Accepted}, nil)
			require.NoError(t, err)
			require.Equal(t, []any{i == 0, store.InboxUnmatched, false}, []any{fresh, m.State, m.Waiting()})
			m, fresh, err = f.AcceptParcel(ctx, store.ParcelArrival{Arrival: b, Carrier: "viettelpost", Key: "unknown", Type: dossier.DeliveryDelivered, OccurredAt: moment})
			require.NoError(t, err)
			require.Equal(t, []any{i == 0, store.InboxUnmatched, false}, []any{fresh, m.State, m.Waiting()})
		}
		// Another carrier's parcel is unknown too, by key and by id.
		for _, foreign := range []store.ParcelArrival{{Key: sh.Key}, {ShipmentID: sh.ID}} {
			foreign.Arrival, foreign.Carrier, foreign.Type, foreign.OccurredAt = arrival("courier:vnpost"), "vnpost", dossier.DeliveryDelivered, moment
			m, _, err := f.AcceptParcel(ctx, foreign)
			require.NoError(t, err)
			require.Equal(t, store.InboxUnmatched, m.State)
		}
		require.Equal(t, dossier.DeliveryNone, f.row(d.Code).DeliveryState)
		require.Zero(t, f.count("texts", ""), "texts of nobody are not kept")
		leased, err := f.LeaseMessages(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Empty(t, leased, "there is nobody to signal")
		a.Digest = "of another body"
		_, _, err = f.AcceptReport(ctx, a, "VNPHKI-250205-9999-X", register.PortalReport{}, nil)
		require.ErrorIs(t, err, store.ErrEventChanged)
	})
}

// What named nothing known is news once it names something, with its results, and
// only to one of those who bring it again at once.
func TestAReportIsAboutSomethingAtLast(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		code := "VNPHKI-250205-9999-X"
		a := arrival("portal")
		a.Text = "Đã có kết quả"
		accept := func(s *store.Store) (store.Inbox, bool, error) {
			return s.AcceptReport(ctx, a, code, register.PortalReport{Status: dossier.Resolved}, []store.Result{{Name: "x", DocumentID: "doc-1"}})
		}
		before, fresh, err := accept(f.Store)
		require.NoError(t, err)
		require.Equal(t, []any{true, store.InboxUnmatched}, []any{fresh, before.State})
		known := f.file(filing())
		known.Code, known.TrackToken = code, "another"
		require.NoError(t, f.InsertByHand(ctx, known))
		f.clock.add(time.Minute)

		processes := []*store.Store{f.open(10), f.open(10)}
		var news atomic.Int64
		again := func(i int) error {
			m, fresh, err := accept(processes[i%2])
			if fresh {
				news.Add(1)
			}
			if err == nil && (m.ID != before.ID || m.State != store.InboxPending || !m.ReceivedAt.Equal(before.ReceivedAt)) {
				err = fmt.Errorf("another row: %s %s", m.ID, m.State)
			}
			return err
		}
		var errs []error
		ended := make(chan struct{})
		require.NoError(t, f.Tx(ctx, func(tx *gorm.DB) error {
			require.NoError(t, tx.Exec("UPDATE inbox SET attempts = attempts").Error)
			go func() {
				defer close(ended)
				errs = together(4, again)
			}()
			f.waiters(4)
			return nil
		}))
		<-ended
		requireNoErrors(t, errs)
		require.EqualValues(t, 1, news.Load())
		require.Equal(t, []int{1, 1, 1}, []int{f.count("inbox", "text_id <> ''"), f.count("texts", ""), f.count("results", "")})
		f.clock.add(store.RelayDelay)
		leased, err := f.LeaseMessages(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, leased, 1)
	})
}

// A parcel without a dossier is nobody's: nothing is entered in any ledger.
func TestAReportOfAParcelWithoutADossier(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		f.exec("UPDATE shipments SET dossier_code = 'nowhere'")
		m := f.parcel(parcelEvent(sh, dossier.DeliveryDelivered, moment))
		require.Equal(t, store.InboxUnmatched, m.State)
		require.Equal(t, []int{1, 0}, []int{f.count("audit_entries", ""), f.count("parcel_events", "")})
		require.Equal(t, dossier.DeliveryNone, f.shipment(sh.ID).State)
	})
}

func TestSignalledAndLate(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		early, late := f.report(d.Code, dossier.Accepted), f.report(d.Code, dossier.Processing)
		require.NoError(t, f.Signalled(ctx, early.ID))
		f.record(d.Code, "status", func(tr *register.Transition) { tr.Inbox = []string{early.ID} })
		require.NoError(t, f.Signalled(ctx, early.ID), "twice, and too late")
		f.record(d.Code, "closed", func(tr *register.Transition) { tr.After.Stage = dossier.StageClosed })
		for range 2 {
			require.NoError(t, f.Late(ctx, late))
			require.NoError(t, f.Late(ctx, early), "has been dealt with")
		}
		require.Equal(t, 1, f.count("inbox", "state = 'applied'"))
		require.Equal(t, 1, f.count("inbox", "state = 'late' AND applied_at IS NOT NULL"))
		require.Equal(t, []string{"filed", "status", "closed", "late_report"}, f.kinds(d.Code))
		require.Equal(t, int64(4), f.row(d.Code).Revision)
		require.NoError(t, f.VerifyAudit(ctx, d.Code))
		require.NoError(t, f.Signalled(ctx, "unknown"))
		require.ErrorIs(t, f.Late(ctx, store.Inbox{DossierCode: "unknown"}), store.ErrNotFound)
	})
}

func TestUnreadablePayloads(t *testing.T) {
	t.Parallel()
	m := store.Inbox{ID: "row-1", Payload: "{"}
	_, err := m.PortalReport()
	require.ErrorContains(t, err, "row-1")
	_, err = m.ParcelReport()
	require.ErrorContains(t, err, "row-1")
}
