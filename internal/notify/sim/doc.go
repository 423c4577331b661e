// Package sim is an SMS gateway to try hoso against: it takes messages over the
// neutral protocol that notify.SMS speaks and sends them to nobody. A message
// stands in its ledger with key and text; numbers are looked at and not kept.
//
// Rules make calls go wrong (see simulator.Faults). Conditions may name act
// (send, lookup), key, code (of the dossier) and office.
//
// The protocol, every call with a bearer token:
//
//	POST /v1/messages        {"key", "to", "text"} -> receipt
//	GET  /v1/messages/{key}  -> receipt, or 404 no_such_key
//
// A receipt comes with 201 when the message was taken now and with 200 when its
// key was known. Refusals are {"code": "…"} with 400 or 422.
package sim
