package calendar_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"hoso/internal/calendar"
)

var units = []calendar.Unit{calendar.Hour, calendar.WorkingDay, calendar.Day, calendar.Month, calendar.SameDay}

// oracle is a calendar that counts slowly and plainly: in UTC+7 wall time, one
// day at a time, with maps for what is special. It shares no code with the
// package.
type oracle struct {
	years  int // from 2025
	rest   map[time.Weekday]bool
	off    map[string]bool
	makeup map[string]bool
	// The four clock times of the office, in minutes from midnight.
	clocks [4]int
	short  map[time.Weekday]bool // mornings only
}

var hanoiZone = time.FixedZone("UTC+7", 7*3600)

// drawOracle makes up a calendar: any weekly rest but all seven days, any
// hours, a few dozen days off, some of them in long runs, and make-up days.
func drawOracle(t *rapid.T) *oracle {
	o := &oracle{
		years: rapid.IntRange(1, 2).Draw(t, "years"),
		rest:  map[time.Weekday]bool{}, short: map[time.Weekday]bool{}, off: map[string]bool{}, makeup: map[string]bool{},
	}
	weekdays := rapid.Permutation([]time.Weekday{0, 1, 2, 3, 4, 5, 6}).Draw(t, "weekdays")
	for _, w := range weekdays[:rapid.IntRange(0, 4).Draw(t, "rest")] {
		o.rest[w] = true
	}
	for _, w := range weekdays[7-rapid.IntRange(0, 3).Draw(t, "short"):] {
		o.short[w] = true
	}
	quarters := rapid.SliceOfNDistinct(rapid.IntRange(0, 95), 4, 4, rapid.ID).Draw(t, "hours")
	slices.Sort(quarters)
	for i, q := range quarters {
		o.clocks[i] = q * 15
	}
	for range rapid.IntRange(0, 12).Draw(t, "runs") {
		start := o.day(rapid.IntRange(0, 364).Draw(t, "run"))
		for i := range rapid.IntRange(1, 9).Draw(t, "length") {
			o.mark(o.off, start.AddDate(0, 0, i))
		}
	}
	for range rapid.IntRange(0, 8).Draw(t, "makeups") {
		d := o.day(rapid.IntRange(0, 364).Draw(t, "makeup"))
		if o.rest[d.Weekday()] && !o.off[d.Format(time.DateOnly)] {
			o.mark(o.makeup, d)
		}
	}
	return o
}

func (o *oracle) day(n int) time.Time { return time.Date(2025, 1, 1+n, 0, 0, 0, 0, hanoiZone) }

func (o *oracle) mark(set map[string]bool, d time.Time) {
	if o.covers(d) {
		set[d.Format(time.DateOnly)] = true
	}
}

func (o *oracle) covers(d time.Time) bool { return d.Year() >= 2025 && d.Year() < 2025+o.years }

func (o *oracle) works(d time.Time) bool {
	key := d.Format(time.DateOnly)
	return o.covers(d) && !o.off[key] && (o.makeup[key] || !o.rest[d.Weekday()])
}

// clock gives one of the four times of a day; a short day's afternoon is empty.
func (o *oracle) clock(d time.Time, i int) time.Time {
	if o.short[d.Weekday()] && !o.rest[d.Weekday()] {
		i = min(i, 1)
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, o.clocks[i], 0, 0, hanoiZone)
}

// nextWorking walks on from d, which counts itself, to a working day; false at
// the end of the reach.
func (o *oracle) nextWorking(d time.Time) (time.Time, bool) {
	for ; o.covers(d); d = d.AddDate(0, 0, 1) {
		if o.works(d) {
			return d, true
		}
	}
	return time.Time{}, false
}

// due is the law read out loud; false when out of reach.
func (o *oracle) due(received time.Time, t calendar.Term, pauses ...calendar.Pause) (time.Time, bool) {
	received = received.In(hanoiZone)
	if t.Unit == calendar.Hour {
		return o.afterHours(received, time.Duration(t.N)*time.Hour, pauses)
	}
	end, ok := o.end(received, t)
	if !ok {
		return time.Time{}, false
	}
	last, ok := o.nextWorking(end)
	for _, p := range pauses {
		from, to := o.opening(p.From), o.opening(p.To)
		if !ok || from.IsZero() || to.IsZero() {
			return time.Time{}, false
		}
		if from.After(last) {
			continue
		}
		// Every day after the pause's first one is a day more.
		if from.After(end) {
			end = from
		}
		for d := from.AddDate(0, 0, 1); !d.After(to); d = d.AddDate(0, 0, 1) {
			switch {
			case t.Unit == calendar.Day || t.Unit == calendar.Month:
				end = end.AddDate(0, 0, 1)
			case o.works(d) && ok:
				end, ok = o.nextWorking(end.AddDate(0, 0, 1))
			}
		}
		if ok {
			last, ok = o.nextWorking(end)
		}
	}
	if !ok {
		return time.Time{}, false
	}
	return o.clock(last, 3), true
}

// end is the term's last day, before it gives way to a working day.
func (o *oracle) end(received time.Time, t calendar.Term) (time.Time, bool) {
	day := dayOf(received)
	last, ok := day, o.covers(day)
	switch t.Unit {
	case calendar.WorkingDay:
		for range t.N {
			if ok {
				last, ok = o.nextWorking(last.AddDate(0, 0, 1))
			}
		}
	case calendar.Day:
		last = last.AddDate(0, 0, t.N)
	case calendar.Month:
		last = time.Date(day.Year(), day.Month()+time.Month(t.N), 1, 0, 0, 0, 0, hanoiZone)
		for month := last.Month(); last.Day() < day.Day() && last.AddDate(0, 0, 1).Month() == month; {
			last = last.AddDate(0, 0, 1)
		}
	case calendar.SameDay:
		if received.After(day.Add(15*time.Hour)) || !received.Before(o.clock(day, 3)) {
			last = last.AddDate(0, 0, 1)
		}
		if ok {
			last, ok = o.nextWorking(last)
		}
	}
	return last, ok
}

func dayOf(t time.Time) time.Time {
	t = t.In(hanoiZone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, hanoiZone)
}

// opening is the day of the next moment at which the office is open; the zero
// time when that is out of reach.
func (o *oracle) opening(t time.Time) time.Time {
	day := dayOf(t)
	if !o.covers(day) {
		return time.Time{}
	}
	if !t.Before(o.clock(day, 3)) {
		day = day.AddDate(0, 0, 1)
	}
	day, _ = o.nextWorking(day)
	return day
}

// afterHours uses the hours up half-day by half-day, leaving out what lies in a
// pause.
func (o *oracle) afterHours(received time.Time, left time.Duration, pauses []calendar.Pause) (time.Time, bool) {
	for _, p := range pauses {
		if o.opening(p.From).IsZero() || o.opening(p.To).IsZero() {
			return time.Time{}, false
		}
	}
	for day := dayOf(received); o.covers(day); day = day.AddDate(0, 0, 1) {
		for half := 0; half < 4 && o.works(day); half += 2 {
			from, to := o.clock(day, half), o.clock(day, half+1)
			if received.After(from) {
				from = received
			}
			for _, p := range append(slices.Clone(pauses), calendar.Pause{From: to, To: to}) {
				until := to
				if p.From.Before(until) {
					until = p.From
				}
				if open := until.Sub(from); open >= left {
					return from.Add(left), true
				} else if open > 0 {
					left -= open
				}
				if p.To.After(from) {
					from = p.To
				}
			}
		}
	}
	return time.Time{}, false
}

// load writes the oracle's calendar as a file and loads it.
func (o *oracle) load(t *rapid.T) *calendar.Calendar {
	type list = []map[string]any
	clock := func(i int) string { return o.day(0).Add(time.Duration(o.clocks[i]) * time.Minute).Format("15:04") }
	rest := []string{}
	for w := range o.rest {
		rest = append(rest, strings.ToLower(w.String()))
	}
	short := map[string]any{}
	for w := range o.short {
		short[strings.ToLower(w.String())] = map[string]any{"morning": clock(0) + "-" + clock(1), "source": "rapid"}
	}
	days := func(set map[string]bool, year int) list {
		entries := list{}
		for _, d := range slices.Sorted(maps.Keys(set)) {
			if d[:4] == o.day(0).AddDate(year, 0, 0).Format("2006") {
				entries = append(entries, map[string]any{"date": d, "name": "made up", "source": "rapid"})
			}
		}
		return entries
	}
	years := list{}
	for y := range o.years {
		years = append(years, map[string]any{
			"year": 2025 + y, "source": "rapid", "days_off": days(o.off, y), "makeup_days": days(o.makeup, y),
		})
	}
	file, err := json.Marshal(map[string]any{
		"id": "made-up", "version": "1", "source": "rapid", "years": years,
		"hours":       map[string]any{"morning": clock(0) + "-" + clock(1), "afternoon": clock(2) + "-" + clock(3), "days": short, "source": "rapid"},
		"weekly_rest": map[string]any{"days": rest, "source": "rapid"},
		"same_day":    map[string]any{"until": "15:00", "source": "rapid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Load(strings.NewReader(string(file)))
	if err != nil {
		t.Fatalf("%v in\n%s", err, file)
	}
	return c
}
