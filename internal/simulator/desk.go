package simulator

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

// Desk is what every simulator has besides its own story: the core, the rules in
// force, the count of effects, and what an operator, or a test, does with them
// while it runs. A simulator embeds it.
type Desk[S any] struct {
	*Core
	// Mu guards the rules, the effects and the simulator's own state.
	Mu    sync.Mutex
	Rules *Rules[S]

	effects Tally
	apply   func(Entry) error
}

// Setup is what a desk is opened with.
type Setup[S any] struct {
	LedgerPath string
	Token      string
	Clock      Clock
	Log        *slog.Logger
	Knobs      Knobs[S]
	// Words are the conditions a rule may have, Check judges a rule's script.
	Words []string
	Check func(S) error
	// Apply takes an entry's part in the simulator's own state: the only way in
	// which it changes, whether the entry was written just now or is read back.
	Apply func(Entry) error
}

// Open opens the ledger, takes up where it ends and puts the knobs in force.
func Open[S any](s Setup[S]) (*Desk[S], error) {
	d := &Desk[S]{Rules: NewRules(s.Words, s.Check), apply: s.Apply}
	var err error
	if d.Core, err = NewCore(s.LedgerPath, s.Token, s.Clock, s.Log, d.replay); err != nil {
		return nil, err
	}
	if err := d.use(s.Knobs, false); err != nil {
		return nil, errors.Join(err, d.Ledger.Close())
	}
	return d, nil
}

// Record appends an entry and takes it in. The mutex is held.
func (d *Desk[S]) Record(e Entry) error {
	if e.At.IsZero() {
		e.At = d.Now()
	}
	written, err := d.Ledger.Append(e)
	if err != nil {
		return err
	}
	return d.replay(written)
}

func (d *Desk[S]) replay(e Entry) error {
	d.effects.Add(e)
	if err := d.Rules.Replay(e); err != nil {
		return err
	}
	return d.apply(e)
}

// Call carries one call through its faults to its answer. Subject gathers what
// rules may ask of it; do does it and is told whether keys are ignored. Both run
// with the mutex held.
func (d *Desk[S]) Call(w http.ResponseWriter, r *http.Request, subject func() Subject, do func(ignoreKeys bool) (status int, answer any, err error)) {
	faults, err := d.draw(subject)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "internal_error")
		return
	}
	d.Serve(w, r, faults, func() (int, any, error) {
		d.Mu.Lock()
		defer d.Mu.Unlock()
		return do(faults.IgnoreKeys)
	})
}

// draw decides what goes wrong with a call and writes it down.
func (d *Desk[S]) draw(subject func() Subject) (Faults, error) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	faults, entry := d.Rules.Call(subject())
	if entry == nil {
		return faults, nil
	}
	return faults, d.Record(*entry)
}

// CurrentKnobs gives the knobs in force.
func (d *Desk[S]) CurrentKnobs() Knobs[S] {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	return d.Rules.Knobs()
}

// SetKnobs puts other knobs in force, until the simulator ends. What was drawn
// for dossiers already there stays as it was.
func (d *Desk[S]) SetKnobs(raw []byte) error {
	k, err := ParseKnobs[S](raw)
	if err != nil {
		return err
	}
	d.Mu.Lock()
	defer d.Mu.Unlock()
	return d.use(k, true)
}

// use puts knobs in force. The mutex is held, or nobody else is there yet.
func (d *Desk[S]) use(k Knobs[S], anew bool) error {
	entry, err := d.Rules.Use(k, anew)
	if err != nil || entry == nil {
		return err
	}
	return d.Record(*entry)
}

// Effects lists how often each act took place.
func (d *Desk[S]) Effects() []Effect {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	return d.effects.List()
}

// Administer adds the desk's calls to a mux. Release lets go on what is held now
// and whose code begins so, and counts it.
//
//	GET  /admin/knobs    the knobs in force
//	PUT  /admin/knobs    other knobs
//	POST /admin/release  {"code": "…"} or {"prefix": "…"}; neither means all
//	GET  /admin/effects  every effect and how often it took place
//	GET  /admin/pending  how much is due or still to be told
func (d *Desk[S]) Administer(mux *http.ServeMux, release func(prefix string) (int, error)) {
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
		n, err := release(ask.Code + ask.Prefix)
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
		Answer(w, http.StatusOK, map[string]int{"pending": d.load.count()})
	})
}
