package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
)

// Queue is what of one kind waits to be passed on, to Temporal or to citizens; of
// forms, what was asked for and could not be rendered so far.
type Queue struct {
	Kind   string // starts, messages, operations, notifications, forms
	Rows   int64
	Oldest *time.Time // nil where nothing waits
}

// pending is said of a row that waits, in the words of the indexes.
const pending = "state = 'pending'"

// Queues reads what waits, by the indexes of what is pending.
func (s *Store) Queues(ctx context.Context) ([]Queue, error) {
	queues := []struct {
		kind  string
		model any
		since string
		where string
	}{
		{"starts", &Outbox{}, "created_at", pending},
		{"messages", &Inbox{}, "received_at", pending},
		{"operations", &Operation{}, "created_at", pending},
		{"notifications", &Notification{}, "created_at", pending},
		{"forms", &Form{}, "created_at", pending + " AND cause <> ''"},
	}
	out := make([]Queue, len(queues))
	for i, q := range queues {
		waiting := func() *gorm.DB { return s.with(ctx).Model(q.model).Where(q.where) }
		out[i].Kind = q.kind
		if err := waiting().Count(&out[i].Rows).Error; err != nil {
			return nil, err
		}
		if out[i].Rows == 0 {
			continue
		}
		var since []time.Time
		if err := waiting().Order(q.since).Limit(1).Pluck(q.since, &since).Error; err != nil {
			return nil, err
		}
		if len(since) > 0 {
			out[i].Oldest = &since[0]
		}
	}
	return out, nil
}

// Standing says where the open dossiers stand.
type Standing struct {
	Stages map[dossier.Stage]int64
	Parked map[string]int64 // by the task that they are parked for
	// Nobody counts those that nobody will move: without a limit, or with one that
	// has gone by without being told, and without an open task.
	Nobody int64
	Pressing
}

// ringsWithin is how late a limit may be told of before nobody will tell: timers
// ring late while workers are away or start. A new dossier has as long to get its
// first limit.
const ringsWithin = 15 * time.Minute

// nobodys is said of a dossier that nobody will move.
const nobodys = `(waiting_until < ? OR waiting_until IS NULL AND filed_at < ?) AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.dossier_code = dossiers.code AND t.closed_at IS NULL)`

// Stand counts the open dossiers. It reads each of them once, by the index of
// those that are open; ask no more often than its time allows.
func (s *Store) Stand(ctx context.Context) (st Standing, err error) {
	if st.Pressing, err = s.Pressing(ctx); err != nil {
		return st, err
	}
	st.Stages, st.Parked = map[dossier.Stage]int64{}, map[string]int64{}
	var rows []struct {
		Word   string
		N      int64
		Nobody int64
	}
	open := func() *gorm.DB { return s.with(ctx).Model(&Dossier{}).Where("closed_at IS NULL") }
	late := s.now().Add(-ringsWithin)
	err = open().Select("stage AS word, COUNT(*) AS n, SUM(CASE WHEN "+nobodys+" THEN 1 ELSE 0 END) AS nobody", late, late).Group("stage").Scan(&rows).Error
	if err != nil {
		return st, err
	}
	for _, r := range rows {
		st.Stages[dossier.Stage(r.Word)] = r.N
		st.Nobody += r.Nobody
	}
	rows = nil
	if err = open().Where("parked <> ''").Select("parked AS word, COUNT(*) AS n").Group("parked").Scan(&rows).Error; err != nil {
		return st, err
	}
	for _, r := range rows {
		st.Parked[r.Word] = r.N
	}
	return st, nil
}
