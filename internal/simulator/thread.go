package simulator

import "time"

// Thread is how one dossier or parcel moves on and is told of. Its owner guards
// it with its own lock and holds that lock in every call.
type Thread struct {
	// Telling says how callbacks are sent, Delay what passes before each step.
	Telling Telling
	Delay   Duration
	// Last is when something last happened to it.
	Last time.Time

	due    bool            // a step is with the scheduler
	told   map[string]bool // events whose callbacks were taken, from the ledger
	unsent []Callback      // kept back, to be sent in another order
}

// Moment is the time for what happens next: now, but always later than what
// happened last, for two things never happen at once.
func (t *Thread) Moment(now time.Time) time.Time {
	if next := t.Last.Add(time.Millisecond); now.Before(next) {
		now = next
	}
	return now.In(Zone)
}

// Taken notes, while the ledger is read back, that an event need not be told again.
func (t *Thread) Taken(event string) {
	if t.told == nil {
		t.told = map[string]bool{}
	}
	t.told[event] = true
}

// Proceed gives the scheduler the next step of a thread that is ready for one.
// Of one that is not, because it waits for somebody or has come to its end, it
// sends what was kept back. Step begins with Begin.
func (d *Desk[S]) Proceed(t *Thread, ready bool, step func()) {
	switch {
	case t.due:
	case ready:
		t.due = true
		at := d.Clock.Now() // Last may be a moment ahead of it
		if t.Delay > 0 {
			at = t.Last.Add(time.Duration(t.Delay))
		}
		d.Steps.At(at, step)
	case len(t.unsent) > 0:
		d.Calls.Put(Shuffle(d.Rules.knobs.Seed, t.unsent[0].ID, t.unsent)...)
		t.unsent = nil
	}
}

// Begin marks that the scheduled step now runs.
func (t *Thread) Begin() { t.due = false }

// TryLater has a step run again that the ledger did not take: a full disk may
// have room in a while. With a ledger broken for good there is no later.
func (c *Core) TryLater(t *Thread, step func(), err error) {
	c.Log.Error("a step cannot be written", "error", err)
	if c.Ledger.Err() == nil {
		t.due = true
		c.Steps.At(c.Clock.Now().Add(time.Second), step)
	}
}

// Tell sends an event as a callback, or keeps it back until the thread comes to
// rest, as its telling wants. The entry is the event's, which stands in the
// ledger, and names it. What is noted when the callback was taken may be lost;
// then it is told once more.
func (c *Core) Tell(t *Thread, e Entry, url string, secret []byte) {
	if url == "" || t.Telling.Silent || t.told[e.EventID] {
		return
	}
	done := Entry{Kind: KindCallback, Party: e.Party, Code: e.Code, Ref: e.Ref, EventID: e.EventID}
	cb := Callback{
		Lane: e.Code, ID: e.EventID, URL: url, Secret: secret, Body: e.Data, Lines: c.Ledger.Lines(), Times: t.Telling.Duplicate,
		Done: func() {
			done.At = c.Now()
			if _, err := c.Ledger.Append(done); err != nil {
				c.Log.Error("callback cannot be noted", "event", done.EventID, "error", err)
			}
		},
	}
	if t.Telling.Reorder {
		t.unsent = append(t.unsent, cb)
		return
	}
	c.Calls.Put(cb)
}
