// Package reconcile holds the register against the workflows, the portal and the
// carriers, and puts right what drifted by the doors that are there anyway: a
// workflow is started anew, a message is passed on again, a report is taken in.
// It never changes the register's facts by itself, and each correction is named,
// counted and noted in the dossier's own ledger.
//
// What is in motion differs for a moment and is no drift. So nothing counts that
// is not old enough, and what was found is looked at once more after a pause: it
// must be there still, in the same words, and the register must not have moved.
package reconcile
