package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// routed brings a dossier to a route by the check.
func (f *fixture) routed(code string, route dossier.Route, stage dossier.Stage, reasons string) {
	f.t.Helper()
	kind := "route_decided"
	if stage == dossier.StageDigitization {
		kind = "scan_returned"
	}
	f.record(code, kind, func(t *register.Transition) {
		t.After.Route, t.After.Stage = route, stage
		t.Data = map[string]string{"route": string(route), "reasons": reasons}
	})
}

func TestRouteDecisionsAreKept(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		check, err := f.ToCheck(ctx, d.Code)
		require.NoError(t, err)
		require.Empty(t, check.Chosen)
		f.routed(d.Code, dossier.RouteReturn, dossier.StageDigitization, "scan_unreadable")
		op := f.begin(d.Code, dossier.Reroute, store.Ask{Payload: store.RouteOrder{Route: dossier.RouteOnline}, Text: "Đọc được từng dòng"})
		f.record(d.Code, "route", func(t *register.Transition) {
			t.Operation, t.Data = op.ID, map[string]string{"route": "online", "reasons": "overridden"}
			t.After.Route, t.After.Stage = dossier.RouteOnline, dossier.StageSubmission
		})
		f.record(d.Code, "submitted", nil)
		rows, err := f.RouteDecisions(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, rows, 2, "a step that decides no route leaves none")
		require.Equal(t, []any{1, dossier.RouteReturn, []string{"scan_unreadable"}, false, "system", "system"},
			[]any{rows[0].N, rows[0].Route, rows[0].Reasons, rows[0].ByHand, rows[0].Actor, rows[0].Role})
		require.Equal(t, []any{2, dossier.RouteOnline, []string{"overridden"}, true, "lan", "clerk", op.TextID},
			[]any{rows[1].N, rows[1].Route, rows[1].Reasons, rows[1].ByHand, rows[1].Actor, rows[1].Role, rows[1].TextID})
		check, err = f.ToCheck(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, dossier.RouteOnline, check.Chosen)
	})
}

func TestFunnel(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		day := time.Date(2025, 2, 5, 0, 0, 0, 0, dossier.Zone)
		file := func(office, network string, route dossier.Route, stage dossier.Stage) string {
			code := f.file(of(office, network, "H26.12.03")).Code
			f.routed(code, route, stage, "x")
			return code
		}
		file("VNPHKI", "vnpost", dossier.RouteOnline, dossier.StageSubmission)
		file("VNPHKI", "vnpost", dossier.RouteOnlineWithPaper, dossier.StageSubmission)
		file("VNPHKI", "vnpost", dossier.RouteReturn, dossier.StageDigitization)
		late := file("VNPTAY", "vnpost", dossier.RoutePaper, dossier.StageSubmission)
		f.record(late, "overdue", func(t *register.Transition) { t.After.Overdue = true })
		done := file("VTPHKI", "viettelpost", dossier.RouteOnline, dossier.StageSubmission)
		due := moment.Add(time.Hour)
		f.record(done, "status", func(t *register.Transition) { t.After.Status, t.After.DueAt = dossier.Returned, &due })
		for range 2 {
			require.NoError(t, f.CountRefusal(ctx, store.RouteRefusal{Office: "VTPHKI", Network: "viettelpost", Area: "hoan-kiem", ProcedureCode: "2.000884"}))
		}

		report := func(sc store.Scope, from, until time.Time, by string) map[string]store.FunnelRow {
			rows, err := f.Funnel(ctx, sc, from, until, by)
			require.NoError(t, err)
			out := map[string]store.FunnelRow{}
			for _, r := range rows {
				out[r.Key] = r
			}
			return out
		}
		next := day.AddDate(0, 0, 1)
		require.Equal(t, map[string]store.FunnelRow{
			"vnpost":      {Key: "vnpost", Filed: 4, Online: 1, OnlineWithPaper: 1, Paper: 1, Returned: 1, Overdue: 1},
			"viettelpost": {Key: "viettelpost", Filed: 1, Online: 1, NotAllowed: 2, OnTime: 1, ResultReturned: 1},
		}, report(all, day, next, "network"))
		require.Equal(t, map[string]store.FunnelRow{
			"VNPHKI": {Key: "VNPHKI", Filed: 3, Online: 1, OnlineWithPaper: 1, Returned: 1},
			"VNPTAY": {Key: "VNPTAY", Filed: 1, Paper: 1, Overdue: 1},
		}, report(store.Scope{Network: "vnpost"}, day, next, "office"), "a supervisor's own network only")
		require.EqualValues(t, 2, report(all, day, next, "procedure")["2.000884"].NotAllowed, "turned away, never filed")
		require.Empty(t, report(all, day.AddDate(0, 0, -1), day, "network"), "the end is not counted")
		require.Empty(t, report(all, next, next.AddDate(0, 0, 1), "network"))
		require.Empty(t, report(store.Scope{}, day, next, "network"))
		exact := of("VNPHKI", "vnpost", "H26.12.03")
		at := f.file(exact).FiledAt
		require.EqualValues(t, 0, report(all, at.Add(-time.Nanosecond), at, "network")["vnpost"].Filed, "the end itself is not counted")
		require.NotZero(t, report(all, at, at.Add(time.Second), "network")["vnpost"].Filed, "the beginning is")
		file("VNPHKI", "vnpost", dossier.RoutePaper, dossier.StageDigitization) // chosen; its paper is still to be given
		require.EqualValues(t, 1, report(all, day, next, "network")["vnpost"].Paper, "what lies at the counter has no final route")
		_, err := f.Funnel(ctx, all, day, next, "applicant")
		require.Error(t, err)
	})
}

func TestPortalStates(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		render := func(store.PortalState) store.Answer { return store.Answer{Status: 201} }
		down := func(at time.Time) bool {
			s, err := f.PortalDown(ctx, at)
			require.NoError(t, err)
			return s != nil
		}
		require.False(t, down(moment))
		until := moment.Add(time.Hour)
		_, err := f.AnnouncePortal(ctx, request("portal"), store.PortalState{Kind: dossier.PortalOutage, Reason: "r", FromAt: moment, UntilAt: &until}, render)
		require.NoError(t, err)
		require.True(t, down(moment))
		require.False(t, down(until), "the end is not part of it")
		require.False(t, down(moment.Add(-time.Second)))
		_, err = f.AnnouncePortal(ctx, request("portal"), store.PortalState{Kind: dossier.PortalOutage, Reason: "r", FromAt: until}, render)
		require.NoError(t, err)
		require.True(t, down(until.AddDate(1, 0, 0)), "nobody knows when it ends")
		rows, err := f.PortalStates(ctx, until)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		_, err = f.EndPortalState(ctx, request("end"), rows[0].ID, render)
		require.NoError(t, err)
		require.False(t, down(until.AddDate(1, 0, 0)))
		_, err = f.EndPortalState(ctx, request("end"), "none", render)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// TestOnlyWhatIsNewIsHandedOn: the first supplement does not carry what went with
// the submission, and the second not what went with the first; a further try
// carries the same.
func TestOnlyWhatIsNewIsHandedOn(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		f.routed(d.Code, dossier.RouteReturn, dossier.StageDigitization, "scan_unreadable")
		give := func(component string) {
			f.clock.add(time.Second)
			f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: component, Form: dossier.FormNotAvailable, Reason: "r"}}}))
		}
		on := func(round int, refused ...int) (codes []string, versions []int) {
			rows, err := f.HandOn(ctx, d.Code, round, len(refused))
			require.NoError(t, err)
			for _, r := range rows {
				codes, versions = append(codes, r.Component.Component), append(versions, r.Version)
			}
			return codes, versions
		}
		give("to-khai") // before it was submitted
		f.record(d.Code, "status", func(t *register.Transition) {
			t.After.Status, t.After.Stage, t.After.Asked = dossier.SupplementRequired, dossier.StageDecision, []string{"to-khai"}
		})
		give("to-khai")
		codes, versions := on(1)
		require.Equal(t, []string{"to-khai"}, codes)
		require.Equal(t, []int{3}, versions)
		give("giay-uy-quyen") // while the first is on its way
		codes, _ = on(1)
		require.Equal(t, []string{"to-khai"}, codes, "a further try carries the same")
		codes, _ = on(2)
		require.Equal(t, []string{"giay-uy-quyen"}, codes)

		const again = 1
		give("giay-uy-quyen")
		codes, versions = on(2, again)
		require.Equal(t, []any{[]string{"giay-uy-quyen"}, []int{2}}, []any{codes, versions}, "the second was refused: what was given after that goes")
		give("giay-uy-quyen")
		codes, versions = on(2, again)
		require.Equal(t, []any{[]string{"giay-uy-quyen"}, []int{2}}, []any{codes, versions}, "a further try carries the same")
		give("giay-to-tuy-than")
		codes, versions = on(2, again, again)
		require.Equal(t, []any{[]string{"giay-uy-quyen", "giay-to-tuy-than"}, []int{3, 1}}, []any{codes, versions}, "refused again: all that counts now")
		codes, versions = on(3)
		require.Empty(t, codes, versions)

		log, err := f.Timeline(ctx, d.Code)
		require.NoError(t, err)
		require.Contains(t, log[4].Data, `"given":"to-khai@3"`, "the timeline names the version")
		all, err := f.ComponentVersions(ctx, d.Code)
		require.NoError(t, err)
		kept := map[int]string{}
		for _, c := range all {
			if c.Component.Component == "to-khai" {
				kept[c.Version] = c.State
			}
		}
		require.Equal(t, map[int]string{1: store.ComponentSuperseded, 2: store.ComponentSuperseded, 3: store.ComponentCurrent}, kept, "nothing is lost")
	})
}

// TestAskedBeyondTheList: what nobody may ask for is heard from the portal, and
// marked for all to see.
func TestAskedBeyondTheList(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		c, err := catalogue.Default()
		require.NoError(t, err)
		f.load(c)
		n := filing()
		n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormPaperOriginal}, {Code: "giay-to-tuy-than", Form: dossier.FormFromDatabase}}
		d := f.file(n)
		f.record(d.Code, "status", func(t *register.Transition) {
			t.After.Status, t.After.Asked = dossier.SupplementRequired, []string{"to-khai", "so-ho-khau", "giay-to-tuy-than"}
			t.After.Parts = []register.Part{{Component: "to-khai", Pages: []int{2}}}
			t.Data = map[string]string{"to": dossier.SupplementRequired.Name()}
		})
		log, err := f.Timeline(t.Context(), d.Code)
		require.NoError(t, err)
		require.Contains(t, log[len(log)-1].Data, `"outside_checklist":"so-ho-khau"`)
		require.Contains(t, log[len(log)-1].Data, `"in_database":"giay-to-tuy-than"`)
		require.Equal(t, []register.Part{{Component: "to-khai", Pages: []int{2}}}, f.row(d.Code).AskedParts)
	})
}

// TestReuseIsOfTheSamePersonAndNetwork: whose dossier it is, and where, decides
// whether there is anything to be found.
func TestReuseIsOfTheSamePersonAndNetwork(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		doc := f.document("old")
		n := filing()
		n.Components = []dossier.Given{{Code: "giay-to-tuy-than", Form: dossier.FormScan, Document: doc.ID}}
		d := f.file(n)
		owner := dossier.Person{Kind: dossier.Citizen, CitizenID: "001090000001"}
		good := store.Reusable{Network: "vnpost", Owner: owner, Code: d.Code, Component: "giay-to-tuy-than"}
		got, err := f.Reuse(t.Context(), good)
		require.NoError(t, err)
		require.Equal(t, doc.ID, got.ID)
		byDocument := store.Reusable{Network: "vnpost", Owner: owner, Document: doc.ID}
		got, err = f.Reuse(t.Context(), byDocument)
		require.NoError(t, err)
		require.Equal(t, doc.ID, got.ID)
		for name, change := range map[string]func(*store.Reusable){
			"another network":   func(r *store.Reusable) { r.Network = "fpt" },
			"another person":    func(r *store.Reusable) { r.Owner.CitizenID = "001090000002" },
			"nobody":            func(r *store.Reusable) { r.Owner.CitizenID = "" },
			"another component": func(r *store.Reusable) { r.Component = "to-khai" },
			"another dossier":   func(r *store.Reusable) { r.Code = "VNPHKI-250205-0009-X" },
		} {
			r := good
			change(&r)
			_, err := f.Reuse(t.Context(), r)
			require.ErrorIs(t, err, store.ErrNotFound, name)
		}
	})
}
