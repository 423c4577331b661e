package dossier

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Mover is a side that may move a dossier from one status to another.
type Mover string

// The sides of the graph.
const (
	ByAuthority Mover = "authority" // the portal's word, or an officer's by hand
	ByCitizen   Mover = "citizen"   // through the clerk
	ByDelivery  Mover = "delivery"  // a proven hand-over of the result
	ByManager   Mover = "manager"   // by override, with a reason and evidence
)

// Edge is one lawful step.
type Edge struct {
	From Status  `json:"from"`
	To   Status  `json:"to"`
	By   []Mover `json:"by"`
}

type statusInfo struct {
	Code    Status `json:"code"`
	Name    string `json:"name"`
	Label   string `json:"label"`
	LabelEN string `json:"label_en"`
}

type statusGraph struct {
	Source   string       `json:"source"`
	Statuses []statusInfo `json:"statuses"`
	Edges    []Edge       `json:"edges"`

	next map[Status][]Edge
}

//go:embed graph.json
var graphJSON []byte

var graph = mustGraph(graphJSON)

// mustGraph reads the embedded table; a broken table is a broken build, so it
// stops the program at once.
func mustGraph(raw []byte) *statusGraph {
	g := &statusGraph{next: map[Status][]Edge{}}
	if err := json.Unmarshal(raw, g); err != nil {
		panic("dossier: graph.json: " + err.Error())
	}
	if len(g.Statuses) != 10 {
		panic("dossier: graph.json must list ten statuses")
	}
	for _, e := range g.Edges {
		if !e.From.Valid() || !e.To.Valid() {
			panic(fmt.Sprintf("dossier: graph.json: edge %d to %d names an unknown status", e.From, e.To))
		}
		g.next[e.From] = append(g.next[e.From], e)
	}
	return g
}

func (g *statusGraph) info(s Status) statusInfo {
	for _, i := range g.Statuses {
		if i.Code == s {
			return i
		}
	}
	return statusInfo{Code: s, Name: "unknown", Label: "Không rõ", LabelEN: "Unknown"}
}

// Edges lists every lawful step, in the table's order. Documentation and tests
// are made from it.
func Edges() []Edge { return slices.Clone(graph.Edges) }

// Next lists the statuses that the mover may bring a dossier to.
func Next(from Status, by Mover) []Status {
	var out []Status
	for _, e := range graph.next[from] {
		if slices.Contains(e.By, by) {
			out = append(out, e.To)
		}
	}
	return out
}

// CanMove says whether the step is in the graph for the mover; the error is a
// *TransitionError that names what would be allowed.
func CanMove(from, to Status, by Mover) error {
	allowed := Next(from, by)
	if slices.Contains(allowed, to) {
		return nil
	}
	return &TransitionError{From: from, To: to, Allowed: allowed}
}

// TransitionError is a step that the graph does not have.
type TransitionError struct {
	From, To Status
	Allowed  []Status
}

// Error names the step and what would be allowed instead.
func (e *TransitionError) Error() string {
	names := make([]string, len(e.Allowed))
	for i, s := range e.Allowed {
		names[i] = s.Name()
	}
	return fmt.Sprintf("no step from %s to %s; allowed: %s", e.From, e.To, strings.Join(names, ", "))
}

// Belief is what to make of a status that the portal reports.
type Belief int

// How a reported status relates to where the dossier stands.
const (
	Believe Belief = iota // a lawful next step: apply it
	Repeat                // where we stand already: only its time is news
	Early                 // a newer step whose predecessor is not known yet: keep it
	Stale                 // older than what we believe, or not the authority's to say: record, do not believe
)

// Report is a status that the authority's side says the dossier has.
type Report struct {
	Status Status
	At     time.Time
}

// Judge compares a report with where the dossier stands; last is the time of the
// newest report already believed or repeated. Callbacks repeat and overtake each
// other; the end must be the same. A report older than last is stale, whatever
// edges the graph has: otherwise a late "accepted" would lead out of a supplement
// that came after it. For the same reason a repeat moves last on: a "processing"
// heard again after a supplement that we have yet to hear of must outlive it.
//
// The caller keeps early reports and judges them again after each one believed.
// Of two reports of the same instant the graph decides, as well as it can.
func Judge(current Status, last time.Time, r Report) Belief {
	switch {
	case !r.Status.Valid() || r.Status == Returned:
		return Stale // the return is ours to prove
	case r.Status == current:
		return Repeat
	case r.At.Before(last):
		return Stale
	case CanMove(current, r.Status, ByAuthority) == nil, r.Status == Withdrawn && CanMove(current, Withdrawn, ByCitizen) == nil:
		return Believe // a withdrawal that the portal reports was the citizen's wish there
	case current.Decided() || current.Final():
		return Stale
	default:
		return Early // from every open status there is a way to every status
	}
}

// Bridge gives the next status that must have come between two for the later to
// be lawful, or 0 where none is needed or none will do. Only "accepted" and
// "processing" can be passed through without a word; a decision, a supplement or
// a fee cannot, so a step past one of them has no bridge.
func Bridge(from, to Status) Status {
	if from == to || CanMove(from, to, ByAuthority) == nil {
		return 0
	}
	for _, via := range []Status{Processing, Accepted} {
		if via != from && CanMove(from, via, ByAuthority) == nil &&
			(CanMove(via, to, ByAuthority) == nil || via == Accepted && Bridge(via, to) != 0) {
			return via
		}
	}
	return 0
}
