package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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
	err = s.tx(ctx, func(tx *gorm.DB) error {
		q := tx.Where("state = 'pending' AND channel = ? AND next_at <= ?", c, began).Order("next_at, id").Limit(limit)
		if s.postgres {
			q = q.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
		}
		if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
			rows[i].Attempts++
		}
		return tx.Model(&Notification{}).Where("id IN ?", ids).
			Updates(map[string]any{"trying_at": began, "next_at": began.Add(hold), "attempts": gorm.Expr("attempts + 1")}).Error
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
	var dossiers []Dossier
	if err := s.with(ctx).Where("code IN ?", named(codes)).Find(&dossiers).Error; err != nil {
		return nil, err
	}
	out := make(map[string]Told, len(dossiers))
	for _, d := range dossiers {
		out[d.Code] = Told{Dossier: d, People: map[string]Person{}, Tracking: map[string]string{}}
	}
	var people []Person
	if err := s.with(ctx).Where("dossier_code IN ?", named(codes)).Find(&people).Error; err != nil {
		return nil, err
	}
	for _, p := range people {
		if t, ok := out[p.DossierCode]; ok {
			t.People[p.Part] = p
		}
	}
	if len(parcels) == 0 {
		return out, nil
	}
	var shipments []Shipment
	if err := s.with(ctx).Where("id IN ?", named(parcels)).Find(&shipments).Error; err != nil {
		return nil, err
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
	err = s.tx(ctx, func(tx *gorm.DB) error {
		late = 0
		var tries []NotificationTry
		for _, e := range endings {
			ended, err := s.endTry(tx, began, e)
			if err != nil {
				return err
			}
			if !ended {
				late++
				continue
			}
			tries = append(tries, NotificationTry{ID: newID(), NotificationID: e.Notification.ID, At: began, EndedAt: s.now(),
				Channel: e.Notification.Channel, Outcome: e.Outcome, Cause: e.Cause, Reference: e.Reference})
		}
		if len(tries) == 0 {
			return nil
		}
		return tx.Create(&tries).Error
	})
	return late, err
}

func (s *Store) endTry(tx *gorm.DB, began time.Time, e Ending) (bool, error) {
	now := s.now()
	up := map[string]any{"state": e.State, "cause": e.Cause, "reference": e.Reference}
	if !e.Open {
		up["trying_at"] = nil
	}
	if e.State == NotificationPending {
		up["next_at"] = micros(e.NextAt)
	} else {
		up["finished_at"] = now
	}
	res := tx.Model(&Notification{}).Where("id = ? AND state = 'pending' AND trying_at = ?", e.Notification.ID, began).Updates(up)
	if res.Error != nil || res.RowsAffected == 0 {
		return false, res.Error
	}
	if e.Then == "" {
		return true, nil
	}
	n := e.Notification
	next := Notification{ID: newID(), DossierCode: n.DossierCode, Seq: n.Seq, Event: n.Event, Channel: e.Then, Version: n.Version, Lang: n.Lang,
		Facts: n.Facts, State: NotificationPending, NextAt: now, CreatedAt: now}
	return true, tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&next).Error
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

// Untold counts the notifications that have not ended yet, for metrics.
func (s *Store) Untold(ctx context.Context) (pending int64, err error) {
	err = s.with(ctx).Model(&Notification{}).Where("state = 'pending'").Count(&pending).Error
	return pending, err
}
