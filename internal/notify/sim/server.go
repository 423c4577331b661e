package sim

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
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

// ParseKnobs reads rules from JSON.
func ParseKnobs(raw []byte) (Knobs, error) { return simulator.ParseKnobs[Script](raw) }

var ruleWords = []string{"act", "key", "code", "office"}

// The acts.
const (
	actSend   = "send"
	actLookup = "lookup"
)

// Server is one gateway.
type Server struct {
	*simulator.Desk[Script]

	messages map[string]notify.Receipt // by key
	made     int
}

// taken is what the ledger keeps of a message.
type taken struct {
	Text       string `json:"text"`
	Characters int    `json:"characters"`
}

var _ simulator.Simulator = (*Server)(nil)

// New opens the ledger and takes up where it ends.
func New(cfg Config) (*Server, error) {
	s := &Server{messages: map[string]notify.Receipt{}}
	var err error
	if s.Desk, err = simulator.Open(simulator.Setup[Script]{
		LedgerPath: cfg.LedgerPath, Token: cfg.Token, Clock: cfg.Clock, Log: cfg.Log, Knobs: cfg.Knobs,
		Words: ruleWords, Check: func(Script) error { return nil }, Apply: s.apply,
	}); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves the protocol and the desk.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", s.send)
	mux.HandleFunc("GET /v1/messages/{key}", s.lookup)
	s.Administer(mux, func(string) (int, error) { return 0, nil }) // a gateway holds nothing
	return s.Guard(mux)
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
	s.Call(w, r, subject(actSend, m.Key), func(ignoreKeys bool) (int, any, error) { return s.take(m.Key, t, ignoreKeys) })
}

// take keeps a message, or says that it has it: a known key is the same
// message, for the names in it may be spelled otherwise by now. The
// mutex is held.
func (s *Server) take(key string, t taken, ignoreKeys bool) (int, any, error) {
	code := codeOf(key)
	if known, ok := s.messages[key]; ok && !ignoreKeys {
		err := s.Record(simulator.Entry{Kind: simulator.KindRepeat, Act: actSend, Key: key, Code: code, Ref: known.Reference})
		return http.StatusOK, known, err
	}
	e := simulator.Entry{Kind: simulator.KindEffect, At: s.Now(), Act: actSend, Key: key, Code: code,
		Ref: fmt.Sprintf("S-%06d", s.made+1), Data: simulator.Pack(t)}
	if err := s.Record(e); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, notify.Receipt{Key: key, Reference: e.Ref, DoneAt: e.At}, nil
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	s.Call(w, r, subject(actLookup, key), func(bool) (int, any, error) {
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

// subject gathers what rules may ask of a call.
func subject(act, key string) func() simulator.Subject {
	code := codeOf(key)
	office, _, _ := strings.Cut(code, "-")
	return func() simulator.Subject {
		return simulator.Subject{"act": act, "key": key, "code": code, "office": office}
	}
}

// apply takes an entry's part in the state.
func (s *Server) apply(e simulator.Entry) error {
	if e.Kind != simulator.KindEffect {
		return nil
	}
	s.made++
	if _, known := s.messages[e.Key]; !known {
		s.messages[e.Key] = notify.Receipt{Key: e.Key, Reference: e.Ref, DoneAt: e.At}
	}
	return nil
}
