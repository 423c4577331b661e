package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// live has something random happen to a dossier.
func (f *fixture) live(r *rand.Rand, s *store.Store, code string, sh store.Shipment) error {
	ctx := f.t.Context()
	switch r.IntN(6) {
	case 0, 1: // a step; two at once make one of them superseded
		snap, err := s.Snapshot(ctx, code)
		if err != nil {
			return err
		}
		tr := register.Transition{Code: code, Step: snap.Step + 1, Kind: pick(r, "status", "parked", "retry"), Actor: "system", After: anyPosition(r, snap.Position)}
		tr.After.PortalCode = snap.Position.PortalCode
		if _, err := s.Record(ctx, tr, store.Plan{}); err != nil && !isSuperseded(err) {
			return err
		}
		return nil
	case 2:
		e := parcelEvent(sh, pick(r, dossier.ParcelEventTypes()...), moment.Add(time.Duration(r.IntN(1000))*time.Minute))
		for range 1 + r.IntN(2) {
			if _, _, err := s.AcceptParcel(ctx, e); err != nil {
				return err
			}
		}
		return nil
	case 3:
		m, _, err := s.AcceptReport(ctx, arrival("portal"), code, register.PortalReport{Status: dossier.Processing}, nil)
		if err != nil {
			return err
		}
		return s.Late(ctx, m)
	case 4:
		_, err := s.BeginBooking(ctx, code, register.LegHome, 1+r.IntN(3), "viettelpost", fmt.Sprintf("%s/%d", code, r.IntN(3)))
		return err
	default:
		op, err := s.Begin(ctx, request("withdraw"), store.Ask{Code: code})
		if err != nil {
			return err
		}
		return s.Refuse(ctx, op.ID, "{}")
	}
}

func TestChainsHoldAfterAnyHistory(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		processes := []*store.Store{f.Store, f.open(10)}
		var codes []string
		var parcels []store.Shipment
		for range 3 {
			d := f.file(paper())
			codes, parcels = append(codes, d.Code), append(parcels, f.order(d.Code, register.LegHome, 1))
		}
		requireNoErrors(t, together(6, func(i int) error {
			r := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a test's dice
			for range 12 {
				n := r.IntN(len(codes))
				if err := f.live(r, processes[i%2], codes[n], parcels[n]); err != nil {
					return err
				}
				f.clock.add(time.Duration(r.IntN(1e9)))
			}
			return nil
		}))
		lived := 0
		for _, code := range codes {
			require.NoError(t, f.VerifyAudit(t.Context(), code))
			log, err := f.Timeline(t.Context(), code)
			require.NoError(t, err)
			lived += len(log)
			require.Equal(t, int64(len(log)), f.row(code).Revision, "one entry per change")
			requireKept(t, log)
		}
		require.Greater(t, lived, 24, "40 to 56 in a hundred runs; one dossier alone may be passed over by the dice")
		require.ErrorIs(t, f.VerifyAudit(t.Context(), "unknown"), store.ErrNotFound)
	})
}

// TestEveryTamperingIsFound changes a ledger as somebody with the database's
// password could, in every entry and column, and expects it to show.
func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		op := f.begin(d.Code, dossier.Withdraw, store.Ask{Text: "x"})
		for range 2 {
			f.clock.add(time.Minute)
			f.record(d.Code, "status", nil)
			f.parcel(parcelEvent(f.order(d.Code, register.LegHome, 1), dossier.DeliveryInTransit, moment))
		}
		f.applied(d.Code, op)
		other := f.file(paper())
		verify := func() error { return f.VerifyAudit(t.Context(), d.Code) }
		require.NoError(t, verify())
		entries := len(f.kinds(d.Code))
		require.Equal(t, 6, entries)
		f.exec("CREATE TABLE ledger AS SELECT * FROM audit_entries")
		f.exec("CREATE TABLE register AS SELECT * FROM dossiers")

		tampering := map[string]string{
			"the head":                "UPDATE dossiers SET audit_head = 'x'",
			"another dossier's head":  "UPDATE dossiers SET audit_head = (SELECT audit_head FROM dossiers WHERE code = '" + other.Code + "')",
			"no head":                 "UPDATE dossiers SET audit_head = ''",
			"all deleted":             "DELETE FROM audit_entries",
			"all but the first":       "DELETE FROM audit_entries WHERE seq > 1",
			"all given to another":    "UPDATE audit_entries SET dossier_code = '" + other.Code + "', seq = seq + 100, step = 0 WHERE dossier_code = '" + d.Code + "'",
			"one entry from another":  "UPDATE audit_entries SET seq = 7 WHERE dossier_code = '" + other.Code + "'; UPDATE audit_entries SET dossier_code = '" + d.Code + "' WHERE dossier_code = '" + other.Code + "'",
			"cut short, head too":     fmt.Sprintf("DELETE FROM audit_entries WHERE seq = %d; UPDATE dossiers SET audit_head = (SELECT hash FROM audit_entries WHERE seq = %d AND dossier_code = '%s')", entries, entries-1, d.Code),
			"a step moved to another": "UPDATE audit_entries SET step = 0 WHERE step = 2; UPDATE audit_entries SET step = 2 WHERE seq = 3",
			"steps renamed":           "UPDATE audit_entries SET step = step + 10 WHERE step > 0",
		}
		for seq := 1; seq <= entries; seq++ {
			at := fmt.Sprintf(" WHERE dossier_code = '%s' AND seq = %d", d.Code, seq)
			for column, value := range map[string]string{
				"kind": "'refused'", "actor": "'minh'", "role": "'admin'", "data": `data || ' '`, "text_id": "'another'", "prev": "'x'", "hash": "'x'",
				"seq": "seq + 100", "step": "step + 100", "at": f.later("at"),
			} {
				tampering[fmt.Sprintf("%s of %d", column, seq)] = "UPDATE audit_entries SET " + column + " = " + value + at
			}
			tampering[fmt.Sprintf("%d deleted", seq)] = "DELETE FROM audit_entries" + at
			if seq < entries {
				tampering[fmt.Sprintf("%d and the next swapped", seq)] = fmt.Sprintf(
					"UPDATE audit_entries SET seq = 1000 WHERE seq = %[1]d; UPDATE audit_entries SET seq = %[1]d WHERE seq = %[2]d; UPDATE audit_entries SET seq = %[2]d WHERE seq = 1000", seq, seq+1)
				tampering[fmt.Sprintf("%d deleted, the rest moved up", seq)] = fmt.Sprintf(
					"DELETE FROM audit_entries WHERE seq = %[1]d; UPDATE audit_entries SET seq = -seq WHERE seq > %[1]d; UPDATE audit_entries SET seq = -seq - 1 WHERE seq < 0", seq)
			}
		}
		for name, statement := range tampering {
			for _, s := range statements(statement) {
				f.exec(s)
			}
			require.Error(t, verify(), name)
			f.exec("DELETE FROM audit_entries")
			f.exec("INSERT INTO audit_entries SELECT * FROM ledger")
			for _, column := range []string{"audit_head", "revision"} {
				f.exec("UPDATE dossiers SET " + column + " = (SELECT " + column + " FROM register WHERE register.code = dossiers.code)")
			}
			require.NoError(t, verify(), "restored after: %s", name)
		}
		t.Logf("%d ways of tampering", len(tampering))
	})
}

// later is the SQL for a time one microsecond, or the least that shows, later.
func (f *fixture) later(column string) string {
	if f.Postgres() {
		return column + " + interval '1 microsecond'"
	}
	return "replace(" + column + ", '.123456', '.123457')"
}

func statements(text string) []string { return strings.Split(text, "; ") }

func isSuperseded(err error) bool { return errors.Is(err, store.ErrSuperseded) }
