package forms

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// zone is Vietnam's time; forms know no other.
var zone = time.FixedZone("+07", 7*60*60)

// TimeWords writes a time as forms print it, for who compares the two.
func TimeWords(t time.Time) string { return hourOfDay(t) }

// NoDueDate is what a receipt prints where the rule sets no day.
const NoDueDate = "Không có ngày hẹn trả cụ thể theo quy định"

// hourOfDay writes "09 giờ 30 phút, ngày 05 tháng 02 năm 2025".
func hourOfDay(t time.Time) string {
	t = t.In(zone)
	return fmt.Sprintf("%02d giờ %02d phút, %s", t.Hour(), t.Minute(), dayWords(t))
}

// dayWords writes "ngày 05 tháng 02 năm 2025": days below ten and the months
// January and February take a nought (Decree 30/2020/NĐ-CP, Annex I).
func dayWords(t time.Time) string {
	t = t.In(zone)
	month := strconv.Itoa(int(t.Month()))
	if t.Month() <= time.February {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// short writes "09:30 05/02/2025", for tables.
func short(t time.Time) string { return t.In(zone).Format("15:04 02/01/2006") }

// shortDay writes "05/02/2025".
func shortDay(t time.Time) string { return t.In(zone).Format("02/01/2006") }

// shortOr is short for a time that may be missing.
func shortOr(t *time.Time) string {
	if t == nil {
		return ""
	}
	return short(*t)
}

// number writes a count; nought as a dash would be, so that tables are quiet.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// dong writes an amount with its thousands apart: "8.000 đồng".
func dong(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	return b.String() + " đồng"
}

// joined joins what is there.
func joined(sep string, parts ...string) string {
	var there []string
	for _, p := range parts {
		if tidy(p) != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, sep)
}

// twoDigits writes a count as forms do: "01".
func twoDigits(n int) string { return fmt.Sprintf("%02d", n) }
