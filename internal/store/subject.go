package store

import (
	"context"
	"database/sql"
	"errors"
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

// Subject finds a subject by id; ErrNotFound when there is none. Every request
// asks, hence without the mapper's way round.
func (s *Store) Subject(ctx context.Context, id string) (Subject, error) {
	var row Subject
	pool, err := s.db.DB()
	if err != nil {
		return row, err
	}
	err = pool.QueryRowContext(ctx, `SELECT id, role, office, network, authority, carrier, disabled, created_at FROM subjects WHERE id = $1`, id).
		Scan(&row.ID, &row.Role, &row.Office, &row.Network, &row.Authority, &row.Carrier, &row.Disabled, &row.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNotFound
	}
	return row, err
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
