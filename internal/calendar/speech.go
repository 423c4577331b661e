package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var weekdays = [7]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

// fullMoment tells a moment with weekday and year.
func (s speech) fullMoment(t time.Time) string {
	t = t.In(ict)
	if s.english {
		return t.Format("15:04 on Mon 2 Jan 2006")
	}
	return t.Format("15:04 ") + weekdays[t.Weekday()] + t.Format(" 2/1/2006")
}

// moment tells a moment with its weekday; the year only where it is another.
func (s speech) moment(t time.Time) string {
	t = t.In(ict)
	if s.english {
		return t.Format("15:04 on Mon ") + s.short(t)
	}
	return t.Format("15:04 ") + weekdays[t.Weekday()] + " " + s.short(t)
}

func (s speech) short(t time.Time) string {
	text := t.Format(s.say("2/1", "2 Jan"))
	if t.Year() != s.year {
		text += t.Format(s.say("/2006", " 2006"))
	}
	return text
}

// day tells a day written as 2025-04-26; what is not one stays as it is.
func (s speech) day(written string) string {
	d, err := parseDate(written)
	if err != nil {
		return written
	}
	return s.short(d.at(0))
}

func (s speech) weekdayOf(written string) string {
	d, err := parseDate(written)
	if err != nil {
		return written
	}
	t := d.at(0)
	return s.say(weekdays[t.Weekday()], t.Format("Mon")) + " " + s.short(t)
}

// span tells a run of days: 3-4/5, 30/4-2/5, or one day with its weekday.
func (s speech) span(p Span) string {
	if p.From == p.To {
		return s.weekdayOf(p.From)
	}
	from, to := s.day(p.From), s.day(p.To)
	if p.From[:len("2006-01")] == p.To[:len("2006-01")] {
		first := strconv.Itoa(dayOf(p.From))
		return first + "–" + to
	}
	return from + "–" + to
}

func dayOf(written string) int {
	n, _ := strconv.Atoi(written[len("2006-01-"):])
	return n
}

func years(list []int) string {
	texts := make([]string, 0, len(list))
	for _, y := range list {
		texts = append(texts, strconv.Itoa(y))
	}
	if len(texts) > toldSingly {
		return fmt.Sprintf("%s–%s", texts[0], texts[len(texts)-1])
	}
	return strings.Join(texts, ", ")
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func midnight(t time.Time) time.Time {
	d, _ := split(t)
	return d.at(0)
}

func clockOf(written string) time.Duration {
	c, _ := ParseClock(written)
	return time.Duration(c)
}
