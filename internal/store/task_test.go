package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// todo lists the kinds of a dossier's open tasks, oldest first.
func (f *fixture) todo(code string) []string {
	f.t.Helper()
	tasks, err := f.OpenTasks(f.t.Context(), code)
	require.NoError(f.t, err)
	kinds := []string{}
	for _, task := range tasks {
		kinds = append(kinds, task.Kind)
	}
	return kinds
}

// A task that holds nothing up stays until it is dealt with, whatever else
// happens to the dossier meanwhile.
func TestTasksStandUntilTheyAreDealtWith(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		clock := register.Clock{ID: "standard", Supplements: 1, SupplementsMost: 2, Extensions: 1, Asked: 2, Told: []string{dossier.MarkDraft}}
		does := func(kind string, change func(*register.Transition), turn func(*register.Clock)) []string {
			t.Helper()
			if turn != nil {
				turn(&clock)
			}
			f.clock.add(time.Minute)
			_, err := f.Record(t.Context(), f.step(d.Code, kind, change), store.Plan{Clock: &store.ClockChange{Clock: clock}})
			require.NoError(t, err)
			return f.todo(d.Code)
		}
		asks := func(status dossier.Status) func(*register.Transition) {
			return func(tr *register.Transition) {
				tr.After.Status, tr.After.Stage = status, dossier.StageDecision
				tr.After.Waiting = register.Waiting{Who: dossier.WhoClerk, What: dossier.WhatSupplement}
			}
		}
		opens := func(task, cause string) func(*register.Transition) {
			return func(tr *register.Transition) { tr.Task, tr.TaskCause, tr.TaskOwner = task, cause, dossier.WhoAuthority }
		}
		require.Equal(t, []string{"apology"}, does("apology_drafted", opens("apology", ""), nil))
		require.Equal(t, []string{"apology"}, does("overdue", nil, nil), "still to be written")
		does("status", func(tr *register.Transition) {
			asks(dossier.SupplementRequired)(tr)
			opens("supplement_over_limit", "")(tr)
		}, nil)
		does("supplement_not_given", opens("supplement_not_given", ""), nil)
		all := []string{"apology", "supplement_over_limit", "supplement_not_given", "limit_passed"}
		require.Equal(t, all, does("limit_passed", opens("limit_passed", "supplement"), nil))
		require.Equal(t, all, does("limit_passed", opens("limit_passed", "supplement"), nil), "a second reminder is the same task")
		require.Equal(t, all, does("contact", nil, nil))
		require.Equal(t, append(all, "held"), does("hold", func(tr *register.Transition) { opens("held", "")(tr); tr.After.Parked = "held" }, nil))
		require.Equal(t, append(all, "held"), does("warned", nil, nil))

		left := does("approve", nil, func(c *register.Clock) { c.Approved = 1 })
		require.Equal(t, []string{"apology", "supplement_not_given", "limit_passed", "held"}, left, "approved, though held")
		left = does("resume", func(tr *register.Transition) { tr.After.Parked = "" }, nil)
		require.Equal(t, []string{"apology", "supplement_not_given", "limit_passed"}, left)
		left = does("supplement", func(tr *register.Transition) {
			tr.After.Given, tr.After.Waiting = true, register.Waiting{Who: dossier.WhoNobody, What: dossier.WhatWork}
		}, nil)
		require.Equal(t, []string{"apology"}, left, "given, and so waited for no longer")
		require.Empty(t, does("extend", nil, func(c *register.Clock) { c.Told, c.Extended = nil, 1 }))

		does("apology_drafted", opens("apology", ""), func(c *register.Clock) { c.Told = []string{dossier.MarkDraft} })
		require.Empty(t, does("status", asks(dossier.Refused), func(c *register.Clock) { c.Stopped = true }), "decided: nothing to put off")
	})
}
