package sim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

// Config says how the carriers are set up.
type Config struct {
	// LedgerPath is the file that everything is written to; its folder must exist.
	LedgerPath string
	// Token is what callers must bear; "" lets everybody in.
	Token string
	// CallbackBase is told of every event, below /v1/webhooks/couriers/{carrier};
	// "" tells nobody.
	CallbackBase string
	// WebhookSecrets sign what each carrier tells. They are needed with
	// CallbackBase, one for each of vnpost and viettelpost.
	WebhookSecrets map[string][]byte
	// Knobs are the rules at the start; others may be set while it runs.
	Knobs Knobs
	// Clock is the time; nil means the system's.
	Clock simulator.Clock
	// Log gets what an operator should know, never a person's data; nil for nothing.
	Log *slog.Logger
}

// Server is the two carriers.
type Server struct {
	*simulator.Desk[Script]
	cfg Config

	bookings map[name][]*parcel // more than one only where keys are ignored
	tracking map[string]*parcel // by tracking number
	order    []*parcel          // as they came
	numbers  map[string]int     // parcels so far, by carrier
}

// name is a business key at one carrier.
type name struct{ carrier, key string }

var _ simulator.Simulator = (*Server)(nil)

// New opens the ledger and takes up where it ends. Nothing moves until Run.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, bookings: map[name][]*parcel{}, tracking: map[string]*parcel{}, numbers: map[string]int{}}
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

func (c *Config) check() error {
	if c.CallbackBase == "" {
		return nil
	}
	if u, err := url.Parse(c.CallbackBase); err != nil || u.Host == "" {
		return errors.New("courier simulator: callback base is no URL")
	}
	c.CallbackBase = strings.TrimRight(c.CallbackBase, "/")
	for carrier := range carriers {
		if len(c.WebhookSecrets[carrier]) == 0 {
			return fmt.Errorf("courier simulator: callbacks of %s need a secret to sign with", carrier)
		}
	}
	return nil
}

// Handler serves the protocol and the desk.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/{carrier}/bookings", s.book)
	mux.HandleFunc("POST /v1/{carrier}/cancellations", s.cancel)
	mux.HandleFunc("GET /v1/{carrier}/bookings/{key}", s.lookup)
	mux.HandleFunc("GET /v1/{carrier}/bookings/{key}/events", s.events)
	s.Administer(mux, s.Release)
	return s.Guard(mux)
}

// apply takes an entry's part in the state.
func (s *Server) apply(e simulator.Entry) error {
	if e.Kind == simulator.KindEffect && e.Act == actBook {
		return s.applyBooking(e)
	}
	switch p := s.tracking[e.Ref]; {
	case e.Kind == simulator.KindEffect && e.Act == actCancel:
		for _, p := range s.bookings[name{e.Party, e.Key}] {
			p.cancelled, p.thread.Last = true, p.thread.Moment(e.At)
		}
	case p == nil:
	case e.Kind == simulator.KindEvent:
		var happened courier.Event
		if err := e.Unpack(&happened); err != nil {
			return err
		}
		p.events = append(p.events, happened)
		p.thread.Last = happened.OccurredAt
	case e.Kind == simulator.KindCallback:
		p.thread.Taken(e.EventID)
	case e.Kind == simulator.KindRelease:
		p.released = len(p.events) + 1
	}
	return nil
}

func (s *Server) applyBooking(e simulator.Entry) error {
	var o order
	if err := e.Unpack(&o); err != nil {
		return err
	}
	p := newParcel(e, o)
	at := name{p.carrier, p.key}
	s.bookings[at] = append(s.bookings[at], p)
	s.tracking[p.tracking] = p
	s.order = append(s.order, p)
	s.numbers[p.carrier]++
	return nil
}
