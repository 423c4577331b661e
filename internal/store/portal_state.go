package store

import (
	"context"
	"time"
)

// PortalState is a time at which the portal takes nothing, as somebody announced
// it. Its reason is for the public and names nobody.
type PortalState struct {
	ID          string `gorm:"primaryKey"`
	Kind        string // dossier.PortalOutage or dossier.PortalMaintenance
	Reason      string
	FromAt      time.Time
	UntilAt     *time.Time // nil while nobody knows
	ShortNotice bool       // planned, and announced later than the law wants
	AnnouncedAt time.Time
	AnnouncedBy string
	EndedBy     string // who ended it, where somebody did
}

// AnnouncePortal keeps an announcement under an operation's key.
func (s *Store) AnnouncePortal(ctx context.Context, req Request, row PortalState, render func(PortalState) Answer) (Answer, error) {
	return s.once(ctx, req, func(tx txn) (Answer, error) {
		row.ID, row.AnnouncedAt, row.AnnouncedBy = newID(), s.now(), req.Subject
		row.FromAt, row.UntilAt = micros(row.FromAt), utc(row.UntilAt)
		if err := tx.Create(&row).Error; err != nil {
			return Answer{}, err
		}
		return render(row), nil
	})
}

// EndPortalState ends what was announced, now or at once if it lies ahead. One
// that has ended stays as it was.
func (s *Store) EndPortalState(ctx context.Context, req Request, id string, render func(PortalState) Answer) (Answer, error) {
	return s.once(ctx, req, func(tx txn) (Answer, error) {
		var row PortalState
		if err := tx.Where("id = ?", id).Take(&row).Error; err != nil {
			return Answer{}, found(err)
		}
		if now := s.now(); row.UntilAt == nil || row.UntilAt.After(now) {
			end := now
			if row.FromAt.After(now) {
				end = row.FromAt
			}
			row.UntilAt, row.EndedBy = &end, req.Subject
			if err := tx.Model(&row).Select("UntilAt", "EndedBy").Updates(&row).Error; err != nil {
				return Answer{}, err
			}
		}
		return render(row), nil
	})
}

// PortalDown finds the announcement by which the portal takes nothing at a time;
// nil when there is none.
func (s *Store) PortalDown(ctx context.Context, at time.Time) (*PortalState, error) {
	var row PortalState
	var there bool
	err := s.together(ctx, func(b *batch) { down(b, &row, &there, at) })
	if err != nil || !there {
		return nil, err //nolint:nilnil // the portal is open
	}
	return &row, nil
}

// PortalStates lists what lasts at a time or lies ahead of it, soonest first.
func (s *Store) PortalStates(ctx context.Context, at time.Time) ([]PortalState, error) {
	var rows []PortalState
	err := s.with(ctx).Where("until_at IS NULL OR until_at > ?", micros(at)).Order("from_at, id").Limit(200).Find(&rows).Error
	return rows, err
}
