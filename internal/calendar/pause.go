package calendar

import "time"

// Pause is a stretch in which the clock of a term stands still, such as from
// the demand of a supplement to the moment it is complete.
//
// Both ends are first moved to the next opening when they lie outside office
// hours. In a term in hours a pause is then worth the office time within it; in
// working days and same-day terms the number of working days d with
// day(From) < d <= day(To); in days and months the calendar days likewise, after
// which a last day that is not worked gives way again.
//
// So the due date never lies before the end of a pause that began in time,
// however many there are. One that began when the term was already used up has
// nothing left to hold: it changes nothing.
type Pause struct {
	// From is when the clock stopped, To when it went on.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Reason is a code such as "supplement", never free text.
	Reason string `json:"reason,omitempty"`
}

// stop is a pause at the office's own times.
type stop struct {
	Pause
	from, to             date
	fromClock, toClock   time.Duration
	openedFrom, openedTo time.Duration // the calendar's office time
	days                 int           // by which the last day moved
	late                 bool          // began when the term was used up
}

// inOrder refuses pauses that are open, backwards, overlapping, out of order or
// earlier than the reception.
func inOrder(received time.Time, pauses []Pause) error {
	for i, p := range pauses {
		var err error
		switch {
		case p.To.IsZero():
			err = ErrPauseOpen
		case p.To.Before(p.From):
			err = ErrPauseBackwards
		case p.From.Before(received):
			err = ErrPauseEarly
		case i > 0 && p.From.Before(pauses[i-1].To):
			err = ErrPauseOrder
		}
		if err != nil {
			return &PauseError{Index: i, Pause: p, Err: err}
		}
	}
	return nil
}

// stop moves both ends of a pause to the next opening.
func (c *Calendar) stop(p Pause) (s stop, err error) {
	s.Pause = p
	s.from, s.fromClock, err = c.nextOpen(split(p.From))
	if err != nil {
		return s, err
	}
	s.to, s.toClock, err = c.nextOpen(split(p.To))
	if err != nil {
		return s, err
	}
	s.openedFrom, s.openedTo = c.openedBy(s.from, s.fromClock), c.openedBy(s.to, s.toClock)
	return s, nil
}
