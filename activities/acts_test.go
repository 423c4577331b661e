package activities_test

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"hoso/activities"
	"hoso/internal/courier"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestCheckDigitization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paper := dossier.Given{Code: "to-khai", Form: dossier.FormPaperOriginal}
	for name, c := range map[string]struct {
		given []dossier.Given
		want  workflows.Checked
	}{
		"ready":      {[]dossier.Given{w.scan("to-khai", dossier.Ready)}, workflows.Checked{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"doubtful":   {[]dossier.Given{w.scan("to-khai", dossier.Doubtful)}, workflows.Checked{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"unreadable": {[]dossier.Given{w.scan("to-khai", dossier.Unreadable)}, workflows.Checked{Route: dossier.RouteReturn, Unreadable: []string{"to-khai"}, Reasons: []string{"scan_unreadable"}}},
		"paper":      {[]dossier.Given{paper}, workflows.Checked{Route: dossier.RoutePaper, Paper: []string{"to-khai"}, Reasons: []string{"paper_given"}}},
		"both": {[]dossier.Given{paper, w.scan("giay-uy-quyen", dossier.Ready)},
			workflows.Checked{Route: dossier.RouteOnlineWithPaper, Paper: []string{"to-khai"}, Reasons: []string{"paper_given"}}},
	} {
		got, err := w.CheckDigitization(t.Context(), w.file(c.given...))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	_, err := w.CheckDigitization(t.Context(), "VNPHKI-250205-9999-X")
	require.Equal(t, "NotFound", asApplication(t, err).Type())
}

// step is the next transition of a dossier as it stands.
func (w *world) step(code string, change func(*register.Position)) register.Transition {
	w.t.Helper()
	s, err := w.LoadDossier(w.t.Context(), code)
	require.NoError(w.t, err)
	tr := register.Transition{Code: code, Step: s.Step + 1, Kind: "moved", Actor: "system", After: s.Position}
	change(&tr.After)
	return tr
}

func hanoi(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2025, month, day, hour, minute, 0, 0, dossier.Zone)
}

func TestLimitsByTheCalendar(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	given := hanoi(time.March, 3, 3, 33)
	for name, c := range map[string]struct {
		wait register.Waiting
		want time.Time // none when zero
	}{
		"two working days":           {register.Waiting{What: dossier.WhatWork}, hanoi(time.February, 7, 17, 0)},
		"four, over the weekend":     {register.Waiting{What: dossier.WhatDelivery}, hanoi(time.February, 11, 17, 0)},
		"thirty days like any other": {register.Waiting{What: dossier.WhatPickup}, hanoi(time.March, 7, 17, 0)},
		"eight office hours":         {register.Waiting{What: dossier.WhatAcceptance}, hanoi(time.February, 6, 9, 30)},
		"the first reminder":         {register.Waiting{What: dossier.WhatPickup, Passed: 1}, hanoi(time.February, 6, 17, 0)},
		"the second":                 {register.Waiting{What: dossier.WhatPickup, Passed: 2}, hanoi(time.February, 10, 17, 0)},
		"the last one repeats":       {register.Waiting{What: dossier.WhatPickup, Passed: 9}, hanoi(time.February, 10, 17, 0)},
		"one that was given":         {register.Waiting{What: dossier.WhatWork, Until: &given}, given},
		"nothing to wait for":        {register.Waiting{What: dossier.WhatNothing}, time.Time{}},
	} {
		code := w.file()
		got, err := w.RecordTransition(t.Context(), w.step(code, func(p *register.Position) {
			p.Waiting = c.wait
			p.Waiting.Who = dossier.WhoNobody
		}))
		require.NoError(t, err, name)
		if c.want.IsZero() {
			require.Nil(t, got.Until, name)
			continue
		}
		require.NotNil(t, got.Until, name)
		require.Equal(t, c.want.UTC(), got.Until.UTC(), name)
	}
}

func TestDueByTheProceduresTerm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	named := hanoi(time.February, 20, 17, 0)
	morning, evening, friday := hanoi(time.February, 5, 9, 0), hanoi(time.February, 5, 15, 30), hanoi(time.February, 7, 16, 0)
	for name, c := range map[string]struct {
		status   dossier.Status
		received *time.Time
		due      *time.Time
		want     time.Time // none when zero
	}{
		"the same day":              {dossier.Accepted, &morning, nil, hanoi(time.February, 5, 17, 0)},
		"after 15:00, the next day": {dossier.Accepted, &evening, nil, hanoi(time.February, 6, 17, 0)},
		"over the weekend":          {dossier.Accepted, &friday, nil, hanoi(time.February, 10, 17, 0)},
		"what the authority named":  {dossier.Accepted, &morning, &named, named},
		"not received":              {dossier.Accepted, nil, nil, time.Time{}},
		"not accepted":              {dossier.Registered, &morning, nil, time.Time{}},
	} {
		code := w.file()
		tr := w.step(code, func(p *register.Position) { p.Status, p.ReceivedAt = c.status, c.received })
		if c.status == dossier.Accepted && c.received != nil {
			tr.Clock = &register.ClockEvent{Kind: register.ClockReceived, At: *c.received, DueAt: c.due}
		}
		got, err := w.RecordTransition(t.Context(), tr)
		require.NoError(t, err, name)
		if c.want.IsZero() {
			require.Nil(t, got.DueAt, name)
		} else {
			require.NotNil(t, got.DueAt, name)
			require.Equal(t, c.want.UTC(), got.DueAt.UTC(), name)
		}
		require.Equal(t, c.status == dossier.Accepted, got.PortalCode != "", name)

		again, err := w.RecordTransition(t.Context(), tr)
		require.NoError(t, err, name)
		require.Equal(t, got, again, "%s: the same step again is the same answer", name)
	}
}

func TestAnotherRunsStepIsSuperseded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tr := w.step(w.file(), func(*register.Position) {})
	_, err := w.RecordTransition(t.Context(), tr)
	require.NoError(t, err)
	tr.Kind = "otherwise"
	_, err = w.RecordTransition(t.Context(), tr)
	require.Equal(t, workflows.SupersededType, asApplication(t, err).Type())
}

func TestWithdrawWhatNeverArrived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := workflows.Effect{Code: code, Key: code + "/withdraw/1", Of: code + "/submit/1"}
	w.portal.lookup = finding(portal.Receipt{}, outcome.Unsure("timeout", errors.New(secret)))
	app := asApplication(t, w.WithdrawFromPortal(t.Context(), order))
	require.Equal(t, []any{workflows.EffectLaterType, "submission_unknown"}, []any{app.Type(), app.Message()}, "nothing has been asked for yet")

	w.portal.lookup = finding(portal.Receipt{}, portal.ErrNoSuchKey)
	require.NoError(t, w.WithdrawFromPortal(t.Context(), order))
	require.Zero(t, w.portal.withdrawn)
	require.Equal(t, []string{order.Of, order.Key, order.Of}, w.portal.asked)
	e := w.effect(code)
	require.Equal(t, []any{"withdraw", store.EffectDone, "nothing_submitted"}, []any{e.Act, e.State, e.Reference})
}

func TestWithdrawWhatWasSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	op, err := w.Store.Begin(t.Context(), w.request("withdraw"), store.Ask{Code: code, Text: "Đổi ý"})
	require.NoError(t, err)
	w.portal.lookup = finding(portal.Receipt{Reference: "ref-1"}, nil)
	w.portal.withdraw = func(got portal.Withdrawal) (portal.Receipt, error) {
		require.Equal(t, portal.Withdrawal{Key: code + "/withdraw/1", Code: code, Reason: "Đổi ý"}, got)
		return portal.Receipt{}, outcome.Refuse("already_decided")
	}
	app := asApplication(t, w.WithdrawFromPortal(t.Context(), workflows.Effect{Code: code, Key: code + "/withdraw/1", Of: code + "/submit/1", TextID: op.TextID}))
	require.Equal(t, []any{workflows.EffectRefusedType, "already_decided"}, []any{app.Type(), app.Message()})
	require.Equal(t, 1, w.portal.withdrawn)
}

func booking(code string, leg register.Leg) workflows.Effect {
	return workflows.Effect{Code: code, Key: code + "/courier/" + string(leg) + "/1", Attempt: 1, Leg: leg, Carrier: "viettelpost"}
}

func TestBookCourierHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := booking(code, register.LegHome)
	var id string
	w.carrier.book = func(b courier.Booking) (courier.Confirmation, error) {
		rows, err := w.Store.ShipmentsOf(t.Context(), code)
		require.NoError(t, err)
		require.Len(t, rows, 1, "the row stands before the call")
		id = rows[0].ID
		require.Equal(t, []any{order.Key, dossier.DeliveryNone, ""}, []any{rows[0].Key, rows[0].State, rows[0].TrackingNumber})
		require.Equal(t, []any{order.Key, code, "home", custody.Authority, "Ủy ban nhân dân phường Hàng Trống"}, []any{b.Key, b.Code, b.Leg, b.From.Kind, b.From.Name})
		require.Equal(t, []any{custody.Citizen, "Nguyễn Văn An", "12 Hàng Bài"}, []any{b.To.Kind, b.To.Name, b.To.Address})
		return courier.Confirmation{TrackingNumber: "VT1"}, nil
	}
	for range 2 {
		got, err := w.BookCourier(t.Context(), order)
		require.NoError(t, err)
		require.Equal(t, workflows.Performed{Shipment: id}, got)
	}
	require.Equal(t, 1, w.carrier.booked)
	sh, err := w.Store.Shipment(t.Context(), "viettelpost", id)
	require.NoError(t, err)
	require.Equal(t, []any{dossier.DeliveryBooked, "VT1"}, []any{sh.State, sh.TrackingNumber})
}

// The end of the act and the parcel's confirmation are written together, also
// when the carrier is asked; and where the act ended without the parcel hearing of
// it, as it could with an earlier release, the next try tells the parcel.
func TestABookingsEndIsTheParcelsToo(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(w *world, order workflows.Effect){
		"ended before": func(w *world, order workflows.Effect) {
			require.NoError(t, w.Store.EndEffect(t.Context(), order.Key, store.EffectDone, "VT9", ""))
		},
		"asked about": func(w *world, order workflows.Effect) {
			require.NoError(t, w.Store.EndEffect(t.Context(), order.Key, store.EffectPending, "", "timeout"))
			w.carrier.lookup = func(string) (courier.Confirmation, error) { return courier.Confirmation{TrackingNumber: "VT9"}, nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.file()
			order := booking(code, register.LegHome)
			_, _, err := w.Store.BeginEffect(t.Context(), order.Key, code, "book_home")
			require.NoError(t, err)
			before(w, order)
			got, err := w.BookCourier(t.Context(), order)
			require.NoError(t, err)
			require.Zero(t, w.carrier.booked)
			sh, err := w.Store.Shipment(t.Context(), order.Carrier, got.Shipment)
			require.NoError(t, err)
			require.Equal(t, []any{dossier.DeliveryBooked, "VT9"}, []any{sh.State, sh.TrackingNumber})
			require.Equal(t, []any{store.EffectDone, "VT9"}, []any{w.effect(code).State, w.effect(code).Reference})
			d, err := w.Store.Start(t.Context(), code)
			require.NoError(t, err)
			require.Equal(t, dossier.DeliveryBooked, d.DeliveryState)
		})
	}
}

// The step that follows from a booking names the parcel, and leaves alone what the
// carrier has reported of it before its answer.
func TestABookingsStep(t *testing.T) {
	t.Parallel()
	for name, reported := range map[string]dossier.DeliveryState{"first": "", "overtaken": dossier.DeliveryPickedUp} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.file()
			order := booking(code, register.LegHome)
			then := w.step(code, func(p *register.Position) {
				p.Waiting = register.Waiting{Who: dossier.WhoCourier, What: dossier.WhatDelivery}
			})
			then.Kind, then.Data = "delivery_booked", map[string]string{"shipment": "", "carrier": order.Carrier}
			order.Then = &then
			w.carrier.book = func(courier.Booking) (courier.Confirmation, error) {
				if reported != "" {
					_, _, err := w.Store.AcceptParcel(t.Context(), store.ParcelArrival{Arrival: store.Arrival{Source: "courier:viettelpost", EventID: "e", Digest: "d"},
						Carrier: order.Carrier, Key: order.Key, Type: reported, OccurredAt: w.Store.Now()})
					require.NoError(t, err)
				}
				return courier.Confirmation{TrackingNumber: "VT1"}, nil
			}
			for range 2 {
				got, err := w.BookCourier(t.Context(), order)
				require.NoError(t, err)
				require.NotNil(t, got.Recorded)
				entries, err := w.Store.Timeline(t.Context(), code)
				require.NoError(t, err)
				require.Contains(t, entries[len(entries)-1].Data, got.Shipment)
				want := cmp.Or(reported, dossier.DeliveryBooked)
				d, err := w.Store.Start(t.Context(), code)
				require.NoError(t, err)
				sh, err := w.Store.Shipment(t.Context(), order.Carrier, got.Shipment)
				require.NoError(t, err)
				require.Equal(t, []any{want, want, "VT1", dossier.WhatDelivery, store.EffectDone},
					[]any{d.DeliveryState, sh.State, sh.TrackingNumber, d.WaitingWhat, w.effect(code).State})
			}
			require.Equal(t, 1, w.carrier.booked)
		})
	}
}

func TestBookCourierOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file(dossier.Given{Code: "to-khai", Form: dossier.FormPaperOriginal}, dossier.Given{Code: "giay-uy-quyen", Form: dossier.FormPaperCertified})
	w.carrier.book = func(b courier.Booking) (courier.Confirmation, error) {
		require.Equal(t, courier.Party{Kind: custody.Office, ID: "VNPHKI", Name: "Bưu điện 75 Đinh Tiên Hoàng", Address: "75 Đinh Tiên Hoàng, Hoàn Kiếm, Hà Nội"}, b.From)
		require.Equal(t, []any{custody.Authority, "H26.12.03"}, []any{b.To.Kind, b.To.ID})
		require.Equal(t, map[string]int{"paper_original": 1, "paper_certified": 1}, b.Contents)
		return courier.Confirmation{}, outcome.Refuse("address_rejected")
	}
	_, err := w.BookCourier(t.Context(), booking(code, register.LegOut))
	app := asApplication(t, err)
	require.Equal(t, []any{workflows.EffectRefusedType, "address_rejected"}, []any{app.Type(), app.Message()})
}

func TestUnknownCarrierIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := booking(code, register.LegHome)
	order.Carrier = "nobody"
	_, err := w.BookCourier(t.Context(), order)
	app := asApplication(t, err)
	require.Equal(t, []any{workflows.EffectRefusedType, "unknown_carrier", true}, []any{app.Type(), app.Message(), app.NonRetryable()})
	rows, err := w.Store.ShipmentsOf(t.Context(), code)
	require.NoError(t, err)
	require.Empty(t, rows)
}

func TestCancelCourier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := booking(code, register.LegHome)
	require.NoError(t, w.CancelCourier(t.Context(), order), "none was ordered")
	_, err := w.Store.BeginBooking(t.Context(), code, order.Leg, 1, order.Carrier, order.Key)
	require.NoError(t, err)
	for _, c := range []struct {
		err  error
		kind string
	}{{nil, ""}, {courier.ErrNoSuchKey, ""}, {outcome.Refuse("already_collected"), workflows.EffectRefusedType}, {errors.New(secret), workflows.EffectUnknownType}} {
		w.carrier.cancel = func(key string) error {
			require.Equal(t, order.Key, key)
			return c.err
		}
		err := w.CancelCourier(t.Context(), order)
		if c.kind == "" {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, c.kind, asApplication(t, err).Type())
		require.NotContains(t, err.Error(), secret)
	}
}

func TestCatchUpPortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	events := []portal.Event{
		{ID: "bad id", Code: code, Status: 2, OccurredAt: moment},
		{ID: "evt-1", Code: code, Status: int(dossier.Accepted), OccurredAt: moment, Text: "Đã nhận"},
		{ID: "evt-2", Code: code, Status: int(dossier.Processing), OccurredAt: moment.Add(time.Hour)},
	}
	w.portal.events = func(got string) ([]portal.Event, error) {
		require.Equal(t, code, got)
		return events, nil
	}
	news, err := w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code, Patient: true})
	require.NoError(t, err)
	require.Len(t, news, 2, "what does not fit is left out, and holds up nothing")
	require.Equal(t, []dossier.Status{dossier.Accepted, dossier.Processing}, []dossier.Status{news[0].Status, news[1].Status})
	b, err := w.Store.Backlog(t.Context())
	require.NoError(t, err)
	require.Zero(t, b.Messages, "what is handed over here is not signalled as well")

	known := []string{news[0].Inbox, news[1].Inbox}
	again, err := w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code, Known: known[:1]})
	require.NoError(t, err)
	require.Equal(t, news[1:], again, "a lost answer is given again")
	again, err = w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code, Known: known})
	require.NoError(t, err, "without patience there may be nothing")
	require.Empty(t, again)
	_, err = w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code, Patient: true, Known: known})
	nothingNew(t, err)

	tr := w.step(code, func(*register.Position) {})
	tr.Inbox = known
	_, err = w.RecordTransition(t.Context(), tr)
	require.NoError(t, err)
	events[1].Text = "changed" // refused at the door
	_, err = w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code, Patient: true})
	nothingNew(t, err)

	w.portal.events = func(string) ([]portal.Event, error) { return nil, errors.New(secret) }
	_, err = w.CatchUpPortal(t.Context(), workflows.CatchUp{Code: code})
	require.NotContains(t, err.Error(), secret)
	require.Equal(t, workflows.EffectUnknownType, asApplication(t, err).Type())
}

func nothingNew(t *testing.T, err error) {
	t.Helper()
	app := asApplication(t, err)
	require.Equal(t, []any{workflows.NothingNewType, false, temporal.ApplicationErrorCategoryBenign}, []any{app.Type(), app.NonRetryable(), app.Category()})
}

func TestCatchUpCarrier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := booking(code, register.LegHome)
	begun, err := w.Store.BeginBooking(t.Context(), code, order.Leg, 1, order.Carrier, order.Key)
	sh := begun.Shipment
	require.NoError(t, err)
	w.carrier.events = func(key string) ([]courier.Event, error) {
		return []courier.Event{
			{ID: "p1", Key: key, Type: string(dossier.DeliveryPickedUp), OccurredAt: moment},
			{ID: "p2", Key: key, Type: string(dossier.DeliveryDelivered), OccurredAt: moment.Add(time.Hour)}, // without proof
			{ID: "p3", Key: key, Type: string(dossier.DeliveryAttemptFailed), OccurredAt: moment.Add(2 * time.Hour)},
		}, nil
	}
	c := workflows.CatchUp{Code: code, Shipment: sh.ID, Patient: true}
	news, err := w.CatchUpCarrier(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, news, 1, "only what the workflow acts upon")
	require.Equal(t, []any{sh.ID, dossier.DeliveryAttemptFailed}, []any{news[0].Shipment, news[0].State})
	c.Known = []string{news[0].Inbox}
	_, err = w.CatchUpCarrier(t.Context(), c)
	nothingNew(t, err)
	c.Shipment = "none"
	_, err = w.CatchUpCarrier(t.Context(), c)
	require.Equal(t, "NotFound", asApplication(t, err).Type())
}

// registry takes names.
type registry map[string]any

func (r registry) RegisterActivityWithOptions(a any, o activity.RegisterOptions) { r[o.Name] = a }

// TestEveryActivityIsRegistered reads the names from the workflows' own source.
func TestEveryActivityIsRegistered(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../workflows/activities.go", nil, 0)
	require.NoError(t, err)
	var want []string
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(v.Names[0].Name, "act") {
			return true
		}
		name, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value) //nolint:forcetypeassert // a test
		require.NoError(t, err)
		want = append(want, name)
		return true
	})
	require.NotEmpty(t, want)

	a := &activities.Activities{}
	var defined []string
	for _, d := range a.Definitions() {
		defined = append(defined, d.Name)
	}
	require.ElementsMatch(t, want, defined, "each once")
	all := registry{}
	a.Register(all, workflows.QueueDossier, workflows.QueuePortal, workflows.QueueCourier)
	require.Len(t, all, len(want))
	for _, name := range want {
		require.NotNil(t, all[name], name)
	}
	one := registry{}
	a.Register(one, workflows.QueueCourier)
	require.Len(t, one, 3)
	require.Contains(t, one, "BookCourier")
}
