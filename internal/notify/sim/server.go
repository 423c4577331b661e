package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"hoso/internal/notify"
	"hoso/internal/simulator"
)

// Config says how a gateway is set up.
type Config struct {
	// LedgerPath is the file that everything is written to; its folder must exist.
	LedgerPath string
	// Token is what callers must bear; "" lets everybody in.
	Token string
	// Knobs are the rules at the start; others may be set while it runs.
	Knobs Knobs
	// Clock is the time; nil means the system's.
	Clock simulator.Clock
	// Log gets what an operator should know, never a person's data; nil for nothing.
	Log *slog.Logger
}

// Knobs are the gateway's rules.
type Knobs = simulator.Knobs[Script]

// Script is empty: a gateway has no story, only faults.
type Script struct{}

var ruleWords = []string{"act", "key", "code", "office"}

// The acts.
const (
	actSend   = "send"
	actLookup = "lookup"
)

// Server is one gateway.
type Server struct {
	core *simulator.Core

	mu       sync.Mutex
	rules    *simulator.Rules[Script]
	messages map[string]notify.Receipt // by key
	effects  simulator.Tally
	made     int
}

// taken is what the ledger keeps of a message.
type taken struct {
	Text       string `json:"text"`
	Characters int    `json:"characters"`
}

var (
	_ simulator.Simulator = (*Server)(nil)
	_ simulator.Desk      = (*Server)(nil)
)

// New opens the ledger and takes up where it ends.
func New(cfg Config) (*Server, error) {
	s := &Server{rules: simulator.NewRules(ruleWords, func(Script) error { return nil }), messages: map[string]notify.Receipt{}}
	var err error
	if s.core, err = simulator.NewCore(cfg.LedgerPath, cfg.Token, cfg.Clock, cfg.Log, s.apply); err != nil {
		return nil, err
	}
	if err := s.use(cfg.Knobs, false); err != nil {
		return nil, errors.Join(err, s.core.Ledger.Close())
	}
	return s, nil
}

// Run serves until the context ends, Shutdown is called, or the disk fails.
func (s *Server) Run(ctx context.Context) error { return s.core.Run(ctx) }

// Shutdown stops the gateway; it takes up where it was when it is opened again.
func (s *Server) Shutdown(ctx context.Context) error { return s.core.Shutdown(ctx) }

// Handler serves the protocol and the desk.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", s.send)
	mux.HandleFunc("GET /v1/messages/{key}", s.lookup)
	s.core.Administer(mux, s)
	return s.core.Guard(mux)
}

// number is what a gateway can send to: digits, with or without the country.
var number = regexp.MustCompile(`^\+?[0-9]{8,15}$`)

// longestText is ten parts of a long message (UCS-2).
const longestText = 670

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	var m struct{ Key, To, Text string }
	switch {
	case simulator.ReadJSON(r.Body, &m) != nil, m.Key == "", len(m.Key) > 200, m.Text == "":
		simulator.Refuse(w, http.StatusBadRequest, "invalid_request")
		return
	case !number.MatchString(m.To):
		simulator.Refuse(w, http.StatusUnprocessableEntity, "invalid_number")
		return
	case utf8.RuneCountInString(m.Text) > longestText:
		simulator.Refuse(w, http.StatusUnprocessableEntity, "text_too_long")
		return
	}
	t := taken{Text: m.Text, Characters: utf8.RuneCountInString(m.Text)}
	faults, err := s.draw(subject(actSend, m.Key))
	if err != nil {
		simulator.Refuse(w, http.StatusInternalServerError, "internal_error")
		return
	}
	s.core.Serve(w, r, faults, func() (int, any, error) { return s.take(m.Key, t, faults.IgnoreKeys) })
}

// take keeps a message, or says that it has it: a known key is the same
// message, for the names in it may be spelled otherwise by now.
func (s *Server) take(key string, t taken, ignoreKeys bool) (int, any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := codeOf(key)
	if known, ok := s.messages[key]; ok && !ignoreKeys {
		err := s.record(simulator.Entry{Kind: simulator.KindRepeat, Act: actSend, Key: key, Code: code, Ref: known.Reference})
		return http.StatusOK, known, err
	}
	e := simulator.Entry{Kind: simulator.KindEffect, At: s.core.Now(), Act: actSend, Key: key, Code: code,
		Ref: fmt.Sprintf("S-%06d", s.made+1), Data: simulator.Pack(t)}
	if err := s.record(e); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, notify.Receipt{Key: key, Reference: e.Ref, DoneAt: e.At}, nil
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	faults, err := s.draw(subject(actLookup, key))
	if err != nil {
		simulator.Refuse(w, http.StatusInternalServerError, "internal_error")
		return
	}
	s.core.Serve(w, r, faults, func() (int, any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if known, ok := s.messages[key]; ok {
			return http.StatusOK, known, nil
		}
		return http.StatusNotFound, map[string]string{"code": "no_such_key"}, nil
	})
}

func codeOf(key string) string {
	code, _, _ := strings.Cut(key, "/")
	return code
}

func subject(act, key string) simulator.Subject {
	code := codeOf(key)
	office, _, _ := strings.Cut(code, "-")
	return simulator.Subject{"act": act, "key": key, "code": code, "office": office}
}

// draw decides what goes wrong with a call and writes it down.
func (s *Server) draw(subject simulator.Subject) (simulator.Faults, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	faults, entry := s.rules.Call(subject)
	if entry == nil {
		return faults, nil
	}
	return faults, s.record(*entry)
}

// record appends an entry and takes it in. The mutex is held.
func (s *Server) record(e simulator.Entry) error {
	if e.At.IsZero() {
		e.At = s.core.Now()
	}
	written, err := s.core.Ledger.Append(e)
	if err != nil {
		return err
	}
	return s.apply(written)
}

// apply takes an entry's part in the state, whether it was written just now or
// is read back.
func (s *Server) apply(e simulator.Entry) error {
	s.effects.Add(e)
	if e.Kind != simulator.KindEffect {
		return s.rules.Replay(e)
	}
	s.made++
	if _, known := s.messages[e.Key]; !known {
		s.messages[e.Key] = notify.Receipt{Key: e.Key, Reference: e.Ref, DoneAt: e.At}
	}
	return nil
}

// CurrentKnobs implements simulator.Desk.
func (s *Server) CurrentKnobs() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules.Knobs()
}

// SetKnobs implements simulator.Desk.
func (s *Server) SetKnobs(raw []byte) error {
	k, err := ParseKnobs(raw)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.use(k, true)
}

// ParseKnobs reads rules from JSON.
func ParseKnobs(raw []byte) (Knobs, error) { return simulator.ParseKnobs[Script](raw) }

// use puts knobs in force. The mutex is held, or nobody else is there yet.
func (s *Server) use(k Knobs, anew bool) error {
	entry, err := s.rules.Use(k, anew)
	if err != nil || entry == nil {
		return err
	}
	return s.record(*entry)
}

// Release implements simulator.Desk: a gateway holds nothing.
func (s *Server) Release(string) (int, error) { return 0, nil }

// Effects implements simulator.Desk.
func (s *Server) Effects() []simulator.Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.effects.List()
}
