// Package sim is a public-service portal to try hoso against: it takes dossiers
// over the neutral protocol that portal.HTTPClient speaks, plays the officers
// who decide upon them, and tells of it by signed callbacks.
//
// Left alone, an officer accepts every dossier, processes it and resolves it
// with a paper result:
//
//	submit -> 2 accepted -> 4 processing -> 9 resolved
//
// Rules (see Script) make the officer ask for a supplement or a fee, refuse,
// stop, wait or contradict herself, and make calls go wrong on the way (see
// simulator.Faults). What happens to a dossier is drawn when it arrives and
// written into the ledger; a restarted portal goes on where it was.
//
// The protocol, every call with a bearer token:
//
//	POST /v1/submissions            multipart: submission, document-0, …  -> receipt
//	POST /v1/supplements            multipart: supplement, document-0, …  -> receipt
//	POST /v1/payments               JSON                                  -> receipt
//	POST /v1/withdrawals            JSON                                  -> receipt
//	GET  /v1/acts/{key}             -> receipt, or 404 no_such_key
//	GET  /v1/dossiers/{code}/events -> {"events": […]}, or 404 no_such_dossier
//
// A receipt comes with 201 when the act took place now and with 200 when its
// key was known. Refusals are {"code": "…"} with 400, 404, 409 or 422.
package sim
