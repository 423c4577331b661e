package store

import (
	"context"

	"hoso/internal/dossier"
)

// Reusable asks for the scan of an earlier dossier: by the dossier's code and the
// component, or by the document's id. Only a dossier of the same person, filed
// within the same network, is found.
type Reusable struct {
	Network   string
	Owner     dossier.Person
	Code      string
	Component string
	Document  string
}

// Reuse finds the document that a component may be reused from; ErrNotFound
// whatever stands against it, so that nobody learns of another's dossiers.
func (s *Store) Reuse(ctx context.Context, r Reusable) (Document, error) {
	column, number := "citizen_id", r.Owner.CitizenID
	if r.Owner.Kind != dossier.Citizen {
		column, number = "tax_code", r.Owner.TaxCode
	}
	if number == "" {
		return Document{}, ErrNotFound
	}
	q := s.with(ctx).Table("documents").Select("documents.*").
		Joins("JOIN components ON components.document_id = documents.id AND components.dossier_code = documents.dossier_code").
		Joins("JOIN dossiers ON dossiers.code = components.dossier_code").
		Joins("JOIN people ON people.dossier_code = dossiers.code AND people.part = ?", PartApplicant).
		Where("dossiers.network = ? AND people."+column+" = ? AND components.state = ? AND components.form = ?", r.Network, number, ComponentCurrent, dossier.FormScan)
	if r.Document != "" {
		q = q.Where("documents.id = ?", r.Document)
	} else {
		q = q.Where("dossiers.code = ? AND components.component = ?", r.Code, r.Component)
	}
	var row Document
	err := q.Order("components.created_at DESC").Take(&row).Error
	return row, found(err)
}

// ReusedWithin says whether a scan is, or was, reused by a dossier within a scope.
// Its office and its authority then see it like any other scan of theirs.
func (s *Store) ReusedWithin(ctx context.Context, sc Scope, document string) (bool, error) {
	var one []int
	err := scoped(s.with(ctx).Table("dossiers"), sc).
		Joins("JOIN components ON components.dossier_code = dossiers.code").
		Where("components.form = 'reused' AND components.document_id = ?", document). // the index is of this form only
		Where("components.state IN ?", []string{ComponentCurrent, ComponentSuperseded}).
		Limit(1).Select("1").Scan(&one).Error
	return len(one) > 0, err
}
