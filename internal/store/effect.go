package store

import (
	"context"
	"time"

	"hoso/internal/dossier"
)

// The states of an effect.
const (
	EffectPending = "pending" // ordered; whether it happened is for the other side to say
	EffectDone    = "done"
	EffectRefused = "refused"
)

// Effect is an act upon the outside world under its business key.
type Effect struct {
	Key         string `gorm:"primaryKey"`
	DossierCode string
	Act         string
	State       string
	Reference   string // the other side's mark for the act
	Cause       string // code of how the last try ended; "" while that is not known
	Tries       int
	CreatedAt   time.Time
	UpdatedAt   time.Time // when the last call began (Cause "") or ended
}

// BeginEffect stores the key before the call and counts the try. first says that
// no try has been made before, so that nothing can have happened yet; where the
// register was restored from a backup, that it can be said of no dossier filed
// before.
func (s *Store) BeginEffect(ctx context.Context, key, code, act string) (e Effect, first bool, err error) {
	row, first, err := s.beginning(ctx, key, code, act)
	if err != nil {
		return row, false, err
	}
	var fresh int64
	err = s.together(ctx, func(b *batch) { insertNew(b, func(n int64) { fresh = n }, row) })
	if err != nil || fresh == 1 {
		return row, err == nil && first, err
	}
	e, err = s.beginAgain(ctx, key)
	return e, false, err
}

// beginning is the row of a first try, and whether it can be said that it is one.
func (s *Store) beginning(ctx context.Context, key, code, act string) (row Effect, first bool, err error) {
	row = Effect{Key: key, DossierCode: code, Act: act, State: EffectPending, Tries: 1, CreatedAt: s.now(), UpdatedAt: s.now()}
	since, may, err := s.mayHaveBegun(ctx, code)
	if may {
		row.UpdatedAt = since // whoever began it ended with the register that is gone
	}
	return row, !may, err
}

func (s *Store) beginAgain(ctx context.Context, key string) (e Effect, err error) {
	var there bool
	err = s.together(ctx, func(b *batch) {
		again(b, key)
		take(b, &e, &there, "WHERE key = ?", key)
	})
	return e, foundIf(there, err)
}

// again adds the counting of a try. updated_at is left alone: it says when the
// last call began or ended, and a try that comes only to ask must not renew it.
func again(b *batch, key string) {
	b.write(`UPDATE "effects" SET tries = tries + 1 WHERE key = ?`, key)
}

// Begun is the begin of a try, with what the other side is to be told.
type Begun struct {
	Effect
	First bool // as of BeginEffect
	Outgoing
	// Down is the announcement by which the portal takes nothing. Nothing has been
	// begun then.
	Down *PortalState
	// Shipment is the parcel that is to be booked.
	Shipment Shipment
}

// BeginSubmission is BeginEffect for a submission, in one trip with all that the
// portal is told: the dossier, its people and components.
func (s *Store) BeginSubmission(ctx context.Context, key, code string) (Begun, error) {
	row, first, err := s.beginning(ctx, key, code, "submit")
	if err != nil {
		return Begun{}, err
	}
	var (
		r     outgoing
		fresh int64
		state PortalState
		shut  bool
	)
	err = s.together(ctx, func(b *batch) {
		insertNew(b, func(n int64) { fresh = n }, row)
		down(b, &state, &shut, s.now())
		r.components(b, code)
		r.people(b, code)
		r.row(b, code)
	})
	if err = foundIf(r.there, err); err != nil {
		return Begun{}, err
	}
	begun := Begun{Effect: row, First: first, Outgoing: r.made()}
	switch {
	case shut:
		begun.Down = &state
		if fresh == 1 { // not made, so nobody need ask about it
			err = s.together(ctx, func(b *batch) {
				b.write(`DELETE FROM "effects" WHERE key = ? AND state = ? AND tries = 1`, key, EffectPending)
			})
		}
	case fresh == 0:
		begun.First = false
		begun.Effect, err = s.beginAgain(ctx, key)
	}
	return begun, err
}

// TryEffect notes that another try begins: how it ends is not known yet.
func (s *Store) TryEffect(ctx context.Context, key string) error {
	return s.with(ctx).Model(&Effect{}).Where("key = ? AND state = ?", key, EffectPending).
		Updates(map[string]any{"cause": "", "updated_at": s.now()}).Error
}

// EndEffect writes how an effect ended. A done effect never becomes anything else.
func (s *Store) EndEffect(ctx context.Context, key, state, reference, cause string) error {
	return s.together(ctx, func(b *batch) { s.endEffect(b, key, state, reference, cause) })
}

func (s *Store) endEffect(b *batch, key, state, reference, cause string) {
	b.write(`UPDATE "effects" SET state = ?, reference = ?, cause = ?, updated_at = ? WHERE key = ? AND state <> ?`, state, reference, cause, s.now(), key, EffectDone)
}

// Done is an outside act that succeeded.
type Done struct {
	Key       string
	Reference string // the other side's mark for it
	// Shipment is the parcel that it booked; "" for none. The reference is the
	// parcel's tracking number then.
	Shipment string
}

// Conclude writes that an act is done, and that its parcel is booked.
func (s *Store) Conclude(ctx context.Context, done Done) error {
	if done.Shipment == "" {
		return s.EndEffect(ctx, done.Key, EffectDone, done.Reference, "")
	}
	var known string
	err := s.batched(ctx, func(b *batch) error {
		// The dossier's lock is its parcels' as well.
		b.add("SELECT code FROM dossiers WHERE code = (SELECT dossier_code FROM shipments WHERE id = ?)"+b.forUpdate(), []any{done.Shipment}, one(&known))
		s.conclude(b, done, new(Dossier))
		return b.leave()
	})
	return foundIf(known != "", err)
}

// conclude adds the writing to a transaction that has the dossier's lock, and
// does to its row what is done to it in the register.
func (s *Store) conclude(b *batch, done Done, d *Dossier) {
	if done.Shipment != "" {
		s.booked(b, done.Shipment, done.Reference)
		if d.ShipmentID == done.Shipment && d.DeliveryState == dossier.DeliveryNone {
			d.DeliveryState = dossier.DeliveryBooked
		}
	}
	s.endEffect(b, done.Key, EffectDone, done.Reference, "")
}

// Effects lists a dossier's effects.
func (s *Store) Effects(ctx context.Context, code string) ([]Effect, error) {
	var rows []Effect
	err := s.with(ctx).Where("dossier_code = ?", code).Order("created_at, key").Find(&rows).Error
	return rows, err
}
