package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

func TestPapersMove(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(paper())
		office, carrier := custody.Holder{Kind: custody.Office, ID: "VNPHKI"}, custody.Holder{Kind: custody.Carrier, ID: "vnpost"}
		authority, citizen := custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}, custody.Holder{Kind: custody.Citizen}
		move := func(p custody.Papers) register.Papers {
			f.clock.add(time.Second)
			return f.record(d.Code, "handover", func(tr *register.Transition) { tr.Papers = &p }).Papers
		}
		for _, p := range []custody.Papers{
			{Count: 2, Holder: office, Offered: carrier}, {Count: 2, Holder: carrier}, {Count: 2, Holder: carrier, Offered: authority},
		} {
			want := register.Papers{Out: p}
			if p.Holder == office {
				want.AtOffice = 2
			}
			require.Equal(t, want, move(p))
		}
		require.Equal(t, register.Papers{Arrived: 2}, move(custody.Papers{Count: 2, Holder: authority}))
		require.Equal(t, register.Papers{Arrived: 2}, move(custody.Papers{Holder: carrier}), "what has arrived is no longer in the bundle")

		// A paper given later travels by itself, even for a component whose first paper the authority has.
		f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai", Form: dossier.FormPaperOriginal}}}))
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 1, Holder: office}, Arrived: 2, AtOffice: 1}, s.Papers)
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 1, Holder: carrier}, Arrived: 2}, move(custody.Papers{Count: 1, Holder: carrier}))

		got := f.record(d.Code, "returned", func(tr *register.Transition) {
			tr.HomePapers, tr.After.Stage, tr.After.Status, tr.Delivery = custody.Citizen, dossier.StageClosed, dossier.Returned, dossier.DeliveryCollected
		})
		require.Zero(t, got.Papers)
		papers, err := f.Papers(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, papers, 3, "papers are conserved")
		for _, p := range papers {
			require.Equal(t, citizen, custody.Holder{Kind: p.HolderKind, ID: p.HolderID})
			require.Empty(t, p.OfferedKind+p.OfferedID)
		}
		requireKept(t, papers)
		row := f.row(d.Code)
		require.Equal(t, dossier.DeliveryCollected, row.DeliveryState)
		require.Equal(t, keepP(f.clock.Now()), row.ClosedAt)
		f.clock.add(time.Hour)
		f.record(d.Code, "note", nil)
		require.Equal(t, row.ClosedAt, f.row(d.Code).ClosedAt, "closed once")
	})
}

// What a step answers of the papers is where it has left them, whatever it did with
// them, and a second move within the step begins where the first one ended.
func TestAStepAnswersThePapersAsItLeavesThem(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		office := custody.Holder{Kind: custody.Office, ID: "VNPHKI"}
		left := func(got register.Recorded) register.Papers {
			t.Helper()
			s, err := f.Snapshot(t.Context(), d.Code)
			require.NoError(t, err)
			require.Equal(t, s.Papers, got.Papers)
			return got.Papers
		}
		got := left(f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai", Form: dossier.FormPaperOriginal}}})))
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 3, Holder: office}, AtOffice: 3}, got)
		got = left(f.record(d.Code, "retry", func(tr *register.Transition) { tr.Missing, tr.Lost = []string{"giay-uy-quyen"}, true }))
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 2, Holder: office}, AtOffice: 2, Lost: 1}, got)
		got = left(f.record(d.Code, "retry", func(tr *register.Transition) { tr.Found = true }))
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 3, Holder: office}, AtOffice: 3}, got)

		f.record(d.Code, "taken", func(tr *register.Transition) {
			tr.Papers = &custody.Papers{Count: 3, Holder: custody.Holder{Kind: custody.Authority, ID: d.Authority}}
		})
		before, err := f.Custody(t.Context(), d.Code)
		require.NoError(t, err)
		left(f.record(d.Code, "fetched", func(tr *register.Transition) {
			tr.HomeOffer, tr.HomePapers = custody.Holder{Kind: custody.Carrier}, custody.Carrier
		}))
		after, err := f.Custody(t.Context(), d.Code)
		require.NoError(t, err)
		acts := map[custody.Act]int{}
		for _, e := range after[len(before):] {
			acts[e.Act]++
		}
		require.Equal(t, map[custody.Act]int{custody.Offered: 3, custody.Taken: 3}, acts, "offered once, and taken from there")
	})
}
