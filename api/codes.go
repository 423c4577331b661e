package api

import "net/http"

// Code is the stable word by which a client tells one problem from another. It
// never changes, while titles and details may be worded better.
type Code string

// The problem codes.
const (
	InvalidRequest   Code = "invalid_request"    // 400: shape, not business
	Unauthenticated  Code = "unauthenticated"    // 401
	Forbidden        Code = "forbidden"          // 403
	NotFound         Code = "not_found"          // 404, also for what one may not see
	MethodNotAllowed Code = "method_not_allowed" // 405
	RequestTimeout   Code = "request_timeout"    // 408: the body came too slowly
	Conflict         Code = "conflict"           // 409, with state and allowed
	TooLarge         Code = "too_large"          // 413
	UnsupportedMedia Code = "unsupported_media"  // 415
	InvalidDossier   Code = "invalid_dossier"    // 422: business rules
	InvalidTerm      Code = "invalid_term"       // 422: no due date can be given
	InvalidCard      Code = "invalid_card"       // 422: no identity card could be read
	KeyReused        Code = "key_reused"         // 422: Idempotency-Key with another body
	RateLimited      Code = "rate_limited"       // 429 with Retry-After
	Internal         Code = "internal"           // 500
	Unavailable      Code = "unavailable"        // 503 with Retry-After
)

var statuses = map[Code]int{
	InvalidRequest:   http.StatusBadRequest,
	Unauthenticated:  http.StatusUnauthorized,
	Forbidden:        http.StatusForbidden,
	NotFound:         http.StatusNotFound,
	MethodNotAllowed: http.StatusMethodNotAllowed,
	RequestTimeout:   http.StatusRequestTimeout,
	Conflict:         http.StatusConflict,
	TooLarge:         http.StatusRequestEntityTooLarge,
	UnsupportedMedia: http.StatusUnsupportedMediaType,
	InvalidDossier:   http.StatusUnprocessableEntity,
	InvalidTerm:      http.StatusUnprocessableEntity,
	InvalidCard:      http.StatusUnprocessableEntity,
	KeyReused:        http.StatusUnprocessableEntity,
	RateLimited:      http.StatusTooManyRequests,
	Internal:         http.StatusInternalServerError,
	Unavailable:      http.StatusServiceUnavailable,
}

// Status is the HTTP status that goes with the code.
func (c Code) Status() int {
	if status, known := statuses[c]; known {
		return status
	}
	return http.StatusInternalServerError
}

// codeFor finds the code for a status that some library chose. Any 422 of huma's
// own is a matter of shape, hence a 400 here: 422 is kept for business rules.
func codeFor(status int) Code {
	switch status {
	case http.StatusUnauthorized:
		return Unauthenticated
	case http.StatusForbidden:
		return Forbidden
	case http.StatusNotFound:
		return NotFound
	case http.StatusMethodNotAllowed:
		return MethodNotAllowed
	case http.StatusRequestTimeout:
		return RequestTimeout
	case http.StatusConflict:
		return Conflict
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusUnsupportedMediaType:
		return UnsupportedMedia
	case http.StatusTooManyRequests:
		return RateLimited
	case http.StatusServiceUnavailable:
		return Unavailable
	}
	if status >= 400 && status < 500 {
		return InvalidRequest
	}
	return Internal
}
