package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/dossier"
)

// homeAuthority is the one whose calendar counts where none is named.
const homeAuthority = "H26"

// ClockRequest asks when a dossier would be due.
type ClockRequest struct {
	ReceivedAt    Time             `json:"received_at" doc:"Valid reception: the clock starts here."`
	Term          *ClockTerm       `json:"term,omitempty" doc:"A bare term. Either this or procedure_code."`
	ProcedureCode string           `json:"procedure_code,omitempty" maxLength:"40" example:"2.000635" doc:"The term of the version valid on the day of reception."`
	Case          string           `json:"case,omitempty" maxLength:"40" doc:"Of the procedure; its usual one if absent."`
	Authority     string           `json:"authority,omitempty" maxLength:"40" example:"H26.12.03" doc:"Whose calendar counts; the Hà Nội authority's if absent."`
	Office        string           `json:"office,omitempty" maxLength:"40" example:"VNPHKI" doc:"An agent office whose calendar counts instead."`
	Supplement    *ClockSupplement `json:"supplement,omitempty" doc:"What if a supplement is asked for, and comes then?"`
}

// ClockTerm is a term to count.
type ClockTerm struct {
	N    int    `json:"n" doc:"At least 1, at most ten years; 1 for same_day." example:"3"`
	Unit string `json:"unit" enum:"hour,working_day,day,month,same_day"`
}

// ClockSupplement is a supplement that is only supposed.
type ClockSupplement struct {
	AskedAt Time   `json:"asked_at" doc:"When the authority asks."`
	GivenAt Time   `json:"given_at" doc:"When the supplement is complete."`
	Effect  string `json:"effect" enum:"pause,restart" doc:"pause: the time between is not counted; restart: the term begins anew when it is given."`
}

type clockInput struct{ Body ClockRequest }

type clockOutput struct{ Body ClockDue }

func (s *Server) registerClock() {
	register(s, Op{
		ID: "clock-due", Method: http.MethodPost, Path: "/v1/clock/due", Tag: "clock", Summary: "When a dossier would be due, and why",
		Doc: "Counts a term by the working calendar and gives the whole derivation, with sentences to read out. " +
			"Stores nothing. A term is counted from the moment of reception; the hand-over of paper after 15:00 plays no part in it.",
		Problems: []Code{InvalidTerm},
	}, anyRole, s.clockDue)
}

func (s *Server) clockDue(ctx context.Context, in *clockInput) (*clockOutput, error) {
	q, err := s.question(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	plain, err := q.calendar.Derive(q.in.ReceivedAt.Time, q.term)
	if err != nil {
		return nil, q.refusal(err, q.termPointer())
	}
	l := requestIn(ctx).lang
	out := &clockOutput{ClockDue{DueAt: At(plain.Due), Procedure: q.procedure, Derivation: l.derivation(plain)}}
	if q.in.Supplement == nil {
		return out, nil
	}
	with, err := q.supplemented()
	if err != nil {
		return nil, q.refusal(err, "/supplement/given_at")
	}
	out.Body.WithSupplement = &ClockSupplemented{Effect: q.in.Supplement.Effect, DueAt: At(with.Due), Derivation: l.derivation(with)}
	return out, nil
}

// clockQuestion is a request with what it refers to.
type clockQuestion struct {
	in        ClockRequest
	day       string // of reception
	cat       *catalogue.Catalogue
	calendar  *calendar.Calendar
	procedure *ClockProcedure
	term      calendar.Term
}

func (s *Server) question(ctx context.Context, in ClockRequest) (*clockQuestion, error) {
	err := in.shape()
	if err != nil {
		return nil, err
	}
	book, err := s.deps.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	cat, err := s.cat.get(ctx)
	if err != nil {
		return nil, err
	}
	q := &clockQuestion{in: in, cat: cat, day: dossier.LocalDay(in.ReceivedAt.Time)}
	if err = q.findTerm(); err != nil {
		return nil, err
	}
	return q, q.findCalendar(book)
}

// shape refuses fields that do not go together.
func (in ClockRequest) shape() error {
	switch {
	case (in.Term == nil) == (in.ProcedureCode == ""):
		return NewInvalidRequest(Field("/term", "term_or_procedure"))
	case in.Case != "" && in.ProcedureCode == "":
		return NewInvalidRequest(Field("/procedure_code", "required_with", "with", "case"))
	case in.Authority != "" && in.Office != "":
		return NewInvalidRequest(Field("/office", "authority_or_office"))
	}
	return nil
}

// findTerm takes the term named, or that of the procedure or its case.
func (q *clockQuestion) findTerm() error {
	if q.in.Term != nil {
		q.term = calendar.Term{N: q.in.Term.N, Unit: calendar.Unit(q.in.Term.Unit)}
		return nil
	}
	p, there := q.cat.Procedure(q.in.ProcedureCode, q.day)
	if !there {
		return invalidTerm("/procedure_code", "procedure_unknown_then")
	}
	usual := q.in.Case == "" // the first
	i := slices.IndexFunc(p.Cases, func(c catalogue.Case) bool { return usual || c.Code == q.in.Case })
	if i < 0 {
		return invalidTerm("/case", "case_unknown")
	}
	term := p.TermOf(p.Cases[i])
	if term.Unit == "none" {
		return invalidTerm("/procedure_code", "term_none")
	}
	q.procedure = &ClockProcedure{Code: p.Code, Name: p.Name, Version: p.Version}
	q.term = calendar.Term{N: term.N, Unit: calendar.Unit(term.Unit)}
	return nil
}

// findCalendar takes the calendar of the unit named on the day of reception.
func (q *clockQuestion) findCalendar(book *calendar.Book) (err error) {
	if q.in.Office == "" {
		return q.authoritysCalendar(book)
	}
	office, there := q.cat.Office(q.in.Office, q.day)
	if !there {
		return invalidTerm("/office", "office_unknown")
	}
	q.calendar, err = book.ForOffice(office.ID, office.Network, q.in.ReceivedAt.Time)
	return unserved(err, "/office")
}

func (q *clockQuestion) authoritysCalendar(book *calendar.Book) (err error) {
	if q.in.Authority == "" {
		q.calendar, err = book.ForAuthority(homeAuthority, q.in.ReceivedAt.Time)
		return unserved(err, "/received_at")
	}
	if _, there := q.cat.Authority(q.in.Authority, q.day); !there {
		return invalidTerm("/authority", "authority_unknown")
	}
	q.calendar, err = book.ForAuthority(q.in.Authority, q.in.ReceivedAt.Time)
	return unserved(err, "/authority")
}

func unserved(err error, pointer string) error {
	if errors.Is(err, calendar.ErrNoCalendar) {
		return invalidTerm(pointer, "calendar_missing")
	}
	return err
}

// supplemented derives the date that the supplement would lead to.
func (q *clockQuestion) supplemented() (calendar.Derivation, error) {
	asked, given := q.in.Supplement.AskedAt.Time, q.in.Supplement.GivenAt.Time
	with, err := q.calendar.Derive(q.in.ReceivedAt.Time, q.term, calendar.Pause{From: asked, To: given, Reason: "supplement"})
	if err == nil && q.in.Supplement.Effect == "restart" {
		return q.calendar.Derive(given, q.term)
	}
	return with, err
}

func (q *clockQuestion) termPointer() string {
	if q.in.Term == nil {
		return "/procedure_code"
	}
	return "/term/n"
}

// refusal says which field keeps the calendar from answering; pointer is what
// leads beyond its reach when the reception does not.
func (q *clockQuestion) refusal(err error, pointer string) error {
	term, badTerm := errors.AsType[*calendar.TermError](err)
	reach, beyond := errors.AsType[*calendar.ReachError](err)
	switch {
	case errors.Is(err, calendar.ErrNotPositive):
		return invalidTerm(pointer, "term_not_positive")
	case badTerm && errors.Is(err, calendar.ErrTooLong):
		return invalidTerm(pointer, "term_too_long", "max", strconv.Itoa(term.Longest))
	case errors.Is(err, calendar.ErrPauseEarly):
		return invalidTerm("/supplement/asked_at", "supplement_early")
	case errors.Is(err, calendar.ErrPauseBackwards), errors.Is(err, calendar.ErrPauseOpen):
		return invalidTerm("/supplement/given_at", "supplement_backwards")
	case beyond:
		if at := q.in.ReceivedAt.Time; at.Before(reach.From) || !at.Before(reach.To.AddDate(0, 0, 1)) {
			pointer = "/received_at"
		}
		return invalidTerm(pointer, "out_of_reach", "from", reach.From.Format(time.DateOnly), "to", reach.To.Format(time.DateOnly))
	}
	return err
}

func invalidTerm(pointer, rule string, args ...string) error {
	return NewProblem(InvalidTerm, Field(pointer, rule, args...))
}
