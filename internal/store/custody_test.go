package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

var (
	hoanKiem  = custody.Holder{Kind: custody.Office, ID: "VNPHKI"}
	viettel   = custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}
	theCentre = custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}
)

// goingOut files a dossier whose two papers are to go to the authority.
func (f *fixture) goingOut() store.Dossier {
	f.t.Helper()
	d := f.file(paper())
	f.record(d.Code, "route_decided", func(t *register.Transition) {
		t.After.Stage, t.After.Route = dossier.StageSubmission, dossier.RoutePaper
	})
	return d
}

// move records that the papers on the way out are elsewhere now.
func (f *fixture) move(code string, p custody.Papers) {
	f.t.Helper()
	f.clock.add(time.Second)
	f.record(code, "handover", func(t *register.Transition) { t.Papers = &p })
}

// seal puts the papers of dossiers into a bag for the authority.
func (f *fixture) seal(codes ...string) string {
	f.t.Helper()
	f.seals++
	a, err := f.sealAs(fmt.Sprint("NP-", f.seals), "vnpost", codes...)
	require.NoError(f.t, err)
	return a.Location
}

func (f *fixture) sealAs(seal, network string, codes ...string) (store.Answer, error) {
	return f.SealBag(f.t.Context(), request("seal_bag"), store.NewBag{Office: "VNPHKI", Network: network, Authority: "H26.12.03", Seal: seal, Dossiers: codes},
		func(store.Bag, []store.BagPaper) (store.Answer, error) { return store.Answer{Status: 201}, nil })
}

// A network uses the number of a seal once, however it is written, also when two
// seal at the same moment; another network has seals of its own.
func TestASealsNumberIsUsedOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		var codes []string
		for range 4 {
			codes = append(codes, f.goingOut().Code)
		}
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i := range errs {
			both.Go(func() { _, errs[i] = f.sealAs("np/7", "vnpost", codes[i]) })
		}
		both.Wait()
		slices.SortFunc(errs, func(a, b error) int { return len(fmt.Sprint(a)) - len(fmt.Sprint(b)) })
		require.NoError(t, errs[0])
		require.ErrorIs(t, errs[1], store.ErrSealUsed)
		_, err := f.sealAs("NP/7", "vnpost", codes[2])
		require.ErrorIs(t, err, store.ErrSealUsed)
		papers, err := f.Papers(t.Context(), codes[2])
		require.NoError(t, err)
		require.Empty(t, papers[0].Bag, "nothing was put into it")
		_, err = f.sealAs("NP/7", "fpt", codes[3])
		require.NoError(t, err)
	})
}

// handOn records the next step of a bag.
func (f *fixture) handOn(number, kind string, act func(custody.Bag) (custody.Bag, error)) {
	f.t.Helper()
	f.clock.add(time.Second)
	s, err := f.BagSnapshot(f.t.Context(), number)
	require.NoError(f.t, err)
	after, err := act(s.Bag)
	require.NoError(f.t, err)
	_, err = f.RecordBag(f.t.Context(), register.BagStep{Step: s.Step + 1, Kind: kind, Actor: "system", After: after, Waiting: s.Waiting}, nil)
	require.NoError(f.t, err)
}

func (f *fixture) carryBag(number string, to ...custody.Holder) {
	f.t.Helper()
	for _, next := range to {
		f.handOn(number, "bag_offered", func(b custody.Bag) (custody.Bag, error) { return b.Offer(b.Holder, next) })
		f.handOn(number, "bag_taken", func(b custody.Bag) (custody.Bag, error) { return b.Take(next, custody.Count{}) })
	}
}

func (f *fixture) prove() store.CustodyProof {
	f.t.Helper()
	p, err := f.ProveCustody(f.t.Context(), nil)
	require.NoError(f.t, err)
	return p
}

// acts are a dossier's ledger as words: act and whom to.
func (f *fixture) acts(code string) (list []string) {
	f.t.Helper()
	rows, err := f.Custody(f.t.Context(), code)
	require.NoError(f.t, err)
	for _, e := range rows {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s", e.Act, e.ToKind)))
	}
	return list
}

// TestLedgerOfAWholeWay: whatever moves the papers, each move is an offer and a
// take in the ledger, and at every moment each has one holder.
func TestLedgerOfAWholeWay(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		n := paper()
		n.PaperComponents = n.PaperComponents[:1]
		d := f.file(n)
		require.Empty(t, f.prove().Faults)
		f.move(d.Code, custody.Papers{Count: 1, Holder: hoanKiem, Offered: viettel})
		f.move(d.Code, custody.Papers{Count: 1, Holder: viettel})
		f.move(d.Code, custody.Papers{Count: 1, Holder: viettel, Offered: theCentre})
		f.move(d.Code, custody.Papers{Count: 1, Holder: theCentre})
		require.Empty(t, f.prove().Faults)
		f.record(d.Code, "delivery_booked", func(t *register.Transition) { t.HomeOffer = viettel })
		begun, err := f.BeginBooking(t.Context(), d.Code, register.LegHome, 1, "viettelpost", d.Code+"/courier/home/1")
		sh := begun.Shipment
		require.NoError(t, err)
		for i, state := range []dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryOut, dossier.DeliveryDelivered} {
			f.clock.add(time.Minute)
			_, _, err := f.AcceptParcel(t.Context(), store.ParcelArrival{Arrival: store.Arrival{Source: "courier:viettelpost", EventID: fmt.Sprint(i), Digest: fmt.Sprint(i)},
				Carrier: "viettelpost", ShipmentID: sh.ID, Type: state, OccurredAt: f.clock.Now()})
			require.NoError(t, err)
			require.Empty(t, f.prove().Faults)
		}
		require.Equal(t, []string{"entered office", "offered carrier", "taken carrier", "offered authority", "taken authority",
			"offered carrier", "taken carrier", "offered citizen", "taken citizen"}, f.acts(d.Code))
		rows, err := f.Custody(t.Context(), d.Code)
		require.NoError(t, err)
		require.Equal(t, "lan", rows[0].Subject, "the clerk took it in")
		require.Equal(t, "courier", rows[8].Subject)
		p := f.prove()
		require.EqualValues(t, 1, p.Dossiers)
		require.EqualValues(t, 1, p.Papers)
	})
}

// TestBagMovesAll: what lies in a bag moves with it, in one transaction, and each
// dossier has word of it once.
func TestBagMovesAll(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		one, two := f.goingOut(), f.goingOut()
		number := f.seal(one.Code, two.Code)
		require.Empty(t, f.prove().Faults)
		s, err := f.Snapshot(ctx, one.Code)
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 2, Holder: hoanKiem, Bag: number}, s.Papers.Out)

		// The dossier's own workflow, which has not heard of the bag yet, cannot move them.
		step := f.step(one.Code, "papers_offer", func(t *register.Transition) {
			t.Papers = &custody.Papers{Count: 2, Holder: hoanKiem, Offered: viettel}
		})
		_, err = f.Record(ctx, step, store.Plan{})
		require.ErrorIs(t, err, store.ErrSuperseded)

		f.carryBag(number, viettel, theCentre)
		require.Empty(t, f.prove().Faults)
		for _, d := range []store.Dossier{one, two} {
			s, err := f.Snapshot(ctx, d.Code)
			require.NoError(t, err)
			require.Equal(t, register.Papers{Arrived: 2}, s.Papers)
			require.Len(t, s.Bagged, 5, "what is on its way is told as well: who has it already takes it for known")
		}
		rows, err := f.LeaseMessages(ctx, 100, time.Minute)
		require.NoError(t, err)
		require.Len(t, rows, 10, "sealed, offered, taken, offered, taken, to each")
		for _, m := range rows {
			require.NoError(t, f.Signalled(ctx, m.ID))
		}
		s, err = f.Snapshot(ctx, one.Code)
		require.NoError(t, err)
		require.Len(t, s.Bagged, 5, "what was signalled and not dealt with is told to the next run")
		require.Equal(t, "papers_take", s.Bagged[4].Kind)
		require.Equal(t, theCentre, s.Bagged[4].By)
		f.record(one.Code, "papers_take", func(t *register.Transition) {
			t.Actor, t.Data = "clerk", map[string]string{"bag": number, "bag_step": "0"}
		})
		rowsOf, err := f.Timeline(ctx, one.Code)
		require.NoError(t, err)
		require.Equal(t, "lan", rowsOf[len(rowsOf)-1].Actor, "who it was, and not only in what role")
		b, err := f.Bag(ctx, store.BagScope{Scope: all}, number)
		require.NoError(t, err)
		require.Equal(t, keepP(f.clock.Now()), b.HandedOverAt)
	})
}

// TestBagStepOnce: the same step again is the same answer; another one under its
// number is another run's.
func TestBagStepOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		number := f.seal(f.goingOut().Code)
		s, err := f.BagSnapshot(ctx, number)
		require.NoError(t, err)
		offered, err := s.Bag.Offer(hoanKiem, viettel)
		require.NoError(t, err)
		until := f.clock.Now().Add(time.Hour)
		step := register.BagStep{Step: 1, Kind: "bag_offered", Actor: "system", After: offered, Waiting: s.Waiting}
		for range 3 {
			got, err := f.RecordBag(ctx, step, &until)
			require.NoError(t, err)
			require.Equal(t, keepP(until), got.Until)
		}
		require.Equal(t, 1, f.count("custody_entries", "act = 'offered'")/2, "each of the two papers once")
		other := step
		other.Kind = "bag_opened"
		_, err = f.RecordBag(ctx, other, nil)
		require.ErrorIs(t, err, store.ErrSuperseded)
		other.Step = 3
		_, err = f.RecordBag(ctx, other, nil)
		require.ErrorIs(t, err, store.ErrSuperseded)
	})
}

// TestLatePapersWait: a paper given while the first ones are under way waits at
// the office, and goes by itself.
func TestLatePapersWait(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.goingOut()
		f.move(d.Code, custody.Papers{Count: 2, Holder: hoanKiem, Offered: viettel})
		f.move(d.Code, custody.Papers{Count: 2, Holder: viettel})
		f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "giay-khac", Form: dossier.FormPaperOriginal}}}))
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 2, Holder: viettel}, s.Papers.Out, "the carrier's two")
		f.move(d.Code, custody.Papers{Count: 2, Holder: theCentre})
		s, err = f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, register.Papers{Arrived: 2, AtOffice: 1, Out: custody.Papers{Count: 1, Holder: hoanKiem}}, s.Papers, "then the office's one")
		require.Empty(t, f.prove().Faults)
	})
}

// TestFiledBeforeTheLedger: papers of before there was a ledger are entered as
// they are when the first of them moves.
func TestFiledBeforeTheLedger(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.goingOut()
		f.exec("DELETE FROM custody_entries")
		f.exec("UPDATE dossiers SET custody_seq = 0, custody_head = ''")
		p := f.prove()
		require.Empty(t, p.Faults)
		require.EqualValues(t, 2, p.BeforeLedger)
		f.move(d.Code, custody.Papers{Count: 2, Holder: hoanKiem, Offered: viettel})
		p = f.prove()
		require.Empty(t, p.Faults)
		require.Zero(t, p.BeforeLedger)
		require.Equal(t, []string{"entered office", "entered office", "offered carrier", "offered carrier"}, f.acts(d.Code))
	})
}

// TestProofFindsEveryWound flips, deletes and reorders rows behind the store's
// back, and wants dossier, entry and rule named; then the row is put back.
func TestProofFindsEveryWound(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		sound := f.goingOut()
		d := f.goingOut()
		number := f.seal(d.Code)
		f.carryBag(number, viettel)
		require.Empty(t, f.prove().Faults)
		entries, err := f.Custody(t.Context(), d.Code)
		require.NoError(t, err)
		papers, err := f.Papers(t.Context(), d.Code)
		require.NoError(t, err)
		code, paperID := d.Code, papers[0].ID

		f.save()
		type wound struct {
			statements []string
			want       custody.Fault
		}
		wounds := map[string]wound{
			"the last entry is deleted": {[]string{"DELETE FROM custody_entries WHERE dossier_code = '" + code + "' AND seq = 8"}, custody.Fault{Seq: 7, Rule: "cut_short"}},
			"two entries change places": {[]string{
				"UPDATE custody_entries SET seq = 100 WHERE dossier_code = '" + code + "' AND seq = 4", "UPDATE custody_entries SET seq = 4 WHERE dossier_code = '" + code + "' AND seq = 5",
				"UPDATE custody_entries SET seq = 5 WHERE dossier_code = '" + code + "' AND seq = 100"}, custody.Fault{Seq: 4, Rule: "does_not_follow"}},
			"the whole ledger is deleted":                  {[]string{"DELETE FROM custody_entries WHERE dossier_code = '" + code + "'"}, custody.Fault{Rule: "cut_short"}},
			"a paper is said to be elsewhere":              {[]string{"UPDATE papers SET holder_kind = 'citizen', holder_id = '' WHERE id = '" + paperID + "'"}, custody.Fault{Rule: "elsewhere_than_in_ledger"}},
			"a paper is taken out of its bag in silence":   {[]string{"UPDATE papers SET bag = '' WHERE id = '" + paperID + "'"}, custody.Fault{Rule: "elsewhere_than_in_ledger"}},
			"a bag is said to be elsewhere":                {[]string{"UPDATE bags SET holder_kind = 'office', holder_id = 'VNPHKI'"}, custody.Fault{Rule: "elsewhere_than_its_bag"}},
			"a paper disappears":                           {[]string{"DELETE FROM bag_papers WHERE paper_id = '" + paperID + "'", "DELETE FROM papers WHERE id = '" + paperID + "'"}, custody.Fault{Rule: "paper_missing"}},
			"a paper disappears from a bag's list":         {[]string{"DELETE FROM bag_papers WHERE paper_id = '" + paperID + "'"}, custody.Fault{Rule: "not_on_the_bags_list"}},
			"a paper that was never handed in is conjured": {[]string{"INSERT INTO papers (id, dossier_code, component, form, holder_kind, updated_at) VALUES ('x', '" + code + "', 'to-khai', 'paper_original', 'citizen', '2025-02-05 00:00:00+00:00')"}, custody.Fault{Rule: "not_in_ledger"}},
			"a ledger of no dossier": {[]string{"INSERT INTO custody_entries SELECT 'GONE-250205-0001-X', seq, at, paper_id, act, to_kind, to_id, bag, subject, prev, hash FROM custody_entries WHERE dossier_code = '" + code + "'"},
				custody.Fault{Dossier: "GONE-250205-0001-X", Rule: "dossier_missing"}},
			"the register's end of the ledger is changed": {[]string{"UPDATE dossiers SET custody_head = 'x' WHERE code = '" + code + "'"}, custody.Fault{Seq: 8, Rule: "cut_short"}},
		}
		for i, e := range entries {
			at := fmt.Sprintf("dossier_code = '%s' AND seq = %d", code, e.Seq)
			wounds[fmt.Sprint("holder flipped in entry ", e.Seq)] = wound{[]string{"UPDATE custody_entries SET to_id = 'other' WHERE " + at}, custody.Fault{Seq: e.Seq, Rule: "entry_changed"}}
			wounds[fmt.Sprint("time flipped in entry ", e.Seq)] = wound{[]string{"UPDATE custody_entries SET at = '2024-01-01 00:00:00+00:00' WHERE " + at}, custody.Fault{Seq: e.Seq, Rule: "entry_changed"}}
			if i < len(entries)-1 {
				wounds[fmt.Sprint("entry deleted ", e.Seq)] = wound{[]string{"DELETE FROM custody_entries WHERE " + at}, custody.Fault{Seq: e.Seq, Rule: "entry_missing"}}
			}
		}
		for name, w := range wounds {
			for _, s := range w.statements {
				f.exec(s)
			}
			faults := f.prove().Faults
			require.True(t, slices.ContainsFunc(faults, func(got custody.Fault) bool {
				return got.Dossier == cmp.Or(w.want.Dossier, code) && got.Rule == w.want.Rule && (w.want.Seq == 0 || got.Seq == w.want.Seq)
			}), "%s: %v", name, faults)
			require.False(t, slices.ContainsFunc(faults, func(got custody.Fault) bool { return got.Dossier == sound.Code }), "%s: the sound one is not blamed", name)
			f.heal()
			require.Empty(t, f.prove().Faults, "put back after: %s", name)
		}
	})
}

// save keeps what the proof looks at; heal puts it back.
func (f *fixture) save() {
	for _, table := range []string{"custody_entries", "papers", "bags", "bag_papers", "dossiers"} {
		f.exec("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table)
	}
}

func (f *fixture) heal() {
	for _, table := range []string{"bag_papers", "custody_entries", "papers"} {
		f.exec("DELETE FROM " + table)
	}
	for _, table := range []string{"papers", "custody_entries", "bag_papers"} {
		f.exec("INSERT INTO " + table + " SELECT * FROM saved_" + table)
	}
	f.exec("UPDATE bags SET holder_kind = (SELECT holder_kind FROM saved_bags s WHERE s.number = bags.number), holder_id = (SELECT holder_id FROM saved_bags s WHERE s.number = bags.number)")
	f.exec("UPDATE dossiers SET custody_head = (SELECT custody_head FROM saved_dossiers s WHERE s.code = dossiers.code)")
}
