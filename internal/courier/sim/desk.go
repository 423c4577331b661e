package sim

import (
	"net/http"
	"strings"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

var _ simulator.Desk = (*Server)(nil)

// lookup answers what became of a key. The confirmation is on disk before it
// leaves: who is told of a booking must never find it undone.
func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	s.ask(w, r, actLookup, func(parcels []*parcel) any { return parcels[0].confirmation() })
}

// events answers all that happened to the parcels of a key.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	s.ask(w, r, actEvents, func(parcels []*parcel) any {
		events := []courier.Event{}
		for _, p := range parcels {
			events = append(events, p.events...)
		}
		return map[string][]courier.Event{"events": events}
	})
}

func (s *Server) ask(w http.ResponseWriter, r *http.Request, act string, answer func([]*parcel) any) {
	q := request{carrier: r.PathValue("carrier"), act: act, key: r.PathValue("key")}
	s.serve(w, r, q, func(bool) (int, any, error) {
		parcels := s.bookings[name{q.carrier, q.key}]
		if len(parcels) == 0 {
			return http.StatusNotFound, map[string]string{"code": "no_such_key"}, nil
		}
		return http.StatusOK, answer(parcels), nil
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
	for _, p := range s.order {
		if !p.held() || !strings.HasPrefix(p.code, prefix) {
			continue
		}
		if err := s.record(simulator.Entry{Kind: simulator.KindRelease, Party: p.carrier, Code: p.code, Ref: p.tracking}); err != nil {
			return n, err
		}
		n++
		s.proceed(p)
	}
	return n, s.core.Ledger.Sync()
}

// Effects implements simulator.Desk.
func (s *Server) Effects() []simulator.Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.effects.List()
}
