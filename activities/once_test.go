package activities_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/dossier"
	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// asApplication takes an activity's error apart.
func asApplication(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	app := new(temporal.ApplicationError)
	require.ErrorAs(t, err, &app)
	return app
}

func submitting(r portal.Receipt, err error) func(portal.Submission) (portal.Receipt, error) {
	return func(portal.Submission) (portal.Receipt, error) { return r, err }
}

func finding(r portal.Receipt, err error) func(string) (portal.Receipt, error) {
	return func(string) (portal.Receipt, error) { return r, err }
}

// submits is SubmitDossier where only its error matters.
func (w *world) submits(order workflows.Effect) error {
	_, err := w.SubmitDossier(w.t.Context(), order)
	return err
}

var unsure = outcome.Unsure("timeout", errors.New(secret))

func TestFirstTryAsksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := submission(code)
	w.portal.submit = func(s portal.Submission) (portal.Receipt, error) {
		e := w.effect(code)
		require.Equal(t, []any{order.Key, store.EffectPending, 1}, []any{e.Key, e.State, e.Tries}, "the key stands before the call")
		require.Equal(t, []any{order.Key, code, "Nguyễn Văn An"}, []any{s.Key, s.Code, s.Applicant.FullName})
		return portal.Receipt{Key: s.Key, Reference: "ref-1"}, nil
	}
	require.NoError(t, w.submits(order))
	require.Empty(t, w.portal.asked)
	e := w.effect(code)
	require.Equal(t, []any{"submit", store.EffectDone, "ref-1"}, []any{e.Act, e.State, e.Reference})

	for range 3 { // remembered: neither question nor act
		require.NoError(t, w.submits(order))
	}
	require.Empty(t, w.portal.asked)
	require.Equal(t, 1, w.portal.submitted)
	require.Equal(t, "ref-1", w.effect(code).Reference)
}

func TestUnknownIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		found error
		acts  int
		ref   string
	}{
		"it had arrived":       {nil, 1, "found"},
		"it had not arrived":   {portal.ErrNoSuchKey, 2, "done"},
		"not arrived, wrapped": {fmt.Errorf("portal: %w", portal.ErrNoSuchKey), 2, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.file()
			order := submission(code)
			w.portal.submit = submitting(portal.Receipt{}, unsure)
			require.Equal(t, workflows.EffectUnknownType, asApplication(t, w.submits(order)).Type())
			require.Equal(t, store.EffectPending, w.effect(code).State)

			w.portal.submit = submitting(portal.Receipt{Reference: "done"}, nil)
			w.portal.lookup = func(string) (portal.Receipt, error) {
				require.Equal(t, 1, w.portal.submitted, "asked before anything is sent again")
				if c.found != nil {
					return portal.Receipt{}, c.found
				}
				return portal.Receipt{Reference: "found"}, nil
			}
			require.NoError(t, w.submits(order))
			require.Equal(t, []string{order.Key}, w.portal.asked)
			require.Equal(t, c.acts, w.portal.submitted)
			e := w.effect(code)
			require.Equal(t, []any{store.EffectDone, c.ref, 2}, []any{e.State, e.Reference, e.Tries})
		})
	}
}

func TestARefusalIsFinalForItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	w.portal.submit = submitting(portal.Receipt{}, outcome.Refuse("procedure_closed"))
	for range 3 {
		app := asApplication(t, w.submits(submission(code)))
		require.Equal(t, []any{workflows.EffectRefusedType, "procedure_closed", true}, []any{app.Type(), app.Message(), app.NonRetryable()})
	}
	require.Equal(t, 1, w.portal.submitted)
	require.Empty(t, w.portal.asked)
	e := w.effect(code)
	require.Equal(t, []any{store.EffectRefused, "procedure_closed"}, []any{e.State, e.Cause})

	w.portal.submit = submitting(portal.Receipt{}, nil)
	next := submission(code)
	next.Key = code + "/submit/2"
	require.NoError(t, w.submits(next), "another key is another act")
	require.Equal(t, 2, w.portal.submitted)
}

func TestNothingIsSentWhileTheQuestionFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err           error
		kind, message string
	}{
		"no answer":            {outcome.Unsure("timeout", errors.New(secret)), workflows.EffectUnknownType, "timeout"},
		"too many":             {outcome.Retry("rate_limited", time.Minute, errors.New(secret)), workflows.EffectLaterType, "rate_limited"},
		"nobody's word":        {errors.New(secret), workflows.EffectUnknownType, "unclassified"},
		"the question refused": {outcome.Refuse("forbidden"), workflows.EffectUnknownType, "lookup_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.file()
			w.portal.submit = submitting(portal.Receipt{}, unsure)
			require.Error(t, w.submits(submission(code)))
			w.portal.lookup = finding(portal.Receipt{}, c.err)
			for range 2 {
				app := asApplication(t, w.submits(submission(code)))
				require.Equal(t, []any{c.kind, c.message, false}, []any{app.Type(), app.Message(), app.NonRetryable()})
				require.NotContains(t, app.Error(), secret)
			}
			require.Equal(t, 1, w.portal.submitted)
			require.Equal(t, store.EffectPending, w.effect(code).State, "a question refused refuses no act")
		})
	}
}

func TestEveryOutcomeAsTemporalSeesIt(t *testing.T) {
	t.Parallel()
	cause := errors.New(secret)
	for name, c := range map[string]struct {
		err           error
		kind, message string
		final         bool
		after         time.Duration
	}{
		"refused":            {&outcome.Error{Kind: outcome.Refused, Code: "closed", Err: cause}, workflows.EffectRefusedType, "closed", true, 0},
		"refused, wrapped":   {fmt.Errorf("%s: %w", secret, outcome.Refuse("closed")), workflows.EffectRefusedType, "closed", true, 0},
		"later":              {outcome.Retry("busy", 0, cause), workflows.EffectLaterType, "busy", false, 0},
		"later, at a time":   {outcome.Retry("rate_limited", 90*time.Second, cause), workflows.EffectLaterType, "rate_limited", false, 90 * time.Second},
		"unknown":            {outcome.Unsure("timeout", cause), workflows.EffectUnknownType, "timeout", false, 0},
		"unknown, at a time": {&outcome.Error{Code: "bad_gateway", RetryAfter: time.Minute, Err: cause}, workflows.EffectUnknownType, "bad_gateway", false, time.Minute},
		"unclassified":       {cause, workflows.EffectUnknownType, "unclassified", false, 0},
		"out of time":        {fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), workflows.EffectUnknownType, "unclassified", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.portal.submit = submitting(portal.Receipt{}, c.err)
			err := w.submits(submission(w.file()))
			app := asApplication(t, err)
			require.Equal(t, []any{c.kind, c.message, c.final, c.after}, []any{app.Type(), app.Message(), app.NonRetryable(), app.NextRetryDelay()})
			require.NotContains(t, err.Error(), secret)
			for cause := err; cause != nil; cause = errors.Unwrap(cause) {
				require.NotContains(t, cause.Error(), secret, "nor does anything in it")
			}
		})
	}
}

func TestACancelledActIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.portal.submit = submitting(portal.Receipt{}, fmt.Errorf("%s: %w", secret, context.Canceled))
	require.Equal(t, context.Canceled, w.submits(submission(w.file())))
}

func TestErrorsOfTheRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	_, err := w.LoadDossier(t.Context(), "VNPHKI-250205-9999-X")
	app := asApplication(t, err)
	require.Equal(t, []any{"NotFound", false}, []any{app.Type(), app.NonRetryable()}, "the row may come with a restore")

	_, err = w.RecordTransition(t.Context(), register.Transition{Code: code, Step: 7, Kind: "ahead", Actor: "system"})
	app = asApplication(t, err)
	require.Equal(t, []any{workflows.SupersededType, true}, []any{app.Type(), app.NonRetryable()})

	require.NoError(t, w.Store.Close())
	_, err = w.LoadDossier(t.Context(), code)
	app = asApplication(t, err)
	require.Equal(t, []any{"RegisterUnavailable", false, "database away"}, []any{app.Type(), app.NonRetryable(), app.Message()})
	app = asApplication(t, w.submits(submission(code)))
	require.Equal(t, "RegisterUnavailable", app.Type())
	require.Zero(t, w.portal.submitted, "no key stored, nothing sent")
}

// A call that was cut off, or died with its process, may still be at work over
// there: until that cannot be, "no such act" is no leave to do it again.
func TestActThatMayBeUnderWayIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := submission(code)
	_, first, err := w.Store.BeginEffect(t.Context(), order.Key, code, "submit") // and then the process was killed
	require.NoError(t, err)
	require.True(t, first)
	w.portal.lookup = finding(portal.Receipt{}, portal.ErrNoSuchKey)
	w.portal.submit = submitting(portal.Receipt{Reference: "ref-1"}, nil)

	app := asApplication(t, w.submits(order))
	require.Equal(t, []any{workflows.EffectLaterType, "may_be_under_way", 20 * time.Second}, []any{app.Type(), app.Message(), app.NextRetryDelay()})
	require.Zero(t, w.portal.submitted)

	// Once it is known how that call ended, the act is done.
	require.NoError(t, w.Store.EndEffect(t.Context(), order.Key, store.EffectPending, "", "server_error"))
	require.NoError(t, w.submits(order))
	require.Equal(t, 1, w.portal.submitted)
}

// A worker restarted over and over asks often; that must not put off for ever
// the moment from which "no such act" is an answer.
func TestAskingDoesNotKeepADeadCallUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	order := submission(code)
	_, _, err := w.Store.BeginEffect(t.Context(), order.Key, code, "submit") // and then the process was killed
	require.NoError(t, err)
	w.portal.lookup = finding(portal.Receipt{}, portal.ErrNoSuchKey)
	w.portal.submit = submitting(portal.Receipt{Reference: "ref-1"}, nil)

	for _, left := range []time.Duration{13 * time.Second, 6 * time.Second} {
		w.now = w.now.Add(7 * time.Second)
		app := asApplication(t, w.submits(order))
		require.Equal(t, []any{"may_be_under_way", left}, []any{app.Message(), app.NextRetryDelay()})
	}
	w.now = w.now.Add(6 * time.Second)
	require.NoError(t, w.submits(order))
	require.Equal(t, 1, w.portal.submitted)
	e := w.effect(code)
	require.Equal(t, []any{store.EffectDone, "ref-1"}, []any{e.State, e.Reference})
}

// taken is a portal's answer when all goes well.
func taken(s portal.Submission) (portal.Receipt, error) {
	return portal.Receipt{Key: s.Key, Reference: "ref-1"}, nil
}

// The step that follows from an act is recorded with its end, once, also when the
// answer is lost or when the end was written before.
func TestTheStepThatFollows(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(w *world, order workflows.Effect){
		"at once":         func(*world, workflows.Effect) {},
		"done, asked for": func(w *world, order workflows.Effect) { require.NoError(w.t, w.submits(order)) },
		"ended before": func(w *world, order workflows.Effect) {
			order.Then = nil
			require.NoError(w.t, w.submits(order))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.file()
			order := submission(code)
			then := w.step(code, func(p *register.Position) { p.Stage, p.Submitted = dossier.StageDecision, true })
			then.Kind = "submitted"
			order.Then = &then
			w.portal.submit = taken
			before(w, order)
			for range 2 {
				got, err := w.SubmitDossier(t.Context(), order)
				require.NoError(t, err)
				require.NotNil(t, got.Recorded)
				require.EqualValues(t, 2, got.Recorded.Revision)
			}
			require.Equal(t, 1, w.portal.submitted)
			require.Equal(t, store.EffectDone, w.effect(code).State)
			d, err := w.Store.Start(t.Context(), code)
			require.NoError(t, err)
			require.Equal(t, []any{dossier.StageDecision, then.Step, int64(2)}, []any{d.Stage, d.Step, d.Revision})
		})
	}
}

// What keeps the step from being recorded does not undo what has happened outside.
func TestTheStepThatFollowsIsSuperseded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.portal.submit = taken
	code := w.file()
	order := submission(code)
	then := w.step(code, func(p *register.Position) { p.Stage = dossier.StageDecision })
	then.Step += 3
	order.Then = &then
	for range 2 {
		got, err := w.SubmitDossier(t.Context(), order)
		require.NoError(t, err)
		require.Nil(t, got.Recorded, "it is the workflow's affair")
	}
	require.Equal(t, 1, w.portal.submitted)
	require.Equal(t, store.EffectDone, w.effect(code).State)
}

// A refusal leads elsewhere: nothing is recorded with it.
func TestNoStepFollowsARefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file()
	w.portal.submit = func(portal.Submission) (portal.Receipt, error) {
		return portal.Receipt{}, outcome.Refuse("invalid_dossier")
	}
	order := submission(code)
	then := w.step(code, func(p *register.Position) { p.Stage = dossier.StageDecision })
	order.Then = &then
	require.Equal(t, workflows.EffectRefusedType, asApplication(t, w.submits(order)).Type())
	d, err := w.Store.Start(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, then.Step-1, d.Step)
}
