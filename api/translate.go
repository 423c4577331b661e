package api

import (
	"errors"
	"strings"

	"hoso/internal/arrivals"
	"hoso/internal/store"
)

// translate knows which errors of the register and of the door for reports are
// which problems; nil for those it does not know.
func translate(err error) *Problem {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return NewNotFound()
	case errors.Is(err, store.ErrKeyReused):
		return NewKeyReused()
	case errors.Is(err, store.ErrEventChanged):
		p := NewProblem(Conflict, Field("/event_id", "event_changed"))
		return p
	case errors.Is(err, store.ErrDocumentUsed):
		return NewInvalidDossier(Field("", "document_used"))
	case errors.Is(err, arrivals.ErrUnfit):
		return NewInvalidDossier(Field(unfitPointer(err), "invalid_value"))
	case store.Unavailable(err):
		return NewUnavailable(retryLater)
	}
	return nil
}

// unfitPointer reads the place out of the door's error: it ends with a pointer.
func unfitPointer(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": /"); i >= 0 {
		return text[i+2:]
	}
	return ""
}
