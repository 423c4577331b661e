package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// holidayRules say what the days off of a year are before anybody has published
// a plan for it.
type holidayRules struct {
	from, through int // years
	source        string
	compensation  string // the source of the day off for a holiday on weekly rest
	holidays      []holidayRule
	line          int // in the file, for complaints
}

// holidayRule is a holiday that comes back every year.
type holidayRule struct {
	name, nameEN, source string // {can_chi} in a name stands for the lunar year's
	lunar                bool
	month, day           int
	before, after        int  // days off before and after it
	adjoining            bool // one more, on the side that makes the longer rest
	validity             validity
	line                 int
}

// years works out the days off of the years without a plan (Labour Code 2019
// Art 111(3), 112). All of them at once, for a holiday at a year's end may be
// made good in the next.
func (h holidayRules) years(rest [7]bool) []year {
	var found []year
	all := newDaysOff(h, rest)
	for number := h.from; number <= h.through; number++ {
		found = append(found, year{number: number, computed: true, source: h.source, line: h.line})
		of := h.holidaysOf(number, rest)
		for _, s := range of.sorted() {
			all.add(s)
		}
	}
	all.compensate()
	for _, s := range all.sorted() {
		if i := s.day.year() - h.from; i >= 0 && i < len(found) {
			found[i].daysOff = append(found[i].daysOff, s)
		}
	}
	return found
}

// holidaysOf are the holidays of one year, wherever they fall in the week.
func (h holidayRules) holidaysOf(number int, rest [7]bool) daysOff {
	b := newDaysOff(h, rest)
	for _, rule := range h.holidays {
		if day := rule.dayIn(number); rule.validity.on(day) {
			b.holiday(rule, number, day)
		}
	}
	return b
}

func (r holidayRule) dayIn(year int) date {
	if r.lunar {
		return lunarDay(year, r.month, r.day)
	}
	return newDate(year, time.Month(r.month), r.day)
}

// daysOff are days off in the making.
type daysOff struct {
	rules holidayRules
	rest  [7]bool
	named map[date]*special
}

func newDaysOff(h holidayRules, rest [7]bool) daysOff {
	return daysOff{rules: h, rest: rest, named: map[date]*special{}}
}

func (b *daysOff) sorted() []special {
	var found []special
	for _, s := range b.named {
		found = append(found, *s)
	}
	slices.SortFunc(found, func(a, b special) int { return cmp.Compare(a.day, b.day) })
	return found
}

func (b *daysOff) holiday(rule holidayRule, year int, day date) {
	name, nameEN := inYear(rule.name, year), inYear(rule.nameEN, year)
	for d := day - date(rule.before); d <= day+date(rule.after); d++ {
		b.add(special{day: d, name: name, nameEN: nameEN, source: rule.source, line: rule.line})
	}
	if !rule.adjoining {
		return
	}
	extra := day - 1
	if b.stretch(day, day+1) > b.stretch(day, day-1) {
		extra = day + 1
	}
	b.add(special{day: extra, name: name + " (ngày liền kề, dự kiến)", nameEN: english(nameEN, "(adjoining day, expected)"), source: rule.source, line: rule.line})
}

// add notes a day off; two holidays on one day share it.
func (b *daysOff) add(s special) {
	if there := b.named[s.day]; there != nil {
		there.name, there.nameEN = there.name+"; "+s.name, english(there.nameEN, "; "+s.nameEN)
		return
	}
	b.named[s.day] = &s
}

// compensate gives the next working day off for each holiday on weekly rest.
func (b *daysOff) compensate() {
	for _, s := range b.sorted() {
		if !b.rest[s.day.weekday()] {
			continue
		}
		t := s.day.at(0)
		s.day, s.source = b.nextWorking(s.day), b.rules.compensation
		s.name, s.nameEN = s.name+t.Format(", nghỉ bù 2/1"), english(s.nameEN, t.Format("(in lieu of 2 January)"))
		b.named[s.day] = &s
	}
}

func (b *daysOff) nextWorking(d date) date {
	for b.off(d) {
		d++
	}
	return d
}

func (b *daysOff) off(d date) bool { return b.named[d] != nil || b.rest[d.weekday()] }

// stretch is how many days off would be in a row if both days were holidays.
func (b *daysOff) stretch(day, extra date) int {
	trial := newDaysOff(b.rules, b.rest)
	for _, s := range b.sorted() {
		trial.add(s)
	}
	trial.add(special{day: extra})
	trial.compensate()
	first, last := day, day
	for trial.off(first - 1) {
		first--
	}
	for trial.off(last + 1) {
		last++
	}
	return int(last - first)
}

// english adds to an English name where there is one.
func english(name, more string) string {
	if name == "" {
		return ""
	}
	return strings.ReplaceAll(name+" "+more, " ;", ";")
}

// inYear puts a lunar year's name of stem and branch into a holiday's: 2027 is
// Đinh Mùi.
func inYear(name string, year int) string {
	stems := [10]string{"Canh", "Tân", "Nhâm", "Quý", "Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ"}
	branches := [12]string{"Thân", "Dậu", "Tuất", "Hợi", "Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi"}
	return strings.ReplaceAll(name, "{can_chi}", fmt.Sprintf("%s %s", stems[year%10], branches[year%12]))
}
