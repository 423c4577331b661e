package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// accept is a step that accepts a dossier, under a number or without one.
func accept(number string) func(*register.Transition) {
	return func(tr *register.Transition) {
		tr.After.Stage, tr.After.Status, tr.After.PortalCode = dossier.StageDecision, dossier.Accepted, number
	}
}

func TestOfficialNumbers(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		one, two, three, far := f.file(filing()), f.file(filing()), f.file(filing()), f.file(of("VTPCGI", "viettelpost", "H26.06.01"))
		require.Empty(t, f.record(one.Code, "submitted", nil).PortalCode, "none before acceptance")

		require.Equal(t, "H26.12.03-250205-0001", f.record(one.Code, "accepted", accept("")).PortalCode)
		require.Equal(t, "H26.06.01-250205-0001", f.record(far.Code, "accepted", accept("")).PortalCode, "each authority counts for itself")
		require.Equal(t, "H26.12.03-250205-7777", f.record(two.Code, "accepted", accept("H26.12.03-250205-7777")).PortalCode, "the portal's own")
		require.Equal(t, "H26.12.03-250205-0001", f.record(one.Code, "status", accept("H26.12.03-250205-8888")).PortalCode, "it never changes")

		require.Empty(t, f.record(three.Code, "accepted", accept("H26.12.03-250205-7777")).PortalCode, "another dossier's is not believed")
		require.Nil(t, f.row(three.Code).PortalCode)
		tasks, err := f.OpenTasks(ctx, three.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 1)
		require.Equal(t, []any{"portal_code_taken", dossier.WhoManager}, []any{tasks[0].Kind, tasks[0].Owner})
		log, err := f.Timeline(ctx, three.Code)
		require.NoError(t, err)
		require.Contains(t, log[1].Data, `"portal_code_taken":"H26.12.03-250205-7777"`)

		f.record(three.Code, "unparked", func(tr *register.Transition) { tr.After.Status = dossier.Processing })
		tasks, err = f.OpenTasks(ctx, three.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 1, "stays open until somebody has looked")

		ahead := f.file(filing())
		f.record(ahead.Code, "accepted", accept("H26.12.03-250205-0002"))
		require.Equal(t, "H26.12.03-250205-0003", f.record(f.file(filing()).Code, "accepted", accept("")).PortalCode, "the portal was faster with the second")

		f.clock.set(time.Date(2025, 2, 6, 0, 0, 0, 0, dossier.Zone))
		require.Equal(t, "H26.12.03-250206-0001", f.record(f.file(filing()).Code, "accepted", accept("")).PortalCode)
	})
}

// Two dossiers that are told the same number at once: one has it, the other's
// step is tried again and finds it taken.
func TestTheSameNumberAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		var steps []register.Transition
		for range 6 {
			steps = append(steps, f.step(f.file(filing()).Code, "accepted", accept("H26.12.03-250205-7777")))
		}
		requireNoErrors(t, together(len(steps), func(i int) error {
			_, err := f.Record(t.Context(), steps[i], store.Plan{})
			if err != nil {
				_, err = f.Record(t.Context(), steps[i], store.Plan{})
			}
			return err
		}))
		require.Equal(t, 1, f.count("dossiers", "portal_code = 'H26.12.03-250205-7777'"))
		require.Equal(t, 5, f.count("tasks", "kind = 'portal_code_taken'"))
	})
}
