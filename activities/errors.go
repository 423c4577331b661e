package activities

import (
	"context"
	"errors"
	"log/slog"

	"go.temporal.io/sdk/temporal"

	"hoso/internal/outcome"
	"hoso/internal/store"
	"hoso/workflows"
)

// This is the one table from error to retryable or not. Messages are codes; no
// text of an outside party and no personal data goes into an activity's error,
// for Temporal keeps it.
//
//	store.ErrSuperseded           Superseded      not retried, the workflow begins anew
//	store.ErrNotFound             NotFound        retried: the row may come with a restore
//	outcome refused               EffectRefused   not retried, the message is its code
//	outcome retryable             EffectLater     retried, after Retry-After if one was given
//	outcome unknown, anything else EffectUnknown  retried, and the next try asks first
func asTemporal(err error) error {
	if err == nil {
		return nil
	}
	e := new(outcome.Error)
	switch {
	case errors.Is(err, store.ErrSuperseded):
		return temporal.NewNonRetryableApplicationError("another run is ahead", workflows.SupersededType, nil)
	case errors.Is(err, store.ErrNotFound):
		return temporal.NewApplicationError("not found", "NotFound")
	case errors.Is(err, context.Canceled):
		return context.Canceled // without what it is wrapped in
	case !errors.As(err, &e):
		return temporal.NewApplicationError("unclassified", workflows.EffectUnknownType)
	case e.Kind == outcome.Refused:
		return temporal.NewNonRetryableApplicationError(e.Code, workflows.EffectRefusedType, nil)
	case e.Kind == outcome.Retryable:
		return temporal.NewApplicationErrorWithOptions(e.Code, workflows.EffectLaterType, temporal.ApplicationErrorOptions{NextRetryDelay: e.RetryAfter})
	default:
		return temporal.NewApplicationErrorWithOptions(e.Code, workflows.EffectUnknownType, temporal.ApplicationErrorOptions{NextRetryDelay: e.RetryAfter})
	}
}

// registerError is asTemporal for reads and writes of our own database, which
// are retried until they succeed.
func registerError(err error) error {
	if err == nil || errors.Is(err, store.ErrSuperseded) || errors.Is(err, store.ErrNotFound) {
		return asTemporal(err)
	}
	if store.Unavailable(err) {
		return temporal.NewApplicationError("database away", "RegisterUnavailable")
	}
	slog.Error("the register refuses a step, which is tried again", "cause", store.Cause(err))
	return temporal.NewApplicationError("database error", "RegisterError")
}

// beforeCall marks an error of our own that came before anything was sent.
func beforeCall(err error) error { return outcome.Retry("register_read", 0, err) }
