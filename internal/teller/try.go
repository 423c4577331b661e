package teller

import (
	"cmp"
	"context"
	"errors"
	"time"

	"hoso/internal/downstream"
	"hoso/internal/notice"
	"hoso/internal/notify"
	"hoso/internal/outcome"
	"hoso/internal/store"
)

// The outcomes in the log besides outcome's own words.
const (
	tryDone     = "done"
	tryNotTold  = "not_told"  // put away; nobody was told
	tryNotBegun = "not_begun" // it did not come to a message
)

// The causes that are ours.
const (
	causeNoAddress = "no_address"
	causeNoChannel = "channel_not_configured"
	causeNoWords   = "no_words"
	causeAway      = "register_away"
	causeCutOff    = "cut_off"
	causeUnderWay  = "may_be_under_way"
	causeCalledOff = "called_off"
)

// underWay is how long the other side may still be at work on a call that was
// given up or died with its process. Until then "no such message" is no answer.
const underWay = 20 * time.Second

// attempt is one try of one notification.
type attempt struct {
	*Teller
	store.Notification
	book    *notice.Book
	channel notify.Channel
	about   store.Told // the dossier it is of
	known   bool       // whether the register told it
	// restored is when the register came out of a backup, zero when it did not.
	restored time.Time
}

// try makes one try and says how it ended.
func (t *Teller) try(ctx context.Context, n store.Notification, about map[string]store.Told, restored time.Time) store.Ending {
	of, known := about[n.DossierCode]
	a := attempt{t, n, notice.Version(n.Version, t.store.Now()), t.channels[n.Channel], of, known, restored}
	e := a.make(ctx)
	e.Notification = n
	return e
}

func (a attempt) make(ctx context.Context) store.Ending {
	if ctx.Err() != nil {
		return store.Ending{State: store.NotificationPending, NextAt: a.store.Now(), Open: a.TryingAt != nil, Outcome: tryNotBegun, Cause: causeCalledOff}
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	if a.channel == nil {
		return a.instead(store.NotificationFailed, tryNotBegun, causeNoChannel)
	}
	if a.Attempts > 1 {
		downstream.Repeat(string(a.Channel))
	}
	if a.TryingAt != nil || a.mayBeTold() { // a try before has no known end
		if e, known := a.ask(ctx); known {
			return e
		}
	}
	m, problem := a.message(ctx)
	switch problem {
	case "":
		return a.send(ctx, m)
	case causeNoAddress:
		return a.instead(store.NotificationSkipped, tryNotBegun, problem)
	case causeNoWords:
		return a.instead(store.NotificationFailed, tryNotBegun, problem)
	default:
		return a.later(tryNotBegun, problem, 0)
	}
}

// mayBeTold says whether the register that is gone, of which ours is the backup, may
// have told it: the dossier was there then, and it may have come to the same step.
func (a attempt) mayBeTold() bool { return a.known && a.about.Dossier.FiledAt.Before(a.restored) }

// waited says whether it waited in the backup already, or follows from one that did.
func (a attempt) waited() bool { return a.Facts.At.Before(a.restored) }

// ask finds out what became of the try before. known is false when the message
// was certainly not taken, and may be sent; so may one of a step that was taken
// again since a restore, where nobody can be asked: most such steps are new.
func (a attempt) ask(ctx context.Context) (e store.Ending, known bool) {
	r, err := a.channel.Lookup(ctx, a.Key())
	switch {
	case err == nil:
		return done(r), true
	case errors.Is(err, notify.ErrCannotAsk) && a.TryingAt == nil && !a.waited():
		return store.Ending{}, false
	case errors.Is(err, notify.ErrCannotAsk):
		return a.lost(cmp.Or(a.Cause, causeCutOff)), true
	case !errors.Is(err, notify.ErrNoSuchKey):
		return a.open(codeOf(err), underWay), true
	}
	begun := a.restored
	if a.TryingAt != nil {
		begun = *a.TryingAt
	}
	if left := begun.Add(underWay).Sub(a.store.Now()); left > 0 {
		return a.open(causeUnderWay, left), true
	}
	return store.Ending{}, false
}

// send hands the message over and judges the end.
func (a attempt) send(ctx context.Context, m notify.Message) store.Ending {
	r, err := a.channel.Send(ctx, m)
	if err == nil {
		return done(r)
	}
	kind, cause := outcome.KindOf(err), codeOf(err)
	a.log.WarnContext(ctx, "notification not sent", "key", a.Key(), "outcome", kind.String(), "cause", cause)
	switch kind {
	case outcome.Refused:
		return a.instead(store.NotificationFailed, kind.String(), cause)
	case outcome.Retryable:
		e := new(outcome.Error)
		errors.As(err, &e)
		return a.later(kind.String(), cause, e.RetryAfter)
	default:
		return a.open(cause, underWay)
	}
}

func codeOf(err error) string {
	if e := new(outcome.Error); errors.As(err, &e) {
		return e.Code
	}
	return "unclassified"
}

func done(r notify.Receipt) store.Ending {
	if r.NotTold {
		return store.Ending{State: store.NotificationNotTold, Outcome: tryNotTold, Reference: r.Reference}
	}
	return store.Ending{State: store.NotificationSent, Outcome: tryDone, Reference: r.Reference}
}

// later tries again as the policy says, or gives the channel up. Nothing was
// taken so far.
func (a attempt) later(how, cause string, after time.Duration) store.Ending {
	wait, again := a.book.Retries.Wait(a.Attempts)
	if !again {
		return a.instead(store.NotificationFailed, how, cause)
	}
	return store.Ending{State: store.NotificationPending, NextAt: a.store.Now().Add(max(wait, after)), Outcome: how, Cause: cause}
}

// open leaves it open whether the message was taken, and asks later. When it
// has been asked in vain as often as the policy allows, that is the end.
func (a attempt) open(cause string, after time.Duration) store.Ending {
	if _, again := a.book.Retries.Wait(a.Attempts); !again {
		return a.lost(cause)
	}
	return store.Ending{State: store.NotificationPending, NextAt: a.store.Now().Add(after), Open: true, Outcome: outcome.Unknown.String(), Cause: cause}
}

// lost ends a notification that may have arrived. Whether another channel is
// used all the same is the policy's word.
func (a attempt) lost(cause string) store.Ending {
	e := store.Ending{State: store.NotificationUnknown, Outcome: outcome.Unknown.String(), Cause: cause}
	if a.book.AfterUnknown == notice.NextAfterUnknown {
		e.Then, _ = a.book.Next(a.Channel)
	}
	return e
}

// instead ends a notification that was certainly not told by this channel, and
// has it told by the next.
func (a attempt) instead(state, how, cause string) store.Ending {
	e := store.Ending{State: state, Outcome: how, Cause: cause}
	e.Then, _ = a.book.Next(a.Channel)
	return e
}
