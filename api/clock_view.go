package api

import "hoso/internal/calendar"

// ClockDue is a due date with its derivation.
type ClockDue struct {
	DueAt          Time               `json:"due_at"`
	Procedure      *ClockProcedure    `json:"procedure,omitempty" doc:"Where its term was asked for."`
	Derivation     ClockDerivation    `json:"derivation"`
	WithSupplement *ClockSupplemented `json:"with_supplement,omitempty" doc:"What becomes of it with the supplement asked about."`
}

// ClockProcedure names the version whose term was counted.
type ClockProcedure struct {
	Code    string `json:"code" example:"2.000635"`
	Name    string `json:"name"`
	Version string `json:"version" example:"163/QĐ-BTP"`
}

// ClockSupplemented is the due date with a supplement.
type ClockSupplemented struct {
	Effect     string          `json:"effect" enum:"pause,restart"`
	DueAt      Time            `json:"due_at"`
	Derivation ClockDerivation `json:"derivation"`
}

// ClockDerivation says why a date is what it is.
type ClockDerivation struct {
	Sentences       []string     `json:"sentences" doc:"To be read out, in the reader's language."`
	Calendar        string       `json:"calendar" example:"ha-noi"`
	CalendarVersion string       `json:"calendar_version" example:"2026.2"`
	ComputedYears   []int        `json:"computed_years" doc:"Years touched whose holidays are computed, as no official plan is known: the date may still move."`
	ReceivedAt      Time         `json:"received_at"`
	StartsAt        Time         `json:"starts_at" doc:"From when time counts."`
	Term            ClockTerm    `json:"term"`
	Rules           []ClockRule  `json:"rules" doc:"In the order of their application."`
	Days            []ClockSpan  `json:"days" doc:"Days that stopped the count, and make-up days that did count. In days and months, which run over rest, those to which the last day could not be left."`
	Pauses          []ClockPause `json:"pauses"`
	LastDay         string       `json:"last_day" format:"date" doc:"Where the count ended: the due date's day, or an earlier one that gave way because nobody worked on it."`
	DueAt           Time         `json:"due_at"`
}

// ClockRule is a rule of counting.
type ClockRule struct {
	Code   string `json:"code" doc:"T1 and T2: the Civil Code's; T6: same-day terms; T12: pauses." example:"T1"`
	Part   string `json:"part" example:"first_day"`
	Text   string `json:"text"`
	Source string `json:"source" example:"Bộ luật Dân sự 2015, Điều 147 khoản 2"`
}

// ClockSpan is a run of days of one kind.
type ClockSpan struct {
	Kind    string        `json:"kind" enum:"weekly_rest,holiday,makeup_day"`
	From    string        `json:"from" format:"date"`
	To      string        `json:"to" format:"date"`
	Days    int           `json:"days"`
	Reasons []ClockReason `json:"reasons"`
}

// ClockReason is why the calendar has a day off or a make-up day.
type ClockReason struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	For    string `json:"for,omitempty" format:"date" doc:"The day off that a make-up day makes up for."`
}

// ClockPause is a pause with what it was worth.
type ClockPause struct {
	From          Time   `json:"from"`
	To            Time   `json:"to"`
	Reason        string `json:"reason" example:"supplement"`
	StoppedAt     Time   `json:"stopped_at" doc:"from, moved to the next opening."`
	ResumedAt     Time   `json:"resumed_at" doc:"to, moved to the next opening."`
	Days          int    `json:"days" doc:"Days of the term's unit that were not counted; 0 in hours."`
	OfficeMinutes int    `json:"office_minutes" doc:"Office time within it."`
	Late          bool   `json:"late" doc:"The term had been used up before it began: it changed nothing."`
}

// derivation is a derivation in the reader's language.
func (l lang) derivation(d calendar.Derivation) ClockDerivation {
	v := ClockDerivation{
		Sentences: d.Sentences(calendar.Language(l.tag())), Calendar: d.Calendar, CalendarVersion: d.Version, ComputedYears: list(d.ComputedYears),
		ReceivedAt: At(d.Received), StartsAt: At(d.Starts), Term: ClockTerm{N: d.Term.N, Unit: string(d.Term.Unit)},
		Rules: []ClockRule{}, Days: []ClockSpan{}, Pauses: []ClockPause{}, LastDay: d.LastDay, DueAt: At(d.Due),
	}
	for _, r := range d.Rules {
		v.Rules = append(v.Rules, ClockRule{Code: r.Code, Part: r.Part, Text: text{r.VI, r.EN}[l], Source: r.Source})
	}
	for _, s := range d.Days {
		v.Days = append(v.Days, ClockSpan{Kind: string(s.Kind), From: s.From, To: s.To, Days: s.Days, Reasons: l.reasons(s.Reasons)})
	}
	for _, p := range d.Pauses {
		v.Pauses = append(v.Pauses, ClockPause{From: At(p.From), To: At(p.To), Reason: p.Reason, StoppedAt: At(p.Stopped), ResumedAt: At(p.Resumed),
			Days: p.Days, OfficeMinutes: p.OfficeMinutes, Late: p.Late})
	}
	return v
}

func (l lang) reasons(reasons []calendar.Reason) []ClockReason {
	v := []ClockReason{}
	for _, r := range reasons {
		name := r.Name
		if l == en && r.NameEN != "" {
			name = r.NameEN
		}
		v = append(v, ClockReason{Name: name, Source: r.Source, For: r.For})
	}
	return v
}
