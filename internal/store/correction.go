package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/dossier"
)

// Correction is a row of what was found to be otherwise elsewhere than in the
// register, and by which door it was put right.
type Correction struct {
	ID          string `gorm:"primaryKey"`
	At          time.Time
	DossierCode string // or the bag's number
	Kind        string
	Found       string // codes, ids and times, never words
	Done        string // the door
}

// Look is the last look at a dossier or bag.
type Look struct {
	DossierCode string `gorm:"primaryKey"`
	At          *time.Time
	AskedAt     *time.Time // when portal and carriers were asked, too
	HeldUntil   *time.Time
	Drift       string // what no door puts right
}

// Walk is how far the samplers have come on their way through the open dossiers.
type Walk struct {
	Name       string `gorm:"primaryKey"`
	Place      string // code of the last dossier taken
	BegunAt    time.Time
	LapEndedAt *time.Time
	LapSeconds int64
}

// corrected is the audit entry of a correction.
const corrected = "corrected"

// Correct keeps a correction, and notes it in the dossier's own ledger where it is
// a dossier's. It changes none of its facts.
func (s *Store) Correct(ctx context.Context, c Correction) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		c.ID, c.At = newID(), s.now()
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		d, err := lockDossier(tx, c.DossierCode)
		if errors.Is(err, ErrNotFound) {
			return nil // a bag's
		} else if err != nil {
			return err
		}
		err = s.append(tx, &d, change{kind: corrected, actor: systemSubject, role: systemSubject,
			data: map[string]string{"drift": c.Kind, "found": c.Found, "done": c.Done}})
		if err != nil {
			return err
		}
		return tx.Model(&d).Select("revision", "audit_head").Updates(&d).Error
	})
}

// CorrectedSo counts how often the very same was put right since a time.
func (s *Store) CorrectedSo(ctx context.Context, code, kind, what string, since time.Time) (n int64, err error) {
	err = s.with(ctx).Model(&Correction{}).Where("dossier_code = ? AND kind = ? AND found = ? AND at >= ?", code, kind, what, micros(since)).Count(&n).Error
	return n, err
}

// CorrectionsOf reads what was put right of a dossier or bag, oldest first.
func (s *Store) CorrectionsOf(ctx context.Context, code string) ([]Correction, error) {
	var rows []Correction
	err := s.with(ctx).Where("dossier_code = ?", code).Order("at, id").Find(&rows).Error
	return rows, err
}

// Drift is what the samplers have found by now, by kind.
type Drift struct {
	Corrections map[string]int64 // put right, ever
	Standing    map[string]int64 // found at the last look and not to be put right by any door
	// Lap is how long the samplers' last lap took, or the one that runs where that
	// is longer; 0 where none has begun.
	Lap time.Duration
}

// Drift reads the counts for metrics.
func (s *Store) Drift(ctx context.Context) (Drift, error) {
	d := Drift{Corrections: map[string]int64{}, Standing: map[string]int64{}}
	for query, into := range map[string]map[string]int64{
		"SELECT kind, count(*) AS n FROM corrections GROUP BY kind":                       d.Corrections,
		"SELECT drift AS kind, count(*) AS n FROM looks WHERE drift <> '' GROUP BY drift": d.Standing,
	} {
		var rows []struct {
			Kind string
			N    int64
		}
		if err := s.with(ctx).Raw(query).Scan(&rows).Error; err != nil {
			return d, err
		}
		for _, r := range rows {
			into[r.Kind] = r.N
		}
	}
	var w Walk
	err := s.with(ctx).Where("name = ?", openWalk).Limit(1).Find(&w).Error
	if d.Lap = time.Duration(w.LapSeconds) * time.Second; w.Place != "" {
		d.Lap = max(d.Lap, s.now().Sub(w.BegunAt))
	}
	return d, err
}

// openWalk is the samplers' way through the open dossiers.
const openWalk = "open"

// toLookAt are dossiers whose workflow must be running, or must have ended not
// long ago.
func (s *Store) toLookAt(tx *gorm.DB, closedSince time.Time, after string, limit int) ([]string, error) {
	var codes []string
	err := tx.Model(&Dossier{}).Where("code > ? AND (closed_at IS NULL OR closed_at > ?)", after, micros(closedSince)).
		Order("code").Limit(limit).Pluck("code", &codes).Error
	return codes, err
}

// Sample takes the next dossiers on the samplers' way, round after round; no two
// samplers get the same. Less than limit means the end of a lap, and none that
// there are none, or that a lap was ended a moment ago: every begins a lap at most
// so often.
func (s *Store) Sample(ctx context.Context, closedSince time.Time, limit int, every time.Duration) ([]string, error) {
	var codes []string
	err := s.tx(ctx, func(tx *gorm.DB) error {
		now := s.now()
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Walk{Name: openWalk, BegunAt: now}).Error; err != nil {
			return err
		}
		var w Walk
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("name = ?", openWalk).Take(&w).Error; err != nil {
			return err
		}
		if w.Place == "" {
			if w.LapEndedAt != nil && now.Sub(w.BegunAt) < every {
				return nil
			}
			w.BegunAt = now
		}
		var err error
		if codes, err = s.toLookAt(tx, closedSince, w.Place, limit); err != nil {
			return err
		}
		if len(codes) == limit {
			w.Place = codes[len(codes)-1]
		} else {
			w.Place, w.LapEndedAt, w.LapSeconds = "", &now, int64(now.Sub(w.BegunAt).Seconds())
		}
		return tx.Save(&w).Error
	})
	return codes, err
}

// LookAfter gives the next dossiers of a full run, by their codes.
func (s *Store) LookAfter(ctx context.Context, closedSince time.Time, after string, limit int) ([]string, error) {
	return s.toLookAt(s.with(ctx), closedSince, after, limit)
}

// HoldLook claims a dossier or bag for who looks at it; false when somebody else
// does already.
func (s *Store) HoldLook(ctx context.Context, code string, hold time.Duration) (bool, error) {
	now := s.now()
	until := now.Add(hold)
	row := Look{DossierCode: code, HeldUntil: &until}
	res := s.with(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "dossier_code"}}, DoUpdates: clause.AssignmentColumns([]string{"held_until"}),
		Where: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "looks.held_until IS NULL OR looks.held_until <= ?", Vars: []any{now}}}}}).Create(&row)
	return res.RowsAffected == 1, res.Error
}

// Looked keeps a look, and lets the dossier go; asked says that portal and
// carriers were asked, too.
func (s *Store) Looked(ctx context.Context, code, drift string, asked bool) error {
	now := s.now()
	row, columns := Look{DossierCode: code, At: &now, Drift: drift}, []string{"at", "held_until", "drift"}
	if asked {
		row.AskedAt, columns = &now, append(columns, "asked_at")
	}
	return s.with(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "dossier_code"}}, DoUpdates: clause.AssignmentColumns(columns)}).Create(&row).Error
}

// LookedAt reads the last look at a dossier or bag.
func (s *Store) LookedAt(ctx context.Context, code string) (Look, error) {
	var row Look
	err := s.with(ctx).Where("dossier_code = ?", code).Take(&row).Error
	return row, found(err)
}

// TellDrift opens a task for a manager about what no door puts right, once while
// it is open: another look does not put off when it is due.
func (s *Store) TellDrift(ctx context.Context, code, kind string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		d, err := lockDossier(tx, code)
		if errors.Is(err, ErrNotFound) {
			return nil // a bag has no tasks
		} else if err != nil {
			return err
		}
		var told int64
		if err := tx.Model(&Task{}).Where("dossier_code = ? AND kind = ? AND cause = ? AND closed_at IS NULL", code, TaskDrift, kind).Count(&told).Error; err != nil || told > 0 {
			return err
		}
		return s.open(tx, &d, TaskDrift, kind, dossier.WhoManager)
	})
}

// EndDrift closes the tasks about drift of a dossier that is in accord again.
func (s *Store) EndDrift(ctx context.Context, code string) error {
	return s.with(ctx).Model(&Task{}).Where("dossier_code = ? AND kind = ? AND closed_at IS NULL", code, TaskDrift).Update("closed_at", s.now()).Error
}

// StartOrdered says whether an order to start a workflow is on its way: pending,
// and due no earlier than a time.
func (s *Store) StartOrdered(ctx context.Context, kind, id string, since time.Time) (bool, error) {
	var n int64
	err := s.with(ctx).Model(&Outbox{}).Where("kind = ? AND dossier_code = ? AND state = 'pending' AND next_at >= ?", kind, id, micros(since)).Count(&n).Error
	return n > 0, err
}

// Unheard reads messages of before a time that a dossier's workflow has not dealt
// with, oldest first.
func (s *Store) Unheard(ctx context.Context, code string, before time.Time) ([]Inbox, error) {
	var rows []Inbox
	err := s.with(ctx).Where("dossier_code = ? AND state IN ? AND received_at < ?", code, []string{InboxPending, InboxSignalled}, micros(before)).
		Order("received_at, id").Find(&rows).Error
	return rows, err
}

// KnownEvents gives the state of those events of a source that came in and named
// something that we knew, by id.
func (s *Store) KnownEvents(ctx context.Context, source string, ids []string) (map[string]string, error) {
	known := map[string]string{}
	if len(ids) == 0 {
		return known, nil
	}
	var rows []Inbox
	err := s.with(ctx).Select("event_id", "state").Where("source = ? AND event_id IN ? AND state <> ?", source, ids, InboxUnmatched).Find(&rows).Error
	for _, m := range rows {
		known[m.EventID] = m.State
	}
	return known, err
}

// BagsUnderWay lists bags that are not opened, by number.
func (s *Store) BagsUnderWay(ctx context.Context, after string, limit int) ([]string, error) {
	var numbers []string
	err := s.with(ctx).Model(&Bag{}).Where("NOT opened AND number > ?", after).Order("number").Limit(limit).Pluck("number", &numbers).Error
	return numbers, err
}

// BagOpen says whether a bag is still under way.
func (s *Store) BagOpen(ctx context.Context, number string) (bool, error) {
	var n int64
	err := s.with(ctx).Model(&Bag{}).Where("NOT opened AND number = ?", number).Count(&n).Error
	return n > 0, err
}
