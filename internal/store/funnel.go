package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/dossier"
)

// FunnelRow is what became of the dossiers filed in a period, of one office,
// network, area or procedure.
type FunnelRow struct {
	Key             string
	Filed           int64
	Online          int64
	OnlineWithPaper int64
	Paper           int64
	Returned        int64 // wait at the counter for a better scan or the paper
	NotAllowed      int64 // turned away at the filing; no dossier of these exists
	Overrides       int64 // dossiers whose route a person chose
	OnTime          int64
	Overdue         int64
	ResultReturned  int64
}

// funnelColumns are what the report may be grouped by, and their columns.
var funnelColumns = map[string]string{"network": "network", "office": "office", "area": "area", "procedure": "procedure_code"}

// Funnel counts the dossiers filed from one moment until before another, by the
// groups named. The refused of those local days count with them. The index by
// filing leads to the period.
func (s *Store) Funnel(ctx context.Context, sc Scope, from, until time.Time, by string) ([]FunnelRow, error) {
	column, known := funnelColumns[by]
	if !known {
		return nil, fmt.Errorf("store: no funnel by %q", by)
	}
	if !sc.All && sc.Network == "" {
		return nil, nil
	}
	var rows []FunnelRow
	err := scoped(s.with(ctx).Table("dossiers"), sc).Where("filed_at >= ? AND filed_at < ?", micros(from), micros(until)).
		Select(column+` AS "key", COUNT(*) AS filed, `+
			`SUM(CASE WHEN route = ? AND `+decidedRoute+` THEN 1 ELSE 0 END) AS online, `+
			`SUM(CASE WHEN route = ? AND `+decidedRoute+` THEN 1 ELSE 0 END) AS online_with_paper, `+
			`SUM(CASE WHEN route = ? AND `+decidedRoute+` THEN 1 ELSE 0 END) AS paper, `+
			`SUM(CASE WHEN stage = ? AND route <> '' THEN 1 ELSE 0 END) AS returned, `+
			`SUM(CASE WHEN EXISTS (SELECT 1 FROM route_decisions r WHERE r.dossier_code = dossiers.code AND r.by_hand) THEN 1 ELSE 0 END) AS overrides, `+
			`SUM(CASE WHEN status IN (?, ?, ?, ?) AND due_at IS NOT NULL AND NOT overdue THEN 1 ELSE 0 END) AS on_time, `+
			`SUM(CASE WHEN overdue THEN 1 ELSE 0 END) AS overdue, `+
			`SUM(CASE WHEN status = ? THEN 1 ELSE 0 END) AS result_returned`,
			dossier.RouteOnline, dossier.RouteOnlineWithPaper, dossier.RoutePaper, dossier.StageDigitization,
			dossier.Refused, dossier.Stopped, dossier.Resolved, dossier.Returned, dossier.Returned).
		Group(column).Order(column).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	return s.withRefusals(ctx, rows, sc, from, until, column)
}

// decidedRoute is a route that is final: what still lies at the counter may take
// another.
const decidedRoute = "stage NOT IN ('intake', 'digitization')"

// withRefusals adds the filings that were turned away, also to groups that have
// nothing else.
func (s *Store) withRefusals(ctx context.Context, rows []FunnelRow, sc Scope, from, until time.Time, column string) ([]FunnelRow, error) {
	q := s.with(ctx).Table("route_refusals").Where("day >= ? AND day < ?", dossier.LocalDay(from), dossier.LocalDay(until))
	if !sc.All {
		q = q.Where("network = ?", sc.Network)
	}
	var refused []FunnelRow
	if err := q.Select(column + ` AS "key", SUM(n) AS not_allowed`).Group(column).Order(column).Scan(&refused).Error; err != nil {
		return nil, err
	}
	place := map[string]int{}
	for i, r := range rows {
		place[r.Key] = i
	}
	for _, r := range refused {
		if i, there := place[r.Key]; there {
			rows[i].NotAllowed = r.NotAllowed
			continue
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// RouteRefusal counts the filings of a procedure that an office had to turn away
// on a day. No person stands in it.
type RouteRefusal struct {
	Day           string `gorm:"primaryKey"`
	Office        string `gorm:"primaryKey"`
	Network       string
	Area          string
	ProcedureCode string `gorm:"primaryKey"`
	N             int
}

// CountRefusal counts a filing that was turned away today.
func (s *Store) CountRefusal(ctx context.Context, r RouteRefusal) error {
	r.Day, r.N = dossier.LocalDay(s.now()), 1
	key := []clause.Column{{Name: "day"}, {Name: "office"}, {Name: "procedure_code"}}
	more := clause.Assignments(map[string]any{"n": gorm.Expr("route_refusals.n + 1")})
	return s.with(ctx).Clauses(clause.OnConflict{Columns: key, DoUpdates: more}).Create(&r).Error
}
