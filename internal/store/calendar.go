package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// kindCalendar is the kind of the catalogue's entries that are calendar files.
const kindCalendar = "calendar"

// CalendarFile is a calendar file as it was loaded, with what it says of itself.
type CalendarFile struct {
	ID, Version string
	From, To    string // validity; To is the first day that no longer counts, "" is open
	Body        string
}

// SaveCalendars brings checked calendar files into the register, all or none. A
// file with an id and a first day that are there takes the other's place: the
// due dates that were worked out by it keep their derivation. It answers how
// many are new or changed.
func (s *Store) SaveCalendars(ctx context.Context, files []CalendarFile) (changed int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		known, err := calendarsIn(tx)
		if err != nil {
			return err
		}
		bodies := map[[2]string]string{}
		now := s.now()
		for _, k := range known {
			bodies[[2]string{k.Code, k.ValidFrom}] = k.Body
			if !k.LoadedAt.Before(now) { // the stamp must change all the same
				now = k.LoadedAt.Add(time.Microsecond)
			}
		}
		for _, f := range files {
			if bodies[[2]string{f.ID, f.From}] == f.Body {
				continue
			}
			e := CatalogueEntry{Kind: kindCalendar, Code: f.ID, ValidFrom: f.From, ValidTo: f.To, Version: f.Version, Body: f.Body, LoadedAt: now}
			key := []clause.Column{{Name: "kind"}, {Name: "code"}, {Name: "valid_from"}}
			if err := tx.Clauses(clause.OnConflict{Columns: key, UpdateAll: true}).Create(&e).Error; err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}

// Calendars reads the calendar files back; none where only the built-in ones are
// in force.
func (s *Store) Calendars(ctx context.Context) ([]CalendarFile, error) {
	rows, err := calendarsIn(s.with(ctx))
	if err != nil {
		return nil, err
	}
	files := make([]CalendarFile, len(rows))
	for i, r := range rows {
		files[i] = CalendarFile{ID: r.Code, Version: r.Version, From: r.ValidFrom, To: r.ValidTo, Body: r.Body}
	}
	return files, nil
}

func calendarsIn(tx *gorm.DB) ([]CatalogueEntry, error) {
	var rows []CatalogueEntry
	err := tx.Where("kind = ?", kindCalendar).Order("code, valid_from").Find(&rows).Error
	return rows, err
}
