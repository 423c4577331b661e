package sim

import (
	"net/http"
	"strings"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// lookup answers what became of a key. The receipt is on disk before it leaves:
// who is told that an act took place must never find it undone.
func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	s.serve(w, r, request{act: actLookup, key: key}, func(bool) (int, any, error) {
		if found, known := s.receipts[key]; known {
			return http.StatusOK, found.Receipt, nil
		}
		return http.StatusNotFound, map[string]string{"code": "no_such_key"}, nil
	})
}

// events answers all that was said about a dossier.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	s.serve(w, r, request{act: actEvents, code: code}, func(bool) (int, any, error) {
		d := s.dossiers[code]
		if d == nil {
			return http.StatusNotFound, map[string]string{"code": "no_such_dossier"}, nil
		}
		return http.StatusOK, map[string][]portal.Event{"events": append([]portal.Event{}, d.events...)}, nil
	})
}

// Release lets go on what is held now and whose code begins so, and counts it.
func (s *Server) Release(prefix string) (int, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	n := 0
	for _, d := range s.order {
		if !d.held() || !strings.HasPrefix(d.code, prefix) {
			continue
		}
		if err := s.Record(simulator.Entry{Kind: simulator.KindRelease, Code: d.code}); err != nil {
			return n, err
		}
		n++
		s.proceed(d)
	}
	return n, s.Ledger.Sync()
}
