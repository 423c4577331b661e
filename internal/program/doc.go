// Package program wires the house: it reads the configuration, opens what the
// parts stand on, and runs them. The commands of cmd/hoso are thin over it, and
// so are the end-to-end tests.
//
//	Config   what the environment and the flags say, checked once
//	Main     register, files, calendar, Temporal's client, relay and teller, opened
//	         RunAPI, RunWorker: the two parts of production
//	RunPortalSim, RunCourierSim, RunSMSSim: the other side, for trying things out
//
// No business rule lives here.
package program
