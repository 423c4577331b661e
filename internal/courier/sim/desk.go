package sim

import (
	"net/http"
	"strings"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

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

// Release lets go on what is held now and whose code begins so, and counts it.
func (s *Server) Release(prefix string) (int, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	n := 0
	for _, p := range s.order {
		if !p.held() || !strings.HasPrefix(p.code, prefix) {
			continue
		}
		if err := s.Record(simulator.Entry{Kind: simulator.KindRelease, Party: p.carrier, Code: p.code, Ref: p.tracking}); err != nil {
			return n, err
		}
		n++
		s.proceed(p)
	}
	return n, s.Ledger.Sync()
}
