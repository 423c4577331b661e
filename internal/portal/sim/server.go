package sim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// Config says how a portal is set up.
type Config struct {
	// LedgerPath is the file that everything is written to; its folder must exist.
	LedgerPath string
	// Token is what callers must bear; "" lets everybody in.
	Token string
	// CallbackURL is told of every event; "" tells nobody.
	CallbackURL string
	// WebhookSecret signs what is told. It is needed with CallbackURL.
	WebhookSecret []byte
	// Knobs are the rules at the start; others may be set while it runs.
	Knobs Knobs
	// Clock is the time; nil means the system's.
	Clock simulator.Clock
	// Log gets what an operator should know, never a person's data; nil for nothing.
	Log *slog.Logger
}

// Server is one portal.
type Server struct {
	*simulator.Desk[Script]
	cfg Config

	receipts map[string]receipt // by business key
	dossiers map[string]*dossier
	order    []*dossier     // as they came
	numbers  map[string]int // portal codes given, by authority and day
	made     int            // effects, of all kinds
}

// receipt is an act that took place.
type receipt struct {
	portal.Receipt
	act  string
	code string
}

var _ simulator.Simulator = (*Server)(nil)

// New opens the ledger and takes up where it ends. Nothing moves until Run.
func New(cfg Config) (*Server, error) {
	if cfg.CallbackURL != "" {
		if u, err := url.Parse(cfg.CallbackURL); err != nil || u.Host == "" {
			return nil, errors.New("portal simulator: callback address is no URL")
		}
		if len(cfg.WebhookSecret) == 0 {
			return nil, errors.New("portal simulator: callbacks need a secret to sign with")
		}
	}
	s := &Server{cfg: cfg, receipts: map[string]receipt{}, dossiers: map[string]*dossier{}, numbers: map[string]int{}}
	var err error
	if s.Desk, err = simulator.Open(simulator.Setup[Script]{
		LedgerPath: cfg.LedgerPath, Token: cfg.Token, Clock: cfg.Clock, Log: cfg.Log, Knobs: cfg.Knobs,
		Words: ruleWords, Check: Script.check, Apply: s.apply,
	}); err != nil {
		return nil, err
	}
	s.resume()
	return s, nil
}

// Handler serves the protocol and the desk.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/submissions", s.submit)
	mux.HandleFunc("POST /v1/supplements", s.supplement)
	mux.HandleFunc("POST /v1/payments", s.pay)
	mux.HandleFunc("POST /v1/withdrawals", s.withdraw)
	mux.HandleFunc("GET /v1/acts/{key}", s.lookup)
	mux.HandleFunc("GET /v1/dossiers/{code}/events", s.events)
	s.Administer(mux, s.Release)
	return s.Guard(mux)
}

// apply takes an entry's part in the state.
func (s *Server) apply(e simulator.Entry) error {
	d := s.dossiers[e.Code]
	switch {
	case e.Kind == simulator.KindEffect:
		return s.applyEffect(e)
	case e.Kind == simulator.KindEvent:
		return s.applyEvent(e)
	case d == nil:
	case e.Kind == simulator.KindCallback:
		d.thread.Taken(e.EventID)
	case e.Kind == simulator.KindRelease:
		d.released = d.done + 1
	}
	return nil
}

func (s *Server) applyEffect(e simulator.Entry) error {
	s.made++
	if _, known := s.receipts[e.Key]; !known {
		s.receipts[e.Key] = receipt{portal.Receipt{Key: e.Key, Reference: e.Ref, DoneAt: e.At}, e.Act, e.Code}
	}
	d := s.dossiers[e.Code]
	if d == nil {
		if e.Act != actSubmit {
			return fmt.Errorf("%s for a dossier never filed", e.Act)
		}
		var f filing
		if err := e.Unpack(&f); err != nil {
			return err
		}
		d = newDossier(e.Code, f, e.At)
		s.dossiers[e.Code] = d
		s.order = append(s.order, d)
		return nil
	}
	d.thread.Last = d.thread.Moment(e.At)
	switch e.Act {
	case actSupplement:
		d.supplements++
	case actPayment:
		d.payments++
	case actWithdraw:
		d.withdrawn = true
	}
	return nil
}

func (s *Server) applyEvent(e simulator.Entry) error {
	var said portal.Event
	d := s.dossiers[e.Code]
	if err := e.Unpack(&said); err != nil || d == nil {
		return errors.Join(errors.New("event cannot be placed"), err)
	}
	d.events = append(d.events, said)
	d.status, d.thread.Last = said.Status, said.OccurredAt
	d.done++
	if said.PortalCode != "" {
		s.numbers[numberSeries(d.Authority, said.OccurredAt)]++
	}
	return nil
}
