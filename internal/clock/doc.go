// Package clock says what becomes of a dossier's legal term: what sets it going,
// what a request to the citizen does to it, when it ends and when somebody is to
// be warned. It is pure: the calendar counts, the rules come from the catalogue,
// the register keeps the outcome.
//
// Every change of the due date is a Date with its reason and its derivation, so
// that nothing moves in silence; every pause is kept with its ends.
package clock
