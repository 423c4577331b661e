package printer

import (
	"errors"
	"time"

	"hoso/internal/forms"
	"hoso/internal/receipt"
	"hoso/internal/store"
)

// The causes besides "field:NAME", which names the field at fault.
const (
	causeAway   = "register_away"
	causeRender = "not_rendered"
)

// CauseOf is the code of why a form could not be rendered. It names a field and
// never a value.
func CauseOf(err error) string {
	var problems forms.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return "field:" + problems[0].Field
	}
	var field *receipt.FieldError
	if errors.As(err, &field) {
		return "field:statement." + field.Field
	}
	if store.Unavailable(err) {
		return causeAway
	}
	return causeRender
}

// waits are how long a form is left alone after each try that failed; after the
// last one it has failed, and is rendered only when somebody asks for it.
var waits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}

// waitAfter is the wait after a try, counted from 1; more is false after the last.
func waitAfter(try int) (wait time.Duration, more bool) {
	if try > len(waits) {
		return 0, false
	}
	return waits[max(try, 1)-1], true
}
