package dossier

import (
	_ "embed"
	"encoding/json"
	"time"
)

// Limit is how long something may be waited for. Units are the calendar's.
type Limit struct {
	N    int    `json:"n" yaml:"n"`
	Unit string `json:"unit" yaml:"unit"`
}

// WaitPolicy says how long each wait may last and what follows. Passing a limit
// never fails a dossier: it marks, tells, and the dossier goes on waiting.
type WaitPolicy struct {
	Version string `json:"version"`
	Source  string `json:"source"`
	// Reminders are the limits after the first one passed, in turn; the last repeats.
	Reminders []Limit
	// CatchUp is how long a silent portal or carrier is left alone before we ask.
	// Where there is no news it is asked again after twice as long, and so on up to
	// CatchUpAtMost: a hundred thousand dossiers that wait for days would ask more
	// than fifty times a second otherwise.
	CatchUp, CatchUpAtMost time.Duration
	// EarlyReport is how long a report that came too early waits for its predecessor.
	EarlyReport time.Duration

	limits map[What]Limit
}

// Limit is the time allowed for a wait.
func (p WaitPolicy) Limit(w What) (Limit, bool) {
	l, ok := p.limits[w]
	return l, ok
}

// Reminder is the n-th limit after the first has passed; n counts from 1.
func (p WaitPolicy) Reminder(n int) Limit {
	return p.Reminders[min(max(n, 1), len(p.Reminders))-1]
}

//go:embed waits.json
var waitsJSON []byte

// Waits is the policy in force.
var Waits = mustWaits(waitsJSON)

func mustWaits(raw []byte) WaitPolicy {
	var file struct {
		WaitPolicy
		Waits []struct {
			What What `json:"what"`
			Limit
		} `json:"waits"`
		Reminders          []Limit `json:"reminders"`
		CatchUpMinutes     int     `json:"catch_up_minutes"`
		CatchUpAtMost      int     `json:"catch_up_at_most_minutes"`
		EarlyReportSeconds int     `json:"early_report_seconds"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		panic("dossier: waits.json: " + err.Error())
	}
	p := file.WaitPolicy
	p.Reminders = file.Reminders
	p.CatchUp = time.Duration(file.CatchUpMinutes) * time.Minute
	p.CatchUpAtMost = time.Duration(file.CatchUpAtMost) * time.Minute
	p.EarlyReport = time.Duration(file.EarlyReportSeconds) * time.Second
	p.limits = map[What]Limit{}
	for _, w := range file.Waits {
		if w.N <= 0 || w.What.Label() == "" {
			panic("dossier: waits.json: unknown wait or limit not positive: " + string(w.What))
		}
		p.limits[w.What] = w.Limit
	}
	if len(p.Reminders) == 0 || p.CatchUp <= 0 || p.CatchUpAtMost < p.CatchUp || p.EarlyReport <= 0 {
		panic("dossier: waits.json: reminders, catch_up_minutes, catch_up_at_most_minutes and early_report_seconds are required")
	}
	return p
}
