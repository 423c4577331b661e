package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoso/internal/notice"
)

// The states of a notification. All but pending are ends.
const (
	NotificationPending = "pending"
	NotificationSent    = "sent"     // the channel took it
	NotificationNotTold = "not_told" // written to a file; nobody was told
	NotificationFailed  = "failed"   // refused, or tried in vain as often as the policy says
	NotificationUnknown = "unknown"  // it may have arrived, and nobody can be asked
	NotificationSkipped = "skipped"  // the person gave no address for the channel
)

// Notification is what is told of one change of a dossier by one channel. It
// names the dossier only; who is told is read from the people when it is sent.
type Notification struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Seq         int64 // of the audit entry that it tells of
	Event       notice.Event
	Channel     notice.Channel
	Version     string // of the book that words and policy come from
	Lang        string
	Facts       notice.Facts `gorm:"serializer:json"`
	State       string
	Attempts    int // how often a dispatcher took it up
	NextAt      time.Time
	TryingAt    *time.Time // when the try began whose end is not known, nil when there is none
	CreatedAt   time.Time
	FinishedAt  *time.Time
	Reference   string // the channel's own mark
	Cause       string // code of how the last try ended, "" when well
}

// Key is the notification's business key: the same change by the same channel
// has the same one for ever.
func (n Notification) Key() string {
	return fmt.Sprintf("%s/notify/%d/%s/%s", n.DossierCode, n.Seq, n.Event, n.Channel)
}

// NotificationTry is one try in the log.
type NotificationTry struct {
	ID             string `gorm:"primaryKey"`
	NotificationID string
	At             time.Time // when it began
	EndedAt        time.Time
	Channel        notice.Channel
	Outcome        string // done, not_told, not_begun, refused, retryable, unknown
	Cause          string
	Reference      string
}

// TableName is notification_log.
func (NotificationTry) TableName() string { return "notification_log" }

// tell leaves word of a change for the citizen, in the change's own transaction
// and after its audit entry, if it is one to be told of. before is the dossier
// without the change, zero for a filing. The same change again is told once.
func (s *Store) tell(tx *gorm.DB, before, after Dossier, kind string, data map[string]string) error {
	n, told := s.word(before, after, kind, data)
	if !told {
		return nil
	}
	b := byHand(tx)
	insertNew(b, nil, n)
	return b.leave()
}

// word is what a change tells the citizen, if it is one to be told of.
func (s *Store) word(before, after Dossier, kind string, data map[string]string) (Notification, bool) {
	now := s.now()
	book := notice.On(now)
	event, told := book.Event(notice.Change{Kind: kind, Data: data, Before: standing(before), After: standing(after)})
	return Notification{ID: newID(), DossierCode: after.Code, Seq: after.Revision, Event: event, Channel: book.First(), Version: book.Version,
		Lang: book.Lang, Facts: factsOf(after, now), State: NotificationPending, NextAt: now, CreatedAt: now}, told
}

func standing(d Dossier) notice.Standing { return notice.Standing{Status: d.Status, DueAt: d.DueAt} }

func factsOf(d Dossier, now time.Time) notice.Facts {
	f := notice.Facts{At: now, FiledAt: d.FiledAt, ReceivedAt: d.ReceivedAt, DueAt: d.DueAt, ClosedAt: d.ClosedAt, Until: d.WaitingUntil,
		Asked: d.Asked, Fee: max(d.FeeDue-d.FeePaid+d.FeeRefunded, 0), Method: d.DeliveryMethod, Shipment: d.ShipmentID}
	if d.PortalCode != nil {
		f.PortalCode = *d.PortalCode
	}
	return f
}

// TakeNotifications takes up to limit notifications of a channel that are due
// and begins a try of each: whoever took them must try them at once and end them
// within hold. They come as they were before, so that TryingAt, where it is set,
// says that a try was begun and nobody wrote how it ended. Attempts counts this try.
func (s *Store) TakeNotifications(ctx context.Context, c notice.Channel, limit int, hold time.Duration) (rows []Notification, began time.Time, err error) {
	began = s.now()
	err = s.batched(ctx, func(b *batch) error {
		free := b.forUpdate()
		if free != "" {
			free += " SKIP LOCKED"
		}
		find(b, &rows, "WHERE state = 'pending' AND channel = ? AND next_at <= ? ORDER BY next_at, id LIMIT ?"+free, string(c), began, limit)
		if err := b.send(); err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
			rows[i].Attempts++
		}
		which, list := b.among("id", ids)
		b.write(`UPDATE "notifications" SET trying_at = ?, next_at = ?, attempts = attempts + 1 WHERE `+which, began, began.Add(hold), list)
		return b.leave()
	})
	return rows, began, err
}

// Told is what is said of a dossier when its citizen is told, and to whom.
type Told struct {
	Dossier  Dossier
	People   map[string]Person // by part
	Tracking map[string]string // tracking numbers by shipment, of those that are named
}

// ToTell reads what notifications are written from, by dossier, for all of them
// at once.
func (s *Store) ToTell(ctx context.Context, rows []Notification) (map[string]Told, error) {
	var codes, parcels []string
	for _, n := range rows {
		codes = append(codes, n.DossierCode)
		if n.Facts.Shipment != "" {
			parcels = append(parcels, n.Facts.Shipment)
		}
	}
	var (
		dossiers  []Dossier
		people    []Person
		shipments []Shipment
	)
	codes, parcels = named(codes), named(parcels)
	err := s.together(ctx, func(b *batch) {
		which, list := b.among("code", codes)
		find(b, &dossiers, "WHERE "+which, list)
		which, list = b.among("dossier_code", codes)
		find(b, &people, "WHERE "+which, list)
		if len(parcels) > 0 {
			which, list = b.among("id", parcels)
			find(b, &shipments, "WHERE "+which, list)
		}
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string]Told, len(dossiers))
	for _, d := range dossiers {
		out[d.Code] = Told{Dossier: d, People: map[string]Person{}, Tracking: map[string]string{}}
	}
	for _, p := range people {
		if t, ok := out[p.DossierCode]; ok {
			t.People[p.Part] = p
		}
	}
	for _, sh := range shipments {
		if t, ok := out[sh.DossierCode]; ok {
			t.Tracking[sh.ID] = sh.TrackingNumber
		}
	}
	return out, nil
}

// Ending is how a try ended and what follows.
type Ending struct {
	Notification Notification
	State        string // pending for another try
	NextAt       time.Time
	// Open leaves the try without a known end: before another one, the other side
	// must be asked.
	Open      bool
	Outcome   string
	Cause     string
	Reference string
	// Then is the channel by which it is told instead, "" for none.
	Then notice.Channel
}

// EndTries writes how tries ended that began together, and begins the
// notifications by other channels that follow. A try that is no longer the
// newest one of its notification, because it lasted longer than it was held,
// changes nothing; late counts those.
func (s *Store) EndTries(ctx context.Context, began time.Time, endings []Ending) (late int, err error) {
	err = s.batched(ctx, func(b *batch) error {
		late = 0
		ended := make([]int64, len(endings))
		for i, e := range endings {
			s.endTry(b, began, e, &ended[i])
		}
		if err := b.send(); err != nil {
			return err
		}
		var tries []NotificationTry
		for i, e := range endings {
			if ended[i] == 0 {
				late++
				continue
			}
			n := e.Notification
			tries = append(tries, NotificationTry{ID: newID(), NotificationID: n.ID, At: began, EndedAt: s.now(),
				Channel: n.Channel, Outcome: e.Outcome, Cause: e.Cause, Reference: e.Reference})
			if e.Then != "" {
				now := s.now()
				insertNew(b, nil, Notification{ID: newID(), DossierCode: n.DossierCode, Seq: n.Seq, Event: n.Event, Channel: e.Then, Version: n.Version, Lang: n.Lang,
					Facts: n.Facts, State: NotificationPending, NextAt: now, CreatedAt: now})
			}
		}
		insert(b, tries...)
		return b.leave()
	})
	return late, err
}

// endTry adds the writing of how a try ended, unless it is not the newest.
func (s *Store) endTry(b *batch, began time.Time, e Ending, ended *int64) {
	set, args := "state = ?, cause = ?, reference = ?", []any{e.State, e.Cause, e.Reference}
	if !e.Open {
		set += ", trying_at = NULL"
	}
	if e.State == NotificationPending {
		set, args = set+", next_at = ?", append(args, micros(e.NextAt))
	} else {
		set, args = set+", finished_at = ?", append(args, s.now())
	}
	b.count(func(n int64) { *ended = n }, `UPDATE "notifications" SET `+set+" WHERE id = ? AND state = 'pending' AND trying_at = ?", append(args, e.Notification.ID, began)...)
}

// Notifications lists what a dossier's citizen is told, in the order of the
// changes, with the tries of each, oldest first.
func (s *Store) Notifications(ctx context.Context, code string) ([]Notification, map[string][]NotificationTry, error) {
	var rows []Notification
	if err := s.with(ctx).Where("dossier_code = ?", code).Order("seq, id").Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	var tries []NotificationTry
	err := s.with(ctx).Where("notification_id IN (?)", s.db.Model(&Notification{}).Select("id").Where("dossier_code = ?", code)).
		Order("at, id").Find(&tries).Error
	byID := map[string][]NotificationTry{}
	for _, t := range tries {
		byID[t.NotificationID] = append(byID[t.NotificationID], t)
	}
	return rows, byID, err
}
