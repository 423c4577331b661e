package calendar

import (
	"embed"
	"io/fs"
	"sync"
)

// The calendar of the Hà Nội authorities, and one assumed for the offices of the
// agents. Their holidays follow the Labour Code 2019 Art 111(3) and 112,
// NQ 28/2026/QH16 (24 November, from 2026) and each year's official plan, which
// the files name beside every day.
//
//go:embed data
var shipped embed.FS

// defaultID names the calendar that Default gives.
const defaultID = "ha-noi"

// DefaultBook holds the calendars that come with the program. Every call gives
// the same book.
func DefaultBook() *Book { return defaultBook() }

// Default is the newest calendar of the Hà Nội authorities: Monday to Friday,
// from 2025; the years from 2027 to 2035 are computed. Every call gives the same
// calendar.
func Default() *Calendar {
	var newest *Calendar
	for _, c := range defaultBook().calendars {
		if c.id == defaultID {
			newest = c
		}
	}
	return newest
}

var defaultBook = sync.OnceValue(func() *Book {
	folder, err := fs.Sub(shipped, "data")
	if err != nil {
		panic(err)
	}
	b, err := LoadBook(folder)
	if err != nil {
		panic(err) // built in, and loaded by a test
	}
	return b
})
