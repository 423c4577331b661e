// Package teller tells citizens what the register holds for them. Each channel
// has a loop of its own; several processes may run it, and a notification is
// taken by one of them at a time.
//
// The order of things is what keeps a change from being told twice. A try is
// written down before it is made. Whoever finds one that was begun and not
// ended asks the other side what became of it; where nobody can be asked, the
// notification ends as unknown and is never repeated. What cannot be told by
// one channel is told by the next one of the policy, but only when it is sure
// that it was not told. After a restore that holds for what the register that is
// gone may have told: the other side is asked first.
package teller

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"hoso/internal/notice"
	"hoso/internal/notify"
	"hoso/internal/store"
)

// Teller sends notifications. Use New.
type Teller struct {
	store    *store.Store
	channels map[notice.Channel]notify.Channel
	names    Namer
	log      *slog.Logger
}

// Namer finds the words for what a dossier names by code. Link, parcel number
// and the dossier's own code are the teller's to fill in.
type Namer interface {
	NoticeNames(d store.Dossier, f notice.Facts) notice.Names
	// TrackingLink is where a dossier can be followed, "" when nowhere.
	TrackingLink(token string) string
}

// How a teller works: how often it looks, how many it takes, for how long they
// are its own, how long one may take.
const (
	interval    = time.Second
	batch       = 16
	callWithin  = 20 * time.Second
	batchWithin = time.Minute
	// hold is longer than a batch can last and be written down: a notification
	// that is held no longer is taken for one whose teller died.
	hold = batchWithin + 2*callWithin
)

// New makes a teller with the channels that there are. One that the policy names
// and that is not among them is passed over for the next.
func New(s *store.Store, channels map[notice.Channel]notify.Channel, names Namer, log *slog.Logger) *Teller {
	return &Teller{store: s, channels: channels, names: names, log: log}
}

// Run tells until the context ends. Tries under way are ended and written down.
func (t *Teller) Run(ctx context.Context) error {
	var g errgroup.Group
	for _, c := range notice.AllChannels() {
		g.Go(func() error { return t.loop(ctx, c) })
	}
	return g.Wait()
}

func (t *Teller) loop(ctx context.Context, c notice.Channel) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		t.pass(ctx, c)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// pass goes through all of a channel that is due.
func (t *Teller) pass(ctx context.Context, c notice.Channel) {
	for ctx.Err() == nil {
		n, err := t.Step(ctx, c)
		if err != nil && ctx.Err() == nil {
			t.log.WarnContext(ctx, "notifications wait", "channel", c, "cause", store.Cause(err))
		}
		if err != nil || n < batch {
			return
		}
	}
}

// Step tells a channel's notifications that are due, a batch at most, and says
// how many there were.
func (t *Teller) Step(ctx context.Context, c notice.Channel) (int, error) {
	rows, began, err := t.store.TakeNotifications(ctx, c, batch, hold)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	endings := t.tryAll(ctx, rows)
	// What was tried is written down even if we are told to stop meanwhile.
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	late, err := t.store.EndTries(write, began, endings)
	if late > 0 {
		t.log.WarnContext(ctx, "tries ended too late to count", "channel", c, "tries", late)
	}
	return len(rows), err
}

// tryAll tries several at a time, those of one dossier one after the other.
func (t *Teller) tryAll(ctx context.Context, rows []store.Notification) []store.Ending {
	ctx, cancel := context.WithTimeout(ctx, batchWithin)
	defer cancel()
	endings := make([]store.Ending, len(rows))
	about, err := t.store.ToTell(ctx, rows)
	restored, unknown := t.store.RestoredAt(ctx)
	if err != nil || unknown != nil {
		about = nil // each try says that the register is away
	}
	var g errgroup.Group
	for _, of := range byDossier(rows) {
		g.Go(func() error {
			for _, i := range of {
				endings[i] = t.try(ctx, rows[i], about, restored)
			}
			return nil
		})
	}
	_ = g.Wait() // each ending says how it went
	return endings
}

// byDossier groups the places of rows, in their order.
func byDossier(rows []store.Notification) map[string][]int {
	out := map[string][]int{}
	for i, n := range rows {
		out[n.DossierCode] = append(out[n.DossierCode], i)
	}
	return out
}
