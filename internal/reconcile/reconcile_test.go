package reconcile_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/reconcile"
	"hoso/internal/register"
	"hoso/internal/relay"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestAHealthyRegisterNeedsNoCorrection(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		open, at := h.filed(), h.submitted()
		h.outside.said = []portal.Event{{ID: "e1", Code: at, Status: int(dossier.Accepted), OccurredAt: moment, PortalCode: "H26.12.03-250205-0001"}}
		h.requireFine(at, "the callback is on its way")
		h.later(time.Minute)
		h.requireFine(open)
		so, err := h.Full(t.Context(), workflows.Compared{}, func(workflows.Compared) {})
		require.NoError(t, err)
		require.Equal(t, workflows.Compared{Dossiers: 2, After: so.After}, so)
		require.Empty(t, h.drift().Corrections)
		require.Empty(t, h.drift().Standing)
	})
}

// TestDriftIsFoundHealedAndCounted has each kind of drift befall a dossier, and
// wants it found, put right by its door, counted, noted in a ledger that still
// holds, and gone at the next look.
func TestDriftIsFoundHealedAndCounted(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		befall func(h *house) (code string)
		kind   string
		did    []string
		then   func(h *house, code string)
	}{
		"the workflow was terminated": {kind: reconcile.WorkflowMissing, did: []string{"start"}, befall: func(h *house) string {
			code := h.submitted()
			h.temporal.runs[code] = relay.Run{ID: "r", Ended: "Terminated"}
			return code
		}},
		"Temporal has forgotten all": {kind: reconcile.WorkflowMissing, did: []string{"start"}, befall: func(h *house) string {
			code := h.filed()
			delete(h.temporal.runs, code)
			return code
		}},
		"the order to start it was never carried out": {kind: reconcile.WorkflowMissing, did: []string{"start"}, befall: func(h *house) string {
			code := h.filed()
			delete(h.temporal.runs, code)
			require.NoError(h.t, h.store.Restart(h.t.Context(), code))
			h.requireFine(code, "it lies in the outbox")
			h.later(time.Hour)
			return code
		}},
		"the workflow is behind the register": {kind: reconcile.WorkflowPosition, did: []string{"end run-1", "start"}, befall: func(h *house) string {
			code := h.filed()
			was, run := h.temporal.states[code], h.temporal.runs[code]
			h.step(code, func(p *register.Position) { p.Stage = dossier.StageDigitization })
			h.temporal.states[code], h.temporal.runs[code] = was, run
			return code
		}},
		"the workflow is ahead of the register": {kind: reconcile.WorkflowPosition, did: []string{"end run-1", "start"}, befall: func(h *house) string {
			code := h.filed()
			s := h.temporal.states[code]
			s.Step += 3
			h.temporal.states[code] = s
			return code
		}},
		"the workflow runs after the end": {kind: reconcile.WorkflowLeft, did: []string{"end left"}, befall: func(h *house) string {
			code := h.filed()
			h.step(code, func(p *register.Position) { p.Stage, p.Status = dossier.StageClosed, dossier.Returned })
			h.temporal.runs[code] = relay.Run{ID: "left", Running: true}
			h.requireFine(code, "it is about to end")
			h.later(time.Hour)
			return code
		}},
		"the portal is ahead of us": {kind: reconcile.PortalAhead, did: []string{"kick e1", "kick e2"}, befall: func(h *house) string {
			code := h.submitted()
			h.outside.said = []portal.Event{
				{ID: "e1", Code: code, Status: int(dossier.Accepted), OccurredAt: moment, PortalCode: "H26.12.03-250205-0001"},
				{ID: "e2", Code: code, Status: int(dossier.Processing), OccurredAt: moment.Add(time.Minute)}}
			h.later(time.Hour)
			return code
		}, then: func(h *house, code string) {
			known, err := h.store.KnownEvents(h.t.Context(), "portal", []string{"e1", "e2"})
			require.NoError(h.t, err)
			require.Equal(h.t, map[string]string{"e1": store.InboxPending, "e2": store.InboxPending}, known)
			rows, err := h.store.LeaseMessages(h.t.Context(), 10, time.Minute)
			require.NoError(h.t, err)
			for _, m := range rows { // as the relay does
				require.NoError(h.t, h.store.Signalled(h.t.Context(), m.ID))
			}
		}},
		"the carrier has delivered and the report is lost": {kind: reconcile.CarrierAhead, did: []string{"kick d1"}, befall: func(h *house) string {
			code := h.filed()
			key := code + "/courier/home/1"
			begun, err := h.store.BeginBooking(h.t.Context(), code, register.LegHome, 1, "viettelpost", key)
			sh := begun.Shipment
			require.NoError(h.t, err)
			require.NoError(h.t, h.store.Conclude(h.t.Context(), store.Done{Key: sh.Key, Reference: "VT1", Shipment: sh.ID}))
			h.outside.acts[key] = true
			h.outside.parcels[key] = []courier.Event{{ID: "d1", Key: key, Type: string(dossier.DeliveryDelivered), OccurredAt: moment, Proof: &courier.Proof{Method: "signature"}}}
			h.later(time.Hour)
			return code
		}, then: func(h *house, code string) {
			d, err := h.store.Start(h.t.Context(), code)
			require.NoError(h.t, err)
			require.Equal(h.t, dossier.DeliveryDelivered, d.DeliveryState)
			h.later(time.Minute)
			rows, err := h.store.LeaseMessages(h.t.Context(), 10, time.Minute)
			require.NoError(h.t, err)
			require.Len(h.t, rows, 1)
			require.NoError(h.t, h.store.Signalled(h.t.Context(), rows[0].ID))
		}},
		"a report was never passed on": {kind: reconcile.InboxLeft, did: []string{"signal e1"}, befall: func(h *house) string {
			code := h.submitted()
			h.report(code, "e1", dossier.Accepted)
			h.later(time.Hour)
			return code
		}, then: func(h *house, code string) { h.hears(code) }},
		"a report was passed on and did not arrive": {kind: reconcile.InboxLeft, did: []string{"signal e1"}, befall: func(h *house) string {
			code := h.submitted()
			require.NoError(h.t, h.store.Signalled(h.t.Context(), h.report(code, "e1", dossier.Accepted).ID))
			h.later(time.Hour)
			return code
		}, then: func(h *house, code string) { h.hears(code) }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on(t, func(t *testing.T, h *house) {
				code := c.befall(h)
				l := h.look(code)
				require.Equal(t, []string{c.kind}, l.Corrected)
				require.Equal(t, c.did, h.temporal.acts())
				require.Equal(t, map[string]int64{c.kind: 1}, h.drift().Corrections)
				require.Empty(t, h.drift().Standing)
				rows, err := h.store.CorrectionsOf(t.Context(), code)
				require.NoError(t, err)
				require.Len(t, rows, 1)
				require.NotEmpty(t, rows[0].Found)
				require.NotEmpty(t, rows[0].Done)
				entries, err := h.store.Timeline(t.Context(), code)
				require.NoError(t, err)
				require.True(t, slices.ContainsFunc(entries, func(e store.AuditEntry) bool { return e.Kind == "corrected" }))
				require.NoError(t, h.store.VerifyAudit(t.Context(), code))
				if c.then != nil {
					c.then(h, code)
				}
				h.temporal.acts()
				h.requireFine(code, "put right")
			})
		})
	}
}

// report has the portal report a status.
func (h *house) report(code, event string, st dossier.Status) store.Inbox {
	h.t.Helper()
	m, _, err := h.store.AcceptReport(h.t.Context(), store.Arrival{Source: "portal", EventID: event, Digest: event}, code, register.PortalReport{Status: st, At: moment}, nil)
	require.NoError(h.t, err)
	return m
}

// hears lets the workflow take in what it was told.
func (h *house) hears(code string) {
	h.t.Helper()
	rows, err := h.store.Unheard(h.t.Context(), code, h.clock())
	require.NoError(h.t, err)
	s := h.temporal.states[code]
	for _, m := range rows {
		s.Seen = append(s.Seen, m.ID)
	}
	h.temporal.states[code] = s
}

// TestWhatNoDoorPutsRightIsTold: a task for a manager, one however often it is
// looked at, and gone when all is in accord again.
func TestWhatNoDoorPutsRightIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		befall func(h *house) (code string)
		mend   func(h *house, code string)
		kind   string
	}{
		"the portal does not know what it confirmed": {kind: reconcile.PortalActGone,
			befall: func(h *house) string { code := h.submitted(); clear(h.outside.acts); return code },
			mend:   func(h *house, code string) { h.outside.acts[code+"/submit/1"] = true }},
		"the portal says another status": {kind: reconcile.PortalStatus, befall: func(h *house) string {
			code := h.submitted()
			h.outside.said = []portal.Event{{ID: "e1", Code: code, Status: int(dossier.Refused), OccurredAt: moment}}
			m := h.report(code, "e1", dossier.Refused)
			s, err := h.store.Snapshot(h.t.Context(), code)
			require.NoError(h.t, err)
			_, err = h.store.Record(h.t.Context(), register.Transition{Code: code, Step: s.Step + 1, Kind: "status", Actor: "portal", Inbox: []string{m.ID}, After: s.Position}, store.Plan{})
			require.NoError(h.t, err)
			require.NoError(h.t, h.temporal.Start(h.t.Context(), code))
			h.temporal.acts()
			h.later(time.Hour)
			return code
		}, mend: func(h *house, _ string) { h.outside.said = nil }},
		"a workflow's task fails again and again": {kind: reconcile.WorkflowStuck, befall: func(h *house) string {
			code := h.filed()
			run := h.temporal.runs[code]
			run.Failing = 9
			h.temporal.runs[code] = run
			return code
		}, mend: func(h *house, code string) {
			run := h.temporal.runs[code]
			run.Failing = 1
			h.temporal.runs[code] = run
		}},
		"the portal says what no door takes in": {kind: reconcile.PortalUnfit, befall: func(h *house) string {
			code := h.submitted()
			h.outside.said = []portal.Event{{ID: "e1", Code: code, Status: int(dossier.PaymentRequired), OccurredAt: moment}} // no amount
			h.later(time.Hour)
			return code
		}, mend: func(h *house, _ string) { h.outside.said = nil }},
		"the carrier does not know the parcel": {kind: reconcile.CarrierActGone, befall: func(h *house) string {
			code := h.filed()
			begun, err := h.store.BeginBooking(h.t.Context(), code, register.LegHome, 1, "viettelpost", code+"/courier/home/1")
			sh := begun.Shipment
			require.NoError(h.t, err)
			require.NoError(h.t, h.store.Conclude(h.t.Context(), store.Done{Key: sh.Key, Reference: "VT1", Shipment: sh.ID}))
			return code
		}, mend: func(h *house, code string) { h.outside.acts[code+"/courier/home/1"] = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on(t, func(t *testing.T, h *house) {
				code := c.befall(h)
				for range 2 {
					l := h.look(code)
					require.Equal(t, []string{c.kind}, l.Standing)
					require.Empty(t, l.Corrected)
					tasks, err := h.store.OpenTasks(t.Context(), code)
					require.NoError(t, err)
					require.Len(t, tasks, 1)
					require.Equal(t, []string{store.TaskDrift, c.kind}, []string{tasks[0].Kind, tasks[0].Cause})
					require.Equal(t, map[string]int64{c.kind: 1}, h.drift().Standing)
				}
				h.temporal.acts()
				c.mend(h, code)
				h.requireFine(code)
				tasks, err := h.store.OpenTasks(t.Context(), code)
				require.NoError(t, err)
				require.Empty(t, tasks)
				require.Empty(t, h.drift().Standing)
			})
		})
	}
}

// TestACorrectionThatDoesNotHelp: the door, a start anew, and then somebody must
// look.
func TestACorrectionThatDoesNotHelp(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		h.report(code, "e1", dossier.Accepted)
		h.later(time.Hour)
		h.temporal.stumped = true
		require.Equal(t, []string{reconcile.InboxLeft}, h.look(code).Corrected)
		require.Equal(t, []string{"signal e1"}, h.temporal.acts())
		run := h.temporal.runs[code]
		require.Equal(t, []string{reconcile.InboxLeft}, h.look(code).Corrected)
		require.Equal(t, []string{"end " + run.ID, "start"}, h.temporal.acts())
		h.temporal.runs[code] = run
		require.Equal(t, []string{reconcile.InboxLeft}, h.look(code).Standing)
		require.Empty(t, h.temporal.acts())
		require.Equal(t, map[string]int64{reconcile.InboxLeft: 2}, h.drift().Corrections)
	})
}

func TestWhatIsInMotionIsNoDrift(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.filed()
		right := h.temporal.states[code]
		behind := right
		behind.Step--
		h.temporal.states[code] = behind
		h.temporal.asking = func(string) { h.temporal.states[code] = right } // after the first answer
		h.requireFine(code, "the workflow has caught up at the second look")

		behind.Step--
		h.temporal.states[code] = behind
		h.temporal.asking = func(string) { s := h.temporal.states[code]; s.Step--; h.temporal.states[code] = s }
		h.requireFine(code, "it moves")
		h.temporal.asking = nil

		h.temporal.states[code] = workflows.State{}
		h.requireFine(code, "it has not read the register yet")
		h.temporal.states[code] = behind
		held, err := h.store.HoldLook(t.Context(), code, time.Minute)
		require.NoError(t, err)
		require.True(t, held)
		h.requireFine(code, "somebody else is at it")
		h.later(2 * time.Minute)
		require.Equal(t, []string{reconcile.WorkflowPosition}, h.look(code).Corrected)
	})
}

func TestWhoDoesNotAnswerIsNotBlamed(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code, other := h.submitted(), h.submitted()
		h.temporal.away, h.outside.away = true, true
		l := h.look(code)
		require.Equal(t, []string{"workers", "portal"}, l.Unasked)
		require.Empty(t, append(l.Corrected, l.Standing...))
		require.Equal(t, []string{"workers", "portal"}, h.look(other).Unasked)
		require.Equal(t, []int{1, 1}, []int{h.temporal.asked, h.outside.asked}, "who did not answer is left alone")
		h.temporal.away, h.outside.away = false, false
		h.later(time.Minute)
		require.Empty(t, h.look(code).Unasked)

		_, err := h.store.AnnouncePortal(t.Context(), store.Request{Subject: "m", Role: "manager", Key: "p", Digest: "p", Kind: "portal_state"},
			store.PortalState{Kind: dossier.PortalOutage, FromAt: h.clock().Add(-time.Minute)}, func(store.PortalState) store.Answer { return store.Answer{Status: 201} })
		require.NoError(t, err)
		asked := h.outside.asked
		require.Equal(t, []string{"portal"}, h.look(code).Unasked)
		require.Equal(t, asked, h.outside.asked, "a portal that is known to take nothing is not asked")
	})
}

func TestAFullRunGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		var codes []string
		for range 45 {
			codes = append(codes, h.filed())
		}
		slices.Sort(codes)
		h.step(codes[3], func(p *register.Position) { p.Stage, p.Status = dossier.StageClosed, dossier.Returned })
		h.temporal.runs[codes[3]] = relay.Run{ID: "x", Ended: "Completed"}
		delete(h.temporal.runs, codes[44])
		var beats []workflows.Compared
		so, err := h.Full(t.Context(), workflows.Compared{}, func(so workflows.Compared) { beats = append(beats, so) })
		require.NoError(t, err)
		require.Equal(t, workflows.Compared{After: codes[44], Dossiers: 45, Corrected: 1}, so)
		require.Zero(t, h.temporal.asked, "Temporal's own word was enough")

		again, err := h.Full(t.Context(), beats[0], func(workflows.Compared) {})
		require.NoError(t, err)
		require.Equal(t, workflows.Compared{After: codes[44], Dossiers: 45}, again)
		h.later(72 * time.Hour)
		so, err = h.Full(t.Context(), workflows.Compared{}, func(workflows.Compared) {})
		require.NoError(t, err)
		require.EqualValues(t, 44, so.Dossiers, "what was closed long ago is left alone")
	})
}

func TestSamplersShareTheWay(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		want := map[string]int{}
		for range 25 {
			want[h.filed()] = 1
		}
		got := map[string]int{}
		take := func() int {
			codes, err := h.store.Sample(t.Context(), moment, 10, time.Minute)
			require.NoError(t, err)
			for _, c := range codes {
				got[c]++
			}
			return len(codes)
		}
		require.Equal(t, []int{10, 10, 5}, []int{take(), take(), take()})
		require.Equal(t, want, got, "each once")
		require.Zero(t, take(), "a lap has ended a moment ago")
		h.later(2 * time.Minute)
		require.Equal(t, 10, take(), "the next lap")
		_, err := h.Sample(t.Context())
		require.NoError(t, err)
		l, err := h.store.LookedAt(t.Context(), first(want, got))
		require.NoError(t, err)
		require.NotNil(t, l.At)
	})
}

// first is the smallest code that the reconciler itself has taken.
func first(want, got map[string]int) string {
	var once []string
	for code := range want {
		if got[code] == 1 {
			once = append(once, code)
		}
	}
	return slices.Min(once)
}

func TestABagWithoutAWorkflow(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		pool, err := h.store.Pool()
		require.NoError(t, err)
		_, err = pool.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO bags (number, office, network, authority, seal, holder_kind, holder_id, waiting_who, waiting_what, sealed_by, sealed_at, updated_at)
			VALUES ('BAG-1', 'VNPHKI', 'vnpost', 'H26.12.03', 's', '%s', 'VNPHKI', 'clerk', 'handover', 'lan', '2025-02-05 00:00:00+00:00', '2025-02-05 00:00:00+00:00')`, custody.Office))
		require.NoError(t, err)
		so, err := h.Full(t.Context(), workflows.Compared{}, func(workflows.Compared) {})
		require.NoError(t, err)
		require.Equal(t, workflows.Compared{Bags: 1, Corrected: 1}, so)
		require.Equal(t, []string{"start bag"}, h.temporal.acts())
		require.Equal(t, map[string]int64{reconcile.BagMissing: 1}, h.drift().Corrections)
		so, err = h.Full(t.Context(), workflows.Compared{}, func(workflows.Compared) {})
		require.NoError(t, err)
		require.Equal(t, workflows.Compared{Bags: 1}, so)
	})
}

func TestTheSamplerAsksOutsideOnceAnHour(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		look := func() int {
			before := h.outside.asked
			_, err := h.Look(t.Context(), code, reconcile.Depth{State: true})
			require.NoError(t, err)
			return h.outside.asked - before
		}
		require.Equal(t, []int{2, 0}, []int{look(), look()})
		h.later(2 * time.Hour)
		h.outside.away = true
		require.Equal(t, 1, look(), "it does not answer")
		h.outside.away = false
		h.later(time.Minute)
		require.Equal(t, []int{2, 0}, []int{look(), look()}, "who did not answer is asked again")
		clear(h.outside.acts)
		h.later(2 * time.Hour)
		require.Equal(t, 4, look(), "and once more, where something is amiss")
		h.outside.acts[code+"/submit/1"] = true
		h.later(time.Minute)
		require.Zero(t, look())
		require.Equal(t, map[string]int64{reconcile.PortalActGone: 1}, h.drift().Standing, "until it is asked again nothing is taken back")
	})
}

// TestWhatWasSaidBetweenBackupAndRestore is missing in the register, however
// short ago it was said: it is asked for at once, and again for a day.
func TestWhatWasSaidBetweenBackupAndRestore(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		h.later(time.Second)
		_, err := h.store.Restored(t.Context(), store.Restoration{BackupAt: moment, Manifest: "m"}, nil, 10)
		require.NoError(t, err)
		require.NoError(t, h.store.Started(t.Context(), store.KindStart, code))
		h.later(time.Second)
		look := func() []string {
			l, err := h.Look(t.Context(), code, reconcile.Depth{State: true})
			require.NoError(t, err)
			return l.Corrected
		}
		h.outside.said = []portal.Event{{ID: "e1", Code: code, Status: int(dossier.Accepted), OccurredAt: moment, PortalCode: "H26.12.03-250205-0001"}}
		require.Equal(t, []string{reconcile.PortalAhead}, look())
		require.Empty(t, look())

		// A parcel that was booked since, of which the carrier told when we did not know it.
		key := code + "/courier/home/1"
		delivered := courier.Event{ID: "d1", Key: key, Type: string(dossier.DeliveryDelivered), OccurredAt: moment, Proof: &courier.Proof{Method: "signature"}}
		h.takesIn(delivered)
		begun, err := h.store.BeginBooking(t.Context(), code, register.LegHome, 1, "viettelpost", key)
		sh := begun.Shipment
		require.NoError(t, err)
		require.NoError(t, h.store.Conclude(t.Context(), store.Done{Key: sh.Key, Reference: "VT1", Shipment: sh.ID}))
		h.outside.acts[key], h.outside.parcels[key] = true, []courier.Event{delivered}
		require.Equal(t, []string{reconcile.CarrierAhead}, look(), "though it was asked a moment ago")
		d, err := h.store.Start(t.Context(), code)
		require.NoError(t, err)
		require.Equal(t, dossier.DeliveryDelivered, d.DeliveryState)
		require.NoError(t, h.store.VerifyAudit(t.Context(), code))
	})
}

// TestDriftIsNotForgottenWhileTheRegisterMoves: a look that is overtaken says
// nothing, and takes nothing back.
func TestDriftIsNotForgottenWhileTheRegisterMoves(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		clear(h.outside.acts)
		require.Equal(t, []string{reconcile.PortalActGone}, h.look(code).Standing)
		h.temporal.asking = func(string) {
			h.temporal.asking = nil
			require.NoError(t, h.store.Correct(t.Context(), store.Correction{DossierCode: code, Kind: "x", Found: "y", Done: "z"})) // an entry like any other
		}
		h.requireFine(code, "it moved between the two looks")
		require.Equal(t, map[string]int64{reconcile.PortalActGone: 1}, h.drift().Standing)
		h.outside.acts[code+"/submit/1"] = true
		h.requireFine(code)
		tasks, err := h.store.OpenTasks(t.Context(), code)
		require.NoError(t, err)
		require.Empty(t, tasks)
	})
}

// TestWhatWasNotPutRightIsLookedAtAgain, with everybody asked, and not an hour later.
func TestWhatWasNotPutRightIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		run := h.temporal.runs[code]
		delete(h.temporal.runs, code)
		h.temporal.refuses = true
		l := h.look(code)
		require.Empty(t, append(l.Corrected, l.Standing...))
		require.Empty(t, h.drift().Corrections, "nothing was put right")
		last, err := h.store.LookedAt(t.Context(), code)
		require.NoError(t, err)
		require.Nil(t, last.AskedAt)
		h.temporal.runs[code] = run
		h.temporal.acts()
		h.requireFine(code)
		last, err = h.store.LookedAt(t.Context(), code)
		require.NoError(t, err)
		require.NotNil(t, last.AskedAt)
	})
}

// TestAWorkerAtWorkIsNoDrift: it has written its step, and died before it said so.
// Until Temporal gives the task to another one, the workflow is behind.
func TestAWorkerAtWorkIsNoDrift(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.filed()
		was, run := h.temporal.states[code], h.temporal.runs[code]
		h.step(code, func(p *register.Position) { p.Stage = dossier.StageDigitization })
		run.Moving = true
		h.temporal.states[code], h.temporal.runs[code] = was, run
		asked := h.temporal.asked
		l := h.look(code)
		require.Empty(t, append(l.Corrected, l.Standing...))
		require.Equal(t, []string{"workers"}, l.Unasked)
		require.Equal(t, asked, h.temporal.asked, "a question would wait behind the task")
		run.Moving = false
		h.temporal.runs[code] = run
		require.Equal(t, []string{reconcile.WorkflowPosition}, h.look(code).Corrected)
	})
}

// TestReportsOnTheirWayAreNotLeft: what the relay has in its hands, and what a run
// that began since knows from the parcel itself.
func TestReportsOnTheirWayAreNotLeft(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		m := h.report(code, "e1", dossier.Accepted)
		h.later(time.Hour) // Temporal was away
		_, err := h.store.LeaseMessages(t.Context(), 10, 20*time.Second)
		require.NoError(t, err)
		h.requireFine(code, "the relay tries it now and then")
		require.NoError(t, h.store.Signalled(t.Context(), m.ID))
		h.hears(code)

		key := code + "/courier/home/1"
		begun, err := h.store.BeginBooking(t.Context(), code, register.LegHome, 1, "viettelpost", key)
		sh := begun.Shipment
		require.NoError(t, err)
		require.NoError(t, h.store.Conclude(t.Context(), store.Done{Key: sh.Key, Reference: "VT1", Shipment: sh.ID}))
		h.outside.acts[key] = true
		parcel, err := h.door.Carrier(t.Context(), "viettelpost", courier.Event{ID: "p1", Key: key, Type: string(dossier.DeliveryAttemptFailed), OccurredAt: h.clock()})
		require.Equal(t, store.InboxPending, parcel.State)
		require.NoError(t, err)
		require.NoError(t, h.store.Signalled(t.Context(), parcel.ID))
		h.later(time.Hour)
		require.NoError(t, h.temporal.Start(t.Context(), code)) // anew, from the register
		h.hears(code)
		s := h.temporal.states[code]
		s.Seen = slices.DeleteFunc(s.Seen, func(id string) bool { return id == parcel.ID })
		h.temporal.states[code] = s
		h.temporal.acts()
		h.requireFine(code, "the run began from the parcel's state")

		run := h.temporal.runs[code]
		run.Started = moment
		h.temporal.runs[code] = run
		require.Equal(t, []string{reconcile.InboxLeft}, h.look(code).Corrected, "this one ran when it came")
	})
}

// TestATaskAboutDriftComesDue: looking again puts nothing off.
func TestATaskAboutDriftComesDue(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, h *house) {
		code := h.submitted()
		clear(h.outside.acts)
		due := func() time.Time {
			require.Equal(t, []string{reconcile.PortalActGone}, h.look(code).Standing)
			tasks, err := h.store.OpenTasks(t.Context(), code)
			require.NoError(t, err)
			require.Len(t, tasks, 1)
			return tasks[0].DueAt
		}
		first := due()
		h.later(23 * time.Hour)
		require.Equal(t, first, due())
	})
}
