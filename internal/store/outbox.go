package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoso/internal/trail"
)

// relayDelay is how long a row is left to whoever wrote it before a relay takes it.
const relayDelay = 2 * time.Second

// KindStart is the outbox row that starts a dossier's workflow.
const KindStart = "start"

// Outbox is something to be told to Temporal after a commit.
type Outbox struct {
	ID          string `gorm:"primaryKey"`
	Kind        string
	DossierCode string // or the bag's number
	State       string // pending, done
	Attempts    int
	NextAt      time.Time
	CreatedAt   time.Time
	DoneAt      *time.Time
	trail.Trail `gorm:"embedded"` // of the request that wrote it
}

// TableName is outbox.
func (Outbox) TableName() string { return "outbox" }

// lease takes up to limit pending rows that are due, by moving their next time
// ahead: another relay leaves them alone until then. M is a row with an id. It is
// one statement, since most times there is nothing to take.
func lease[M interface{ id() string }](s *Store, ctx context.Context, limit int, hold time.Duration) ([]M, error) {
	t := tableOfModel[M]()
	free := ""
	if s.postgres {
		free = " FOR UPDATE SKIP LOCKED"
	}
	sql := `UPDATE "` + t.schema.Table + `" SET next_at = ?, attempts = attempts + 1 WHERE id IN (SELECT id FROM "` + t.schema.Table +
		`" WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, id LIMIT ?` + free + `) RETURNING "` + strings.Join(t.schema.DBNames, `","`) + `"`
	now := s.now()
	var rows []M
	run := func(b *batch) { b.add(sql, []any{now.Add(hold), now, limit}, all(b.ctx, &rows)) }
	var err error
	if s.postgres {
		err = s.together(ctx, run)
	} else {
		err = s.batched(ctx, func(b *batch) error {
			run(b)
			return nil
		})
	}
	slices.SortFunc(rows, func(a, b M) int { return cmp.Compare(a.id(), b.id()) })
	return rows, err
}

func (o Outbox) id() string    { return o.ID }
func (m Inbox) id() string     { return m.ID }
func (o Operation) id() string { return o.ID }
func (f Form) id() string      { return f.ID }

// LeaseStarts takes dossiers whose workflows are to be started.
func (s *Store) LeaseStarts(ctx context.Context, limit int, hold time.Duration) ([]Outbox, error) {
	return lease[Outbox](s, ctx, limit, hold)
}

// LeaseOperations takes commands that no workflow has answered yet.
func (s *Store) LeaseOperations(ctx context.Context, limit int, hold time.Duration) ([]Operation, error) {
	return lease[Operation](s, ctx, limit, hold)
}

// LeaseMessages takes inbox messages to be signalled.
func (s *Store) LeaseMessages(ctx context.Context, limit int, hold time.Duration) ([]Inbox, error) {
	return lease[Inbox](s, ctx, limit, hold)
}

// Started marks the workflows of dossiers (KindStart) or bags (KindBag) as started.
func (s *Store) Started(ctx context.Context, kind string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.together(ctx, func(b *batch) {
		which, list := b.among("dossier_code", ids)
		b.write(`UPDATE "outbox" SET state = 'done', done_at = ? WHERE kind = ? AND `+which, s.now(), kind, list)
	})
}

// Restart asks the relay to start a dossier's workflow anew.
func (s *Store) Restart(ctx context.Context, code string) error {
	res := s.with(ctx).Model(&Outbox{}).Where("kind = ? AND dossier_code = ?", KindStart, code).
		Updates(ordered(s.now()))
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrNotFound
	}
	return res.Error
}

// ordered makes a start due that was ordered before. One that was carried out is a
// new order, which has not waited since the first one.
func ordered(now time.Time) map[string]any {
	return map[string]any{"state": "pending", "next_at": now, "done_at": nil,
		"created_at": gorm.Expr("CASE WHEN state = 'done' THEN ? ELSE created_at END", now)}
}

// Start reads what a workflow's summary and attributes are made from.
func (s *Store) Start(ctx context.Context, code string) (Dossier, error) {
	return s.Dossier(ctx, Scope{All: true}, code)
}

// ToStart reads what several workflows' summaries and attributes are made from, in
// no order. A dossier that is not there is left out.
func (s *Store) ToStart(ctx context.Context, codes []string) (rows []Dossier, err error) {
	if len(codes) == 0 {
		return nil, nil
	}
	err = s.together(ctx, func(b *batch) {
		which, list := b.among("code", codes)
		find(b, &rows, "WHERE "+which, list)
	})
	return rows, err
}

// Backlog counts what relays have not yet passed on.
type Backlog struct{ Starts, Messages, Operations int64 }

// Backlog reads the counts for metrics and readiness.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	for model, n := range map[any]*int64{&Outbox{}: &b.Starts, &Inbox{}: &b.Messages, &Operation{}: &b.Operations} {
		if err := s.with(ctx).Model(model).Where("state = 'pending'").Count(n).Error; err != nil {
			return b, err
		}
	}
	return b, nil
}
