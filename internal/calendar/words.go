package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Language is one of the two in which a derivation can be told.
type Language string

// The languages.
const (
	Vietnamese Language = "vi"
	English    Language = "en"
)

// toldSingly is how many spans or pauses are told one by one; more are summed up,
// so that twenty working days do not become twenty lines.
const toldSingly = 3

// Sentences tells the derivation as a clerk would tell it to a citizen, in a few
// short sentences. Any language but English is Vietnamese.
func (d Derivation) Sentences(l Language) []string {
	s := speech{english: l == English, year: d.Received.In(ict).Year()}
	told := []string{s.reception(d)}
	told = append(told, s.makeUps(d.Days)...)
	told = append(told, s.list(d.Days, WeeklyRest, s.say("Nghỉ hằng tuần: ", "Weekly rest: "))...)
	told = append(told, s.list(d.Days, Holiday, s.say("Nghỉ lễ: ", "Holidays: "))...)
	told = append(told, s.pauses(d)...)
	if d.LastDay != d.Due.In(ict).Format(time.DateOnly) {
		told = append(told, fmt.Sprintf(s.say("Ngày cuối, %s, là ngày nghỉ nên chuyển sang ngày làm việc tiếp theo.",
			"The last day, %s, is a day of rest and gives way to the next working day."), s.weekdayOf(d.LastDay)))
	}
	told = append(told, fmt.Sprintf(s.say("Hạn trả kết quả: %s.", "Due at %s."), s.fullMoment(d.Due)))
	if d.Provisional() {
		told = append(told, fmt.Sprintf(s.say("Lịch nghỉ năm %s là dự kiến, chưa có phương án chính thức: hạn này có thể thay đổi.",
			"The holidays of %s are computed, as no official plan is known: this date may still move."), years(d.ComputedYears)))
	}
	return told
}

// speech knows the language, and the year that need not be said.
type speech struct {
	english bool
	year    int
}

func (s speech) say(vi, en string) string {
	if s.english {
		return en
	}
	return vi
}

// reception tells when the dossier came and from when its term counts.
func (s speech) reception(d Derivation) string {
	came := fmt.Sprintf(s.say("Nhận lúc %s", "Received at %s"), s.fullMoment(d.Received))
	term := s.term(d.Term)
	switch {
	case d.Term.Unit == SameDay:
		return came + s.sameDay(d)
	case d.Term.Unit == Month && d.applied("short_month"):
		return came + fmt.Sprintf(s.say("; %s kết thúc vào ngày cuối của tháng cuối, vì tháng đó không có ngày %d.",
			"; the term of %s ends on the last month's last day, as it has no day %d."), term, d.Received.In(ict).Day())
	case d.Term.Unit == Month:
		return came + fmt.Sprintf(s.say("; %s kết thúc vào cùng ngày của tháng cuối.", "; the term of %s ends on the same date of the last month."), term)
	case d.Term.Unit == Hour && d.Starts.Equal(d.Received):
		return came + fmt.Sprintf(s.say("; tính %s từ lúc đó.", "; the term of %s counts from then."), term)
	case d.Term.Unit == Hour:
		return came + fmt.Sprintf(s.say(", ngoài giờ làm việc; tính %s từ %s.", ", outside office hours; the term of %s counts from %s."), term, s.moment(d.Starts))
	default:
		return came + fmt.Sprintf(s.say("; ngày nhận không tính vào %s.", "; that day is not counted in the %s."), term)
	}
}

func (s speech) sameDay(d Derivation) string {
	received := d.Received.In(ict)
	switch {
	case d.applied("same_day"):
		return fmt.Sprintf(s.say(", không quá %s: trả trong ngày.", ", not after %s: due the same day."), d.SameDayUntil)
	case received.Sub(midnight(received)) > clockOf(d.SameDayUntil):
		return fmt.Sprintf(s.say(", sau %s: trả vào ngày làm việc tiếp theo.", ", after %s: due the next working day."), d.SameDayUntil)
	default:
		return s.say(", khi cơ quan không làm việc: trả vào ngày làm việc tiếp theo.", ", when the office is closed: due the next working day.")
	}
}

func (d Derivation) applied(part string) bool {
	for _, r := range d.Rules {
		if r.Part == part {
			return true
		}
	}
	return false
}

func (s speech) makeUps(days []Span) []string {
	var told []string
	for _, span := range days {
		if span.Kind != MakeUpDay {
			continue
		}
		day := capital(s.weekdayOf(span.From))
		if span.Reasons[0].For == "" {
			told = append(told, fmt.Sprintf(s.say("%s là ngày làm bù, được tính.", "%s is a make-up day and counts."), day))
			continue
		}
		told = append(told, fmt.Sprintf(s.say("%s làm bù cho %s nên được tính.", "%s is worked to make up for %s, and counts."), day, s.weekdayOf(span.Reasons[0].For)))
	}
	return told
}

// list tells the spans of a kind, or sums them up where there are many.
func (s speech) list(days []Span, kind Kind, heading string) []string {
	var spans []Span
	total := 0
	for _, span := range days {
		if span.Kind == kind {
			spans, total = append(spans, span), total+span.Days
		}
	}
	switch {
	case len(spans) == 0:
		return nil
	case len(spans) > toldSingly:
		return []string{heading + fmt.Sprintf(s.say("%d ngày, từ %s đến %s.", "%d days, from %s to %s."), total, s.day(spans[0].From), s.day(spans[len(spans)-1].To))}
	}
	var told []string
	for _, span := range spans {
		text := s.span(span)
		if kind == Holiday {
			text += " (" + s.names(span.Reasons) + ")"
		}
		told = append(told, text)
	}
	return []string{heading + strings.Join(told, "; ") + "."}
}

// names lists the names of days off, without those that only add to another:
// a day off for a holiday on weekly rest goes without saying.
func (s speech) names(reasons []Reason) string {
	var names []string
	for _, r := range reasons {
		name := s.name(r)
		adds := func(other Reason) bool { return s.name(other) != name && strings.HasPrefix(name, s.name(other)) }
		if !slices.ContainsFunc(reasons, adds) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

func (s speech) name(r Reason) string {
	if s.english && r.NameEN != "" {
		return r.NameEN
	}
	return r.Name
}

func (s speech) pauses(d Derivation) []string {
	if len(d.Pauses) > toldSingly {
		return []string{s.manyPauses(d)}
	}
	var told []string
	for _, p := range d.Pauses {
		stretch := fmt.Sprintf(s.say("Tạm dừng từ %s đến %s", "The clock stood still from %s to %s"), s.moment(p.From), s.moment(p.To))
		told = append(told, stretch+s.worth(d.Term.Unit, p.Days, p.OfficeMinutes, p.Late))
	}
	return told
}

func (s speech) manyPauses(d Derivation) string {
	days, minutes := 0, 0
	for _, p := range d.Pauses {
		if !p.Late {
			days, minutes = days+p.Days, minutes+p.OfficeMinutes
		}
	}
	stretch := fmt.Sprintf(s.say("Tạm dừng %d lần từ %s đến %s", "The clock stood still %d times from %s to %s"),
		len(d.Pauses), s.moment(d.Pauses[0].From), s.moment(d.Pauses[len(d.Pauses)-1].To))
	return stretch + s.worth(d.Term.Unit, days, minutes, false)
}

func (s speech) worth(u Unit, days, minutes int, late bool) string {
	switch {
	case late:
		return s.say(", khi thời hạn đã hết: hạn không đổi.", ", when the term had been used up: nothing changes.")
	case u == Hour && minutes == 0, u != Hour && days == 0:
		return s.say(": hạn không đổi.", ": nothing changes.")
	case u == Hour:
		return s.say(": không tính ", ": ") + s.office(minutes) + s.say(".", " not counted.")
	default:
		if u == SameDay {
			u = WorkingDay
		}
		return s.say(": không tính ", ": ") + s.term(Term{days, u}) + s.say(".", " not counted.")
	}
}

// office tells minutes of office time.
func (s speech) office(minutes int) string {
	var parts []string
	if h := minutes / 60; h > 0 {
		parts = append(parts, s.count(h, "giờ", "hour"))
	}
	if m := minutes % 60; m > 0 {
		parts = append(parts, s.count(m, "phút", "minute"))
	}
	return strings.Join(parts, " ")
}

var unitWords = map[Unit][2]string{
	Hour: {"giờ làm việc", "working hour"}, WorkingDay: {"ngày làm việc", "working day"}, Day: {"ngày", "day"},
	Month: {"tháng", "month"}, SameDay: {"trong ngày", "same day"},
}

func (s speech) term(t Term) string { return s.count(t.N, unitWords[t.Unit][0], unitWords[t.Unit][1]) }

func (s speech) count(n int, vi, en string) string {
	if s.english && n != 1 {
		en += "s"
	}
	return fmt.Sprintf("%d %s", n, s.say(vi, en))
}
