package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// OperationStatus is what became of something that was asked for.
type OperationStatus struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind" example:"supplement"`
	Dossier    string   `json:"dossier,omitempty"`
	Bag        string   `json:"bag,omitempty" doc:"Where it is a command on a bag."`
	State      string   `json:"state" enum:"pending,applied,refused"`
	Revision   int64    `json:"revision,omitempty" doc:"With applied: the dossier's revision that contains it."`
	Problem    *Problem `json:"problem,omitempty" doc:"With refused: what the command would have been answered."`
	CreatedAt  Time     `json:"created_at"`
	FinishedAt *Time    `json:"finished_at,omitempty"`
}

type operationRef struct {
	ID string `path:"id" maxLength:"64"`
}

type operationOutput struct{ Body OperationStatus }

func (s *Server) registerOperations() {
	register(s, Op{
		ID: "show-operation", Method: http.MethodGet, Path: "/v1/operations/{id}", Tag: "operations",
		Summary: "The outcome of a command that was answered 202", Problems: []Code{NotFound},
		Doc: "Only whoever asked can see it.",
	}, anyRole, s.showOperation)
}

func (s *Server) showOperation(ctx context.Context, in *operationRef) (*operationOutput, error) {
	op, err := s.deps.Store.Operation(ctx, in.ID)
	if err == nil && op.Subject != SubjectFrom(ctx).ID {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &operationOutput{operationView(ctx, op)}, nil
}

func operationView(ctx context.Context, op store.Operation) OperationStatus {
	v := OperationStatus{ID: op.ID, Kind: op.Kind, Dossier: op.DossierCode, State: op.State, Revision: op.Revision,
		CreatedAt: At(op.CreatedAt), FinishedAt: AtOrNil(op.FinishedAt)}
	if dossier.ValidBagNumber(op.DossierCode) {
		v.Dossier, v.Bag = "", op.DossierCode
	}
	if op.State == store.OperationRefused {
		r := requestIn(ctx)
		v.Problem = storedRefusal(op).in(r.lang, r.id)
	}
	return v
}

// storedRefusal reads a workflow's refusal back.
func storedRefusal(op store.Operation) *Problem {
	var refusal workflows.Refusal
	if json.Unmarshal([]byte(op.Problem), &refusal) != nil {
		refusal.Rule = "wrong_state"
	}
	return refusalProblem(refusal)
}

// moment is a time of day and a date, in Hà Nội; "" where there is none.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(dossier.Zone).Format("15:04 02/01/2006")
}

// refusalProblem is a workflow's refusal as a problem: which rule, where the
// dossier stands, what it would take.
func refusalProblem(r workflows.Refusal) *Problem {
	p := NewConflict(string(r.Stage))
	for _, c := range r.Allowed {
		p.Allowed = append(p.Allowed, string(c))
	}
	for _, st := range r.Next {
		p.Next = append(p.Next, st.Name())
	}
	p.Holder = r.Holder
	p.Errors = []FieldError{Field("", r.Rule, "status", r.Status.Name(), "holder", r.Holder, "until", moment(r.ExtendUntil))}
	return p
}
