package calendar

import (
	"bytes"
	_ "embed"
	"sync"
)

// The Hà Nội authority's calendar. Its holidays follow the Labour Code 2019
// Art 111(3) and 112, NQ 28/2026/QH16 (24 November, from 2026) and each year's
// official plan, which the file names beside every day.
//
//go:embed hanoi.json
var hanoi []byte

// Default is the calendar of the Hà Nội authority: Monday to Friday, 2025 to
// 2027, of which 2027 is computed. Every call gives the same calendar.
func Default() *Calendar { return defaultCalendar() }

var defaultCalendar = sync.OnceValue(func() *Calendar {
	c, err := Load(bytes.NewReader(hanoi))
	if err != nil {
		panic(err) // built in, and loaded by a test
	}
	return c
})
