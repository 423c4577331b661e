package dossier

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ClockStart is what sets a procedure's clock going.
type ClockStart string

// What a clock may start on. All but a signed hand-over need the valid reception
// as well: before it there is no term at all (Decree 61/2018/NĐ-CP Art 17).
const (
	OnReception       ClockStart = "valid_reception"
	OnHandover        ClockStart = "handover_signed"   // Decision 45/2016/QĐ-TTg Art 7(4): papers by post
	OnReceptionAndFee ClockStart = "reception_and_fee" // the later of the two
)

// ClockEffect is what a request to the citizen does to a running term.
type ClockEffect string

// The effects of a request.
const (
	Restarts ClockEffect = "restart" // counted again from the start (Decree 61/2018/NĐ-CP Art 19(4))
	Pauses   ClockEffect = "pause"   // the time until the citizen has answered is not counted
	RunsOn   ClockEffect = "none"    // the term runs on
)

// ClockRules say how the term of a procedure runs. They are data of the
// catalogue, in versions with validity; a dossier keeps those of the day of its
// valid reception.
type ClockRules struct {
	StartsOn      ClockStart `json:"starts_on" yaml:"starts_on"`
	PaperStartsOn ClockStart `json:"paper_starts_on" yaml:"paper_starts_on"` // where papers travel to the authority
	// PaperUntil is the clock time after which papers count from the opening of
	// the next working day, like 15:00; "" where there is no such rule.
	PaperUntil string      `json:"paper_until" yaml:"paper_until"`
	Supplement ClockEffect `json:"supplement" yaml:"supplement"`
	Fee        ClockEffect `json:"fee" yaml:"fee"`
	// Supplements is how many requests for a supplement need nobody's approval;
	// SupplementsMost is how many there may be with one.
	Supplements     int   `json:"supplements" yaml:"supplements"`
	SupplementsMost int   `json:"supplements_most" yaml:"supplements_most"`
	SupplementWait  Limit `json:"supplement_wait" yaml:"supplement_wait"`
	// Extensions is how often the due date may be put off, each time at least
	// ExtendBefore it; DraftBefore it the system drafts the apology.
	Extensions   int       `json:"extensions" yaml:"extensions"`
	ExtendBefore Limit     `json:"extend_before" yaml:"extend_before"`
	DraftBefore  Limit     `json:"draft_before" yaml:"draft_before"`
	Warnings     []Warning `json:"warnings" yaml:"warnings"`
}

// Warning is a moment of the term at which somebody is told: after a share of
// its office time, or some time before its end.
type Warning struct {
	Name    string `json:"name" yaml:"name"`
	Percent int    `json:"percent,omitempty" yaml:"percent"`
	Before  *Limit `json:"before,omitempty" yaml:"before"`
}

// Mark names a moment of the term that time alone brings.
const (
	MarkHalf      = "half"
	MarkMost      = "most"
	MarkDayBefore = "day_before"
	MarkDraft     = "draft"
)

// Marks lists the names a warning may have, in the order of a term.
func Marks() []string { return []string{MarkHalf, MarkMost, MarkDraft, MarkDayBefore} }

// Check says what is wrong with the rules, each fault under the field it is in.
func (r ClockRules) Check(fault func(field, rule string)) {
	starts := []ClockStart{OnReception, OnHandover, OnReceptionAndFee}
	effects := []ClockEffect{Restarts, Pauses, RunsOn}
	demand := func(ok bool, field, rule string, args ...any) {
		if !ok {
			fault(field, fmt.Sprintf(rule, args...))
		}
	}
	demand(slices.Contains(starts, r.StartsOn), "starts_on", "clock start %q unknown (known: %v)", r.StartsOn, starts)
	demand(slices.Contains(starts, r.PaperStartsOn), "paper_starts_on", "clock start %q unknown (known: %v)", r.PaperStartsOn, starts)
	demand(slices.Contains(effects, r.Supplement), "supplement", "clock effect %q unknown (known: %v)", r.Supplement, effects)
	demand(slices.Contains(effects, r.Fee), "fee", "clock effect %q unknown (known: %v)", r.Fee, effects)
	_, ok := r.Cutoff()
	demand(ok || r.PaperUntil == "", "paper_until", "clock time %q is not written like 15:00", r.PaperUntil)
	demand(r.Supplements >= 0, "supplements", "is below 0")
	demand(r.SupplementsMost >= r.Supplements, "supplements_most", "is below supplements")
	demand(r.Extensions >= 0, "extensions", "is below 0")
	for field, l := range map[string]Limit{"supplement_wait": r.SupplementWait, "extend_before": r.ExtendBefore, "draft_before": r.DraftBefore} {
		demand(l.valid(), field, "limit of %d %q is not a number above 0 of hour, working_day, day or month", l.N, l.Unit)
	}
	for _, field := range []string{"extend_before", "draft_before"} {
		l := map[string]Limit{"extend_before": r.ExtendBefore, "draft_before": r.DraftBefore}[field]
		demand(l.Unit == "working_day", field, "is counted in working days")
	}
	for _, w := range r.Warnings {
		demand(w.Name != MarkDraft && slices.Contains(Marks(), w.Name), "warnings", "warning %q unknown (known: half, most, day_before)", w.Name)
		demand((w.Percent > 0) != (w.Before != nil), "warnings", "warning %q needs percent or before", w.Name)
		demand(w.Percent >= 0 && w.Percent < 100, "warnings", "warning %q is not within the term", w.Name)
		demand(w.Before == nil || w.Before.valid() && w.Before.Unit == "working_day", "warnings", "warning %q comes a number of working days before the end", w.Name)
	}
}

// valid says whether a limit is one that a calendar can count.
func (l Limit) valid() bool {
	return l.N > 0 && l.N <= 3650 && slices.Contains([]string{"hour", "working_day", "day", "month"}, l.Unit)
}

// Cutoff is the clock time of PaperUntil from midnight; false where there is none.
func (r ClockRules) Cutoff() (time.Duration, bool) {
	t, err := time.Parse("15:04", r.PaperUntil)
	if err != nil || len(r.PaperUntil) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

// ClockFacts are what a clock may wait for. A moment that is nil has not come.
type ClockFacts struct {
	ReceivedAt   *time.Time
	HandedOverAt *time.Time // the authority signed for the papers
	FeeAt        *time.Time // the fee was confirmed
	Paper        bool       // papers travel to the authority
	FeeOwed      bool
}

// Start is the moment from which the term counts, before any rule on late
// papers; false while something it waits for has not come.
func (r ClockRules) Start(f ClockFacts) (time.Time, bool) {
	if f.ReceivedAt == nil {
		return time.Time{}, false
	}
	on := r.StartsOn
	if f.Paper {
		on = r.PaperStartsOn
	}
	switch {
	case on == OnHandover && f.Paper:
		return later(f.HandedOverAt, time.Time{})
	case on == OnReceptionAndFee && f.FeeOwed:
		return later(f.FeeAt, *f.ReceivedAt)
	default:
		return *f.ReceivedAt, true
	}
}

// later is the later of a moment that must have come and another one.
func later(must *time.Time, other time.Time) (time.Time, bool) {
	switch {
	case must == nil:
		return time.Time{}, false
	case must.Before(other):
		return other, true
	default:
		return *must, true
	}
}

// ClockName puts a policy's id and version into one word, "standard/2025-01".
func ClockName(id, version string) string { return strings.Join([]string{id, version}, "/") }
