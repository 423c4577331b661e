package sim

import (
	"fmt"
	"net/http"
	"strings"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// request is an act as it came in.
type request struct {
	act, key, code string
	round          int
	amount         int64
	filing         *filing // of a submission
}

func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	var sub portal.Submission
	code := readForm(w, r, "submission", &sub, func() []portal.Document { return sub.Documents })
	if code == "" && (sub.Procedure == "" || sub.Authority == "") {
		code = "invalid_request"
	}
	f := &filing{Authority: sub.Authority, Office: sub.Office, Network: sub.Network, Procedure: sub.Procedure, Documents: digests(sub.Documents)}
	s.act(w, r, code, request{act: actSubmit, key: sub.Key, code: sub.Code, filing: f})
}

func (s *Server) supplement(w http.ResponseWriter, r *http.Request) {
	var sup portal.Supplement
	code := readForm(w, r, "supplement", &sup, func() []portal.Document { return sup.Documents })
	s.act(w, r, code, request{act: actSupplement, key: sup.Key, code: sup.Code, round: sup.Round})
}

func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	var p portal.Payment
	s.act(w, r, readJSON(w, r, &p), request{act: actPayment, key: p.Key, code: p.Code, amount: p.Amount})
}

func (s *Server) withdraw(w http.ResponseWriter, r *http.Request) {
	var wd portal.Withdrawal // its reason is for the officer's eyes; we keep none
	s.act(w, r, readJSON(w, r, &wd), request{act: actWithdraw, key: wd.Key, code: wd.Code})
}

// act carries a request through its faults to effect and answer. Unreadable is
// the code that reading it ended with, "" if it is whole.
func (s *Server) act(w http.ResponseWriter, r *http.Request, unreadable string, q request) {
	if unreadable == "" && (q.key == "" || q.code == "" || len(q.key) > 200 || len(q.code) > 100) {
		unreadable = "invalid_request"
	}
	if unreadable != "" {
		simulator.Refuse(w, http.StatusBadRequest, unreadable)
		return
	}
	s.serve(w, r, q, func(ignoreKeys bool) (int, any, error) { return s.perform(q, ignoreKeys) })
}

// serve carries a call through its faults to its answer; do runs with the mutex
// held and is told whether keys are ignored.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, q request, do func(ignoreKeys bool) (int, any, error)) {
	s.Call(w, r, func() simulator.Subject { return s.subject(q) }, do)
}

// perform does an act, or says why not. The mutex is held.
func (s *Server) perform(q request, ignoreKeys bool) (int, any, error) {
	if first, known := s.receipts[q.key]; known && !ignoreKeys {
		if first.act != q.act || first.code != q.code {
			return s.refuse(q, http.StatusConflict, "key_reused")
		}
		err := s.Record(simulator.Entry{Kind: simulator.KindRepeat, Act: q.act, Key: q.key, Code: q.code, Ref: first.Reference})
		return http.StatusOK, first.Receipt, err
	}
	d := s.dossiers[q.code]
	if d == nil && q.act != actSubmit {
		return s.refuse(q, http.StatusNotFound, "no_such_dossier")
	}
	if d != nil {
		if word := d.refusal(q.act, q.round, q.amount); word != "" {
			return s.refuse(q, http.StatusConflict, word)
		}
	}
	e := simulator.Entry{Kind: simulator.KindEffect, At: s.Now(), Act: q.act, Key: q.key, Code: q.code, Ref: fmt.Sprintf("R-%06d", s.made+1)}
	if d == nil {
		q.filing.Plan, e.Rules = s.Rules.Plan(s.subject(q))
		e.Data = simulator.Pack(q.filing)
	}
	if err := s.Record(e); err != nil {
		return 0, nil, err
	}
	s.proceed(s.dossiers[q.code])
	return http.StatusCreated, portal.Receipt{Key: e.Key, Reference: e.Ref, DoneAt: e.At}, nil
}

func (s *Server) refuse(q request, status int, word string) (int, any, error) {
	err := s.Record(simulator.Entry{Kind: simulator.KindRefusal, Act: q.act, Key: q.key, Code: q.code, Word: word})
	return status, map[string]string{"code": word}, err
}

// subject gathers what rules may ask of a call: from the submission, from the
// dossier, or else from what the code tells by itself. The mutex is held.
func (s *Server) subject(q request) simulator.Subject {
	if q.code == "" {
		q.code = s.receipts[q.key].code
	}
	if q.code == "" {
		q.code, _, _ = strings.Cut(q.key, "/")
	}
	if q.key == "" {
		q.key = q.code
	}
	f := q.filing
	if d := s.dossiers[q.code]; f == nil && d != nil {
		f = &d.filing
	}
	if f == nil {
		office, _, _ := strings.Cut(q.code, "-")
		f = &filing{Office: office}
	}
	return simulator.Subject{
		"act": q.act, "key": q.key, "code": q.code, "office": f.Office,
		"network": f.Network, "procedure": f.Procedure, "authority": f.Authority,
	}
}
