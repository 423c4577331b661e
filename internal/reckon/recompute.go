package reckon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/clock"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// Move is a due date that is another by the calendars in force.
type Move struct {
	Code     string
	From, To time.Time
	// Calendar and Version name the calendar it is counted by now.
	Calendar, Version string
	// Dates is how many versions of its due date the dossier has had.
	Dates int
}

// Looked is what came of looking at all running terms.
type Looked struct {
	Terms int
	Moved int
	// Beyond are codes whose date lies beyond their calendar's years: it stays.
	Beyond []string
}

// page is how many dossiers are read at a time.
const page = 500

// Recount counts every running or paused term by the calendars in force, changes
// nothing, and tells each date that would be another, in the order of codes.
// passed, if not nil, hears how many have been looked at.
func (k Reckoner) Recount(ctx context.Context, moved func(Move) error, passed func(terms int)) (Looked, error) {
	book, err := k.Calendars(ctx)
	if err != nil {
		return Looked{}, err
	}
	l := look{Looked: Looked{}, book: book, now: k.Store.Now(), moved: moved}
	for after := ""; ; {
		rows, err := k.Store.RunningClocks(ctx, after, page)
		if err != nil || len(rows) == 0 {
			return l.Looked, err
		}
		for _, d := range rows {
			if err := l.at(d); err != nil {
				return l.Looked, err
			}
		}
		after = rows[len(rows)-1].Code
		if passed != nil {
			passed(l.Terms)
		}
	}
}

// look is a survey under way.
type look struct {
	Looked
	book  *calendar.Book
	now   time.Time
	moved func(Move) error
}

func (l *look) at(d store.Dossier) error {
	if d.Clock.StartedAt == nil || d.Clock.Stopped {
		return nil
	}
	l.Terms++
	cal := calendarFor(l.book, d.Authority, l.now)
	due, err := clock.Recount(d.Clock, cal)
	switch {
	case errors.Is(err, calendar.ErrOutOfReach):
		l.Beyond = append(l.Beyond, d.Code)
		return nil
	case err != nil:
		return fmt.Errorf("dossier %s: %w", d.Code, err)
	case due.IsZero(), due.Equal(*d.DueAt):
		return nil
	}
	l.Moved++
	return l.moved(Move{Code: d.Code, From: *d.DueAt, To: due, Calendar: cal.ID(), Version: cal.Version(), Dates: d.Clock.Dates})
}

// Order stores the command that has a dossier's date counted anew, with its
// reason; the relay sends it, and the workflow makes the new version. asked is
// false where the same has been ordered before: by this calendar, from this
// version of the date.
func (k Reckoner) Order(ctx context.Context, m Move, subject, reason string) (asked bool, err error) {
	key := fmt.Sprintf("calendar/%s/%s/%s/%d", m.Calendar, m.Version, m.Code, m.Dates)
	digest := sha256.Sum256([]byte(key))
	req := store.Request{Subject: subject, Role: "admin", Key: key, Digest: hex.EncodeToString(digest[:]), Kind: string(dossier.Deadline)}
	_, known, err := k.Store.Recall(ctx, req)
	if err != nil || known {
		return false, err
	}
	_, err = k.Store.Begin(ctx, req, store.Ask{Code: m.Code, Payload: store.DueOrder{Anew: true}, Text: reason})
	return err == nil, err
}
