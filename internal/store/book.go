package store

import (
	"context"
	"time"

	"hoso/internal/dossier"
)

// BookLine is a dossier as an office's register shows it.
type BookLine struct {
	Dossier
	Applicant     Person
	TransferredAt *time.Time // when it went to the authority
	ResultAt      *time.Time // when there was a result
}

// bookBatch is how many dossiers' parts are read at a time.
const bookBatch = 500

// OfficeBook lists the dossiers that were filed at an office from one moment up
// to before another, in their order; limit+1 of them when there are more.
func (s *Store) OfficeBook(ctx context.Context, office string, from, until time.Time, limit int) ([]BookLine, error) {
	var rows []Dossier
	err := s.with(ctx).Where("office = ? AND filed_at >= ? AND filed_at < ?", office, micros(from), micros(until)).Order("filed_at, code").Limit(limit + 1).Find(&rows).Error
	if err != nil || len(rows) > limit {
		return make([]BookLine, len(rows)), err
	}
	return s.bookLines(ctx, rows)
}

// BookLines reads dossiers of an office by their codes, in the order of the
// codes given; those that are not there are left out.
func (s *Store) BookLines(ctx context.Context, office string, codes []string) ([]BookLine, error) {
	var rows []Dossier
	if err := s.with(ctx).Where("office = ? AND code IN ?", office, codes).Find(&rows).Error; err != nil {
		return nil, err
	}
	byCode := map[string]Dossier{}
	for _, d := range rows {
		byCode[d.Code] = d
	}
	var sorted []Dossier
	for _, code := range codes {
		if d, there := byCode[code]; there {
			sorted = append(sorted, d)
		}
	}
	return s.bookLines(ctx, sorted)
}

func (s *Store) bookLines(ctx context.Context, rows []Dossier) ([]BookLine, error) {
	lines := make([]BookLine, len(rows))
	place := map[string]int{}
	for i, d := range rows {
		lines[i].Dossier, place[d.Code] = d, i
	}
	for at := 0; at < len(rows); at += bookBatch {
		part := rows[at:min(at+bookBatch, len(rows))]
		codes := make([]string, len(part))
		for i, d := range part {
			codes[i] = d.Code
		}
		if err := s.bookParts(ctx, codes, func(code string) *BookLine { return &lines[place[code]] }); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (s *Store) bookParts(ctx context.Context, codes []string, line func(code string) *BookLine) error {
	var people []Person
	if err := s.with(ctx).Where("dossier_code IN ? AND part = ?", codes, PartApplicant).Find(&people).Error; err != nil {
		return err
	}
	for _, p := range people {
		line(p.DossierCode).Applicant = p
	}
	var entries []AuditEntry
	err := s.with(ctx).Where("dossier_code IN ? AND (kind IN ? OR data LIKE ?)", codes, []string{"submitted", "with_authority"},
		`%"status":"`+dossier.Resolved.Name()+`"%`).Order("dossier_code, seq DESC").Find(&entries).Error
	for _, e := range entries { // newest first, so that the first of each sort stays
		l, at := line(e.DossierCode), e.At
		if e.Kind == "submitted" || e.Kind == "with_authority" {
			l.TransferredAt = &at
		} else {
			l.ResultAt = &at
		}
	}
	return err
}
