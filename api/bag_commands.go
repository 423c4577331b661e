package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/custody"
	"hoso/internal/forms"
	"hoso/internal/store"
	"hoso/workflows"
)

// bagOp describes a command on a bag.
func (s *Server) bagOp(name, summary, doc string) Op {
	return Op{
		ID: name + "-bag", Method: http.MethodPost, Path: "/v1/bags/{number}/" + name, Tag: "bags",
		Summary: summary, Doc: doc, Command: true, Problems: []Code{NotFound, Conflict, InvalidDossier},
		Tune: func(o *huma.Operation) {
			o.Responses["200"] = s.response("Carried out; the bag as it is now.", reflect.TypeFor[Bag]())
			o.Responses["202"] = s.response("Stored, not yet carried out; it will be. Location says where the outcome can be read.", reflect.TypeFor[OperationStatus]())
		},
	}
}

func (s *Server) handBagOn(ctx context.Context, in *bagHandoverInput) (*commandOutput, error) {
	return s.bagCommand(ctx, workflows.BagHandover, in.Number, func(b store.Bag, p *prepared) (store.BagOrder, error) {
		o := store.BagOrder{Act: in.Body.Act, By: sideOf(SubjectFrom(ctx))}
		p.ask.Text = in.Body.Note
		if o.Act == "take" {
			if in.Body.To != nil {
				p.wrong("/to", "not_expected")
			}
			var err error
			o.Count, err = s.counted(ctx, b, in.Body, p)
			return o, err
		}
		for field, given := range map[string]bool{"/seal": in.Body.Seal != "", "/missing": len(in.Body.Missing) > 0, "/extra": in.Body.Extra > 0} {
			if given {
				p.wrong(field, "not_expected")
			}
		}
		if in.Body.To == nil {
			p.wrong("/to", "required")
			return o, nil
		}
		o.To = custody.Holder{Kind: in.Body.To.Kind, ID: cmp.Or(in.Body.To.ID, usualBagEnd(b, in.Body.To.Kind))}
		c, err := s.cat.get(ctx)
		if err != nil {
			return o, err
		}
		switch {
		case o.To.ID == "":
			p.wrong("/to/id", "required")
		case o.To.Kind == custody.Carrier && !carries(c, o.To.ID, b.Network):
			p.wrong("/to/id", "carrier_unknown")
		case o.To.Kind != custody.Carrier && o.To.ID != usualBagEnd(b, o.To.Kind):
			p.wrong("/to/id", "not_this_bags")
		}
		return o, nil
	})
}

// counted reads what the taker found. What is said to be missing must be on the
// bag's list.
func (s *Server) counted(ctx context.Context, b store.Bag, in BagHandoverRequest, p *prepared) (custody.Count, error) {
	c := custody.Count{SealBroken: in.Seal == "broken", Extra: in.Extra}
	if len(in.Missing) == 0 {
		return c, nil
	}
	papers, _, err := s.deps.Store.InBag(ctx, b.Number)
	if err != nil {
		return c, err
	}
	listed := map[string]bool{}
	for _, paper := range papers {
		listed[paper.DossierCode+" "+paper.Component] = true
	}
	for i, m := range in.Missing {
		name := m.Dossier + " " + m.Component
		if !listed[name] {
			p.wrong("/missing/"+strconv.Itoa(i), "paper_not_in_bag")
		}
		c.Missing = append(c.Missing, name)
	}
	return c, nil
}

// usualBagEnd is the bag's own office or authority; a carrier must be named.
func usualBagEnd(b store.Bag, kind string) string {
	switch kind {
	case custody.Office:
		return b.Office
	case custody.Authority:
		return b.Authority
	default:
		return ""
	}
}

func (s *Server) openBag(ctx context.Context, in *bagReasonInput) (*commandOutput, error) {
	return s.bagCommand(ctx, workflows.BagOpen, in.Number, func(_ store.Bag, p *prepared) (store.BagOrder, error) {
		p.demand(strings.TrimSpace(in.Body.Reason) != "", "/reason", "reason_required")
		p.ask.Text = in.Body.Reason
		return store.BagOrder{By: sideOf(SubjectFrom(ctx))}, nil
	})
}

func (s *Server) retryBag(ctx context.Context, in *bagRetryInput) (*commandOutput, error) {
	return s.bagCommand(ctx, workflows.BagRetry, in.Number, func(_ store.Bag, p *prepared) (store.BagOrder, error) {
		p.demand(strings.TrimSpace(in.Body.Reason) != "", "/reason", "reason_required")
		p.ask.Text = in.Body.Reason
		return store.BagOrder{Lost: in.Body.Missing == "lost"}, nil
	})
}

func (s *Server) loseBag(ctx context.Context, in *bagReasonInput) (*commandOutput, error) {
	return s.bagCommand(ctx, workflows.BagLost, in.Number, func(_ store.Bag, p *prepared) (store.BagOrder, error) {
		p.demand(strings.TrimSpace(in.Body.Reason) != "", "/reason", "reason_required")
		p.ask.Text = in.Body.Reason
		return store.BagOrder{}, nil
	})
}

// bagCommand is the way of every command on a bag: found within the caller's
// scope, held against its own rules, stored, sent to the bag's workflow. What
// fails a check is stored nowhere, unless it repeats one that has passed before.
func (s *Server) bagCommand(ctx context.Context, kind, number string, prepare func(store.Bag, *prepared) (store.BagOrder, error)) (*commandOutput, error) {
	req := requestOf(ctx, kind)
	op, known, err := s.deps.Store.Recall(ctx, req)
	if err != nil {
		return nil, err
	}
	if known {
		return s.carryOutOnBag(ctx, op)
	}
	b, err := s.findBag(ctx, number)
	if err != nil {
		return nil, err
	}
	p := prepared{ask: store.Ask{Code: b.Number}}
	order, err := prepare(b, &p)
	if err != nil {
		return nil, err
	}
	if len(p.errs) > 0 {
		return nil, NewInvalidDossier(p.errs...)
	}
	p.ask.Payload = order
	if op, err = s.deps.Store.Begin(ctx, req, p.ask); err != nil {
		return nil, err
	}
	return s.carryOutOnBag(ctx, op)
}

// carryOutOnBag has a stored command carried out, or gives the answer that it had.
func (s *Server) carryOutOnBag(ctx context.Context, op store.Operation) (*commandOutput, error) {
	if op.State == store.OperationPending {
		within, cancel := context.WithTimeout(ctx, sendWithin)
		defer cancel()
		_, refusal, err := s.deps.Relay.Send(within, op)
		switch {
		case refusal != nil && err == nil:
			return nil, refusalProblem(*refusal)
		case err != nil:
			Log(ctx).Info("command not answered yet", "operation", op.ID, "error", loggable(err))
		}
		now, err := s.deps.Store.Operation(ctx, op.ID)
		if err != nil || now.State == store.OperationPending {
			return pendingOutput(ctx, op), nil //nolint:nilerr // it is stored, and will be carried out
		}
		op = now
	}
	switch {
	case op.State == store.OperationRefused:
		return nil, storedRefusal(op)
	case op.ResponseBody != "":
		return &commandOutput{Status: op.ResponseStatus, Body: json.RawMessage(op.ResponseBody)}, nil
	}
	body, err := s.bagAnswer(ctx, op)
	if err != nil {
		// It is carried out; a 503 would say that nothing is stored.
		Log(ctx).Warn("outcome of a command not readable", "operation", op.ID, "error", loggable(err))
		return pendingOutput(ctx, op), nil
	}
	return &commandOutput{Status: http.StatusOK, Body: json.RawMessage(body)}, nil
}

func (s *Server) bagAnswer(ctx context.Context, op store.Operation) ([]byte, error) {
	b, err := s.deps.Store.Bag(ctx, store.BagScope{Scope: store.Scope{All: true}}, op.DossierCode)
	if err != nil {
		return nil, err
	}
	v, err := s.wholeBag(ctx, b)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.deps.Store.Answered(ctx, op.ID, http.StatusOK, body)
}

func (s *Server) bagSheet(ctx context.Context, in *BagRef) (*paperOutput, error) {
	b, err := s.findBag(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	sheet, err := s.deps.Printer.BagSheet(ctx, b)
	if err != nil {
		return nil, err
	}
	doc, err := forms.PDF(sheet)
	return onDemand(ctx, doc, "08-"+b.Number+".pdf", err)
}
