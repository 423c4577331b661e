// Package call makes one HTTP call to an outside party and says, in outcome's
// words, how it ended. Adapters of portals and carriers share it, so that the
// judgement on which duplicates hang is made in one place.
//
//	what came back                            an act (POST)         a question (GET)
//	---------------------------------------   -------------------   -------------------
//	2xx with the answer asked for             done                  done
//	2xx with anything else, too long, cut     unknown               unknown
//	401                                       retryable             retryable
//	429; 503 with Retry-After                 retryable             retryable
//	other 4xx                                 refused, their code   unknown, or ErrNothing
//	3xx, 408, 5xx                             unknown               unknown
//	no connection was ever had                retryable             retryable
//	time-out or reset after that              unknown               unknown
//
// Redirects are not followed: the token is for the party it was made for, and
// an act told to go elsewhere has an ending nobody can vouch for. A 401 speaks
// of our token, not of the dossier, and so is no refusal of it.
//
// A call is sent once. In particular it bears no Idempotency-Key header, which
// net/http takes as leave to send a POST again by itself over a new connection:
// whether to repeat is decided by who can first look the key up.
package call
