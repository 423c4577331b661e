package printer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/store"
)

// MostLines is the longest register that is written at once.
const MostLines = 20_000

// Register gives form 07 of an office: the dossiers filed from one local day to
// another, both included. more says that there are more than MostLines, and
// nothing is given.
func (p *Printer) Register(ctx context.Context, office string, from, to time.Time) (r *forms.Register, more bool, err error) {
	rows, err := p.store.OfficeBook(ctx, office, from, to.AddDate(0, 0, 1), MostLines)
	if err != nil || len(rows) > MostLines {
		return nil, err == nil, err
	}
	n, err := p.namesOn(ctx, p.store.Now())
	if err != nil {
		return nil, false, err
	}
	o := n.office(office)
	r = &forms.Register{Head: p.officeHead(n, office), Office: o.Name, From: from, To: to, Lines: make([]forms.RegisterLine, len(rows))}
	for i, l := range rows {
		r.Lines[i] = n.line(l)
	}
	return r, false, nil
}

func (p *Printer) namesOn(ctx context.Context, at time.Time) (names, error) {
	cat, err := p.shelf.get(ctx)
	return names{cat, dossier.LocalDay(at)}, err
}

func (p *Printer) officeHead(n names, office string) forms.Head {
	o := n.office(office)
	return forms.Head{Parent: n.network(o.Network), Unit: o.Name, Place: n.place(o.Area), IssuedAt: p.store.Now()}
}

func (n names) line(l store.BookLine) forms.RegisterLine {
	out := forms.RegisterLine{
		Code: code(l.Dossier), Procedure: n.procedure(l.Dossier), Quantity: max(l.Quantity, 1), Person: l.Applicant.FullName,
		Contact: joined(l.Applicant.Address, l.Applicant.Phone), Authority: n.authority(l.Dossier.Authority).Name, ReceivedAt: &l.FiledAt, DueAt: l.DueAt,
		TransferredAt: l.TransferredAt, ResultAt: l.ResultAt, Note: note(l.Dossier),
	}
	if l.Status == dossier.Returned {
		out.ReturnedAt, out.Way = l.ClosedAt, methodWords[l.DeliveryMethod]
	}
	return out
}

// code is the official number and ours, or ours alone.
func code(d store.Dossier) string {
	if d.PortalCode != nil {
		return *d.PortalCode + "\n" + d.Code
	}
	return d.Code
}

func (n names) procedure(d store.Dossier) string {
	if p, ok := n.cat.Procedure(d.ProcedureCode, d.ProcedureFrom); ok {
		return p.Name
	}
	return d.ProcedureCode
}

func joined(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, ", ")
}

// note says how a dossier ended otherwise than with a result.
func note(d store.Dossier) string {
	if d.Status == dossier.Refused || d.Status == dossier.Withdrawn || d.Status == dossier.Stopped {
		return d.Status.Label()
	}
	return ""
}

// Batch is what changes hands with a hand-over sheet.
type Batch struct {
	Office string
	Clerk  string // who gives
	Codes  []string
	Taker  forms.Party
	// Results says that results change hands, not dossiers.
	Results bool
	Note    string
}

// Handover gives the sheet for a batch. Codes that are not the office's are
// named instead.
func (p *Printer) Handover(ctx context.Context, b Batch) (sheet *forms.Handover, unknown []string, err error) {
	rows, err := p.store.BookLines(ctx, b.Office, b.Codes)
	if err != nil {
		return nil, nil, err
	}
	if unknown = missing(b.Codes, rows); len(unknown) > 0 {
		return nil, unknown, nil
	}
	n, err := p.namesOn(ctx, p.store.Now())
	if err != nil {
		return nil, nil, err
	}
	papers, err := p.store.PapersOf(ctx, b.Codes)
	if err != nil {
		return nil, nil, err
	}
	head := p.officeHead(n, b.Office)
	sheet = &forms.Handover{Head: head, Results: b.Results, At: head.IssuedAt, Giver: forms.Party{Unit: head.Unit, Name: wordClerk + b.Clerk}, Taker: b.Taker, Note: b.Note}
	for _, l := range rows {
		sheet.Lines = append(sheet.Lines, forms.HandoverLine{
			Code: code(l.Dossier), Procedure: n.procedure(l.Dossier), Owner: l.Applicant.FullName, Papers: paperWords(papers[l.Code]),
			Fee: l.FeePaid > 0, ByPost: l.DeliveryMethod == dossier.ByCourier,
		})
	}
	return sheet, nil, nil
}

func missing(codes []string, rows []store.BookLine) []string {
	there := map[string]bool{}
	for _, l := range rows {
		there[l.Code] = true
	}
	var out []string
	for _, c := range codes {
		if !there[c] {
			out = append(out, c)
		}
	}
	return out
}

// paperWords counts a dossier's papers: "02 bản chính, 01 bản sao chứng thực".
func paperWords(papers []store.Paper) string {
	var originals, certified int
	for _, p := range papers {
		if p.Form == dossier.FormPaperCertified {
			certified++
		} else {
			originals++
		}
	}
	var parts []string
	if originals > 0 {
		parts = append(parts, fmt.Sprintf("%02d bản chính", originals))
	}
	if certified > 0 {
		parts = append(parts, fmt.Sprintf("%02d bản sao chứng thực", certified))
	}
	if len(parts) == 0 {
		return "Không có bản giấy"
	}
	return strings.Join(parts, ", ")
}
