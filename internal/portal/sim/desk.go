package sim

import (
	"net/http"
	"strings"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

var _ simulator.Desk = (*Server)(nil)

// lookup answers what became of a key. The receipt is on disk before it leaves:
// who is told that an act took place must never find it undone.
func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	s.ask(w, r, request{act: actLookup, key: key}, func() (int, any) {
		if found, known := s.receipts[key]; known {
			return http.StatusOK, found.Receipt
		}
		return http.StatusNotFound, map[string]string{"code": "no_such_key"}
	})
}

// events answers all that was said about a dossier.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	s.ask(w, r, request{act: actEvents, code: code}, func() (int, any) {
		d := s.dossiers[code]
		if d == nil {
			return http.StatusNotFound, map[string]string{"code": "no_such_dossier"}
		}
		return http.StatusOK, map[string][]portal.Event{"events": append([]portal.Event{}, d.events...)}
	})
}

// ask carries a question through its faults to its answer.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, q request, answer func() (int, any)) {
	faults, err := s.draw(s.subject(q))
	if err != nil {
		simulator.Refuse(w, http.StatusInternalServerError, "internal_error")
		return
	}
	s.core.Serve(w, r, faults, func() (int, any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		status, found := answer()
		return status, found, nil
	})
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

// Release implements simulator.Desk.
func (s *Server) Release(prefix string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, d := range s.order {
		if !d.held() || !strings.HasPrefix(d.code, prefix) {
			continue
		}
		if err := s.record(simulator.Entry{Kind: simulator.KindRelease, Code: d.code}); err != nil {
			return n, err
		}
		n++
		s.proceed(d)
	}
	return n, s.core.Ledger.Sync()
}

// Effects implements simulator.Desk.
func (s *Server) Effects() []simulator.Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.effects.List()
}
