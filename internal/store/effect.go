package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
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
	row := Effect{Key: key, DossierCode: code, Act: act, State: EffectPending, Tries: 1, CreatedAt: s.now(), UpdatedAt: s.now()}
	since, may, err := s.mayHaveBegun(ctx, code)
	if err != nil {
		return row, false, err
	}
	if may {
		row.UpdatedAt = since // whoever began it ended with the register that is gone
	}
	res := s.with(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if res.Error != nil || res.RowsAffected == 1 {
		return row, res.Error == nil && !may, res.Error
	}
	// UpdateColumn leaves updated_at alone: it says when the last call began or
	// ended, and a try that comes only to ask must not renew it.
	err = s.with(ctx).Model(&Effect{}).Where("key = ?", key).UpdateColumn("tries", gorm.Expr("tries + 1")).Error
	if err != nil {
		return e, false, err
	}
	err = s.with(ctx).Where("key = ?", key).Take(&e).Error
	return e, false, err
}

// TryEffect notes that another try begins: how it ends is not known yet.
func (s *Store) TryEffect(ctx context.Context, key string) error {
	return s.with(ctx).Model(&Effect{}).Where("key = ? AND state = ?", key, EffectPending).
		Updates(map[string]any{"cause": "", "updated_at": s.now()}).Error
}

// EndEffect writes how an effect ended. A done effect never becomes anything else.
func (s *Store) EndEffect(ctx context.Context, key, state, reference, cause string) error {
	return s.with(ctx).Model(&Effect{}).Where("key = ? AND state <> ?", key, EffectDone).
		Updates(map[string]any{"state": state, "reference": reference, "cause": cause, "updated_at": s.now()}).Error
}

// Effects lists a dossier's effects.
func (s *Store) Effects(ctx context.Context, code string) ([]Effect, error) {
	var rows []Effect
	err := s.with(ctx).Where("dossier_code = ?", code).Order("created_at, key").Find(&rows).Error
	return rows, err
}
