package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/trail"
)

// FiledWith stands for an operation in components that came with the filing.
const FiledWith = "filing"

// NewDossier is a filing that has passed every check.
type NewDossier struct {
	dossier.Filing
	Office           string
	Network          string
	Area             string
	Clerk            string
	ProcedureVersion string
	ProcedureFrom    string
	RulesVersion     string
	// PaperComponents are those that travel as paper: given so, or demanded.
	PaperComponents []string
	// Clock is the legal clock with its rules, before anything has happened to it.
	Clock register.Clock
	// FeeDue is what the catalogue says the citizen owes, 0 where it is not known.
	FeeDue int64
	// Usable judges the documents named, which nobody else can take meanwhile; its
	// error ends the filing. Those that are absent or another dossier's are
	// refused in any case. nil judges nothing.
	Usable func(map[string]Document) error
}

// File acknowledges a dossier: running number, row, people, components, papers,
// first audit entry, the order to start its workflow and the answer itself are
// one transaction. After it the dossier cannot be lost.
//
// It takes two round trips. The first locks the documents and draws the number,
// last, since the office's other filings wait for it; the second writes
// everything and commits. Of two with the same key at once the second cannot
// write its answer before the first has ended: then nothing of it stays, the
// number neither, and it gets the first one's answer.
func (s *Store) File(ctx context.Context, req Request, f NewDossier, render func(Dossier) Answer) (Answer, error) {
	var a Answer
	err := s.batched(ctx, func(b *batch) error {
		now := s.now()
		n, err := s.reserve(b, f, dossier.LocalDay(now))
		if err != nil {
			return err
		}
		d, e, err := s.opened(n, now, req, f)
		if err != nil {
			return err
		}
		papers, ledger := s.papersOf(&d, f)
		a = render(d)
		a.Location = d.Code
		insert(b, answered(b.ctx, req, a, now))
		s.writeFiling(b, d, e, f)
		insert(b, papers...)
		insert(b, ledger...)
		return nil
	})
	if err != nil {
		return s.answerBefore(ctx, req, err)
	}
	return a, nil
}

// reserve takes the filing's documents, as far as they are free, and the
// office's next number of the day.
func (s *Store) reserve(b *batch, f NewDossier, day string) (n int, err error) {
	ids := f.documents()
	var docs map[string]Document
	if len(ids) > 0 {
		b.lockDocuments(ids, &docs)
	}
	b.next("office:"+f.Office, day, &n)
	if err := b.send(); err != nil {
		return 0, err
	}
	if f.Usable != nil {
		if err := f.Usable(docs); err != nil {
			return 0, err
		}
	}
	for _, id := range ids {
		if d, there := docs[id]; !there || d.DossierCode != "" {
			return 0, ErrDocumentUsed
		}
	}
	return n, nil
}

// documents are those that a filing names, each once.
func (f NewDossier) documents() []string {
	ids := []string{f.Mandate.EvidenceDoc}
	for _, g := range f.Components {
		if g.Form != dossier.FormReused { // it stays the earlier dossier's
			ids = append(ids, g.Document)
		}
	}
	return named(ids)
}

// opened makes the dossier that gets a number, with its first entry.
func (s *Store) opened(n int, now time.Time, req Request, f NewDossier) (d Dossier, e AuditEntry, err error) {
	code, err := dossier.Code(f.Office, now, n)
	if err != nil {
		return d, e, fmt.Errorf("store: numbering: %w", err)
	}
	d = s.newRow(code, now, f)
	e, err = s.entry(&d, change{kind: "filed", actor: req.Subject, role: req.Role, at: now, data: map[string]string{
		"office": d.Office, "procedure": d.ProcedureCode, "version": d.ProcedureVersion, "authority": d.Authority,
		"rules": d.RulesVersion, "mandate": d.MandateKind, "stage": string(d.Stage), "status": d.Status.Name()}})
	return d, e, err
}

// writeFiling puts the rows of a new dossier into a batch, but for its papers.
func (s *Store) writeFiling(b *batch, d Dossier, e AuditEntry, f NewDossier) {
	b.give(d.Code, f.documents())
	insert(b, d)
	insert(b, e)
	insert(b, peopleOf(d, f)...)
	insert(b, s.componentsOf(d, f)...)
	if n, told := s.word(Dossier{}, d, "filed", nil); told {
		insert(b, n)
	}
	insert(b, s.formsOf(Dossier{}, d, "filed")...)
	insert(b, Outbox{ID: newID(), Kind: KindStart, DossierCode: d.Code, State: "pending", NextAt: d.FiledAt.Add(relayDelay), CreatedAt: d.FiledAt, Trail: trail.From(b.ctx)})
}

// newRow is a dossier as it is filed; now is the moment that its code names.
func (s *Store) newRow(code string, now time.Time, f NewDossier) Dossier {
	token := make([]byte, 16)
	rand.Read(token) //nolint:errcheck // crypto/rand never fails
	return Dossier{
		Code: code, Office: f.Office, Network: f.Network, Area: f.Area, Authority: f.Authority, ProcedureCode: f.Procedure,
		ProcedureVersion: f.ProcedureVersion, ProcedureFrom: f.ProcedureFrom, CaseCode: f.Case, Quantity: f.Quantity, Clerk: f.Clerk,
		FreeHelp: f.FreeHelp, Vulnerable: f.Vulnerable, MandateKind: f.Mandate.Kind, MandateMethod: f.Mandate.EvidenceMethod,
		MandateDocument: f.Mandate.EvidenceDoc, DeliveryMethod: f.Delivery.Method, DeliveryCarrier: f.Delivery.Carrier,
		DeliveryState: dossier.DeliveryNone, FiledAt: now, Stage: dossier.StageIntake, Status: dossier.Registered,
		WaitingWho: dossier.WhoNobody, WaitingWhat: dossier.WhatWork, Asked: []string{}, AskedParts: []register.Part{}, FeeDue: f.FeeDue, Clock: f.Clock, RulesVersion: f.RulesVersion,
		TrackToken: base64.RawURLEncoding.EncodeToString(token), SearchName: dossier.FoldName(f.Applicant.FullName),
		PhoneTail: tail(dossier.NormalPhone(f.Applicant.Phone), 4), IDTail: tail(f.Applicant.CitizenID, 4),
	}
}

func peopleOf(d Dossier, f NewDossier) []Person {
	people := []Person{personRow(d.Code, PartApplicant, f.Applicant)}
	if f.Submitter != nil {
		people = append(people, personRow(d.Code, PartSubmitter, *f.Submitter))
	}
	if f.Delivery.Recipient.FullName != "" {
		people = append(people, personRow(d.Code, PartRecipient, f.Delivery.Recipient))
	}
	return people
}

func (s *Store) componentsOf(d Dossier, f NewDossier) []Component {
	rows := make([]Component, len(f.Components))
	for i, g := range f.Components {
		rows[i] = Component{ID: newID(), DossierCode: d.Code, Component: g.Code, Form: g.Form, DocumentID: g.Document, Reason: g.Reason, Substitute: g.Substitute,
			OperationID: FiledWith, State: ComponentCurrent, Version: 1, Round: WithSubmission, CreatedAt: s.now()}
	}
	return rows
}

// papersOf are the papers that the citizen hands in with the filing, and the
// ledger's entries of them.
func (s *Store) papersOf(d *Dossier, f NewDossier) (rows []Paper, ledger []CustodyEntry) {
	at := atOffice(*d)
	for _, c := range f.PaperComponents {
		p := Paper{ID: newID(), DossierCode: d.Code, Component: c, Form: paperForm(f.Components, c), UpdatedAt: s.now()}
		p.put(at)
		rows = append(rows, p)
		ledger = append(ledger, s.enter(d, p.ID, custody.Way(custody.Place{}, at), f.Clerk)...)
	}
	return rows, ledger
}

// paperForm is the form in which a component's sheet was given; the sheet behind
// a scan is the original.
func paperForm(given []dossier.Given, component string) dossier.Form {
	for _, g := range given {
		if g.Code == component && g.Form.Paper() {
			return g.Form
		}
	}
	return dossier.FormPaperOriginal
}

// Tracked is what the public may know of a dossier.
func (s *Store) Tracked(ctx context.Context, token string) (Dossier, error) {
	var d Dossier
	err := s.with(ctx).Where("track_token = ?", token).Take(&d).Error
	return d, found(err)
}
