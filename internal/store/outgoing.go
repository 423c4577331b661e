package store

import (
	"context"
	"time"

	"hoso/internal/dossier"
)

// Outgoing is what of a dossier concerns those outside, read in one trip.
type Outgoing struct {
	Dossier    Dossier
	People     map[string]Person // by part
	Components []GivenComponent  // what it consists of now
	Papers     []Paper
}

// ToCheck is what the digitization check judges by.
type ToCheck struct {
	Outgoing
	Chosen     dossier.Route // by a person, last; "" for none
	PortalDown bool
}

// ToCheck reads what the check judges by. Of Outgoing that is the dossier and its
// components.
func (s *Store) ToCheck(ctx context.Context, code string) (ToCheck, error) {
	var c checking
	err := s.together(ctx, func(b *batch) {
		c.read(b, code, s.now())
		c.row(b, code)
	})
	return c.made(), foundIf(c.there, err)
}

// checking are the rows that a ToCheck is made of, but for the dossier's own.
type checking struct {
	outgoing
	chosen RouteDecision
	down   bool
}

func (c *checking) read(b *batch, code string, now time.Time) {
	c.components(b, code)
	take(b, &c.chosen, new(bool), "WHERE dossier_code = ? AND by_hand ORDER BY n DESC LIMIT 1", code)
	down(b, new(PortalState), &c.down, now)
}

func (c *checking) made() ToCheck {
	return ToCheck{Outgoing: c.outgoing.made(), Chosen: c.chosen.Route, PortalDown: c.down}
}

// outgoing are the rows that an Outgoing is made of.
type outgoing struct {
	Dossier   Dossier
	there     bool
	persons   []Person
	given     []Component
	documents []Document
	Papers    []Paper
}

func (r *outgoing) row(b *batch, code string) {
	take(b, &r.Dossier, &r.there, "WHERE code = ?", code)
}

func (r *outgoing) people(b *batch, code string) { find(b, &r.persons, "WHERE dossier_code = ?", code) }

func (r *outgoing) components(b *batch, code string) {
	find(b, &r.given, "WHERE dossier_code = ? AND state = ? ORDER BY created_at, id", code, ComponentCurrent)
	find(b, &r.documents, "WHERE id IN (SELECT document_id FROM components WHERE dossier_code = ? AND state = ? AND document_id <> '')", code, ComponentCurrent)
}

func (r *outgoing) made() Outgoing {
	docs := map[string]Document{}
	for _, d := range r.documents {
		docs[d.ID] = d
	}
	return Outgoing{Dossier: r.Dossier, People: byPart(r.persons), Components: given(r.given, docs), Papers: r.Papers}
}

// down adds the reading of the announcement by which the portal takes nothing at
// a time.
func down(b *batch, into *PortalState, there *bool, at time.Time) {
	take(b, into, there, "WHERE from_at <= ? AND (until_at IS NULL OR until_at > ?) ORDER BY from_at LIMIT 1", micros(at), micros(at))
}
