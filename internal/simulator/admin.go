package simulator

import (
	"io"
	"net/http"
)

// Desk is what an operator, or a test, does with a running simulator.
type Desk interface {
	// CurrentKnobs gives the knobs in force.
	CurrentKnobs() any
	// SetKnobs puts other knobs in force, until the simulator ends. What was
	// drawn for dossiers already there stays as it was.
	SetKnobs(raw []byte) error
	// Release lets go on what is held now and whose code begins so, and counts it.
	Release(prefix string) (int, error)
	// Effects lists how often each act took place.
	Effects() []Effect
}

// Administer adds the desk's calls to a mux:
//
//	GET  /admin/knobs    the knobs in force
//	PUT  /admin/knobs    other knobs
//	POST /admin/release  {"code": "…"} or {"prefix": "…"}; neither means all
//	GET  /admin/effects  every effect and how often it took place
//	GET  /admin/pending  how much is due or still to be told
func (c *Core) Administer(mux *http.ServeMux, d Desk) {
	mux.HandleFunc("GET /admin/knobs", func(w http.ResponseWriter, _ *http.Request) {
		Answer(w, http.StatusOK, d.CurrentKnobs())
	})
	mux.HandleFunc("PUT /admin/knobs", func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
		if err == nil {
			err = d.SetKnobs(raw)
		}
		if err != nil {
			Answer(w, http.StatusBadRequest, map[string]string{"code": "invalid_knobs", "message": err.Error()})
			return
		}
		Answer(w, http.StatusOK, d.CurrentKnobs())
	})
	mux.HandleFunc("POST /admin/release", func(w http.ResponseWriter, r *http.Request) {
		var ask struct{ Code, Prefix string }
		if r.ContentLength != 0 && ReadJSON(r.Body, &ask) != nil {
			Refuse(w, http.StatusBadRequest, "invalid_request")
			return
		}
		n, err := d.Release(ask.Code + ask.Prefix)
		if err != nil {
			Refuse(w, http.StatusInternalServerError, "internal_error")
			return
		}
		Answer(w, http.StatusOK, map[string]int{"released": n})
	})
	mux.HandleFunc("GET /admin/effects", func(w http.ResponseWriter, _ *http.Request) {
		Answer(w, http.StatusOK, map[string][]Effect{"effects": d.Effects()})
	})
	mux.HandleFunc("GET /admin/pending", func(w http.ResponseWriter, _ *http.Request) {
		Answer(w, http.StatusOK, map[string]int{"pending": c.load.count()})
	})
}
