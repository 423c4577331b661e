package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/register"
	"hoso/internal/store"
)

// told lists what a dossier's citizen is told, as "seq event channel state".
func (f *fixture) told(code string) (told []string) {
	f.t.Helper()
	rows, _, err := f.Notifications(f.t.Context(), code)
	require.NoError(f.t, err)
	for _, n := range rows {
		told = append(told, fmt.Sprintf("%d %s %s %s", n.Seq, n.Event, n.Channel, n.State))
	}
	return told
}

func (f *fixture) takeNotifications(c notice.Channel) ([]store.Notification, time.Time) {
	f.t.Helper()
	rows, began, err := f.TakeNotifications(f.t.Context(), c, 10, time.Minute)
	require.NoError(f.t, err)
	return rows, began
}

func TestEveryChangeOfStatusIsTold(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		require.Equal(t, []string{"1 registered sms pending"}, f.told(d.Code))

		f.record(d.Code, "route_decided", nil)
		due := moment.Add(48 * time.Hour)
		f.record(d.Code, "status", func(tr *register.Transition) {
			tr.After.Status, tr.After.ReceivedAt, tr.After.DueAt, tr.After.PortalCode = dossier.Accepted, &moment2, &due, "H26.12.03-250205-0001"
		})
		f.record(d.Code, "status", func(tr *register.Transition) {
			tr.After.Status, tr.After.Asked = dossier.SupplementRequired, []string{"to-khai"}
		})
		f.record(d.Code, "report_not_believed", nil)
		moved := due.Add(24 * time.Hour)
		f.record(d.Code, "deadline", func(tr *register.Transition) { tr.After.DueAt = &moved })
		f.record(d.Code, "overdue", func(tr *register.Transition) { tr.After.Overdue = true })
		require.Equal(t, []string{"1 registered sms pending", "3 accepted sms pending", "4 supplement_required sms pending",
			"6 due_moved sms pending", "7 overdue sms pending"}, f.told(d.Code))

		rows, _, err := f.Notifications(t.Context(), d.Code)
		require.NoError(t, err)
		accepted, asked := rows[1].Facts, rows[2].Facts
		require.Equal(t, keepP(due), accepted.DueAt)
		require.Equal(t, keepP(moment2), accepted.ReceivedAt)
		require.Equal(t, "H26.12.03-250205-0001", accepted.PortalCode)
		require.Equal(t, d.FiledAt, accepted.FiledAt)
		require.EqualValues(t, 8000, accepted.Fee)
		require.Empty(t, accepted.Asked)
		require.Equal(t, []string{"to-khai"}, asked.Asked, "what it was then")
		require.Equal(t, "vi", rows[0].Lang)
		require.Equal(t, notice.On(moment).Version, rows[0].Version)
		requireKept(t, rows)
	})
}

var moment2 = moment.Add(time.Hour)

func TestTheSameChangeIsToldOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		req := request("file")
		for range 2 {
			_, err := f.File(t.Context(), req, filing(), render)
			require.NoError(t, err)
		}
		code := "VNPHKI-250205-0001-M"
		tr := f.step(code, "status", func(tr *register.Transition) { tr.After.Status = dossier.Accepted })
		requireNoErrors(t, together(4, func(int) error {
			_, err := f.Record(t.Context(), tr, store.Plan{})
			return err
		}))
		require.Equal(t, []string{"1 registered sms pending", "2 accepted sms pending"}, f.told(code))

		before := f.row(code)
		require.NoError(t, f.Tell(t.Context(), store.Dossier{}, before, "status", nil))
		require.Equal(t, 2, f.count("notifications", ""), "whoever tells of it again")
	})
}

// A change and what is told of it are there together or not at all.
func TestToldInTheChangesTransaction(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		tr := f.step(d.Code, "status", func(tr *register.Transition) { tr.After.Status = dossier.Accepted })
		f.spoil("INSERT", "notifications")
		_, err := f.Record(t.Context(), tr, store.Plan{})
		require.Error(t, err)
		_, err = f.File(t.Context(), request("file"), filing(), render)
		require.Error(t, err)
		f.mend("notifications")
		require.Equal(t, dossier.Registered, f.row(d.Code).Status)
		require.Equal(t, 1, f.count("dossiers", ""))
		require.Equal(t, 1, f.count("notifications", ""))
		f.spoil("UPDATE", "dossiers")
		_, err = f.Record(t.Context(), tr, store.Plan{})
		require.Error(t, err)
		require.Equal(t, 1, f.count("notifications", ""))
	})
}

func TestTries(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		rows, first := f.takeNotifications(notice.BySMS)
		require.Len(t, rows, 1)
		require.Nil(t, rows[0].TryingAt)
		require.Equal(t, 1, rows[0].Attempts)
		require.Equal(t, d.Code+"/notify/1/registered/sms", rows[0].Key())
		requireKept(t, rows)
		none, _ := f.takeNotifications(notice.BySMS)
		require.Empty(t, none, "held")

		// Whoever took it died. The next one sees that a try was begun.
		f.clock.add(time.Minute)
		rows, second := f.takeNotifications(notice.BySMS)
		require.Equal(t, keep(first), *rows[0].TryingAt)
		require.Equal(t, 2, rows[0].Attempts)

		// The dead one was only slow: its word is not heard any more.
		sent := store.Ending{Notification: rows[0], State: store.NotificationSent, Outcome: "done", Reference: "S-1"}
		late, err := f.EndTries(ctx, first, []store.Ending{sent})
		require.NoError(t, err)
		require.Equal(t, 1, late)
		require.Equal(t, []string{"1 registered sms pending"}, f.told(d.Code))

		wait := f.clock.Now().Add(5 * time.Second)
		late, err = f.EndTries(ctx, second, []store.Ending{{Notification: rows[0], State: store.NotificationPending, NextAt: wait, Outcome: "retryable", Cause: "rate_limited"}})
		require.NoError(t, err)
		require.Zero(t, late)
		f.clock.set(wait.Add(-time.Microsecond))
		none, _ = f.takeNotifications(notice.BySMS)
		require.Empty(t, none)
		f.clock.set(wait)
		rows, third := f.takeNotifications(notice.BySMS)
		require.Len(t, rows, 1)
		require.Nil(t, rows[0].TryingAt, "the last try ended")
		sent.Notification = rows[0]
		_, err = f.EndTries(ctx, third, []store.Ending{sent})
		require.NoError(t, err)

		f.clock.add(time.Hour)
		none, _ = f.takeNotifications(notice.BySMS)
		require.Empty(t, none, "sent")
		rows, tries, err := f.Notifications(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []any{store.NotificationSent, "S-1", "", 3}, []any{rows[0].State, rows[0].Reference, rows[0].Cause, rows[0].Attempts})
		require.NotNil(t, rows[0].FinishedAt)
		log := tries[rows[0].ID]
		require.Len(t, log, 2)
		require.Equal(t, []string{"retryable rate_limited ", "done  S-1"}, []string{
			log[0].Outcome + " " + log[0].Cause + " " + log[0].Reference, log[1].Outcome + " " + log[1].Cause + " " + log[1].Reference})
		requireKept(t, log)
		queues, err := f.Queues(ctx)
		require.NoError(t, err)
		require.Contains(t, queues, store.Queue{Kind: "notifications"}, "nothing waits")
	})
}

func TestTheNextChannelFollows(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		rows, began := f.takeNotifications(notice.BySMS)
		end := store.Ending{Notification: rows[0], State: store.NotificationFailed, Outcome: "refused", Cause: "invalid_number", Then: notice.ByEmail}
		for range 2 {
			_, err := f.EndTries(t.Context(), began, []store.Ending{end})
			require.NoError(t, err)
		}
		require.Equal(t, []string{"1 registered sms failed", "1 registered email pending"}, f.told(d.Code))
		rows, _ = f.takeNotifications(notice.ByEmail)
		require.Len(t, rows, 1)
		require.Equal(t, end.Notification.Facts, rows[0].Facts)
	})
}

// Many dispatchers of two processes never have one notification at the same time.
func TestTwoDispatchersAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		for range 20 {
			f.file(filing())
		}
		processes := []*store.Store{f.Store, f.open(10)}
		requireNoErrors(t, together(6, func(i int) error {
			for {
				rows, _, err := processes[i%2].TakeNotifications(t.Context(), notice.BySMS, 3, time.Hour)
				if err != nil {
					return err
				}
				for _, n := range rows {
					if n.Attempts != 1 {
						return errors.New("taken twice")
					}
				}
				if f.count("notifications", "attempts = 0") == 0 {
					return nil
				}
			}
		}))
		require.Equal(t, 20, f.count("notifications", "attempts = 1"))
	})
}

func TestParcelsThatFailAreTold(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		begun, err := f.BeginBooking(t.Context(), d.Code, register.LegHome, 1, "viettelpost", d.Code+"/courier/home/1")
		sh := begun.Shipment
		require.NoError(t, err)
		arrive := func(id string, state dossier.DeliveryState, at time.Time) {
			_, _, err := f.AcceptParcel(t.Context(), store.ParcelArrival{Arrival: store.Arrival{Source: "courier:viettelpost", EventID: id, Digest: id, Text: "không có nhà"},
				Carrier: "viettelpost", ShipmentID: sh.ID, Type: state, OccurredAt: at})
			require.NoError(t, err)
		}
		arrive("1", dossier.DeliveryPickedUp, moment)
		arrive("2", dossier.DeliveryAttemptFailed, moment.Add(time.Hour))
		arrive("2", dossier.DeliveryAttemptFailed, moment.Add(time.Hour))
		arrive("3", dossier.DeliveryAttemptFailed, moment.Add(2*time.Hour))
		arrive("4", dossier.DeliveryDelivered, moment.Add(4*time.Hour))
		arrive("5", dossier.DeliveryAttemptFailed, moment.Add(3*time.Hour))
		require.Equal(t, []string{"1 registered sms pending", "3 delivery_failed sms pending", "4 delivery_failed sms pending"}, f.told(d.Code))
	})
}

// What is kept of a notification says nothing about a person.
func TestNotificationsHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		f.record(d.Code, "status", func(tr *register.Transition) { tr.After.Status = dossier.Refused })
		rows, began := f.takeNotifications(notice.BySMS)
		for _, n := range rows {
			_, err := f.EndTries(t.Context(), began, []store.Ending{{Notification: n, State: store.NotificationFailed, Outcome: "refused", Cause: "invalid_number"}})
			require.NoError(t, err)
		}
		all, tries, err := f.Notifications(t.Context(), d.Code)
		require.NoError(t, err)
		raw, err := json.Marshal([]any{all, tries})
		require.NoError(t, err)
		require.Len(t, all, 2)
		for _, secret := range []string{"Nguyễn", "nguyen", "001090000001", "+84 900", "900000123", "an@example", "Hàng Bài", d.TrackToken} {
			require.False(t, strings.Contains(string(raw), secret), secret)
		}
	})
}
