package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
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
}

// File acknowledges a dossier: running number, row, people, components, papers,
// first audit entry, the order to start its workflow and the answer itself are
// one transaction. After it the dossier cannot be lost.
func (s *Store) File(ctx context.Context, req Request, f NewDossier, render func(Dossier) Answer) (Answer, error) {
	return s.once(ctx, req, func(tx txn) (Answer, error) {
		now := s.now()
		n, err := next(tx, "office:"+f.Office, dossier.LocalDay(now))
		if err != nil {
			return Answer{}, err
		}
		code, err := dossier.Code(f.Office, now, n)
		if err != nil {
			return Answer{}, fmt.Errorf("store: numbering: %w", err)
		}
		d := s.newRow(code, now, f)
		err = s.append(tx, &d, change{kind: "filed", actor: req.Subject, role: req.Role, at: now, data: map[string]string{
			"office": d.Office, "procedure": d.ProcedureCode, "version": d.ProcedureVersion, "authority": d.Authority,
			"rules": d.RulesVersion, "mandate": d.MandateKind, "stage": string(d.Stage), "status": d.Status.Name()}})
		if err != nil {
			return Answer{}, err
		}
		if err := tx.Create(&d).Error; err != nil {
			return Answer{}, err
		}
		if err := s.fileParts(tx, d, f); err != nil {
			return Answer{}, err
		}
		if err := s.tell(tx, Dossier{}, d, "filed", nil); err != nil {
			return Answer{}, err
		}
		out := Outbox{ID: newID(), Kind: KindStart, DossierCode: code, State: "pending", NextAt: now.Add(relayDelay), CreatedAt: now}
		if err := tx.Create(&out).Error; err != nil {
			return Answer{}, err
		}
		a := render(d)
		a.Location = code
		return a, nil
	})
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
		WaitingWho: dossier.WhoNobody, WaitingWhat: dossier.WhatWork, Asked: []string{}, FeeDue: f.FeeDue, Clock: f.Clock, RulesVersion: f.RulesVersion,
		TrackToken: base64.RawURLEncoding.EncodeToString(token), SearchName: dossier.FoldName(f.Applicant.FullName),
		PhoneTail: tail(dossier.NormalPhone(f.Applicant.Phone), 4), IDTail: tail(f.Applicant.CitizenID, 4),
	}
}

// fileParts writes what belongs to a new dossier: its people, components and papers.
func (s *Store) fileParts(tx *gorm.DB, d Dossier, f NewDossier) error {
	people := []Person{personRow(d.Code, PartApplicant, f.Applicant)}
	if f.Submitter != nil {
		people = append(people, personRow(d.Code, PartSubmitter, *f.Submitter))
	}
	if f.Delivery.Recipient.FullName != "" {
		people = append(people, personRow(d.Code, PartRecipient, f.Delivery.Recipient))
	}
	if err := tx.Create(&people).Error; err != nil {
		return err
	}
	rows := make([]Component, len(f.Components))
	for i, g := range f.Components {
		rows[i] = Component{ID: newID(), DossierCode: d.Code, Component: g.Code, Form: g.Form, DocumentID: g.Document, Reason: g.Reason,
			OperationID: FiledWith, State: ComponentCurrent, CreatedAt: s.now()}
		if err := claimDocuments(tx, d.Code, g.Document); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		if err := tx.Create(&rows).Error; err != nil {
			return err
		}
	}
	if err := claimDocuments(tx, d.Code, f.Mandate.EvidenceDoc); err != nil {
		return err
	}
	for _, c := range f.PaperComponents {
		if err := s.addPaper(tx, d, Component{Component: c, Form: paperForm(f.Components, c)}); err != nil {
			return err
		}
	}
	return nil
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
