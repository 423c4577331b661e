package sim

// resume takes up what the ledger leaves open: callbacks not taken, parcels
// under way. It runs before anything else can.
func (s *Server) resume() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, p := range s.order {
		for _, e := range p.events {
			s.Tell(&p.thread, p.eventEntry(e), s.address(p.carrier), s.cfg.WebhookSecrets[p.carrier])
		}
		s.proceed(p)
	}
}

// proceed lets a parcel go on, if nothing holds it. The mutex is held.
func (s *Server) proceed(p *parcel) {
	_, ready := p.next()
	s.Proceed(&p.thread, ready, func() { s.step(p) })
}

// step lets the next thing happen to a parcel.
func (s *Server) step(p *parcel) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	p.thread.Begin()
	if kind, ready := p.next(); ready {
		entry := p.eventEntry(p.event(kind, s.Now()))
		if err := s.Record(entry); err != nil {
			s.TryLater(&p.thread, func() { s.step(p) }, err)
			return
		}
		s.Tell(&p.thread, entry, s.address(p.carrier), s.cfg.WebhookSecrets[p.carrier])
	}
	s.proceed(p)
}

// address is where a carrier tells of its parcels.
func (s *Server) address(carrier string) string {
	if s.cfg.CallbackBase == "" {
		return ""
	}
	return s.cfg.CallbackBase + "/v1/webhooks/couriers/" + carrier
}
