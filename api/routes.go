package api

// registerAll names every resource once.
func (s *Server) registerAll() {
	s.registerHealth()
	s.registerMetrics()
	s.registerSpec()
	s.registerDocs()
	if s.deps.Store == nil {
		return
	}
	s.registerProcedures()
	s.registerOffices()
	s.registerClock()
	s.registerDocuments()
	s.registerSeen()
	s.registerCard()
	s.registerDossiers()
	s.registerReadback()
	s.registerPortalStates()
	s.registerReports()
	s.registerTimeline()
	s.registerTerm()
	s.registerNotifications()
	s.registerLists()
	s.registerForms()
	s.registerBooks()
	s.registerCommands()
	s.registerBags()
	s.registerOperations()
	s.registerResult()
	s.registerShipments()
	s.registerWebhooks()
	s.registerTrack()
}
