package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/identity"
	"hoso/internal/printer"
	"hoso/internal/store"
)

// longestBook is the longest period of a register, in days.
const longestBook = 366

type bookInput struct {
	ID     string `path:"id" maxLength:"40" example:"VNPHKI"`
	From   string `query:"from" format:"date" doc:"First day of filing; the first of this month if absent."`
	To     string `query:"to" format:"date" doc:"Last day of filing; today if absent."`
	Format string `query:"format" enum:"pdf,xlsx" default:"pdf"`
}

// HandoverSheetRequest is a batch that changes hands.
type HandoverSheetRequest struct {
	Codes   []string      `json:"codes" minItems:"1" maxItems:"500" uniqueItems:"true" doc:"Dossiers of the office."`
	Taker   HandoverParty `json:"taker" doc:"Who takes it."`
	Results bool          `json:"results,omitempty" doc:"Results change hands, not dossiers."`
	Note    string        `json:"note,omitempty" maxLength:"1000" doc:"What both sides found when they counted."`
}

// HandoverParty is one side of a hand-over.
type HandoverParty struct {
	Unit  string `json:"unit" minLength:"1" maxLength:"200"`
	Name  string `json:"name" minLength:"1" maxLength:"200"`
	Title string `json:"title,omitempty" maxLength:"200"`
	Phone string `json:"phone,omitempty" maxLength:"40"`
}

type sheetInput struct {
	ID   string `path:"id" maxLength:"40" example:"VNPHKI"`
	Body HandoverSheetRequest
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) registerBooks() {
	register(s, Op{
		ID: "office-register", Method: http.MethodGet, Path: "/v1/offices/{id}/register", Tag: "forms",
		Summary: "The register of an office (form 07) for a period", Problems: []Code{NotFound}, Tune: answersBytes("application/pdf", xlsxType),
		Doc: "Every dossier filed there in the period, at most a year and 20,000 dossiers. Written anew each time; kept nowhere.",
	}, only(identity.Clerk, identity.Supervisor, identity.Manager, identity.Auditor, identity.Admin), s.officeBook)
	register(s, Op{
		ID: "handover-sheet", Method: http.MethodPost, Path: "/v1/offices/{id}/handover-sheet", Tag: "forms",
		Summary: "The sheet for a batch of dossiers or results that changes hands (form 08)", Problems: []Code{NotFound, InvalidDossier}, Tune: answersBytes("application/pdf"),
		Doc: "Changes nothing and is kept nowhere: the papers change hands by the `handover` of each dossier.",
	}, only(identity.Clerk), s.handoverSheet)
}

// findOffice finds an office that the caller may see.
func (s *Server) findOffice(ctx context.Context, id string) error {
	who := SubjectFrom(ctx)
	c, today, err := s.today(ctx)
	if err != nil {
		return err
	}
	o, there := c.Office(id, today)
	switch scope := scopeOf(who); {
	case there && (scope.All || scope.Office == o.ID || scope.Office == "" && scope.Network != "" && scope.Network == o.Network):
		return nil
	default:
		return store.ErrNotFound
	}
}

func (s *Server) officeBook(ctx context.Context, in *bookInput) (*paperOutput, error) {
	if err := s.findOffice(ctx, in.ID); err != nil {
		return nil, err
	}
	from, to, err := s.period(in)
	if err != nil {
		return nil, err
	}
	book, more, err := s.deps.Printer.Register(ctx, in.ID, from, to)
	switch {
	case err != nil:
		return nil, err
	case more:
		return nil, NewInvalidRequest(Parameter("to", "period_too_full", "max", strconv.Itoa(printer.MostLines)))
	}
	name := "07-" + in.ID + "-" + from.Format("060102") + "-" + to.Format("060102")
	if in.Format == "xlsx" {
		doc, err := book.XLSX()
		return onDemand(ctx, doc, name+".xlsx", err)
	}
	doc, err := forms.PDF(book)
	return onDemand(ctx, doc, name+".pdf", err)
}

// onDemand answers with a document, or says which field of the register keeps it
// from being written.
func onDemand(ctx context.Context, doc forms.Document, name string, err error) (*paperOutput, error) {
	if problems := (forms.Problems{}); errors.As(err, &problems) {
		cause := printer.CauseOf(err)
		Log(ctx).Warn("form not rendered", "name", name, "cause", cause)
		return nil, NewInvalidDossier(Field("", "form_not_written", "cause", cause))
	}
	if err != nil {
		return nil, err
	}
	return freshPaper(doc, name), nil
}

// period reads the days of a register.
func (s *Server) period(in *bookInput) (from, to time.Time, err error) {
	now := s.deps.Now().In(dossier.Zone)
	to = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, dossier.Zone)
	if in.To != "" {
		if to, err = time.ParseInLocation(time.DateOnly, in.To, dossier.Zone); err != nil {
			return from, to, NewInvalidRequest(Parameter("to", "date_expected"))
		}
	}
	from = time.Date(to.Year(), to.Month(), 1, 0, 0, 0, 0, dossier.Zone)
	if in.From != "" {
		if from, err = time.ParseInLocation(time.DateOnly, in.From, dossier.Zone); err != nil {
			return from, to, NewInvalidRequest(Parameter("from", "date_expected"))
		}
	}
	switch {
	case from.Year() < 2000 || to.Year() > 2200:
		return from, to, NewInvalidRequest(Parameter("from", "time_unlikely"))
	case to.Before(from):
		return from, to, NewInvalidRequest(Parameter("to", "period_backwards"))
	case to.Sub(from) >= longestBook*24*time.Hour:
		return from, to, NewInvalidRequest(Parameter("to", "period_too_long", "max", strconv.Itoa(longestBook)))
	}
	return from, to, nil
}

func (s *Server) handoverSheet(ctx context.Context, in *sheetInput) (*paperOutput, error) {
	if err := s.findOffice(ctx, in.ID); err != nil {
		return nil, err
	}
	t := in.Body.Taker
	sheet, unknown, err := s.deps.Printer.Handover(ctx, printer.Batch{
		Office: in.ID, Clerk: SubjectFrom(ctx).ID, Codes: in.Body.Codes, Results: in.Body.Results, Note: in.Body.Note,
		Taker: forms.Party{Unit: t.Unit, Name: t.Name, Title: t.Title, Phone: t.Phone},
	})
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		var errs []FieldError
		for _, code := range unknown {
			errs = append(errs, Field("/codes/"+strconv.Itoa(slices.Index(in.Body.Codes, code)), "dossier_unknown"))
		}
		return nil, NewInvalidDossier(errs...)
	}
	doc, err := forms.PDF(sheet)
	return onDemand(ctx, doc, "08-"+in.ID+"-"+sheet.At.In(dossier.Zone).Format("060102-150405")+".pdf", err)
}
