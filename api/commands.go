package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
	"hoso/workflows"
)

// sendWithin is how long a command waits for the workflow's word before it is
// answered 202.
const sendWithin = 8 * time.Second

// commandOutput is a Dossier with 200, or an OperationStatus with 202.
type commandOutput struct {
	Status   int
	Location string `header:"Location" doc:"With 202: where the outcome can be read."`
	Body     any
}

// prepared is a command that has passed every check of its own.
type prepared struct {
	ask    store.Ask
	errs   []FieldError
	warned []FieldError
}

func (p *prepared) wrong(pointer, rule string, args ...string) {
	p.errs = append(p.errs, Field(pointer, rule, args...))
}

func (p *prepared) found(errs []dossier.FieldError) {
	p.errs = append(p.errs, Fields(errs)...)
	for _, w := range dossier.Warnings(errs) {
		p.warned = append(p.warned, FieldError{Pointer: &w.Pointer, Code: w.Rule, Args: w.Args})
	}
}

// commandOp describes the operation of a command.
func (s *Server) commandOp(name, summary, doc string) Op {
	return Op{
		ID: name + "-dossier", Method: http.MethodPost, Path: "/v1/dossiers/{code}/" + name, Tag: "commands",
		Summary: summary, Doc: doc, Command: true, Problems: []Code{NotFound, Conflict, InvalidDossier},
		Tune: func(o *huma.Operation) {
			o.Responses["200"] = s.response("Carried out; the dossier as it is now.", reflect.TypeFor[Dossier]())
			o.Responses["202"] = s.response("Stored, not yet carried out; it will be. Location says where the outcome can be read.", reflect.TypeFor[OperationStatus]())
		},
	}
}

func (s *Server) response(description string, t reflect.Type) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/json": {Schema: s.huma.OpenAPI().Components.Schemas.Schema(t, true, t.Name())}}}
}

func (s *Server) registerCommands() {
	clerk, movers := only(identity.Clerk), only(identity.Manager, identity.Supervisor)
	register(s, s.commandOp("supplement", "Give what was asked for", "All that the authority asked for, each given or said to be not_available with a reason. Scans that cannot be read are refused; give the paper instead. What was given before stays as an earlier version."), clerk, s.supplement)
	register(s, s.commandOp("contact", "Correct phone or delivery address", "Possible until the parcel is booked."), clerk, s.contact)
	register(s, s.commandOp("withdraw", "Withdraw at the citizen's wish", "Possible until a decision exists."), clerk, s.withdraw)
	register(s, s.commandOp("payments", "Record a paid fee", ""), clerk, s.payment)
	register(s, s.commandOp("pickup", "Hand the result over at the counter", ""), clerk, s.pickup)
	register(s, s.commandOp("handover", "Hand the papers on", "One act: `offer` by who holds them, `take` by who receives them. The holder changes at the take."),
		only(identity.Clerk, identity.Courier, identity.Centre), s.handover)
	register(s, s.commandOp("decision", "Decide by hand", "Where no portal connection answers."), only(identity.Centre), s.decision)
	register(s, s.commandOp("retry", "Set a stuck dossier going again", ""), movers, s.retry)
	register(s, s.commandOp("route", "Choose another way to the authority", "With a reason, and only a way that the procedure and what is given allow; 422 says which do. A scan judged unreadable may be sent online all the same. "+
		"Where a way needs paper that is not here, the clerk is asked for it first. Once the portal has the dossier, or the papers have left the office, it is a 409."), movers, s.reroute)
	register(s, s.commandOp("hold", "Hold a dossier", "Nothing goes on by itself until it is resumed; reports are still taken in, and the legal term runs on. A withdrawal, a refusal or a stop ends the hold."), movers, s.hold)
	register(s, s.commandOp("resume", "Let a held dossier go on", ""), movers, s.resume)
	register(s, s.commandOp("deadline", "Move the due date", "With a reason; kept as a new version of the date."), movers, s.deadline)
	register(s, s.commandOp("approve-supplement", "Approve a further supplement", "Beyond the usual number, within what the rules allow; the reason is its basis."), movers, s.approve)
	register(s, s.commandOp("override", "Set the status by a manager's hand", "With a reason and a document as evidence, and only along the status graph."), only(identity.Manager), s.override)
}

// command is the way of every command: the dossier is found within the caller's
// scope, the command is held against where it stands and against its own rules,
// stored, and sent. What fails a check is stored nowhere, unless it is the
// repetition of a command that has passed before.
func (s *Server) command(ctx context.Context, kind dossier.Command, code string, prepare func(store.Dossier, *prepared) error) (*commandOutput, error) {
	req := requestOf(ctx, string(kind))
	d, err := s.findDossier(ctx, code)
	if errors.Is(err, store.ErrNotFound) {
		return s.repeated(ctx, req, NewNotFound()) // a courier's, who has handed the papers on by now
	}
	if err != nil {
		return nil, err
	}
	p := prepared{ask: store.Ask{Code: d.Code}}
	if err = s.admit(ctx, kind, d, &p, prepare); err != nil {
		if refusal := new(Problem); errors.As(err, &refusal) {
			return s.repeated(ctx, req, refusal)
		}
		return nil, err
	}
	op, err := s.deps.Store.Begin(ctx, req, p.ask)
	if err != nil {
		return nil, err
	}
	return s.carryOut(ctx, op, p.warned)
}

// admit holds a command against where the dossier stands and against its own
// rules; a *Problem says why it is refused. The workflow asks itself again: this
// spares it the asking.
func (s *Server) admit(ctx context.Context, kind dossier.Command, d store.Dossier, p *prepared, prepare func(store.Dossier, *prepared) error) error {
	papers, err := s.deps.Store.Papers(ctx, d.Code)
	if err != nil {
		return err
	}
	if standing := d.Standing(len(papers) > 0); !standing.Takes(kind) {
		return refusalProblem(workflows.Refusal{Rule: "wrong_state", Stage: d.Stage, Status: d.Status, Allowed: standing.Allowed()})
	}
	if err := prepare(d, p); err != nil {
		return err
	}
	if len(p.errs) > 0 {
		return NewInvalidDossier(p.errs...)
	}
	return nil
}

// repeated answers a command that has passed before, whatever the dossier would
// say to it by now; otherwise the refusal stands.
func (s *Server) repeated(ctx context.Context, req store.Request, refusal *Problem) (*commandOutput, error) {
	op, known, err := s.deps.Store.Recall(ctx, req)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, refusal
	}
	return s.carryOut(ctx, op, nil)
}

// carryOut has a stored command carried out, or gives the answer that it had.
func (s *Server) carryOut(ctx context.Context, op store.Operation, warned []FieldError) (*commandOutput, error) {
	if op.State != store.OperationPending {
		return s.outcome(ctx, op, warned)
	}
	within, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	answer, refusal, err := s.deps.Relay.Send(within, op)
	switch {
	case refusal != nil && err == nil:
		return nil, refusalProblem(*refusal)
	case err == nil:
		op.State, op.Revision = store.OperationApplied, answer.Revision
		return s.outcome(ctx, op, warned)
	}
	Log(ctx).Info("command not answered yet", "operation", op.ID, "error", loggable(err))
	if now, err := s.deps.Store.Operation(ctx, op.ID); err == nil && now.State != store.OperationPending {
		return s.outcome(ctx, now, warned)
	}
	return pendingOutput(ctx, op), nil
}

func pendingOutput(ctx context.Context, op store.Operation) *commandOutput {
	return &commandOutput{Status: http.StatusAccepted, Location: "/v1/operations/" + op.ID, Body: operationView(ctx, op)}
}

// outcome answers a command that is through. The first answer is kept, so that
// its repetition hears the same.
func (s *Server) outcome(ctx context.Context, op store.Operation, warned []FieldError) (*commandOutput, error) {
	if op.State == store.OperationRefused {
		return nil, storedRefusal(op)
	}
	if op.ResponseBody != "" {
		return &commandOutput{Status: op.ResponseStatus, Body: json.RawMessage(op.ResponseBody)}, nil
	}
	body, err := s.answerOf(ctx, op, warned)
	if err != nil {
		// It is carried out; a 503 would say that nothing is stored.
		Log(ctx).Warn("outcome of a command not readable", "operation", op.ID, "error", loggable(err))
		return pendingOutput(ctx, op), nil
	}
	return &commandOutput{Status: http.StatusOK, Body: json.RawMessage(body)}, nil
}

func (s *Server) answerOf(ctx context.Context, op store.Operation, warned []FieldError) ([]byte, error) {
	d, err := s.deps.Store.Dossier(ctx, store.Scope{All: true}, op.DossierCode)
	if err != nil {
		return nil, err
	}
	v, err := s.wholeDossier(ctx, d)
	if err != nil {
		return nil, err
	}
	v.Warnings = worded(requestIn(ctx).lang, warned)
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.deps.Store.Answered(ctx, op.ID, http.StatusOK, body)
}
