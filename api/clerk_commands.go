package api

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// SupplementRequest gives what was asked for.
type SupplementRequest struct {
	Components []GivenComponent `json:"components" maxItems:"60"`
	Note       string           `json:"note,omitempty" maxLength:"1000"`
}

// ContactRequest corrects what is given; the rest stays.
type ContactRequest struct {
	Phone     string            `json:"phone,omitempty" maxLength:"40"`
	Recipient *RecipientRequest `json:"recipient,omitempty"`
}

// ReasonRequest gives the reason of a command.
type ReasonRequest struct {
	Reason string `json:"reason" maxLength:"1000"`
}

// PaymentRequest is a paid fee.
type PaymentRequest struct {
	Amount    int64  `json:"amount" minimum:"1" maximum:"1000000000000" doc:"Whole đồng."`
	Method    string `json:"method" enum:"cash,transfer,online"`
	Reference string `json:"reference,omitempty" maxLength:"100" doc:"Number of the receipt or the transfer."`
	PaidAt    *Time  `json:"paid_at,omitempty" doc:"Now if absent."`
}

// PickupRequest is a result handed over at the counter.
type PickupRequest struct {
	IdentityCheck IdentityCheck `json:"identity_check"`
	ReceivedBy    string        `json:"received_by,omitempty" maxLength:"200" doc:"The name, if it is not the applicant."`
}

// IdentityCheck says how the clerk made sure whom the result goes to.
type IdentityCheck struct {
	Method string `json:"method" minLength:"1" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$" example:"identity_card"`
	IDTail string `json:"id_tail,omitempty" pattern:"^[0-9]{4}$" doc:"Last four digits of the identity number."`
}

type (
	supplementInput struct {
		DossierRef
		Body SupplementRequest
	}
	contactInput struct {
		DossierRef
		Body ContactRequest
	}
	reasonInput struct {
		DossierRef
		Body ReasonRequest
	}
	paymentInput struct {
		DossierRef
		Body PaymentRequest
	}
	pickupInput struct {
		DossierRef
		Body PickupRequest
	}
)

func (s *Server) supplement(ctx context.Context, in *supplementInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Supplement, in.Code, func(d store.Dossier, p *prepared) error {
		proc, err := s.deps.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom)
		if err != nil {
			return err
		}
		given := givenOf(in.Body.Components)
		wanted, err := s.wantedNow(ctx, d, given)
		if err != nil {
			return err
		}
		if err := s.reused(ctx, d, in.Body.Components, given, p); err != nil {
			return err
		}
		p.found(nameForms(dossier.CheckComponents("/components", wanted, given, true), given))
		p.found(uncarried(proc, wanted, given))
		if len(p.errs) == 0 {
			p.answered(d, given)
		}
		if err := s.readable(ctx, d.Code, given, p); err != nil {
			return err
		}
		p.ask.Text = strings.TrimSpace(in.Body.Note)
		for _, g := range given {
			p.ask.Components = append(p.ask.Components, store.Component{Component: g.Code, Form: g.Form, DocumentID: g.Document, Reason: g.Reason, Substitute: g.Substitute})
		}
		return nil
	})
}

// wantedNow is what a supplement may give: what the checklist wants, and beyond it
// what the authority asks for, or else what stands in the place of something. At
// the counter's own rescan what is required stays required.
func (s *Server) wantedNow(ctx context.Context, d store.Dossier, given []dossier.Given) ([]dossier.Wanted, error) {
	src, err := s.sourceOf(ctx, d)
	if err != nil {
		return nil, err
	}
	if d.Status == dossier.SupplementRequired {
		return withAsked(src.wanted, d.Asked, given), nil
	}
	return dossier.Offered(src.wanted, src.given), nil
}

// reused finds the scans of the citizen's earlier dossiers that a supplement names.
func (s *Server) reused(ctx context.Context, d store.Dossier, in []GivenComponent, given []dossier.Given, p *prepared) error {
	if !slices.ContainsFunc(in, func(g GivenComponent) bool { return g.Form == dossier.FormReused || g.From != nil }) {
		return nil
	}
	people, err := s.deps.Store.People(ctx, d.Code)
	if err != nil {
		return err
	}
	a := people[store.PartApplicant]
	errs, err := s.reuse(ctx, d.Network, dossier.Person{Kind: a.Kind, CitizenID: a.CitizenID, TaxCode: a.TaxCode}, in, given)
	p.errs = append(p.errs, errs...)
	return err
}

// answered wants all that the authority asked for, or the word that it cannot be
// given.
func (p *prepared) answered(d store.Dossier, given []dossier.Given) {
	if d.Status != dossier.SupplementRequired || slices.Contains(d.Asked, askedInWords) {
		return
	}
	for _, code := range dossier.MissingOf(d.Asked, given) {
		p.wrong("/components", "asked_missing", "component", code)
	}
}

// askedInWords stands among the components asked for when the authority named
// none: its words say it.
const askedInWords = "in_words"

var componentCode = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)

// withAsked adds to the checklist what the authority asks for beyond it. Where it
// asks in words, anything well named may be the answer.
func withAsked(wanted []dossier.Wanted, asked []string, given []dossier.Given) []dossier.Wanted {
	if slices.Contains(asked, askedInWords) {
		for _, g := range given {
			asked = append(slices.Clip(asked), g.Code)
		}
	}
	for _, code := range asked {
		i := slices.IndexFunc(wanted, func(w dossier.Wanted) bool { return w.Code == code })
		if i >= 0 { // nobody can give what there is not
			wanted = slices.Clone(wanted)
			wanted[i].Forms = append(slices.Clip(wanted[i].Forms), dossier.FormNotAvailable)
			continue
		}
		if componentCode.MatchString(code) {
			wanted = append(wanted, dossier.Wanted{Code: code, Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal, dossier.FormPaperCertified, dossier.FormNotAvailable}})
		}
	}
	return wanted
}

// uncarried finds scans that nothing would carry, where the procedure is not
// offered online.
func uncarried(p catalogue.Procedure, wanted []dossier.Wanted, given []dossier.Given) []dossier.FieldError {
	return slices.DeleteFunc(dossier.CheckRoute(true, p.Channels, wanted, given), func(e dossier.FieldError) bool {
		return !strings.HasSuffix(e.Pointer, "/form")
	})
}

// readable refuses scans that may not be used or that nobody can read.
func (s *Server) readable(ctx context.Context, code string, given []dossier.Given, p *prepared) error {
	errs, docs, err := s.usable(ctx, code, refsOf(given))
	p.errs = append(p.errs, errs...)
	if err != nil || len(errs) > 0 {
		return err
	}
	for i, g := range given {
		d, ok := docs[g.Document]
		if !ok || d.Verdict != string(dossier.Unreadable) {
			continue
		}
		p.wrong("/components/"+strconv.Itoa(i)+"/document_id", "scan_unreadable", "finding", worstFinding(requestIn(ctx).lang, d))
	}
	return nil
}

// worstFinding is the sentence of the finding that makes a scan unreadable.
func worstFinding(l lang, d store.Document) string {
	for _, f := range findingsOf(d) {
		if f.Severity == "error" {
			return f.Message(l.tag())
		}
	}
	return ""
}

func (s *Server) contact(ctx context.Context, in *contactInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Contact, in.Code, func(_ store.Dossier, p *prepared) error {
		order := store.ContactOrder{Phone: strings.TrimSpace(in.Body.Phone)}
		if order.Phone != "" {
			// Somebody of whom nothing but the phone is to be judged.
			nobody := dossier.Person{Kind: dossier.Organisation, FullName: "-", Phone: order.Phone}
			p.found(dossier.Persons.Check("", nobody, s.deps.Now()))
		}
		if r := in.Body.Recipient; r != nil {
			person := r.person()
			order.Recipient = &person
			p.found(dossier.Persons.CheckRecipient("/recipient", person))
		}
		if order.Phone == "" && order.Recipient == nil {
			p.wrong("", "contact_empty")
		}
		p.ask.Payload = order
		return nil
	})
}

func (s *Server) withdraw(ctx context.Context, in *reasonInput) (*commandOutput, error) {
	return s.withReason(ctx, dossier.Withdraw, in)
}

// RetryRequest lets something go on after somebody has looked.
type RetryRequest struct {
	Reason  string `json:"reason" maxLength:"1000"`
	Missing string `json:"missing,omitempty" enum:"found,lost" doc:"After a count that did not find papers: found and with the others again (if absent), or lost."`
}

type retryInput struct {
	DossierRef
	Body RetryRequest
}

func (s *Server) retry(ctx context.Context, in *retryInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Retry, in.Code, func(_ store.Dossier, p *prepared) error {
		p.demand(strings.TrimSpace(in.Body.Reason) != "", "/reason", "reason_required")
		p.ask.Text, p.ask.Payload = strings.TrimSpace(in.Body.Reason), store.RetryOrder{Lost: in.Body.Missing == "lost"}
		return nil
	})
}

func (s *Server) withReason(ctx context.Context, kind dossier.Command, in *reasonInput) (*commandOutput, error) {
	return s.command(ctx, kind, in.Code, func(_ store.Dossier, p *prepared) error {
		p.ask.Text = strings.TrimSpace(in.Body.Reason)
		if p.ask.Text == "" {
			p.wrong("/reason", "reason_required")
		}
		return nil
	})
}

func (s *Server) payment(ctx context.Context, in *paymentInput) (*commandOutput, error) {
	return s.command(ctx, dossier.RecordFee, in.Code, func(_ store.Dossier, p *prepared) error {
		order := store.PaymentOrder{Amount: in.Body.Amount, Method: in.Body.Method, Reference: in.Body.Reference, PaidAt: s.deps.Now().UTC()}
		if at := in.Body.PaidAt; at != nil {
			order.PaidAt = at.UTC()
			if s.inFuture(order.PaidAt) {
				p.wrong("/paid_at", "time_future")
			}
			if order.PaidAt.Year() < 2000 {
				p.wrong("/paid_at", "time_unlikely")
			}
		}
		p.ask.Payload = order
		return nil
	})
}

// clockRoom is how far another's clock may be ahead of ours.
const clockRoom = 5 * time.Minute

func (s *Server) inFuture(t time.Time) bool { return t.After(s.deps.Now().Add(clockRoom)) }

func (s *Server) pickup(ctx context.Context, in *pickupInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Pickup, in.Code, func(_ store.Dossier, p *prepared) error {
		p.ask.Payload = in.Body // stays in the register
		return nil
	})
}
