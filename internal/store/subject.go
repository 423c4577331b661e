package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// Subject is somebody who may act: a role and its scope.
type Subject struct {
	ID        string `gorm:"primaryKey"`
	Role      string
	Office    string
	Network   string
	Authority string
	Carrier   string
	Disabled  bool
	CreatedAt time.Time
}

// Subject finds a subject by id; ErrNotFound when there is none.
func (s *Store) Subject(ctx context.Context, id string) (Subject, error) {
	var row Subject
	err := s.with(ctx).Where("id = ?", id).Take(&row).Error
	return row, found(err)
}

// AddSubject registers a subject. An id that is already known is left as it is;
// added says which of the two happened.
func (s *Store) AddSubject(ctx context.Context, row Subject) (added bool, err error) {
	row.CreatedAt = s.now()
	res := s.with(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return res.RowsAffected == 1, res.Error
}

// DisableSubject takes a subject's rights away at once.
func (s *Store) DisableSubject(ctx context.Context, id string) error {
	res := s.with(ctx).Model(&Subject{}).Where("id = ?", id).Update("disabled", true)
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrNotFound
	}
	return res.Error
}

// Subjects lists everybody.
func (s *Store) Subjects(ctx context.Context) ([]Subject, error) {
	var rows []Subject
	err := s.with(ctx).Order("id").Find(&rows).Error
	return rows, err
}
