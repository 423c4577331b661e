// Package calendar answers one question: when is a dossier due, and why? It knows
// which days a unit works, at what hours, and how Vietnamese law counts a term.
//
// # How a term is counted
//
// The Civil Code 2015 (Bộ luật Dân sự 91/2015/QH13) rules all units but the
// last. The short names are those that a [Derivation] gives its rules:
//
//   - T1 hour: office time, starting at the moment of reception (Art 147(1)); a
//     moment outside office hours starts at the next opening.
//   - T1 working_day, day: the first day is not counted (Art 147(2)).
//   - T2 month: ends on the same date of the last month, or on that month's last
//     day when it has no such date (Art 148(3)).
//   - T1: a last day on which nobody works gives way to the next working day
//     (Art 148(5)).
//   - T5: paper that comes in after 15:00 moves on at the opening of the next
//     working day (NĐ 61/2018/NĐ-CP Art 18). Only [Calendar.HandedOver] follows
//     it; a term is never counted by it.
//   - T6 same_day: due on the day of reception; received after 15:00, on the next
//     working day (Luật Hộ tịch 2014 Art 5(3); NĐ 23/2015/NĐ-CP Art 7).
//   - T12: the time of a [Pause] is not counted (rules of single procedures).
//
// Art 148(6) ends the last day at 24:00. A result can be handed out only while
// the authority is open, so every due time here is the office's closing time.
//
// # What is data and what is code
//
// Office hours, weekly rest, days off, make-up working days, the holidays that
// come back every year and the 15:00 of T6 are data, each with its source, in
// versioned files that [Load] reads strictly; a [Book] holds those of all units.
// The rules of counting are code. Years without an official plan are computed
// from the holidays' rules, lunar ones by the new moons at UTC+7, and marked: a
// date in them may still move, for the Prime Minister decides how many days of
// Tết lie before the new year. Beyond them a calendar never guesses: it answers
// with a [ReachError], never with "weekends only".
//
// All times are taken and given at UTC+7, Vietnam's one time zone, which has no
// daylight saving; no zone database is needed. Nothing here reads the clock of
// the machine, and calendars and books never change once made, so all of it is
// safe for concurrent use and for replayed workflow code.
//
// What lives elsewhere: what starts a clock, and what a supplement does to it.
package calendar
