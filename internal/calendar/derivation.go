package calendar

import "time"

// Derivation is a due date with its reasons: all that is needed to defend it
// years later, or to read it out to a citizen. It is a plain value that keeps
// its meaning as JSON; days are written 2025-04-26.
type Derivation struct {
	// Calendar and Version name the calendar that was asked.
	Calendar string `json:"calendar"`
	Version  string `json:"calendar_version"`
	// ComputedYears are the years touched whose holidays were worked out because
	// no official plan was known: the date may still move.
	ComputedYears []int `json:"computed_years,omitempty"`
	// Received is the moment of valid reception.
	Received time.Time `json:"received_at"`
	// Starts is the moment from which time counts: in hours the first moment the
	// office was open, in a same-day term the reception, else the day after the
	// reception (a working day, where working days are counted).
	Starts time.Time `json:"starts_at"`
	Term   Term      `json:"term"`
	// SameDayUntil is the clock time that decides a same-day term.
	SameDayUntil string `json:"same_day_until,omitempty"`
	// Rules are those that were applied, in the order of their application.
	Rules []Rule `json:"rules"`
	// Days are those on which the weekly rhythm or the law stopped the count, and
	// the make-up days that did count, in order. In days and months, which run
	// over rest, they are those to which the last day could not be left.
	Days []Span `json:"days"`
	// Pauses are those asked for, with what each was worth.
	Pauses []Held `json:"pauses"`
	// LastDay is the day on which the count ended: that of Due, or an earlier one
	// that gave way because nobody worked on it.
	LastDay string `json:"last_day"`
	// Due is the due date.
	Due time.Time `json:"due_at"`
}

// Kind is why a day of a [Span] is special.
type Kind string

// The kinds of days that a derivation names.
const (
	WeeklyRest Kind = "weekly_rest"
	Holiday    Kind = "holiday"
	MakeUpDay  Kind = "makeup_day" // worked, and counted, in spite of weekly rest
)

// Span is a run of days of one kind.
type Span struct {
	Kind Kind   `json:"kind"`
	From string `json:"from"`
	To   string `json:"to"`
	Days int    `json:"days"`
	// Reasons are their names and sources; several days may share one.
	Reasons []Reason `json:"reasons"`
}

// Reason is why the calendar has a day off or a make-up day.
type Reason struct {
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
	Source string `json:"source"`
	// For is the day off that a make-up day makes up for.
	For string `json:"for,omitempty"`
}

// Held is a pause with what it was worth.
type Held struct {
	Pause
	// Stopped and Resumed are its ends, moved to the next opening.
	Stopped time.Time `json:"stopped_at"`
	Resumed time.Time `json:"resumed_at"`
	// Days is by how many of the term's days it moved the last day; 0 in hours.
	Days int `json:"days"`
	// OfficeMinutes is the office time within it, in full minutes.
	OfficeMinutes int `json:"office_minutes"`
	// Late is set when the term had been used up before it began: it changed
	// nothing.
	Late bool `json:"late,omitempty"`
}

// Derive is [Calendar.DueAfter] with its reasons.
func (c *Calendar) Derive(received time.Time, t Term, pauses ...Pause) (Derivation, error) {
	r := run{c: c, received: received, term: t, explained: true}
	err := r.count(pauses)
	if err != nil {
		return Derivation{}, err
	}
	d := Derivation{
		Calendar: c.id, Version: c.version, ComputedYears: r.computedYears(), Received: received.In(ict), Term: t,
		Starts: r.starts(), Rules: r.rules(), Days: r.spans(), Pauses: r.held(), LastDay: r.lastCounted().String(), Due: r.due,
	}
	if t.Unit == SameDay {
		d.SameDayUntil = c.sameDay.until.String()
	}
	return d, nil
}

// Provisional says whether the date rests on holidays that are not official yet.
func (d Derivation) Provisional() bool { return len(d.ComputedYears) > 0 }

func (r *run) computedYears() []int {
	var found []int
	last := r.last.year()
	for _, y := range r.c.years[r.start.year()-r.c.years[0].number:] {
		if y.number <= last && y.computed {
			found = append(found, y.number)
		}
	}
	return found
}

// starts cannot run out of the calendar's reach: the due date lies later still.
func (r *run) starts() time.Time {
	switch r.term.Unit {
	case Hour:
		d, clock, _ := r.c.nextOpen(r.start, r.clock)
		return d.at(clock)
	case WorkingDay:
		d, _ := r.c.step(r.start, 1)
		return d.at(r.c.hoursOn(d).opening())
	case SameDay:
		return r.start.at(r.clock)
	default:
		return (r.start + 1).at(0)
	}
}

func (r *run) lastCounted() date {
	if r.term.Unit == Hour {
		return r.last
	}
	return r.end
}

func (r *run) held() []Held {
	held := make([]Held, 0, len(r.stops))
	for _, s := range r.stops {
		held = append(held, Held{
			Pause:   Pause{From: s.From.In(ict), To: s.To.In(ict), Reason: s.Reason},
			Stopped: s.from.at(s.fromClock), Resumed: s.to.at(s.toClock),
			Days: s.days, OfficeMinutes: int((s.openedTo - s.openedFrom) / time.Minute), Late: s.late,
		})
	}
	return held
}
