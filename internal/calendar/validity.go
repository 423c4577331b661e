package calendar

// validity is the span of days on which something holds.
type validity struct {
	from date
	to   date // the first day that no longer counts; 0 while there is none
	line int  // in the file, for complaints
}

func (v validity) on(d date) bool { return v.from <= d && (v.to == 0 || d < v.to) }

func (v validity) overlaps(w validity) bool {
	return (v.to == 0 || w.from < v.to) && (w.to == 0 || v.from < w.to)
}
