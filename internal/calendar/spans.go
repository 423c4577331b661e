package calendar

// spans groups the days that stopped the count, and the make-up days in it.
func (r *run) spans() []Span {
	w := walk{c: r.c, spans: make([]Span, 0, 8)}
	switch r.term.Unit {
	case Hour:
		r.unpaused(&w, r.start, 0)
	case WorkingDay, SameDay:
		r.unpaused(&w, r.start+1, 1)
	default:
		// Days run over rest: only where a last day gave way does it matter, and
		// the day itself where it is a make-up day.
		for _, roll := range r.rolls {
			w.over(roll[0], roll[1])
		}
		w.over(r.last, r.last+1)
	}
	w.close()
	return w.spans
}

// unpaused walks from a day to the last one and leaves out those that a pause
// held: of a pause's last day, the rest counts where hours do (ends 0), and
// nothing where days do (ends 1).
func (r *run) unpaused(w *walk, from date, ends date) {
	for _, s := range r.stops {
		if s.late {
			continue
		}
		w.over(from, s.from+1)
		from = max(from, s.to+ends)
	}
	w.over(from, r.last+1)
}

// walk collects spans day by day.
type walk struct {
	c     *Calendar
	spans []Span
	last  date     // the last day of the last span
	rest  []Reason // of weekly rest; the same for all
}

// over looks at the days from the first up to, and without, the second.
func (w *walk) over(from, to date) {
	for d := from; d < to; d++ {
		s := w.c.special[d-w.c.first]
		switch {
		case s != nil && s.worked:
			w.add(d, MakeUpDay, s)
		case s != nil:
			w.add(d, Holiday, s)
		case w.c.rest[d.weekday()]:
			w.add(d, WeeklyRest, nil)
		}
	}
}

func (w *walk) add(d date, kind Kind, s *special) {
	if len(w.spans) == 0 || w.last+1 != d || kind == MakeUpDay || w.spans[len(w.spans)-1].Kind != kind {
		w.close()
		w.spans = append(w.spans, Span{Kind: kind, From: d.String()})
	}
	span := &w.spans[len(w.spans)-1]
	span.Days, w.last = span.Days+1, d
	switch {
	case s == nil:
		span.Reasons = w.weekly()
	case len(span.Reasons) == 0 || span.Reasons[len(span.Reasons)-1].Name != s.name:
		span.Reasons = append(span.Reasons, s.reason())
	}
}

// close writes the end of the last span; no day is written twice.
func (w *walk) close() {
	if len(w.spans) == 0 {
		return
	}
	span := &w.spans[len(w.spans)-1]
	span.To = span.From
	if span.Days > 1 {
		span.To = w.last.String()
	}
}

func (w *walk) weekly() []Reason {
	if w.rest == nil {
		w.rest = []Reason{{Name: "Nghỉ hằng tuần", NameEN: "Weekly rest", Source: w.c.restSource}}
	}
	return w.rest
}

func (s *special) reason() Reason {
	r := Reason{Name: s.name, NameEN: s.nameEN, Source: s.source}
	if s.makes != 0 {
		r.For = s.makes.String()
	}
	return r
}
