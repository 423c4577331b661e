// Package sim is a pair of carriers, Vietnam Post and Viettel Post, to try hoso
// against: it takes bookings over the neutral protocol that courier.HTTPClient
// speaks, carries the parcels, and tells of them by callbacks signed with each
// carrier's own secret.
//
// Left alone, a parcel goes its way and is delivered with proof: a parcel home
// to the citizen against a one-time code, one to an authority against an
// officer's signature.
//
//	booked -> picked_up -> in_transit -> out_for_delivery -> delivered
//
// Rules (see Script) make attempts fail, parcels be held, sent back or lost, and
// make calls go wrong on the way (see simulator.Faults). What happens to a
// parcel is drawn when it is booked and written into the ledger; a restarted
// carrier goes on where it was.
//
// The protocol, every call with a bearer token:
//
//	POST /v1/{carrier}/bookings              booking  -> confirmation
//	POST /v1/{carrier}/cancellations         {"key"}  -> {"key"}
//	GET  /v1/{carrier}/bookings/{key}        -> confirmation, or 404 no_such_key
//	GET  /v1/{carrier}/bookings/{key}/events -> {"events": […]}, or 404 no_such_key
//
// Callbacks go to <base>/v1/webhooks/couriers/{carrier}.
package sim
