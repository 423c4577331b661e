package sim

import (
	"fmt"
	"time"

	"hoso/internal/simulator"
)

// resume takes up what the ledger leaves open: callbacks not taken, turns not
// said. It runs before anything else can.
func (s *Server) resume() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, d := range s.order {
		for _, e := range d.events {
			s.tell(d, eventEntry(e))
		}
		s.proceed(d)
	}
}

// proceed lets the officer go on with a dossier, if it is her turn. The mutex
// is held.
func (s *Server) proceed(d *dossier) {
	_, ready := d.next()
	s.Proceed(&d.thread, ready, func() { s.step(d) })
}

// step says a dossier's next turn.
func (s *Server) step(d *dossier) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	d.thread.Begin()
	if t, ready := d.next(); ready {
		entry := eventEntry(d.event(t, s.Now(), func(at time.Time) string { return s.nextNumber(d.Authority, at) }))
		if err := s.Record(entry); err != nil {
			s.TryLater(&d.thread, func() { s.step(d) }, err)
			return
		}
		s.tell(d, entry)
	}
	s.proceed(d)
}

func (s *Server) tell(d *dossier, event simulator.Entry) {
	s.Tell(&d.thread, event, s.cfg.CallbackURL, s.cfg.WebhookSecret)
}

// nextNumber gives the authority's next number of the day. The event that bears
// it counts it.
func (s *Server) nextNumber(authority string, at time.Time) string {
	series := numberSeries(authority, at)
	return fmt.Sprintf("%s-%04d", series, s.numbers[series]+1)
}

// numberSeries is the part of a portal code before its running number.
func numberSeries(authority string, at time.Time) string {
	return authority + "-" + at.In(simulator.Zone).Format("060102")
}
