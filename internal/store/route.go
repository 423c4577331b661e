package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// RouteDecision is one decision on the way that a dossier takes: the check's, or
// a named person's.
type RouteDecision struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	N           int // from 1
	Route       dossier.Route
	Reasons     []string `gorm:"serializer:json"` // stable words, see dossier.RouteReasons
	ByHand      bool
	Actor       string
	Role        string
	TextID      string // the person's reason
	DecidedAt   time.Time
}

// RouteOrder is a chosen route: the payload of a command.
type RouteOrder struct {
	Route dossier.Route `json:"route"`
	// Need lists the components of which the paper must be given first.
	Need []string `json:"need,omitempty"`
}

// The steps that decide a route.
var routeSteps = []string{"route_decided", "scan_returned", string(dossier.Reroute)}

// noteRoute keeps a step's decision on the route, in the step's own transaction.
func (s *Store) noteRoute(tx *gorm.DB, d Dossier, c change) error {
	if !slices.Contains(routeSteps, c.kind) {
		return nil
	}
	var n int
	b := byHand(tx)
	b.add("SELECT COUNT(*) FROM route_decisions WHERE dossier_code = ?", []any{d.Code}, one(&n))
	if err := b.send(); err != nil {
		return err
	}
	insert(b, RouteDecision{
		ID: newID(), DossierCode: d.Code, N: n + 1, Route: dossier.Route(c.data["route"]), Reasons: append([]string{}, strings.Fields(c.data["reasons"])...),
		ByHand: c.kind == string(dossier.Reroute), Actor: c.actor, Role: c.role, TextID: c.textID, DecidedAt: s.now(),
	})
	return b.leave()
}

// RouteDecisions reads all decisions on a dossier's route, oldest first.
func (s *Store) RouteDecisions(ctx context.Context, code string) ([]RouteDecision, error) {
	var rows []RouteDecision
	err := s.with(ctx).Where("dossier_code = ?", code).Order("n").Find(&rows).Error
	return rows, err
}

// markAsked notes of a request for a supplement what nobody may ask for: papers
// beyond the checklist, and what is in the national database. The portal's
// request is heard all the same; that it was so, everybody sees.
func (s *Store) markAsked(tx *gorm.DB, d Dossier, t register.Transition, data map[string]string) error {
	if d.Status != dossier.SupplementRequired || data["to"] != dossier.SupplementRequired.Name() {
		return nil
	}
	list, err := checklistIn(tx, d)
	if err != nil {
		return err
	}
	var fromDatabase []string
	if err := tx.Model(&Component{}).Where("dossier_code = ? AND state = ? AND form = ?", d.Code, ComponentCurrent, dossier.FormFromDatabase).Pluck("component", &fromDatabase).Error; err != nil {
		return err
	}
	var outside, known []string
	for _, code := range t.After.Asked {
		switch {
		case code == "in_words":
		case slices.Contains(fromDatabase, code):
			known = append(known, code)
		case !slices.ContainsFunc(list, func(w dossier.Wanted) bool { return w.Code == code }):
			outside = append(outside, code)
		}
	}
	if len(outside) > 0 {
		data["outside_checklist"] = strings.Join(outside, " ")
	}
	if len(known) > 0 {
		data["in_database"] = strings.Join(known, " ")
	}
	return nil
}

// ChecklistOf is what a dossier's case wants of it, by the version of the
// procedure that it was filed under and the facts of its filing.
func (s *Store) ChecklistOf(ctx context.Context, d Dossier) ([]dossier.Wanted, error) {
	return checklistIn(s.with(ctx), d)
}

func checklistIn(tx *gorm.DB, d Dossier) ([]dossier.Wanted, error) {
	var entry CatalogueEntry
	err := tx.Where("kind = ? AND code = ? AND valid_from = ?", kindProcedure, d.ProcedureCode, d.ProcedureFrom).Take(&entry).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p catalogue.Procedure
	if err := json.Unmarshal([]byte(entry.Body), &p); err != nil {
		return nil, err
	}
	facts, err := caseFacts(tx, d)
	if err != nil {
		return nil, err
	}
	c, _ := p.Case(d.CaseCode)
	list := dossier.Checklist(Wanted(c), facts)
	var given []Component
	if err := tx.Where("dossier_code = ? AND state = ?", d.Code, ComponentCurrent).Find(&given).Error; err != nil {
		return nil, err
	}
	all := make([]dossier.Given, len(given))
	for i, g := range given {
		all[i] = dossier.Given{Code: g.Component, Form: g.Form, Substitute: g.Substitute}
	}
	return dossier.Offered(list, all), nil
}

// caseFacts are the facts of a filing, as conditions ask about them.
func caseFacts(tx *gorm.DB, d Dossier) (dossier.CaseFacts, error) {
	var people []Person
	if err := tx.Where("dossier_code = ?", d.Code).Find(&people).Error; err != nil {
		return dossier.CaseFacts{}, err
	}
	f := dossier.Filing{Quantity: d.Quantity, Vulnerable: d.Vulnerable, FreeHelp: d.FreeHelp,
		Mandate: dossier.Mandate{Kind: d.MandateKind}, Delivery: dossier.Delivery{Method: d.DeliveryMethod}}
	for _, p := range people {
		switch p.Part {
		case PartApplicant:
			f.Applicant = dossier.Person{Kind: p.Kind, DateOfBirth: p.DateOfBirth}
		case PartSubmitter:
			f.Submitter = &dossier.Person{}
		}
	}
	return f.Facts(dossier.LocalDay(d.FiledAt)), nil
}
