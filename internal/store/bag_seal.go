package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/trail"
)

// NewBag is what a clerk wants to seal.
type NewBag struct {
	Office    string
	Network   string
	Authority string
	Seal      string // the number on the physical seal
	Dossiers  []string
	Until     *time.Time // by when the bag should be handed on
}

// BagRefusal says why a dossier's papers cannot go into a bag.
type BagRefusal struct {
	Index int // in NewBag.Dossiers
	Rule  string
}

// Error gives the place and the rule.
func (e *BagRefusal) Error() string {
	return fmt.Sprintf("store: bag: dossier %d: %s", e.Index, e.Rule)
}

// ErrSealUsed means that the network has sealed another bag under the number. A
// seal that is used twice seals nothing: the second could take the first one's place.
var ErrSealUsed = errors.New("store: seal number used before")

// unusedSeal wants a seal number that no bag of the network has had. The network's
// count of seals makes others who seal at the same moment wait for the answer.
func unusedSeal(tx *gorm.DB, n NewBag) error {
	if _, err := next(tx, "seals:"+n.Network, ""); err != nil {
		return err
	}
	var used int
	b := byHand(tx)
	b.add("SELECT COUNT(*) FROM bags WHERE network = ? AND upper(seal) = upper(?)", []any{n.Network, n.Seal}, one(&used))
	if err := b.send(); err != nil || used == 0 {
		return err
	}
	return ErrSealUsed
}

// SealBag puts the free papers of dossiers into a new bag, all or none, in one
// transaction with the order to start the bag's workflow. The error is a
// *BagRefusal where a dossier's papers cannot go, and ErrSealUsed where the seal's
// number cannot be right.
func (s *Store) SealBag(ctx context.Context, req Request, n NewBag, render func(Bag, []BagPaper) (Answer, error)) (Answer, error) {
	return s.once(ctx, req, func(tx *gorm.DB) (Answer, error) {
		dossiers, err := s.lockFree(tx, n)
		if err != nil {
			return Answer{}, err
		}
		if err := unusedSeal(tx, n); err != nil {
			return Answer{}, err
		}
		now := s.now()
		number, err := next(tx, "bag:"+n.Office, dossier.LocalDay(now))
		if err != nil {
			return Answer{}, err
		}
		b := Bag{Office: n.Office, Network: n.Network, Authority: n.Authority, Seal: n.Seal, SealedBy: req.Subject, SealedAt: now, UpdatedAt: now,
			WaitingWho: dossier.WhoClerk, WaitingWhat: dossier.WhatHandover, WaitingUntil: utc(n.Until)}
		if b.Number, err = dossier.BagNumber(n.Office, now, number); err != nil {
			return Answer{}, err
		}
		sealed, err := custody.Seal(b.Number, custody.Holder{Kind: custody.Office, ID: n.Office}, custody.Holder{Kind: custody.Authority, ID: n.Authority})
		if err != nil {
			return Answer{}, err
		}
		b.put(sealed)
		papers, err := s.fill(tx, b, dossiers, req)
		if err != nil {
			return Answer{}, err
		}
		start := Outbox{ID: newID(), Kind: KindBag, DossierCode: b.Number, State: "pending", NextAt: now.Add(relayDelay), CreatedAt: now, Trail: trail.From(ctx)}
		if err := tx.Create(&start).Error; err != nil {
			return Answer{}, err
		}
		a, err := render(b, papers)
		a.Location = b.Number
		return a, err
	})
}

// lockFree locks the dossiers, in one order for everybody, and wants each to have
// papers that lie free at the office.
func (s *Store) lockFree(tx *gorm.DB, n NewBag) (map[string]Dossier, error) {
	out := map[string]Dossier{}
	for _, code := range slices.Sorted(slices.Values(n.Dossiers)) {
		refuse := func(rule string) error { return &BagRefusal{Index: slices.Index(n.Dossiers, code), Rule: rule} }
		d, err := lockDossier(tx, code)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && d.Office != n.Office:
			return nil, refuse("dossier_unknown")
		case err != nil:
			return nil, err
		case d.Authority != n.Authority:
			return nil, refuse("other_authority")
		case d.Stage != dossier.StageSubmission && d.Stage != dossier.StageDecision, d.Status.Decided(), d.Status == dossier.Withdrawn:
			return nil, refuse("papers_not_going_out")
		}
		rows, err := papersIn(tx, code)
		if err != nil {
			return nil, err
		}
		rows = outward(rows)
		if len(rows) == 0 {
			return nil, refuse("no_papers")
		}
		if rows[0].Place() != atOffice(d) {
			return nil, refuse("papers_not_free")
		}
		out[code] = d
	}
	return out, nil
}

// fill writes the bag's first step and what is in it.
func (s *Store) fill(tx *gorm.DB, b Bag, dossiers map[string]Dossier, req Request) ([]BagPaper, error) {
	if err := tx.Create(&b).Error; err != nil {
		return nil, err
	}
	first := BagStep{Bag: b.Number, At: b.SealedAt, Kind: "bag_sealed", Subject: req.Subject, Role: req.Role, Data: bagData(b.Custody(), custody.Count{})}
	if err := tx.Create(&first).Error; err != nil {
		return nil, err
	}
	var all []BagPaper
	for _, code := range slices.Sorted(maps.Keys(dossiers)) {
		d := dossiers[code]
		rows, err := papersIn(tx, code)
		if err != nil {
			return nil, err
		}
		rows = outward(rows)
		for _, p := range rows {
			all = append(all, BagPaper{Bag: b.Number, PaperID: p.ID, DossierCode: code})
		}
		if err := s.moveWithBag(tx, &d, b, rows, bagNews{kind: "papers_bagged", step: 0, role: req.Role, subject: req.Subject, at: b.SealedAt, by: b.Custody().From}); err != nil {
			return nil, err
		}
	}
	return all, tx.Create(&all).Error
}
