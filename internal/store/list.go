package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/dossier"
)

// The kinds of units that have a list.
const (
	UnitOffice    = "office"
	UnitAuthority = "authority"
)

// Why a dossier stands on a list.
const (
	WhyOverdue  = "overdue"
	WhyDueToday = "due_today"
	WhyDueSoon  = "due_soon"     // within one working day
	WhyWarned   = "warned"       // a moment of its term has come
	WhyWaiting  = "waiting_long" // clerk or citizen, beyond the limit
	WhyParked   = "parked"
)

// DailyList is what a unit had to look after on the morning of a day. It is
// written once and stays as it was.
type DailyList struct {
	UnitKind  string     `gorm:"primaryKey"`
	Unit      string     `gorm:"primaryKey"`
	Day       string     `gorm:"primaryKey"` // 2025-02-05
	Network   string     // of an office
	Body      []ListItem `gorm:"serializer:json"`
	CreatedAt time.Time
}

// ListItem is a dossier on a list: codes, times and whose turn it is.
type ListItem struct {
	Code      string         `json:"code"`
	Procedure string         `json:"procedure"`
	Office    string         `json:"office"`
	Authority string         `json:"authority"`
	Stage     dossier.Stage  `json:"stage"`
	Status    dossier.Status `json:"status"`
	Why       []string       `json:"why"`
	DueAt     *time.Time     `json:"due_at,omitempty"`
	Mark      string         `json:"mark,omitempty"`
	Parked    string         `json:"parked,omitempty"`
	Who       dossier.Who    `json:"who"`
	What      dossier.What   `json:"what"`
	Until     *time.Time     `json:"until,omitempty"`
}

// Morning says for whom and of when a list is made.
type Morning struct {
	UnitKind, Unit, Network string
	// Now is the moment; Today ends that day, Soon the next working day, both
	// exclusive.
	Now, Today, Soon time.Time
}

// listPage is how many dossiers are read at a time.
const listPage = 500

// ListFor finds what a unit has to look after, in the order of codes.
func (s *Store) ListFor(ctx context.Context, m Morning) ([]ListItem, error) {
	items := []ListItem{}
	for after := ""; ; {
		rows, err := s.attention(ctx, m, after)
		if err != nil || len(rows) == 0 {
			return items, err
		}
		late, err := s.pastLimit(ctx, rows)
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			if why := m.why(d, late[d.Code]); len(why) > 0 {
				items = append(items, itemOf(d, why))
			}
		}
		after = rows[len(rows)-1].Code
	}
}

// limitTasks are the tasks that a passed limit opens.
var limitTasks = []string{"limit_passed", "supplement_not_given"}

// slow are those who are reminded here; the portal and the carriers are asked.
var slow = []dossier.Who{dossier.WhoClerk, dossier.WhoCitizen}

func (s *Store) attention(ctx context.Context, m Morning, after string) ([]Dossier, error) {
	column := clause.Column{Table: "dossiers", Name: "office"}
	if m.UnitKind == UnitAuthority {
		column.Name = "authority"
	}
	late := s.with(ctx).Model(&Task{}).Select("1").Where("tasks.dossier_code = dossiers.code AND tasks.closed_at IS NULL AND tasks.kind IN ?", limitTasks)
	var rows []Dossier
	err := s.with(ctx).Where(clause.Eq{Column: column, Value: m.Unit}).Where("closed_at IS NULL AND code > ?", after).
		Where(`(status IN ? AND (overdue OR clock_mark <> '' OR due_at < ?) OR parked <> '' OR waiting_who IN ? AND (waiting_until < ? OR EXISTS (?)))`,
			underWay, micros(m.Soon), slow, micros(m.Now), late).
		Order("code").Limit(listPage).Find(&rows).Error
	return rows, err
}

// pastLimit says which of some dossiers wait beyond a limit, of which a task tells.
func (s *Store) pastLimit(ctx context.Context, rows []Dossier) (map[string]bool, error) {
	codes := make([]string, len(rows))
	for i, d := range rows {
		codes[i] = d.Code
	}
	var late []string
	err := s.with(ctx).Model(&Task{}).Where("dossier_code IN ? AND closed_at IS NULL AND kind IN ?", codes, limitTasks).Pluck("dossier_code", &late).Error
	out := map[string]bool{}
	for _, code := range late {
		out[code] = true
	}
	return out, err
}

// why says what there is to look after, the most pressing first. A term that
// stands still comes due for nobody.
func (m Morning) why(d Dossier, late bool) []string {
	var why []string
	is := func(reason string, so bool) {
		if so {
			why = append(why, reason)
		}
	}
	undecided := !d.Status.Decided() && d.Status != dossier.Withdrawn
	runs := undecided && d.Clock.Runs() && d.DueAt != nil
	passed := runs && d.DueAt.Before(m.Now)
	is(WhyOverdue, undecided && d.Overdue || passed)
	is(WhyDueToday, runs && !passed && d.DueAt.Before(m.Today))
	is(WhyDueSoon, runs && !d.DueAt.Before(m.Today) && d.DueAt.Before(m.Soon))
	is(WhyWarned, runs && d.ClockMark != "")
	is(WhyWaiting, (d.WaitingWho == dossier.WhoClerk || d.WaitingWho == dossier.WhoCitizen) && (late || d.WaitingUntil != nil && d.WaitingUntil.Before(m.Now)))
	is(WhyParked, d.Parked != "")
	return why
}

func itemOf(d Dossier, why []string) ListItem {
	return ListItem{Code: d.Code, Procedure: d.ProcedureCode, Office: d.Office, Authority: d.Authority, Stage: d.Stage, Status: d.Status, Why: why,
		DueAt: d.DueAt, Mark: d.ClockMark, Parked: d.Parked, Who: d.WaitingWho, What: d.WaitingWhat, Until: d.WaitingUntil}
}

// KeepList writes a unit's list of a day. One that is there stays: first is false.
func (s *Store) KeepList(ctx context.Context, m Morning, items []ListItem) (first bool, err error) {
	row := DailyList{UnitKind: m.UnitKind, Unit: m.Unit, Day: dossier.LocalDay(m.Now), Network: m.Network, Body: append([]ListItem{}, items...), CreatedAt: s.now()}
	res := s.with(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return res.RowsAffected == 1, res.Error
}

// Listed says whether a unit has its list of a day.
func (s *Store) Listed(ctx context.Context, kind, unit, day string) (bool, error) {
	var n int64
	err := s.with(ctx).Model(&DailyList{}).Where("day = ? AND unit_kind = ? AND unit = ?", day, kind, unit).Count(&n).Error
	return n > 0, err
}

// ListFilter narrows the lists of a day. Empty fields do not.
type ListFilter struct {
	Day               string
	Office, Authority string
	// After is the last list of the page before.
	AfterKind, AfterUnit string
	Limit                int
}

// DailyLists gives a day's lists within a scope: an office's own, those of a
// network's offices, an authority's own.
func (s *Store) DailyLists(ctx context.Context, sc Scope, f ListFilter) ([]DailyList, error) {
	q := listsIn(s.with(ctx), sc).Where("day = ?", f.Day)
	if f.Office != "" {
		q = q.Where("unit_kind = ? AND unit = ?", UnitOffice, f.Office)
	}
	if f.Authority != "" {
		q = q.Where("unit_kind = ? AND unit = ?", UnitAuthority, f.Authority)
	}
	if f.AfterKind != "" {
		q = q.Where("(unit_kind > ? OR unit_kind = ? AND unit > ?)", f.AfterKind, f.AfterKind, f.AfterUnit)
	}
	var rows []DailyList
	err := q.Order("unit_kind, unit").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

func listsIn(q *gorm.DB, sc Scope) *gorm.DB {
	switch {
	case sc.All:
		return q
	case sc.Office != "":
		return q.Where("unit_kind = ? AND unit = ?", UnitOffice, sc.Office)
	case sc.Network != "":
		return q.Where("unit_kind = ? AND network = ?", UnitOffice, sc.Network)
	case sc.Authority != "":
		return q.Where("unit_kind = ? AND unit = ?", UnitAuthority, sc.Authority)
	default:
		return q.Where("1 = 0")
	}
}

// Pressing counts open dossiers that somebody should look at.
type Pressing struct{ Overdue, Warned, Parked int64 }

// Pressing counts them over all offices.
func (s *Store) Pressing(ctx context.Context) (p Pressing, err error) {
	for _, c := range []struct {
		into  *int64
		where string
	}{
		{&p.Overdue, "closed_at IS NULL AND overdue AND status IN ?"},
		{&p.Warned, "closed_at IS NULL AND clock_mark <> '' AND status IN ?"},
	} {
		if err = s.with(ctx).Model(&Dossier{}).Where(c.where, underWay).Count(c.into).Error; err != nil {
			return p, err
		}
	}
	err = s.with(ctx).Model(&Dossier{}).Where("closed_at IS NULL AND parked <> ''").Count(&p.Parked).Error
	return p, err
}
