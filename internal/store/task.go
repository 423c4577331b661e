package store

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// The tasks that hold nothing up. Each stays open until what it is about is dealt
// with; those for which a dossier is parked, until nothing is parked any more.
const (
	taskCodeTaken  = "portal_code_taken"     // for good: somebody must look
	taskApology    = "apology"               // until the date is put off or the authority decides
	taskNotGiven   = "supplement_not_given"  // until it is given, or the authority goes on
	taskOverLimit  = "supplement_over_limit" // until it is approved, or the authority decides
	taskPassed     = "limit_passed"          // until the wait that its cause names is over
	awaitedTooLong = "kind = ? AND cause = ?"
)

// TaskDrift is the task of a dossier of which portal, carrier or workflow say
// something else than the register, where no door puts that right. Its cause is
// the kind of drift; it stays open until a look finds all in accord.
const TaskDrift = "register_drift"

// besides are those tasks that a step may end while the dossier is parked.
var besides = []string{taskApology, taskNotGiven, taskOverLimit, taskPassed}

// tasksOf closes the tasks that the step has dealt with, and opens its own.
func (s *Store) tasksOf(tx *gorm.DB, d *Dossier, t register.Transition) error {
	b := byHand(tx)
	stays, list := b.among("kind", undealt(*d))
	dealt := `UPDATE "tasks" SET closed_at = ? WHERE dossier_code = ? AND closed_at IS NULL AND NOT (` + stays + ") AND NOT (" + awaitedTooLong + ")"
	args := []any{s.now(), d.Code, list, taskPassed, string(d.WaitingWhat)}
	if d.Parked != "" {
		ends, list := b.among("kind", besides)
		dealt, args = dealt+" AND "+ends, append(args, list)
	}
	b.write(dealt, args...)
	if err := b.leave(); err != nil || t.Task == "" {
		return err
	}
	return s.open(tx, d, t.Task, t.TaskCause, cmp.Or(t.TaskOwner, t.After.Waiting.Who))
}

// undealt are the kinds of tasks that are not dealt with where a dossier stands.
func undealt(d Dossier) []string {
	kinds := []string{taskCodeTaken, TaskDrift}
	c, open := d.Clock, d.Stage != dossier.StageClosed
	is := func(kind string, so bool) {
		if so && open {
			kinds = append(kinds, kind)
		}
	}
	is(taskApology, !c.Stopped && slices.Contains(c.Told, dossier.MarkDraft))
	is(taskNotGiven, d.Status == dossier.SupplementRequired && !d.Given)
	is(taskOverLimit, !c.Stopped && c.Asked > c.Supplements+c.Approved)
	return kinds
}

// open opens a task, or sets a new limit to one that is open already.
func (s *Store) open(tx *gorm.DB, d *Dossier, kind, cause string, owner dossier.Who) error {
	if kind == taskCodeTaken { // told of once, however often the number comes
		var told int64
		if err := tx.Model(&Task{}).Where("dossier_code = ? AND kind = ?", d.Code, kind).Count(&told).Error; err != nil || told > 0 {
			return err
		}
	}
	due := s.now().Add(24 * time.Hour)
	if d.WaitingUntil != nil {
		due = *d.WaitingUntil
	}
	again := tx.Model(&Task{}).Where("dossier_code = ? AND kind = ? AND cause = ? AND owner = ? AND closed_at IS NULL", d.Code, kind, cause, owner).Update("due_at", due)
	if again.Error != nil || again.RowsAffected > 0 {
		return again.Error
	}
	return later(tx).Create(&Task{ID: newID(), DossierCode: d.Code, Kind: kind, Owner: owner, Cause: cause, DueAt: due, OpenedAt: s.now()}).Error
}
