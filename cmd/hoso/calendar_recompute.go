package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/reckon"
	"hoso/internal/store"
)

// atTheMachine is who acts where no subject is named: whoever may write to the
// register itself. Nobody can sign in by it.
const atTheMachine = "operator"

func newRecompute(set *settings) *cobra.Command {
	var o recompute
	c := &cobra.Command{
		Use:   "recompute",
		Short: "Count the due dates of open dossiers anew by the calendars in force",
		Long: `Looks at every term that runs or stands still and tells those that end at another
time by the calendars in force. Without --dry-run each of these dossiers gets an order
to count its date anew: the running engine carries it out, and the old date stays in the
dossier's history beside the new one and the reason. Orders given twice count once.`,
		Example: "  hoso calendar recompute --reason \"Phương án nghỉ Tết 2027 đã công bố\" --dry-run",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return set.recompute(cmd.Context(), o) },
	}
	c.Flags().StringVar(&o.reason, "reason", "", "why, for the dossier's history")
	c.Flags().BoolVar(&o.dry, "dry-run", false, "say what would move, and change nothing")
	c.Flags().StringVar(&o.subject, "subject", "", "the admin who orders it (default: "+atTheMachine+", whoever is at the machine)")
	return c
}

// recompute counts dates anew, and what it has seen so far.
type recompute struct {
	reason, subject string
	dry             bool

	reckoner reckon.Reckoner
	out      *console
	asked    int
	by       map[string]int // dossiers by how far their dates move
	order    map[string]time.Duration
}

func (s *settings) recompute(ctx context.Context, o recompute) error {
	o.reason = strings.TrimSpace(o.reason)
	if o.reason == "" && !o.dry {
		return errors.New("--reason is needed: it stands beside the new date")
	}
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		if err := o.admitted(ctx, r); err != nil {
			return err
		}
		book, err := program.CalendarBook(ctx, r)
		if err != nil {
			return err
		}
		all, err := r.CountRunningClocks(ctx)
		if err != nil {
			return err
		}
		o.by, o.order, o.out = map[string]int{}, map[string]time.Duration{}, newConsole(s.out)
		o.reckoner = reckon.Reckoner{Store: r, Calendars: func(context.Context) (*calendar.Book, error) { return book, nil }}
		o.out.Begin(int(all), "terms")
		looked, err := o.reckoner.Recount(ctx, func(m reckon.Move) error { return o.move(ctx, m) }, func(n int) { o.out.Step(n, "") })
		o.out.End()
		if err != nil {
			return err
		}
		o.sum(looked)
		return nil
	})
}

// admitted refuses a named subject who is no admin.
func (o *recompute) admitted(ctx context.Context, r *store.Store) error {
	if o.subject == "" {
		o.subject = atTheMachine
		return nil
	}
	who, err := r.Subject(ctx, o.subject)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && (who.Disabled || who.Role != string(identity.Admin)):
		return fmt.Errorf("%s is no admin: see `hoso user add %s --role admin`", o.subject, o.subject)
	default:
		return err
	}
}

// move tells a date that moves, and orders it.
func (o *recompute) move(ctx context.Context, m reckon.Move) error {
	by := distance(m.From, m.To)
	o.by[by]++
	o.order[by] = m.To.Sub(m.From)
	o.out.Line("%s  %s  %s  %s", m.Code, moment(&m.From), moment(&m.To), by)
	if o.dry {
		return nil
	}
	asked, err := o.reckoner.Order(ctx, m, o.subject, o.reason)
	if asked {
		o.asked++
	}
	return err
}

// distance says how far a date moves: in days, or in time on the same day.
func distance(from, to time.Time) string {
	word, apart := "later", to.Sub(from)
	if apart < 0 {
		word, apart = "earlier", -apart
	}
	days := int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
	switch max(days, -days) {
	case 0:
		return apart.Round(time.Minute).String() + " " + word
	case 1:
		return "1 day " + word
	default:
		return fmt.Sprintf("%d days %s", max(days, -days), word)
	}
}

func midnight(t time.Time) time.Time {
	t = t.In(dossier.Zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, dossier.Zone)
}

// sum tells counts and codes, and nothing of anybody.
func (o *recompute) sum(l reckon.Looked) {
	for _, by := range slices.SortedFunc(maps.Keys(o.by), func(a, b string) int { return int((o.order[a] - o.order[b]) / time.Minute) }) {
		o.out.Line("%6d  %s", o.by[by], by)
	}
	if len(l.Beyond) > 0 {
		o.out.Line("%d dates lie beyond their calendar's years and stay: %s", len(l.Beyond), strings.Join(l.Beyond, ", "))
	}
	switch {
	case l.Moved == 0:
		o.out.Line("%d terms looked at; no date moves", l.Terms)
	case o.dry:
		o.out.Line("%d terms looked at; %d dates would move; nothing was changed", l.Terms, l.Moved)
	default:
		o.out.Line("%d terms looked at; %d dates move: %d ordered now, %d ordered before", l.Terms, l.Moved, o.asked, l.Moved-o.asked)
	}
}
