package store

import (
	"context"

	"hoso/internal/dossier"
)

// Person is a party to a dossier, in its part: applicant, submitter or recipient.
type Person struct {
	DossierCode string `gorm:"primaryKey"`
	Part        string `gorm:"primaryKey"`
	Kind        string
	FullName    string
	CitizenID   string
	TaxCode     string
	DateOfBirth string
	Phone       string
	Email       string
	Address     string
	Area        string
}

// TableName is people.
func (Person) TableName() string { return "people" }

// The parts a person can have in a dossier.
const (
	PartApplicant = "applicant"
	PartSubmitter = "submitter"
	PartRecipient = "recipient"
)

func personRow(code, part string, p dossier.Person) Person {
	return Person{
		DossierCode: code, Part: part, Kind: p.Kind, FullName: p.FullName, CitizenID: p.CitizenID, TaxCode: p.TaxCode,
		DateOfBirth: p.DateOfBirth, Phone: dossier.NormalPhone(p.Phone), Email: p.Email, Address: p.Address, Area: p.Area,
	}
}

// People reads a dossier's parties by part. Only activities and scoped readers
// that have already found the dossier call it.
func (s *Store) People(ctx context.Context, code string) (map[string]Person, error) {
	var rows []Person
	if err := s.with(ctx).Where("dossier_code = ?", code).Find(&rows).Error; err != nil {
		return nil, err
	}
	return byPart(rows), nil
}

func byPart(rows []Person) map[string]Person {
	out := map[string]Person{}
	for _, p := range rows {
		out[p.Part] = p
	}
	return out
}

func tail(s string, n int) string {
	if len(s) < n {
		return ""
	}
	return s[len(s)-n:]
}
