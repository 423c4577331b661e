// Package calendar answers one question: when is a dossier due? It knows which
// days an authority works, at what hours, and how Vietnamese law counts a term.
//
// # How a term is counted
//
// The Civil Code 2015 (Bộ luật Dân sự 91/2015/QH13) rules all units but the
// last:
//
//   - hour: working hours, starting at the moment of reception (Art 147(1)); a
//     moment outside office hours starts at the next opening.
//   - working_day, day: the first day is not counted (Art 147(2)).
//   - month: ends on the same date of the last month, or on that month's last
//     day when it has no such date (Art 148(3)).
//   - A last day on which nobody works gives way to the next working day
//     (Art 148(5)).
//   - same_day: due on the day of reception; received after 15:00, on the next
//     working day (Luật Hộ tịch 2014 Art 5(3); NĐ 23/2015/NĐ-CP Art 7).
//
// Art 148(6) ends the last day at 24:00. A result can be handed out only while
// the authority is open, so every due time here is the office's closing time.
//
// # What is data and what is code
//
// Office hours, weekly rest, days off and make-up working days are data, each
// with its source, in a versioned file that [Load] reads strictly. The rules
// above are code. A calendar never guesses: beyond the years its file covers it
// answers with a [ReachError], never with "weekends only".
//
// All times are taken and given at UTC+7, Vietnam's one time zone, which has no
// daylight saving; no zone database is needed. Nothing here reads the clock of
// the machine, and a [Calendar] never changes after Load, so all of it is safe
// for concurrent use and for replayed workflow code.
//
// What lives elsewhere: what starts a clock, what a supplement does to it, and
// the 15:00 rule for carrying paper on.
package calendar
