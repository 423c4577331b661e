// Package workflows tells the story of a dossier as one Temporal workflow.
//
// dossier.go tells it on one page; each stage has a file of its own. The rest is
// how the story is told: waiting (wait.go), acting upon the outside world
// (perform.go), writing to the register (record.go), hearing what others say
// (messages.go, commands.go, reports.go), and what a manager reads in the
// Temporal UI (describe.go).
//
// Rules of the house: everything that happens is handled in the main coroutine,
// one thing at a time, so no two handlers interleave. Short register writes are
// local activities. An outside call is tried once as a short local activity and
// only when that fails as a retried one. Passing a deadline never fails a
// dossier, and neither does an agency that is down: the dossier marks, tells,
// parks if it must, and goes on. Nothing personal travels through here.
package workflows
