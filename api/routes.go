package api

// registerAll names every resource once.
func (s *Server) registerAll() {
	s.registerHealth()
	s.registerMetrics()
	s.registerSpec()
	s.registerDocs()
}
