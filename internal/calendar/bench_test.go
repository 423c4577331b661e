package calendar_test

import (
	"testing"
	"time"

	"hoso/internal/calendar"
)

func BenchmarkDue(b *testing.B) {
	c, received := calendar.Default(), at(b, "2026-04-24 09:30")
	for _, term := range []calendar.Term{{N: 20, Unit: calendar.WorkingDay}, {N: 8, Unit: calendar.Hour}, {N: 2, Unit: calendar.Month}} {
		b.Run(string(term.Unit), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := c.Due(received, term)
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Twenty working days over Giỗ Tổ, 30 April and 1 May, without and with a pause.
func BenchmarkDerive(b *testing.B) {
	c, received, term := calendar.Default(), at(b, "2026-04-24 09:30"), calendar.Term{N: 20, Unit: calendar.WorkingDay}
	supplement := pause(b, "2026-05-06 10:00", "2026-05-12 14:00")
	run := func(name string, derive func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := derive(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("plain", func() error { _, err := c.Derive(received, term); return err })
	run("paused", func() error { _, err := c.Derive(received, term, supplement); return err })
	run("in words", func() error {
		d, err := c.Derive(received, term, supplement)
		d.Sentences(calendar.Vietnamese)
		return err
	})
}

// A calendar has changed: a million open dossiers, received over two years, with
// terms of 1 to 40 days and a pause each, get their dates anew on one core.
func BenchmarkMillion(b *testing.B) {
	const dossiers = 1_000_000
	c, first := calendar.Default(), at(b, "2025-01-02 08:00")
	million := func(name string, each func(time.Time, calendar.Term, calendar.Pause) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range dossiers {
					received := first.Add(time.Duration(i) * time.Minute)
					term := calendar.Term{N: 1 + i%40, Unit: calendar.WorkingDay}
					held := calendar.Pause{From: received.Add(time.Hour), To: received.Add(72 * time.Hour)}
					if err := each(received, term, held); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/dossiers, "ns/date")
		})
	}
	million("without", func(t time.Time, n calendar.Term, p calendar.Pause) error { _, err := c.DueAfter(t, n, p); return err })
	million("with", func(t time.Time, n calendar.Term, p calendar.Pause) error { _, err := c.Derive(t, n, p); return err })
}
