package api

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
)

func asking(received string, n int, unit string) body {
	return body{"received_at": received, "term": body{"n": n, "unit": unit}}
}

// due asks the clock and reads its answer.
func (h *house) due(question body) ClockDue {
	h.t.Helper()
	return read[ClockDue](h.t, h.post("clerk", "/v1/clock/due", question), http.StatusOK)
}

// Thursday 24 April 2025 and five working days, explained.
func TestTheClockExplainsItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	question := asking("2025-04-24T02:30:00Z", 5, "working_day")
	d := h.due(question)
	require.Equal(t, "2025-05-05T17:00:00+07:00", d.DueAt.String())
	require.Equal(t, []string{
		"Nhận lúc 09:30 thứ Năm 24/4/2025; ngày nhận không tính vào 5 ngày làm việc.",
		"Thứ Bảy 26/4 làm bù cho thứ Sáu 2/5 nên được tính.",
		"Nghỉ hằng tuần: Chủ nhật 27/4; 3–4/5.",
		"Nghỉ lễ: 30/4–2/5 (Ngày Chiến thắng 30/4; Ngày Quốc tế lao động; Nghỉ hoán đổi, làm bù 26/4).",
		"Hạn trả kết quả: 17:00 thứ Hai 5/5/2025.",
	}, d.Derivation.Sentences)
	require.Equal(t, "ha-noi", d.Derivation.Calendar)
	require.Equal(t, "Ngày đầu tiên không tính.", d.Derivation.Rules[0].Text)
	require.Equal(t, ClockSpan{Kind: "makeup_day", From: "2025-04-26", To: "2025-04-26", Days: 1, Reasons: []ClockReason{
		{Name: "Làm bù cho 2/5", Source: "Văn bản 8726/VPCP-KGVX ngày 26/11/2024", For: "2025-05-02"},
	}}, d.Derivation.Days[0])
	require.Nil(t, d.WithSupplement)

	w := h.do(ask{method: "POST", path: "/v1/clock/due", token: "courier", lang: "en", body: `{"received_at":"2025-04-24T09:30:00+07:00","term":{"n":5,"unit":"working_day"}}`})
	english := read[ClockDue](t, w, http.StatusOK) // without a key, and whoever asks
	require.Equal(t, "Holidays: 30 Apr–2 May (Reunification Day; Labour Day; swapped with 26 April).", english.Derivation.Sentences[3])
	require.Equal(t, "The first day is not counted.", english.Derivation.Rules[0].Text)
}

func TestTheClockCountsEveryUnit(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	for name, tc := range map[string]struct {
		question body
		due      string
	}{
		"working days":                   {asking("2025-02-05T09:30:00+07:00", 3, "working_day"), "2025-02-10T17:00:00+07:00"},
		"hours over lunch":               {asking("2025-02-05T11:30:00+07:00", 1, "hour"), "2025-02-05T13:30:00+07:00"},
		"days":                           {asking("2025-02-05T09:30:00+07:00", 3, "day"), "2025-02-10T17:00:00+07:00"},
		"a month":                        {asking("2025-05-31T09:30:00+07:00", 1, "month"), "2025-06-30T17:00:00+07:00"},
		"same day":                       {asking("2025-02-05T15:00:00+07:00", 1, "same_day"), "2025-02-05T17:00:00+07:00"},
		"same day, later":                {asking("2025-02-05T15:01:00+07:00", 1, "same_day"), "2025-02-06T17:00:00+07:00"},
		"after 15:00 a term stays":       {asking("2025-02-05T15:30:00+07:00", 1, "working_day"), "2025-02-06T17:00:00+07:00"},
		"a computed year":                {asking("2028-01-25T15:30:00+07:00", 1, "working_day"), "2028-02-01T17:00:00+07:00"},
		"an authority's":                 {asking("2025-02-07T17:30:00+07:00", 5, "hour").with("/authority", "H26.12.03"), "2025-02-10T14:00:00+07:00"},
		"an agent's, on Saturday":        {asking("2025-02-07T17:30:00+07:00", 5, "hour").with("/office", "VNPHKI"), "2025-02-10T08:00:00+07:00"},
		"a procedure's":                  {body{"received_at": "2025-02-05T15:30:00+07:00", "procedure_code": "2.000635"}, "2025-02-06T17:00:00+07:00"},
		"a procedure's, by a case of it": {body{"received_at": "2025-02-05T15:30:00+07:00", "procedure_code": "2.000635", "case": "default"}, "2025-02-06T17:00:00+07:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := read[ClockDue](t, h.post("clerk", "/v1/clock/due", tc.question), http.StatusOK)
			require.Equal(t, tc.due, d.DueAt.String())
			require.Equal(t, d.DueAt, d.Derivation.DueAt)
		})
	}
	p := h.due(body{"received_at": "2025-02-05T15:30:00+07:00", "procedure_code": "2.000635"}).Procedure
	require.Equal(t, "163/QĐ-BTP", p.Version)
	computed := h.due(asking("2027-12-31T09:30:00+07:00", 3, "working_day")).Derivation
	require.Equal(t, []int{2027, 2028}, computed.ComputedYears)
}

// What if the supplement comes on Friday?
func TestTheClockSupposesASupplement(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	question := asking("2025-02-05T09:30:00+07:00", 3, "working_day")
	question["supplement"] = body{"asked_at": "2025-02-06T10:00:00+07:00", "given_at": "2025-02-14T09:00:00+07:00", "effect": "pause"}
	d := h.due(question)
	require.Equal(t, "2025-02-10T17:00:00+07:00", d.DueAt.String())
	require.Equal(t, "2025-02-18T17:00:00+07:00", d.WithSupplement.DueAt.String())
	require.Equal(t, 6, d.WithSupplement.Derivation.Pauses[0].Days)
	require.Contains(t, d.WithSupplement.Derivation.Sentences, "Tạm dừng từ 10:00 thứ Năm 6/2 đến 09:00 thứ Sáu 14/2: không tính 6 ngày làm việc.")

	anew := h.due(question.with("/supplement/effect", "restart"))
	require.Equal(t, "2025-02-10T17:00:00+07:00", anew.DueAt.String())
	require.Equal(t, "2025-02-19T17:00:00+07:00", anew.WithSupplement.DueAt.String())
	require.Empty(t, anew.WithSupplement.Derivation.Pauses)
}

func TestTheClockSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	good := asking("2025-02-05T09:30:00+07:00", 3, "working_day")
	asked := func(from, to string) body {
		q := asking("2025-02-05T09:30:00+07:00", 3, "working_day")
		q["supplement"] = body{"asked_at": from, "given_at": to, "effect": "pause"}
		return q
	}
	procedure := body{"received_at": "2025-02-05T09:30:00+07:00", "procedure_code": "2.000635"}
	named := func(field, value string) body {
		q := good.with("/term/n", 3)
		q[field] = value
		return q
	}
	for name, tc := range map[string]struct {
		question body
		status   int
		place    string
	}{
		"a term of 0":                {good.with("/term/n", 0), 422, "/term/n term_not_positive"},
		"a negative term":            {good.with("/term/n", -3), 422, "/term/n term_not_positive"},
		"more than ten years":        {good.with("/term/n", 2611), 422, "/term/n term_too_long"},
		"an absurd term":             {good.with("/term/n", 1<<31), 422, "/term/n term_too_long"},
		"two same days":              {asking("2025-02-05T09:30:00+07:00", 2, "same_day"), 422, "/term/n term_too_long"},
		"half a day":                 {good.with("/term/n", 1.5), 400, "/term/n integer_expected"},
		"an unknown unit":            {good.with("/term/unit", "week"), 400, "/term/unit one_of"},
		"before every calendar":      {good.with("/received_at", "2024-12-31T23:59:00+07:00"), 422, "/received_at calendar_missing"},
		"after every calendar":       {good.with("/received_at", "2036-01-01T00:00:00+07:00"), 422, "/received_at out_of_reach"},
		"beyond the calendar":        {asking("2035-12-28T09:30:00+07:00", 2, "working_day"), 422, "/term/n out_of_reach"},
		"no real time":               {good.with("/received_at", "2025-02-30T09:30:00+07:00"), 400, "/received_at date_time_expected"},
		"no time":                    {good.with("/received_at", nil), 400, "/received_at required"},
		"neither term nor procedure": {good.with("/term", nil), 400, "/term term_or_procedure"},
		"both":                       {procedure.with("/term", body{"n": 1, "unit": "day"}), 400, "/term term_or_procedure"},
		"a case of nothing":          {named("case", "default"), 400, "/procedure_code required_with"},
		"an unknown procedure":       {procedure.with("/procedure_code", "9.999999"), 422, "/procedure_code procedure_unknown_then"},
		"an unknown case":            {procedure.with("/case", "nowhere"), 422, "/case case_unknown"},
		"an unknown authority":       {named("authority", "H99"), 422, "/authority authority_unknown"},
		"an unknown office":          {named("office", "NOWHERE"), 422, "/office office_unknown"},
		"authority and office":       {good.with("/authority", "H26").with("/office", "VNPHKI"), 400, "/office authority_or_office"},
		"asked before received":      {asked("2025-02-05T09:29:00+07:00", "2025-02-06T09:00:00+07:00"), 422, "/supplement/asked_at supplement_early"},
		"given before asked":         {asked("2025-02-06T09:30:00+07:00", "2025-02-06T09:00:00+07:00"), 422, "/supplement/given_at supplement_backwards"},
		"given beyond the calendar":  {asked("2025-02-06T09:30:00+07:00", "2040-02-06T09:00:00+07:00"), 422, "/supplement/given_at out_of_reach"},
		"an unknown effect":          {asked("2025-02-06T09:30:00+07:00", "2025-02-06T10:00:00+07:00").with("/supplement/effect", "none"), 400, "/supplement/effect one_of"},
		"an unknown field":           {named("colour", "red"), 400, "/colour unknown_field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lang := range []string{"vi", "en"} {
				w := h.do(ask{method: "POST", path: "/v1/clock/due", token: "clerk", lang: lang, body: tc.question.json()})
				p, places := h.refused(w, tc.status)
				require.Equal(t, []string{tc.place}, places)
				if tc.status == 422 {
					require.Equal(t, InvalidTerm, p.Code)
				}
			}
		})
	}
}

// A unit without a calendar is told so; a broken book is ours to answer for.
func TestTheClockFollowsTheBook(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite, func(d *Deps) {
		d.Calendars = func(context.Context) (*calendar.Book, error) {
			return calendar.LoadBook(fstest.MapFS{"a.json": {Data: []byte(`{
				"id": "ward", "version": "7", "source": "its notice", "for": {"authorities": ["H26.12"]},
				"hours": {"morning": "07:30-11:30", "source": "its notice"},
				"weekly_rest": {"days": ["sunday"], "source": "its notice"}, "same_day": {"until": "10:00", "source": "its notice"},
				"years": [{"year": 2025, "source": "its notice", "days_off": [], "makeup_days": []}]}`)}})
		}
	})
	d := h.due(asking("2025-02-05T09:30:00+07:00", 3, "working_day").with("/authority", "H26.12.03"))
	require.Equal(t, "2025-02-08T11:30:00+07:00", d.DueAt.String())
	require.Equal(t, "7", d.Derivation.CalendarVersion)
	_, places := h.refused(h.post("clerk", "/v1/clock/due", asking("2025-02-05T09:30:00+07:00", 3, "working_day")), 422)
	require.Equal(t, []string{"/received_at calendar_missing"}, places)
	office := asking("2025-02-05T09:30:00+07:00", 3, "working_day")
	office["office"] = "VNPHKI"
	_, places = h.refused(h.post("clerk", "/v1/clock/due", office), 422)
	require.Equal(t, []string{"/office calendar_missing"}, places)

	broken := newHouse(t, onSQLite, func(d *Deps) {
		d.Calendars = func(context.Context) (*calendar.Book, error) { return nil, errors.New("no book") }
	})
	broken.refused(broken.post("clerk", "/v1/clock/due", office), http.StatusInternalServerError)
}
