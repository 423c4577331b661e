package catalogue

import "time"

const dayLayout = "2006-01-02"

// Validity is the span of local days on which a record holds.
type Validity struct {
	From string `yaml:"from" json:"from"`                 // first day, 2006-01-02
	To   string `yaml:"to,omitempty" json:"to,omitempty"` // first day that no longer counts; "" is open
}

// On tells whether the record holds on a day (2006-01-02).
func (v Validity) On(day string) bool {
	// Days in this layout sort as text.
	return v.From <= day && (v.To == "" || day < v.To)
}

// overlaps tells whether there is a day in both spans.
func (v Validity) overlaps(w Validity) bool {
	return (v.To == "" || w.From < v.To) && (w.To == "" || v.From < w.To)
}

// realDay tells whether the text is a day of the calendar.
func realDay(text string) bool {
	_, err := time.Parse(dayLayout, text)
	return err == nil
}
