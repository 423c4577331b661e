package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hoso/internal/arrivals"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/relay"
	"hoso/internal/store"
	"hoso/workflows"
)

// Workflows is what is asked and done of workflows; package relay has it.
type Workflows interface {
	Look(ctx context.Context, id string) (relay.Run, error)
	Ask(ctx context.Context, id, run string) (workflows.State, error)
	End(ctx context.Context, id, run, reason string) error
	Start(ctx context.Context, code string) error
	StartBag(ctx context.Context, number string) error
	Signal(ctx context.Context, m store.Inbox) error
	KickMessage(m store.Inbox)
}

// Options say how patient a reconciler is; zero values stand for those that are
// right for production.
type Options struct {
	Pause time.Duration // between the two looks
	Grace time.Duration // how old something must be to be found missing
	Calls float64       // to each outside party, per second and process
	Log   *slog.Logger
}

// Reconciler looks at dossiers. Use New.
type Reconciler struct {
	store     *store.Store
	workflows Workflows
	door      arrivals.Door
	portal    portal.Connector
	carriers  map[string]courier.Carrier
	o         Options

	mu    sync.Mutex
	sides map[string]*side
}

// New makes a reconciler over the register, whose door takes reports in.
func New(w Workflows, door arrivals.Door, p portal.Connector, carriers map[string]courier.Carrier, o Options) *Reconciler {
	for value, otherwise := range map[*time.Duration]time.Duration{&o.Pause: 3 * time.Second, &o.Grace: 2 * time.Minute} {
		if *value == 0 {
			*value = otherwise
		}
	}
	if o.Calls == 0 {
		o.Calls = 10
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Reconciler{store: door.Store, workflows: w, door: door, portal: p, carriers: carriers, o: o, sides: map[string]*side{}}
}

// side is one party outside, or the workers: asked no oftener than it may be, and
// left alone for a while after it did not answer.
type side struct {
	pace  *rate.Limiter
	quiet time.Time // not asked before then
}

// How long a side is left alone after it did not answer, and how long an answer
// may take.
const (
	leftAlone    = 30 * time.Second
	answerWithin = 5 * time.Second
)

// ask puts a question to a side when it may be asked; said is false when it was
// not asked, or did not answer.
func (r *Reconciler) ask(ctx context.Context, name string, question func(context.Context) error) (said bool, err error) {
	r.mu.Lock()
	s, known := r.sides[name]
	if !known {
		s = &side{pace: rate.NewLimiter(rate.Limit(r.o.Calls), 1)}
		r.sides[name] = s
	}
	quiet := s.quiet
	r.mu.Unlock()
	if r.store.Now().Before(quiet) {
		return false, nil
	}
	if err := s.pace.Wait(ctx); err != nil {
		return false, err
	}
	within, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if err := question(within); err != nil {
		r.mu.Lock()
		s.quiet = r.store.Now().Add(leftAlone)
		r.mu.Unlock()
		r.o.Log.WarnContext(ctx, "a side does not answer and is left alone for a while", "side", name)
		return false, ctx.Err()
	}
	return true, nil
}

// finding is something that is not as the register says.
type finding struct {
	kind string
	what string // in codes, ids and numbers; the same at both looks, or it is in motion
	// heal goes through a door and says which; nil where there is none.
	heal func(context.Context) (done string, err error)
}

// Looked is what came of a look.
type Looked struct {
	Corrected []string // kinds of what was put right
	Standing  []string // kinds of what no door puts right
	// Unasked are sides that were not asked, or did not answer: nothing is said about
	// them.
	Unasked []string

	undone bool // something was found and not put right yet
}

// view is one look at a dossier.
type view struct {
	d       store.Dossier
	run     relay.Run
	state   *workflows.State // nil where no worker answers
	found   []finding
	unasked []string

	deep    bool // the workflow itself is asked in any case
	outside bool // portal and carriers are asked
	grace   time.Duration
	// restored is when the register came out of a backup. Whatever portal and
	// carriers said between the backup and then is missing here.
	restored time.Time
}

// bereft says whether a dossier may lack what was said of it since the backup: for
// a day it is asked about at every look, for what it waits for comes one by one.
func (v *view) bereft(now time.Time) bool {
	return !v.restored.IsZero() && v.d.FiledAt.Before(v.restored) && now.Before(v.restored.Add(aDay))
}

// asked says whether everybody was asked, and answered.
func (v view) asked() bool { return v.outside && len(v.unasked) == 0 }

// askedEvery is how often the sampler asks portal and carriers about a dossier.
const askedEvery = time.Hour

// Depth is how closely a dossier is looked at.
type Depth struct {
	State   bool // the workflow itself is asked even where all seems well
	Outside bool // portal and carriers are asked even where they were not long ago
}

// Look looks at a dossier and puts right what drifted.
func (r *Reconciler) Look(ctx context.Context, code string, deep Depth) (Looked, error) {
	last, err := r.store.LookedAt(ctx, code)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Looked{}, err
	}
	restored, err := r.store.RestoredAt(ctx)
	if err != nil {
		return Looked{}, err
	}
	v := view{deep: deep.State, grace: r.o.Grace, restored: restored}
	v.outside = deep.Outside || last.AskedAt == nil || last.AskedAt.Before(r.store.Now().Add(-askedEvery))
	first, err := r.see(ctx, code, v)
	if err != nil {
		return Looked{}, err
	}
	out := Looked{Unasked: first.unasked}
	if len(first.found) == 0 {
		return out, r.fine(ctx, code, last, first)
	}
	mine, err := r.store.HoldLook(ctx, code, holdFor+r.o.Pause)
	if err != nil || !mine {
		return out, err // somebody else looks at it this moment
	}
	select {
	case <-ctx.Done():
		return out, ctx.Err()
	case <-time.After(r.o.Pause):
	}
	v.deep = true
	second, err := r.see(ctx, code, v)
	if err != nil {
		return out, err
	}
	out.Unasked = second.unasked
	if first.d.Revision != second.d.Revision || first.d.Step != second.d.Step {
		return out, r.store.Looked(ctx, code, last.Drift, false) // overtaken: nothing is said, nothing taken back
	}
	still := slices.DeleteFunc(second.found, func(f finding) bool {
		return !slices.ContainsFunc(first.found, func(b finding) bool { return b.kind == f.kind && b.what == f.what })
	})
	for _, f := range still {
		if err := r.correct(ctx, code, second, f, &out); err != nil {
			return out, err
		}
	}
	switch {
	case len(out.Standing) > 0:
		return out, r.store.Looked(ctx, code, out.Standing[0], second.asked() && !out.undone)
	case out.undone:
		return out, r.store.Looked(ctx, code, last.Drift, false)
	}
	return out, r.fine(ctx, code, last, second)
}

// holdFor is how long a second look and its corrections may take.
const holdFor = time.Minute

// fine notes that nothing stands against a dossier.
func (r *Reconciler) fine(ctx context.Context, code string, last store.Look, v view) error {
	if last.Drift != "" {
		if !v.asked() {
			return r.store.Looked(ctx, code, last.Drift, false) // it may be one of theirs
		}
		if err := r.store.EndDrift(ctx, code); err != nil {
			return err
		}
	}
	return r.store.Looked(ctx, code, "", v.asked())
}

// How often the same correction is tried within a day: by its own door, then by a
// start anew, and then somebody must look.
const (
	triesADay = 2
	aDay      = 24 * time.Hour
)

// correct goes through a finding's door. Where that has been tried in vain, the
// workflow is started anew; where that was, too, or there is no door, a task tells
// a manager.
func (r *Reconciler) correct(ctx context.Context, code string, v view, f finding, out *Looked) error {
	tried, err := r.store.CorrectedSo(ctx, code, f.kind, f.what, r.store.Now().Add(-aDay))
	if err != nil {
		return err
	}
	heal := f.heal
	if heal != nil && tried > 0 && v.run.Running && v.d.Stage != dossier.StageClosed {
		heal = r.anew(code, v.run)
	}
	if heal == nil || tried >= triesADay {
		r.o.Log.ErrorContext(ctx, "the register and another place do not agree, and no door puts it right", "code", code, "kind", f.kind, "found", f.what)
		out.Standing = append(out.Standing, f.kind)
		return r.store.TellDrift(ctx, code, f.kind)
	}
	done, err := heal(ctx)
	if unfit, is := noDoor[f.kind]; is && (errors.Is(err, arrivals.ErrUnfit) || errors.Is(err, store.ErrEventChanged)) {
		out.Standing = append(out.Standing, unfit)
		return r.store.TellDrift(ctx, code, unfit)
	}
	if err != nil {
		r.o.Log.WarnContext(ctx, "drift not put right yet", "code", code, "kind", f.kind)
		out.undone = true
		return nil //nolint:nilerr // the next look tries again
	}
	if done == "" { // it went away by itself
		return nil
	}
	r.o.Log.WarnContext(ctx, "drift put right", "code", code, "kind", f.kind, "found", f.what, "done", done)
	out.Corrected = append(out.Corrected, f.kind)
	return r.store.Correct(ctx, store.Correction{DossierCode: code, Kind: f.kind, Found: f.what, Done: done})
}

// noDoor says what a side's reports are that its door does not take in.
var noDoor = map[string]string{PortalAhead: PortalUnfit, CarrierAhead: CarrierUnfit}

// anew ends a run and starts the workflow from the register.
func (r *Reconciler) anew(code string, run relay.Run) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := r.workflows.End(ctx, code, run.ID, "register and workflow do not agree: started anew from the register"); err != nil {
			return "", err
		}
		return "workflow_started_anew", r.workflows.Start(ctx, code)
	}
}
