package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ClockChange is what a step does to a dossier's legal clock, as package clock
// found it.
type ClockChange struct {
	Clock register.Clock
	// Date is the new version of the due date; nil when it stays.
	Date *DueDate
	// Began and Ended are a pause that the step opened or closed.
	Began, Ended *register.Pause
	// Procedure, when set, is the version in force on the day of valid reception,
	// which is another than that of the filing.
	ProcedureVersion, ProcedureFrom string
}

// DueDate is one version of a dossier's due date. The newest is in force.
type DueDate struct {
	DossierCode     string `gorm:"primaryKey"`
	N               int    `gorm:"primaryKey;autoIncrement:false"`
	DueAt           time.Time
	Kind            string // what moved it: received, resume, extend, move, recompute, …
	StartedAt       time.Time
	TermN           int
	TermUnit        string
	ClockID         string
	ClockVersion    string
	Calendar        string
	CalendarVersion string
	Derivation      string // JSON of a calendar.Derivation; "" where somebody named the date
	Actor           string
	Role            string
	TextID          string
	Seq             int64 // the audit entry that made it
	CreatedAt       time.Time
}

// ClockPause is a time in which a dossier's term stood still.
type ClockPause struct {
	DossierCode string `gorm:"primaryKey"`
	N           int    `gorm:"primaryKey;autoIncrement:false"`
	FromAt      time.Time
	ToAt        *time.Time // nil while it lasts
	Reason      string
	Basis       string // text id of the words it rests on
	Actor       string
	Role        string
	Seq         int64
}

// DueOrder is a command's new due date, or that it be counted anew.
type DueOrder struct {
	DueAt *time.Time `json:"due_at,omitempty"`
	Anew  bool       `json:"anew,omitempty"`
}

// Term is the term that the date was counted from; zero where there is none.
func (d DueDate) Term() dossier.Limit { return dossier.Limit{N: d.TermN, Unit: d.TermUnit} }

// DueDates lists the versions of a dossier's due date, oldest first.
func (s *Store) DueDates(ctx context.Context, code string) ([]DueDate, error) {
	var rows []DueDate
	err := s.with(ctx).Where("dossier_code = ?", code).Order("n").Find(&rows).Error
	return rows, err
}

// Pauses lists a dossier's pauses, oldest first.
func (s *Store) Pauses(ctx context.Context, code string) ([]ClockPause, error) {
	var rows []ClockPause
	err := s.with(ctx).Where("dossier_code = ?", code).Order("n").Find(&rows).Error
	return rows, err
}

// wind writes what a step does to the clock into the locked row; the ledgers
// follow in ledge, when the audit entry has its number.
func wind(d *Dossier, c *ClockChange, now time.Time, data map[string]string) {
	if c == nil {
		return
	}
	d.Clock, d.ClockMark = c.Clock, ""
	if c.Clock.Runs() { // a term that stands still or has ended warns of nothing
		d.ClockMark = c.Clock.Reached
	}
	if c.Date != nil {
		due := micros(c.Date.DueAt)
		if d.DueAt != nil && !d.DueAt.Equal(due) {
			data["due_before"] = d.DueAt.In(dossier.Zone).Format(time.RFC3339)
		}
		d.DueAt = &due
		d.Overdue = d.Overdue && !due.After(now) // a date that lies ahead again
		data["due"] = due.In(dossier.Zone).Format(time.RFC3339)
	}
	if c.ProcedureVersion != "" {
		data["version_before"], data["version"] = d.ProcedureVersion, c.ProcedureVersion
		d.ProcedureVersion, d.ProcedureFrom = c.ProcedureVersion, c.ProcedureFrom
	}
}

// ledge enters a new due date and the pauses that a step began or ended.
func (s *Store) ledge(tx *gorm.DB, d Dossier, c *ClockChange, by change) error {
	if c == nil {
		return nil
	}
	if c.Date != nil {
		row := *c.Date
		row.DossierCode, row.N, row.DueAt, row.StartedAt = d.Code, c.Clock.Dates, micros(row.DueAt), micros(row.StartedAt)
		row.ClockID, row.ClockVersion, row.Calendar, row.CalendarVersion = c.Clock.ID, c.Clock.Version, c.Clock.Calendar, c.Clock.CalendarVersion
		row.Actor, row.Role, row.TextID, row.Seq, row.CreatedAt = by.actor, by.role, by.textID, d.Revision, s.now()
		b := byHand(tx)
		insert(b, row)
		if err := b.leave(); err != nil {
			return err
		}
	}
	if c.Ended != nil {
		err := later(tx).Model(&ClockPause{}).Where("dossier_code = ? AND to_at IS NULL", d.Code).Update("to_at", micros(c.Ended.To)).Error
		if err != nil {
			return err
		}
	}
	if c.Began == nil {
		return nil
	}
	var n int64
	if err := tx.Model(&ClockPause{}).Where("dossier_code = ?", d.Code).Count(&n).Error; err != nil {
		return err
	}
	return later(tx).Create(&ClockPause{DossierCode: d.Code, N: int(n) + 1, FromAt: micros(c.Began.From), Reason: c.Began.Reason,
		Basis: by.textID, Actor: by.actor, Role: by.role, Seq: d.Revision}).Error
}

// RunningClocks lists open dossiers that have a due date and are not decided,
// after one of them in the order of codes: for whoever must look at them all.
func (s *Store) RunningClocks(ctx context.Context, after string, limit int) ([]Dossier, error) {
	var rows []Dossier
	err := running(s.with(ctx)).Where("code > ?", after).Order("code").Limit(limit).Find(&rows).Error
	return rows, err
}

// CountRunningClocks says how many RunningClocks lists in all.
func (s *Store) CountRunningClocks(ctx context.Context) (n int64, err error) {
	err = running(s.with(ctx).Model(&Dossier{})).Count(&n).Error
	return n, err
}

// underWay are the statuses in which the authority has yet to decide. A dossier can
// go back to be registered after a supplement, and its term with it.
var underWay = []dossier.Status{dossier.Registered, dossier.Accepted, dossier.Processing, dossier.SupplementRequired, dossier.PaymentRequired}

func running(q *gorm.DB) *gorm.DB {
	return q.Where("closed_at IS NULL AND due_at IS NOT NULL AND status IN ?", underWay)
}

// DerivationOf writes a derivation as the ledger keeps it.
func DerivationOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil || string(raw) == "null" {
		return ""
	}
	return string(raw)
}
