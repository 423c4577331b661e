package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Why a due date cannot be given. [TermError] and [ReachError] wrap them with
// the facts; test with errors.Is.
var (
	// ErrNotPositive means that the term is 0 or negative.
	ErrNotPositive = errors.New("term is not positive")
	// ErrTooLong means that the term is longer than ten years, or a same-day
	// term of more than one day.
	ErrTooLong = errors.New("term is too long")
	// ErrUnknownUnit means that the term's unit is none of the package's.
	ErrUnknownUnit = errors.New("unit is unknown")
	// ErrOutOfReach means that the answer needs a day the calendar does not cover.
	ErrOutOfReach = errors.New("date is out of the calendar's reach")
	// ErrPauseOpen means that a pause has no end yet: nobody can know the due date.
	ErrPauseOpen = errors.New("pause has not ended")
	// ErrPauseBackwards means that a pause ends before it begins.
	ErrPauseBackwards = errors.New("pause ends before it begins")
	// ErrPauseEarly means that a pause begins before the reception.
	ErrPauseEarly = errors.New("pause begins before the reception")
	// ErrPauseOrder means that a pause begins before the one before it has ended.
	ErrPauseOrder = errors.New("pause begins before the one before it has ended")
)

// TermError refuses a term that no procedure can mean.
type TermError struct {
	// Term is the term refused.
	Term Term
	// Longest is the greatest N its unit may have; set with ErrTooLong only.
	Longest int
	// Err is ErrNotPositive, ErrTooLong or ErrUnknownUnit.
	Err error
}

// Error names the term and what is wrong with it.
func (e *TermError) Error() string {
	text := fmt.Sprintf("calendar: %d %q: %v", e.Term.N, string(e.Term.Unit), e.Err)
	if e.Longest > 0 {
		text += fmt.Sprintf(", at most %d", e.Longest)
	}
	return text
}

// Unwrap gives the reason.
func (e *TermError) Unwrap() error { return e.Err }

// PauseError refuses a list of pauses.
type PauseError struct {
	// Index is the place of the offending pause in the list, from 0.
	Index int
	// Pause is that pause.
	Pause Pause
	// Err is ErrPauseOpen, ErrPauseBackwards, ErrPauseEarly or ErrPauseOrder.
	Err error
}

// Error names the pause by its place and times, and what is wrong with it.
func (e *PauseError) Error() string {
	return fmt.Sprintf("calendar: pause %d, %s to %s: %v",
		e.Index, e.Pause.From.In(ict).Format(time.RFC3339), e.Pause.To.In(ict).Format(time.RFC3339), e.Err)
}

// Unwrap gives the reason.
func (e *PauseError) Unwrap() error { return e.Err }

// ReachError says that a day lies outside the years a calendar covers, so that
// its holidays are not known.
type ReachError struct {
	// Calendar and Version name the calendar asked.
	Calendar, Version string
	// Day is the day that was needed.
	Day time.Time
	// From and To are the first and the last day the calendar covers.
	From, To time.Time
}

// Error names the day and the calendar's reach.
func (e *ReachError) Error() string {
	return fmt.Sprintf("calendar: %s: %v: %s version %s covers %s to %s",
		e.Day.Format(time.DateOnly), ErrOutOfReach, e.Calendar, e.Version,
		e.From.Format(time.DateOnly), e.To.Format(time.DateOnly))
}

// Unwrap gives ErrOutOfReach.
func (e *ReachError) Unwrap() error { return ErrOutOfReach }

// LoadError says what is wrong with a calendar file, and where.
type LoadError struct {
	// File is the file's name; "" where it has none.
	File string
	// Line is the line in the file, from 1; 0 when the fault has no one place.
	Line int
	// Entry names what is at fault, such as "makeup_days 2026-08-22"; it may be empty.
	Entry string
	// Problem says what is wrong with it.
	Problem string
}

// Error gives file, line, entry and problem.
func (e *LoadError) Error() string {
	var b strings.Builder
	b.WriteString("calendar: ")
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.File)
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Entry != "" {
		fmt.Fprintf(&b, "%s: ", e.Entry)
	}
	b.WriteString(e.Problem)
	return b.String()
}
