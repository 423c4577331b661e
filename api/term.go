package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// DeadlineRequest moves the due date.
type DeadlineRequest struct {
	DueAt  Time   `json:"due_at"`
	Reason string `json:"reason" maxLength:"1000"`
}

type deadlineInput struct {
	DossierRef
	Body DeadlineRequest
}

// DossierClock is how the legal term of a dossier stands, with everything that
// ever moved its due date.
type DossierClock struct {
	State     string `json:"state" enum:"not_started,running,paused,ended" doc:"not_started: what it waits for has not come; ended: the authority has decided."`
	StartedAt *Time  `json:"started_at" nullable:"true" doc:"From when the term counts, after every supplement that begins it anew."`
	DueAt     *Time  `json:"due_at" nullable:"true"`
	Overdue   bool   `json:"overdue"`
	// Left is empty while the term stands still.
	Left        *calendar.Left `json:"left,omitempty" doc:"Working days and office time that remain, or have passed since."`
	LeftWords   string         `json:"left_words,omitempty" doc:"The same in the reader's language." example:"còn 2 ngày làm việc 3 giờ"`
	Reached     string         `json:"reached,omitempty" doc:"The last warning: half, most, draft, day_before."`
	ExtendUntil *Time          `json:"extend_until,omitempty" doc:"The last moment at which the date can be put off."`
	Supplements ClockCount     `json:"supplements" doc:"Requests for a supplement."`
	Extensions  ClockCount     `json:"extensions"`
	Rules       ClockRules     `json:"rules"`
	Dates       []ClockDate    `json:"dates" doc:"Every version of the due date, oldest first; the last one is in force."`
	Pauses      []DossierPause `json:"pauses"`
}

// ClockCount is how many there were and how many there may be.
type ClockCount struct {
	Made     int `json:"made"`
	Allowed  int `json:"allowed"`
	Approved int `json:"approved,omitempty" doc:"Of those allowed, by approval."`
}

// ClockRules names the rules that the dossier keeps.
type ClockRules struct {
	ID      string `json:"id" example:"standard"`
	Version string `json:"version"`
	From    string `json:"from"`
}

// ClockDate is one version of the due date: what moved it, who, why.
type ClockDate struct {
	N         int       `json:"n"`
	DueAt     Time      `json:"due_at"`
	Kind      string    `json:"kind" example:"received" doc:"received, handed_over, fee_paid, resume, extend, move or recompute."`
	Label     string    `json:"label"`
	MadeAt    Time      `json:"made_at"`
	Actor     Actor     `json:"actor"`
	Reason    string    `json:"reason,omitempty"`
	Rules     string    `json:"rules" example:"standard 118-2025"`
	Calendar  string    `json:"calendar" example:"ha-noi 2026.1"`
	Sentences []string  `json:"sentences,omitempty" doc:"Why, to be read to a citizen; absent where somebody named the date."`
	Why       any       `json:"derivation,omitempty" doc:"The whole derivation, as in /v1/clock/due."`
	StartedAt *Time     `json:"started_at,omitempty"`
	Term      *DateTerm `json:"term,omitempty"`
}

// DateTerm is the term that a date was counted from.
type DateTerm struct {
	N    int    `json:"n"`
	Unit string `json:"unit"`
}

// DossierPause is a time in which the term stood still.
type DossierPause struct {
	From   Time   `json:"from"`
	To     *Time  `json:"to" nullable:"true" doc:"null while it lasts."`
	Reason string `json:"reason" enum:"supplement,fee"`
	Basis  string `json:"basis,omitempty" doc:"The words it rests on."`
	Actor  Actor  `json:"actor"`
}

type dossierClockOutput struct{ Body DossierClock }

func (s *Server) registerTerm() {
	register(s, Op{
		ID: "dossier-clock", Method: http.MethodGet, Path: "/v1/dossiers/{code}/clock", Tag: "clock",
		Summary: "How the legal term stands, and all that moved its due date", Problems: []Code{NotFound},
	}, readers, s.dossierClock)
}

// extend puts the due date off with an apology, once and in time.
func (s *Server) extend(ctx context.Context, in *decisionInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Extend, in.Code, func(d store.Dossier, p *prepared) error {
		p.reasoned(in.Body)
		p.needed(in.Body)
		return s.newDate(ctx, d, in.Body.DueAt, in.Body.Reason, p)
	})
}

// deadline moves the due date by a manager's or a supervisor's word.
func (s *Server) deadline(ctx context.Context, in *deadlineInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Deadline, in.Code, func(d store.Dossier, p *prepared) error {
		p.demand(strings.TrimSpace(in.Body.Reason) != "", "/reason", "reason_required")
		return s.newDate(ctx, d, &in.Body.DueAt, in.Body.Reason, p)
	})
}

// newDate holds a date against the clock on the wall and the authority's calendar.
func (s *Server) newDate(ctx context.Context, d store.Dossier, due *Time, reason string, p *prepared) error {
	p.ask.Text = strings.TrimSpace(reason)
	if due == nil {
		return nil // told already
	}
	cal, err := s.calendarOf(ctx, d)
	if err != nil {
		return err
	}
	_, err = cal.AddWorkingDays(due.Time, 1)
	switch {
	case !due.After(s.deps.Now()):
		p.wrong("/due_at", "time_past")
	case err != nil:
		p.wrong("/due_at", "beyond_calendar")
	case !cal.WorkingDay(due.Time):
		p.wrong("/due_at", "not_a_working_day")
	}
	at := due.UTC()
	p.ask.Payload = store.DueOrder{DueAt: &at}
	return nil
}

// calendarOf is the calendar of the dossier's authority.
func (s *Server) calendarOf(ctx context.Context, d store.Dossier) (*calendar.Calendar, error) {
	book, err := s.deps.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	if c, err := book.ForAuthority(d.Authority, s.deps.Now()); err == nil {
		return c, nil
	}
	return calendar.Default(), nil
}

func (s *Server) dossierClock(ctx context.Context, in *DossierRef) (*dossierClockOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	v := s.termView(d)
	if err := s.addLeft(ctx, d, &v); err != nil {
		return nil, err
	}
	if err := s.addLedgers(ctx, d, &v); err != nil {
		return nil, err
	}
	return &dossierClockOutput{v}, nil
}

func (s *Server) termView(d store.Dossier) DossierClock {
	c := d.Clock
	v := DossierClock{
		State: "not_started", StartedAt: AtOrNil(c.StartedAt), DueAt: AtOrNil(d.DueAt), Overdue: d.Overdue, Reached: c.Reached,
		Supplements: ClockCount{Made: c.Asked, Allowed: c.Supplements + c.Approved, Approved: c.Approved},
		Extensions:  ClockCount{Made: c.Extended, Allowed: c.Extensions},
		Rules:       ClockRules{ID: c.ID, Version: c.Version, From: c.From},
		Dates:       []ClockDate{}, Pauses: []DossierPause{},
	}
	switch {
	case c.Stopped:
		v.State = "ended"
	case c.Paused != nil:
		v.State = "paused"
	case c.Runs():
		v.State = "running"
		if c.Extendable() {
			v.ExtendUntil = AtOrNil(c.ExtendUntil)
		}
	}
	return v
}

// addLeft says how much is left of a term that runs.
func (s *Server) addLeft(ctx context.Context, d store.Dossier, v *DossierClock) error {
	if v.State != "running" || d.DueAt == nil {
		return nil
	}
	cal, err := s.calendarOf(ctx, d)
	if err != nil {
		return err
	}
	left, err := cal.Left(s.deps.Now(), *d.DueAt)
	if err != nil {
		return nil //nolint:nilerr // beyond the calendar's years nobody can say
	}
	v.Left, v.LeftWords = &left, left.In(calendar.Language(requestIn(ctx).lang.tag()))
	return nil
}

func (s *Server) addLedgers(ctx context.Context, d store.Dossier, v *DossierClock) error {
	dates, err := s.deps.Store.DueDates(ctx, d.Code)
	if err != nil {
		return err
	}
	pauses, err := s.deps.Store.Pauses(ctx, d.Code)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range dates {
		ids = append(ids, x.TextID)
	}
	for _, x := range pauses {
		ids = append(ids, x.Basis)
	}
	texts, err := s.deps.Store.Texts(ctx, d.Code, ids)
	if err != nil {
		return err
	}
	for _, x := range dates {
		v.Dates = append(v.Dates, dateView(requestIn(ctx).lang, x, texts[x.TextID]))
	}
	for _, x := range pauses {
		v.Pauses = append(v.Pauses, DossierPause{From: At(x.FromAt), To: AtOrNil(x.ToAt), Reason: x.Reason, Basis: texts[x.Basis], Actor: actorView(x.Actor, x.Role)})
	}
	return nil
}

func dateView(l lang, x store.DueDate, reason string) ClockDate {
	v := ClockDate{N: x.N, DueAt: At(x.DueAt), Kind: x.Kind, Label: l.moved(x.Kind), MadeAt: At(x.CreatedAt), Actor: actorView(x.Actor, x.Role), Reason: reason,
		Rules: x.ClockID + " " + x.ClockVersion, Calendar: x.Calendar + " " + x.CalendarVersion, StartedAt: AtOrNil(&x.StartedAt)}
	if x.TermN > 0 {
		v.Term = &DateTerm{N: x.TermN, Unit: x.TermUnit}
	}
	var why calendar.Derivation
	if x.Derivation == "" || json.Unmarshal([]byte(x.Derivation), &why) != nil || !why.Due.Equal(x.DueAt) {
		return v // named by somebody: the term says something else
	}
	v.Sentences, v.Why = why.Sentences(calendar.Language(l.tag())), json.RawMessage(x.Derivation)
	return v
}

func actorView(actor, role string) Actor {
	v := Actor{Role: role}
	if actor != role {
		v.Subject = actor
	}
	return v
}
