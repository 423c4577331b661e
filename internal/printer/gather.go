package printer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/store"
)

// facts are all that a form of a dossier can say.
type facts struct {
	store.Form
	names
	dossier   store.Dossier
	people    map[string]store.Person
	given     []store.GivenComponent
	entries   []store.AuditEntry // up to the step that yielded the form
	texts     map[string]string  // by id
	dates     []store.DueDate
	procedure catalogue.Procedure
	kase      catalogue.Case
	agent     catalogue.Office
	decides   catalogue.Authority
	public    string
}

// gather reads what a form can say.
func (p *Printer) gather(ctx context.Context, row store.Form) (*facts, error) {
	d, err := p.store.Dossier(ctx, store.Scope{All: true}, row.DossierCode)
	if err != nil {
		return nil, err
	}
	cat, err := p.shelf.get(ctx)
	if err != nil {
		return nil, err
	}
	f := &facts{Form: row, dossier: d, public: p.public, names: names{cat, dossier.LocalDay(d.FiledAt)}}
	f.agent, f.decides = f.office(d.Office), f.authority(d.Authority)
	if err := f.read(ctx, p.store); err != nil {
		return nil, err
	}
	if f.procedure, err = p.store.Procedure(ctx, d.ProcedureCode, row.Data.ProcedureFrom); errors.Is(err, store.ErrNotFound) {
		f.procedure, err = catalogue.Procedure{Code: d.ProcedureCode, Name: d.ProcedureCode}, nil
	}
	f.kase, _ = f.procedure.Case(d.CaseCode)
	return f, err
}

func (f *facts) read(ctx context.Context, s *store.Store) (err error) {
	code := f.DossierCode
	if f.people, err = s.People(ctx, code); err != nil {
		return err
	}
	if f.given, err = s.ComponentsAt(ctx, code, f.Seq); err != nil {
		return err
	}
	if f.dates, err = s.DueDates(ctx, code); err != nil {
		return err
	}
	all, err := s.Timeline(ctx, code)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range all {
		if e.Seq > f.Seq {
			break
		}
		f.entries = append(f.entries, e)
		if e.TextID != "" {
			ids = append(ids, e.TextID)
		}
	}
	for _, part := range f.Data.Parts {
		ids = append(ids, part.TextID)
	}
	f.texts, err = s.Texts(ctx, code, ids)
	return err
}

// form makes the data of the form that was ordered.
func (f *facts) form() (forms.Form, error) {
	switch f.Kind {
	case dossier.FormSlip:
		return f.slip(), nil
	case dossier.FormReceipt:
		return f.receipt(), nil
	case dossier.FormRequest:
		return f.request(), nil
	case dossier.FormRefusal:
		return f.refusal(), nil
	case dossier.FormDraft:
		return f.draft(), nil
	case dossier.FormExtension:
		return f.extension(), nil
	case dossier.FormStop:
		return f.stop(), nil
	case dossier.FormControl:
		return f.control(), nil
	default:
		return nil, fmt.Errorf("no form is called %q", f.Kind)
	}
}

// FormOf is which of the official forms a dossier's form is.
func FormOf(k dossier.FormKind) forms.Kind {
	return map[dossier.FormKind]forms.Kind{
		dossier.FormSlip: forms.KindSlip, dossier.FormReceipt: forms.KindReceipt, dossier.FormRequest: forms.KindSupplement,
		dossier.FormRefusal: forms.KindRefusal, dossier.FormDraft: forms.KindExtension, dossier.FormExtension: forms.KindExtension,
		dossier.FormStop: forms.KindStop, dossier.FormControl: forms.KindControl,
	}[k]
}

// LawDay is a moment of the day whose law decides over a form.
func LawDay(f store.Form) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, f.LawDay, dossier.Zone)
	if err != nil { // the register writes nothing else
		return f.CreatedAt
	}
	return at.Add(12 * time.Hour)
}

// head is that of the agent office, which issues slip and control slip.
func (f *facts) head() forms.Head {
	law := LawDay(f.Form)
	return forms.Head{
		Parent: f.network(f.dossier.Network), Unit: f.agent.Name, Place: f.place(f.agent.Area), IssuedAt: f.CreatedAt, LawDay: &law,
		Code: f.DossierCode, PortalCode: f.Data.PortalCode, Track: f.link(),
		Procedure: forms.Procedure{Code: f.dossier.ProcedureCode, Name: f.procedure.Name, Version: f.Data.ProcedureVersion},
	}
}

// authorityHead is that of the deciding body.
func (f *facts) authorityHead() forms.Head {
	h := f.head()
	h.Parent, h.Unit = "", f.decides.Name
	if len(f.decides.Areas) > 0 {
		h.Place = f.place(f.decides.Areas[0])
	}
	return h
}

// reference stands for the number of a letter: the register keeps no series of
// the authority's, so it says which letter of which dossier it is.
func (f *facts) reference() string {
	return fmt.Sprintf("%s-%d/%s", f.Kind, f.N, cmp.Or(f.Data.PortalCode, f.DossierCode))
}

func (f *facts) link() string {
	if f.public == "" {
		return ""
	}
	return strings.TrimRight(f.public, "/") + "/v1/track?t=" + url.QueryEscape(f.dossier.TrackToken)
}

// lookup is where to ask, without the token, which the QR code holds.
func (f *facts) lookup() string {
	if f.public == "" {
		return ""
	}
	return strings.TrimRight(f.public, "/") + "/v1/track/" + f.DossierCode
}

func person(p store.Person) forms.Person {
	return forms.Person{Name: p.FullName, IDNumber: masked(cmp.Or(p.CitizenID, p.TaxCode)), Address: p.Address, Phone: p.Phone, Email: p.Email}
}

func (f *facts) applicant() forms.Person { return person(f.people[store.PartApplicant]) }

// sender is who stands at the counter; owner is whose dossier it is, where that
// is somebody else.
func (f *facts) sender() (sender forms.Person, owner *forms.Person) {
	if s, there := f.people[store.PartSubmitter]; there {
		own := f.applicant()
		return person(s), &own
	}
	return f.applicant(), nil
}

// entry is the step that yielded the form.
func (f *facts) entry() store.AuditEntry {
	if len(f.entries) == 0 {
		return store.AuditEntry{}
	}
	return f.entries[len(f.entries)-1]
}

// reason is what somebody said at the step, or other words where nobody did.
func (f *facts) reason(otherwise string) string { return cmp.Or(f.texts[f.entry().TextID], otherwise) }

func dataOf(e store.AuditEntry) map[string]string {
	var data map[string]string
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		return nil
	}
	return data
}

func (f *facts) componentName(code string) string {
	for _, c := range f.kase.Components {
		if c.Code == code {
			return c.Name
		}
		for _, sub := range c.Substitutes {
			if sub.Code == code {
				return sub.Name
			}
		}
	}
	return code
}

// components are the papers and scans as they were given.
func (f *facts) components() []forms.Component {
	out := make([]forms.Component, len(f.given))
	for i, g := range f.given {
		c := forms.Component{Name: f.componentName(g.Component.Component)}
		switch g.Form {
		case dossier.FormScan:
			c.Scan = 1
		case dossier.FormPaperOriginal:
			c.Original = 1
		case dossier.FormPaperCertified:
			c.Certified = 1
		case dossier.FormFromDatabase:
			c.Note = wordOnDatabase
		case dossier.FormReused:
			c.Note = wordReused
		case dossier.FormNotAvailable:
			c.Note = wordNotGiven
		}
		out[i] = c
	}
	return out
}

func (f *facts) hasPapers() bool {
	for _, g := range f.given {
		if g.Form.Paper() {
			return true
		}
	}
	return false
}

// digests are those of the files handed over.
func (f *facts) digests() []string {
	out := []string{}
	for _, g := range f.given {
		if g.Document != nil {
			out = append(out, g.Document.SHA256)
		}
	}
	return out
}

// result says how the result is received.
func (f *facts) result() string {
	words := cmp.Or(methodWords[f.dossier.DeliveryMethod], string(f.dossier.DeliveryMethod))
	if f.dossier.DeliveryMethod == dossier.AtCounter {
		words += ": " + f.agent.Name
		if f.agent.Address != "" {
			words += ", " + f.agent.Address
		}
	}
	return words
}
