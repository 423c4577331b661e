package register

import (
	"time"

	"hoso/internal/dossier"
)

// Clock is how the legal term of a dossier stands. The register keeps it with
// the dossier, and the workflow acts upon it; package clock says what becomes of
// it. The zero Clock has not been told its rules.
type Clock struct {
	// ID and Version name the rules; From is their first day, by which the
	// catalogue finds them again.
	ID      string `json:"id,omitempty"`
	Version string `json:"version,omitempty"`
	From    string `json:"from,omitempty"`
	// What the rules allow.
	Supplements     int `json:"supplements,omitempty"`
	SupplementsMost int `json:"supplements_most,omitempty"`
	Extensions      int `json:"extensions,omitempty"`

	// What has happened. Asked counts the authority's requests for a supplement;
	// Approved those beyond the usual number that somebody approved. Asking is what
	// the citizen has yet to give: supplement or fee.
	ReceivedAt   *time.Time `json:"received_at,omitempty"`
	HandedOverAt *time.Time `json:"handed_over_at,omitempty"`
	FeeAt        *time.Time `json:"fee_at,omitempty"`
	FeeOwed      bool       `json:"fee_owed,omitempty"`
	Paper        bool       `json:"paper,omitempty"`
	Asked        int        `json:"asked,omitempty"`
	Asking       string     `json:"asking,omitempty"`
	Approved     int        `json:"approved,omitempty"`
	Extended     int        `json:"extended,omitempty"`

	// StartedAt is from when the term counts, Term how long it is; Fixed is a due
	// date that somebody named at FixedAt, which stands in the term's place.
	StartedAt *time.Time    `json:"started_at,omitempty"`
	Term      dossier.Limit `json:"term,omitzero"`
	Fixed     *time.Time    `json:"fixed,omitempty"`
	FixedAt   *time.Time    `json:"fixed_at,omitempty"`
	// Pauses since then are over; Paused is the one that lasts.
	Pauses []Pause `json:"pauses,omitempty"`
	Paused *Pause  `json:"paused,omitempty"`
	// Stopped says that the authority has decided, or nothing is to be decided.
	Stopped bool `json:"stopped,omitempty"`

	Calendar        string `json:"calendar,omitempty"`
	CalendarVersion string `json:"calendar_version,omitempty"`
	// Marks are the moments still to come, in order; Told are those that have come
	// since the term began or a date was named, Reached the last of them. ExtendUntil
	// is the last moment at which the date may be put off.
	Marks       []Mark     `json:"marks,omitempty"`
	Told        []string   `json:"told,omitempty"`
	Reached     string     `json:"reached,omitempty"`
	ExtendUntil *time.Time `json:"extend_until,omitempty"`
	// Dates counts the versions of the due date.
	Dates int `json:"dates,omitempty"`
}

// Pause is a time in which the term stands still; it lasts while To is zero.
type Pause struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason"` // supplement or fee
}

// Mark is a moment of the term that time alone brings; see dossier.Marks.
type Mark struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Runs says whether time counts against the authority.
func (c Clock) Runs() bool { return c.StartedAt != nil && c.Paused == nil && !c.Stopped }

// Extendable says whether the due date may be put off at all: the term runs, and
// an extension is left. That it is not too late is for who knows the time.
func (c Clock) Extendable() bool {
	return c.Runs() && c.Extended < c.Extensions && c.ExtendUntil != nil
}

// MayAsk says whether the authority may ask for another supplement: within the
// usual number, or beyond it with as many approvals. Without rules nobody counts.
func (c Clock) MayAsk() bool {
	return c.ID == "" || c.Asked < min(c.Supplements+c.Approved, c.SupplementsMost)
}

// MayApprove says whether a supplement beyond the usual number can be approved.
func (c Clock) MayApprove() bool {
	return c.Asked >= c.Supplements+c.Approved && c.Supplements+c.Approved < c.SupplementsMost
}

// What can happen to a clock.
const (
	ClockReceived   = "received"    // the authority accepted the dossier
	ClockHandedOver = "handed_over" // the authority signed for the papers
	ClockFeePaid    = "fee_paid"    // the fee it waits for is confirmed
	ClockPause      = "pause"       // the authority asks for something
	ClockResume     = "resume"      // it has what it asked for
	ClockExtend     = "extend"      // the authority puts the due date off
	ClockMove       = "move"        // a manager moves the due date
	ClockRecompute  = "recompute"   // the calendar has changed
	ClockMark       = "mark"        // a moment of the term has come
	ClockApprove    = "approve"     // a further supplement is approved
	ClockStop       = "stop"        // decided, or nothing is to be decided any more
)

// ClockEvent is what a step does to the clock.
type ClockEvent struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
	// DueAt is a due date that somebody names: the authority's appointment with
	// received and resume, the new date with extend and move.
	DueAt *time.Time `json:"due_at,omitempty"`
	// Reason says why with pause: supplement or fee.
	Reason string `json:"reason,omitempty"`
	// Paper and FeeOwed come with received.
	Paper   bool   `json:"paper,omitempty"`
	FeeOwed bool   `json:"fee_owed,omitempty"`
	Mark    string `json:"mark,omitempty"`
}
