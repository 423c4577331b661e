package notice

import (
	"time"

	"hoso/internal/dossier"
)

// Event is what a citizen is told of: the name of a status, such as
// "supplement_required", or another word of the book's.
type Event string

// The events that are seen by comparison and named by no rule.
const (
	// DueSet is a due date that a dossier gets without a change of status.
	DueSet Event = "due_set"
	// DueMoved is a due date that replaces another.
	DueMoved Event = "due_moved"
)

// Standing is what of a dossier is compared. The zero Standing is before filing.
type Standing struct {
	Status dossier.Status
	DueAt  *time.Time
}

// Change is one entry of a dossier's history with what was before and after it.
type Change struct {
	Kind          string
	Data          map[string]string
	Before, After Standing
}

// Rule names the event of a kind of change.
type Rule struct {
	Kind string            `yaml:"kind"`
	When map[string]string `yaml:"when"` // what the change's data must say
	Tell Event             `yaml:"tell"`
}

// Event is what is told of a change, if anything is. A change of status comes
// first, since it must be told of; its words hold the due date as well.
func (b *Book) Event(c Change) (Event, bool) {
	if c.After.Status != c.Before.Status {
		return Event(c.After.Status.Name()), true
	}
	for _, r := range b.Changes {
		if r.fits(c) {
			return r.Tell, true
		}
	}
	switch due, was := c.After.DueAt, c.Before.DueAt; {
	case due == nil || was != nil && due.Equal(*was):
		return "", false
	case was == nil:
		return DueSet, true
	default:
		return DueMoved, true
	}
}

func (r Rule) fits(c Change) bool {
	if r.Kind != c.Kind {
		return false
	}
	for word, want := range r.When {
		if c.Data[word] != want {
			return false
		}
	}
	return true
}
