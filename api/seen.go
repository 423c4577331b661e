package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/scan"
	"hoso/internal/store"
)

type seenInput struct {
	From string `query:"from" format:"date" maxLength:"10" doc:"First day; thirty days before the last if absent."`
	To   string `query:"to" format:"date" maxLength:"10" doc:"Last day; today if absent."`
}

type seenOutput struct{ Body SeenReport }

// SeenReport counts pages that were handed in before for somebody else. It says
// neither which nor whose.
type SeenReport struct {
	Offices []SeenOffice `json:"offices" doc:"Those that have any."`
}

// SeenOffice is one office's count.
type SeenOffice struct {
	Office    string `json:"office" example:"VNPHKI"`
	Documents int    `json:"documents"`
	Pages     int    `json:"pages"`
}

func (s *Server) registerSeen() {
	register(s, Op{
		ID: "seen-before-report", Method: http.MethodGet, Path: "/v1/reports/seen-before", Tag: "reports",
		Summary: "How many pages were handed in before for somebody else, by office",
		Doc:     "Pages of documents taken in on these days, from `from` to `to`, both included, and used in a dossier. Pages that very many dossiers have, such as a form's notes, do not count.",
	}, only(identity.Supervisor, identity.Manager, identity.Auditor, identity.Admin), s.seenReport)
}

func (s *Server) seenReport(ctx context.Context, in *seenInput) (*seenOutput, error) {
	to, err := time.ParseInLocation(time.DateOnly, cmp.Or(in.To, dossier.LocalDay(s.deps.Now())), dossier.Zone)
	if err != nil {
		return nil, NewInvalidRequest(Parameter("to", "date_expected"))
	}
	from, err := time.ParseInLocation(time.DateOnly, cmp.Or(in.From, to.AddDate(0, 0, -30).Format(time.DateOnly)), dossier.Zone)
	if err != nil {
		return nil, NewInvalidRequest(Parameter("from", "date_expected"))
	}
	if to.Before(from) {
		return nil, NewInvalidRequest(Parameter("to", "period_backwards"))
	}
	rows, err := s.deps.Store.SeenCounts(ctx, scopeOf(SubjectFrom(ctx)), from, to.AddDate(0, 0, 1), s.deps.Scan.SeenBefore.Common)
	out := SeenReport{Offices: []SeenOffice{}}
	for _, r := range rows {
		out.Offices = append(out.Offices, SeenOffice(r))
	}
	return &seenOutput{out}, err
}

// printsOf hands the fingerprints of a file's pages to the register.
func (s *Server) printsOf(r scan.Report) store.Prints {
	p := store.Prints{Bits: s.deps.Scan.SeenBefore.Bits, Common: s.deps.Scan.SeenBefore.Common, Alike: s.alike}
	for _, print := range r.Prints {
		whole, _ := json.Marshal(print) // numbers: cannot fail
		p.Pages = append(p.Pages, store.PagePrint{Page: print.Page, Hash: int64(print.Hash), Print: string(whole)})
	}
	return p
}

func (s *Server) alike(a, b string) bool {
	var x, y scan.Print
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return s.deps.Scan.Alike(x, y)
}

// seenFindings tells of pages seen before, without saying where.
func seenFindings(d store.Document) []scan.Finding {
	var found []scan.Finding
	for _, page := range d.Seen {
		found = append(found, scan.SeenFinding(page, d.DossierCode != ""))
	}
	return found
}
