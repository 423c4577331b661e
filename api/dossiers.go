package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// DossierRef names a dossier in a path.
type DossierRef struct {
	Code string `path:"code" maxLength:"32" example:"VNPHKI-250205-0001-M"`
}

type fileInput struct {
	DryRun bool `query:"dry_run" doc:"Tells what would become of it, and does nothing: no code, nothing stored. Needs no Idempotency-Key."`
	Body   FilingRequest
}

type dossiersInput struct {
	Page
	Status     string `query:"status" maxLength:"30" doc:"Number or name."`
	Stage      string `query:"stage" enum:"intake,digitization,submission,decision,delivery,closed"`
	Office     string `query:"office" maxLength:"40"`
	Network    string `query:"network" maxLength:"40"`
	Authority  string `query:"authority" maxLength:"40"`
	Procedure  string `query:"procedure" maxLength:"40"`
	Overdue    string `query:"overdue" enum:"true,false"`
	Parked     string `query:"parked" enum:"true,false"`
	Warned     string `query:"warned" enum:"any,half,most,draft,day_before" doc:"The last warning of a term that runs."`
	DueBefore  string `query:"due_before" format:"date-time" maxLength:"40" doc:"Due before this moment; decided and closed ones too, unless narrowed by status or stage."`
	WaitingFor string `query:"waiting_for" enum:"citizen,clerk,portal,authority,courier,manager,nobody"`
	Query      string `query:"q" maxLength:"100" doc:"Code, portal code, name without accents, or the phone's last four digits."`
}

type (
	fileOutput struct {
		Status   int
		Location string `header:"Location" doc:"With 201: the dossier."`
		Body     any
	}
	dossierOutput  struct{ Body Dossier }
	dossiersOutput struct{ Body List[Dossier] }
)

func (s *Server) registerDossiers() {
	register(s, Op{
		ID: "file-dossier", Method: http.MethodPost, Path: "/v1/dossiers", Status: http.StatusCreated, Tag: "dossiers",
		Summary: "File a dossier", Command: true, KeyFreeDry: true, Problems: []Code{InvalidDossier},
		Doc: "201 means that the dossier is stored and cannot be lost. What could never be finished is refused.\n\n" +
			"With `dry_run=true` the answer is a 200 with what to read out to the citizen. What a filing would be refused for stands in `errors`, " +
			"and `fileable` is false then: at a counter all of it is wanted at once, also of what cannot be filed yet.",
		Tune: func(o *huma.Operation) {
			o.Responses["201"] = s.response("Stored; it cannot be lost.", reflect.TypeFor[Dossier]())
			o.Responses["200"] = s.response("With dry_run: what would become of it.", reflect.TypeFor[Readback]())
		},
	}, only(identity.Clerk), s.fileDossier)
	register(s, Op{
		ID: "list-dossiers", Method: http.MethodGet, Path: "/v1/dossiers", Tag: "dossiers",
		Summary: "Dossiers within the caller's scope, newest first",
	}, readers, s.listDossiers)
	register(s, Op{
		ID: "show-dossier", Method: http.MethodGet, Path: "/v1/dossiers/{code}", Tag: "dossiers",
		Summary: "Where a dossier stands", Problems: []Code{NotFound},
	}, readers, s.showDossier)
}

// fileDossier checks first and asks about repetition only where something is
// against the filing: a repeated one is refused by its own documents, which are
// used by then.
func (s *Server) fileDossier(ctx context.Context, in *fileInput) (*fileOutput, error) {
	req := requestOf(ctx, "file")
	f, err := s.examine(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if in.DryRun {
		return s.dryRun(ctx, f)
	}
	if len(f.errs) > 0 {
		refusal := NewInvalidDossier(f.errs...)
		before, err := s.answeredBefore(ctx, req, refusal)
		if errors.Is(err, refusal) {
			s.countRefusal(ctx, req, f)
		}
		return filed(before, err)
	}
	l := requestIn(ctx).lang
	var v Dossier
	answer, err := s.deps.Store.File(ctx, req, f.out, func(d store.Dossier) store.Answer {
		v = dossierView(l, d, f.proc)
		v.TrackingToken, v.Warnings = d.TrackToken, worded(l, f.warned)
		body, _ := json.Marshal(v) // plain fields: cannot fail
		return store.Answer{Status: http.StatusCreated, Body: body}
	})
	if err != nil {
		return nil, err
	}
	s.deps.Relay.KickStart(ctx, answer.Location)
	if answer.Location != v.Code { // it is a repetition, with the first one's answer
		return filed(answer.Body, nil)
	}
	return &fileOutput{Status: http.StatusCreated, Location: "/v1/dossiers/" + v.Code, Body: v}, nil
}

func filed(body []byte, err error) (*fileOutput, error) {
	var v Dossier
	if err == nil {
		err = json.Unmarshal(body, &v)
	}
	if err != nil {
		return nil, err
	}
	return &fileOutput{Status: http.StatusCreated, Location: "/v1/dossiers/" + v.Code, Body: v}, nil
}

// countRefusal counts a filing that an agent may not take. Nothing of it is kept
// but the day, the office and the procedure, and nothing twice under one key; a
// count that fails is only logged.
func (s *Server) countRefusal(ctx context.Context, req store.Request, f *filing) {
	turnedAway := slices.ContainsFunc(f.errs, func(e FieldError) bool { return e.Code == "not_allowed_at_agent" })
	if !turnedAway || !s.turnedAway.first(req.Subject, req.Key) {
		return
	}
	err := s.deps.Store.CountRefusal(ctx, store.RouteRefusal{Office: f.who.Office, Network: f.who.Network, Area: f.out.Area, ProcedureCode: f.proc.Code})
	if err != nil {
		Log(ctx).Warn("refused filing not counted", "error", loggable(err))
	}
}

// answeredBefore gives the answer that the same request got before; otherwise
// the refusal stands.
func (s *Server) answeredBefore(ctx context.Context, req store.Request, refusal *Problem) ([]byte, error) {
	op, known, err := s.deps.Store.Recall(ctx, req)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, refusal
	}
	return []byte(op.ResponseBody), nil
}

// worded fills the rules' sentences in, for warnings that go into an answer.
func worded(l lang, warnings []FieldError) []FieldError {
	for i, w := range warnings {
		warnings[i].Detail = ruleText(w.Code, w.Args).in(l, w.Args)
	}
	return warnings
}

func (s *Server) showDossier(ctx context.Context, in *DossierRef) (*dossierOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	v, err := s.wholeDossier(ctx, d)
	return &dossierOutput{v}, err
}

// dossierKey is where a page of dossiers ends.
type dossierKey struct {
	Filed time.Time `json:"t"`
	Code  string    `json:"c"`
}

func (s *Server) listDossiers(ctx context.Context, in *dossiersInput) (*dossiersOutput, error) {
	f, err := filterOf(in)
	if err != nil {
		return nil, err
	}
	c, err := s.cat.get(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Dossiers(ctx, scopeOf(SubjectFrom(ctx)), f)
	if err != nil {
		return nil, err
	}
	return &dossiersOutput{pageOf(in.Page, rows,
		func(d store.Dossier) any { return dossierKey{d.FiledAt.UTC(), d.Code} },
		func(d store.Dossier) Dossier { return dossierView(requestIn(ctx).lang, d, versionOf(c, d)) })}, nil
}

func filterOf(in *dossiersInput) (store.Filter, error) {
	f := store.Filter{
		Stage: dossier.Stage(in.Stage), Office: in.Office, Network: in.Network, Authority: in.Authority, Procedure: in.Procedure,
		WaitingFor: dossier.Who(in.WaitingFor), Overdue: yesOrNo(in.Overdue), Parked: yesOrNo(in.Parked), Warned: in.Warned, Query: in.Query, Limit: in.Limit + 1,
	}
	if in.Status != "" {
		status, known := dossier.ParseStatus(in.Status)
		if !known {
			return f, NewInvalidRequest(Parameter("status", "status_unknown"))
		}
		f.Status = status
	}
	if in.DueBefore != "" {
		due, err := time.Parse(time.RFC3339, in.DueBefore)
		if err != nil {
			return f, NewInvalidRequest(Parameter("due_before", "date_time_expected"))
		}
		f.DueBefore = due
	}
	var after dossierKey
	if _, err := DecodeCursor(in.Cursor, &after); err != nil {
		return f, err
	}
	f.AfterTime, f.AfterCode = after.Filed, after.Code
	return f, nil
}

func yesOrNo(word string) *bool {
	if word == "" {
		return nil
	}
	yes := word == "true"
	return &yes
}
