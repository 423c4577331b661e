package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// bagHouse is a register with one bag in it, and the bag's workflow.
type bagHouse struct {
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	row   register.BagSnapshot
	steps []register.BagStep
	// away makes so many writes fail first.
	away int
	// ahead makes a write find that another run was faster.
	ahead bool
	loads int
}

func newBagHouse(t *testing.T) *bagHouse {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	h := &bagHouse{t: t, env: suite.NewTestWorkflowEnvironment()}
	b, err := custody.Seal("VNPHKI-250210-B001-X", clerk, centre)
	require.NoError(t, err)
	h.row = register.BagSnapshot{Bag: b, Network: "vnpost", Waiting: register.Waiting{Who: dossier.WhoClerk, What: dossier.WhatHandover}}
	h.env.SetStartTime(monday)
	until := addWorkingDays(monday, 1)
	h.row.Waiting.Until = &until
	h.env.RegisterActivityWithOptions(func(context.Context, string) (register.BagSnapshot, error) {
		h.loads++
		return h.row, nil
	}, activity.RegisterOptions{Name: "LoadBag"})
	h.env.RegisterActivityWithOptions(h.record, activity.RegisterOptions{Name: "RecordBag"})
	return h
}

func (h *bagHouse) record(_ context.Context, t register.BagStep) (register.BagRecorded, error) {
	if h.away > 0 {
		h.away--
		return register.BagRecorded{}, errors.New("away")
	}
	if h.ahead {
		h.ahead = false
		return register.BagRecorded{}, temporal.NewNonRetryableApplicationError("ahead", workflows.SupersededType, nil)
	}
	require.Equal(h.t, h.row.Step+1, t.Step)
	l, _ := dossier.Waits.Limit(t.Waiting.What)
	if t.Waiting.Passed > 0 {
		l = dossier.Waits.Reminder(t.Waiting.Passed)
	}
	until := addWorkingDays(h.env.Now(), max(l.N, 1))
	if t.Waiting.Until != nil {
		until = *t.Waiting.Until
	}
	h.row.Bag, h.row.Step, h.row.Waiting, h.row.Late = t.After, t.Step, t.Waiting, t.Late
	h.row.Waiting.Until = &until
	h.steps = append(h.steps, t)
	return register.BagRecorded{Until: &until}, nil
}

// ask sends a command after a while; the rule by which it must be refused is ""
// where it must be carried out.
func (h *bagHouse) ask(after time.Duration, id string, c workflows.BagCommand, rule string) {
	c.Operation = id
	h.env.RegisterDelayedCallback(func() {
		h.env.UpdateWorkflow(c.Kind, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { h.refused(id, err, rule) },
			OnComplete: func(_ any, err error) {
				if err != nil {
					h.refused(id, err, rule)
					return
				}
				require.Empty(h.t, rule, id)
			},
		}, c)
	}, after)
}

func (h *bagHouse) refused(id string, err error, rule string) {
	h.t.Helper()
	app := new(temporal.ApplicationError)
	require.ErrorAs(h.t, err, &app, id)
	var r workflows.Refusal
	require.NoError(h.t, app.Details(&r))
	require.Equal(h.t, rule, r.Rule, id)
	require.NotEmpty(h.t, r.Holder, "it is said who holds it")
}

func (h *bagHouse) run() {
	h.t.Helper()
	h.env.ExecuteWorkflow(workflows.Bag, workflows.BagStart{Number: h.row.Bag.Number})
	require.True(h.t, h.env.IsWorkflowCompleted())
}

func (h *bagHouse) kinds() (list []string) {
	for _, s := range h.steps {
		list = append(list, s.Kind)
	}
	return list
}

func bagOffer(by, to custody.Holder) workflows.BagCommand {
	return workflows.BagCommand{Kind: workflows.BagHandover, Role: "clerk", Hand: &workflows.Hand{Act: "offer", By: by, To: to}}
}

func bagTake(by custody.Holder, c custody.Count) workflows.BagCommand {
	return workflows.BagCommand{Kind: workflows.BagHandover, Role: "courier", Hand: &workflows.Hand{Act: "take", By: by}, Count: c}
}

// TestBagGoesItsWay: by two hands, with everybody who is not due refused, and a
// register that is away for a while.
func TestBagGoesItsWay(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	h.away = 3
	h.ask(time.Hour, "1", bagTake(courier, custody.Count{}), "not_offered_to_you")
	h.ask(2*time.Hour, "2", bagOffer(clerk, courier), "")
	h.ask(3*time.Hour, "3", bagTake(centre, custody.Count{}), "not_offered_to_you")
	h.ask(4*time.Hour, "4", bagTake(courier, custody.Count{}), "")
	h.ask(4*time.Hour+time.Minute, "5", bagTake(courier, custody.Count{}), "already_holder")
	h.ask(5*time.Hour, "6", bagOffer(courier, centre), "")
	h.ask(6*time.Hour, "7", bagTake(centre, custody.Count{}), "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	require.Equal(t, []string{"bag_offered", "bag_taken", "bag_offered", "bag_taken"}, h.kinds())
	require.True(t, h.row.Bag.Opened)
	require.Equal(t, 1, h.loads)
}

// TestBagStopsUntilSomebodyHasLooked: what a count finds is kept, nothing moves,
// and the taker counts again.
func TestBagStopsUntilSomebodyHasLooked(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	h.ask(time.Hour, "1", bagOffer(clerk, centre), "")
	h.ask(2*time.Hour, "2", bagTake(centre, custody.Count{Missing: []string{"D to-khai"}}), "")
	h.ask(3*time.Hour, "3", bagTake(centre, custody.Count{}), "discrepancy_open")
	h.ask(4*time.Hour, "4", workflows.BagCommand{Kind: workflows.BagRetry, Role: "manager"}, "")
	h.ask(5*time.Hour, "5", workflows.BagCommand{Kind: workflows.BagRetry, Role: "manager"}, "nothing_to_clear")
	h.ask(6*time.Hour, "6", bagTake(centre, custody.Count{}), "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	require.Equal(t, []string{"bag_offered", "bag_trouble", "bag_cleared", "bag_taken"}, h.kinds())
	require.Equal(t, []string{"D to-khai"}, h.steps[1].Count.Missing)
	require.Equal(t, dossier.WhoManager, h.steps[1].Waiting.Who)
	require.Equal(t, clerk, h.steps[1].After.Holder)
}

// TestBagGoesOnWithoutWhatIsLost: what was looked into stops it no more, and a bag
// that is gone as a whole ends its way.
func TestBagGoesOnWithoutWhatIsLost(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	broken := custody.Count{SealBroken: true, Missing: []string{"D to-khai"}, Extra: 1}
	h.ask(time.Hour, "1", bagOffer(clerk, centre), "")
	h.ask(2*time.Hour, "2", bagTake(centre, broken), "")
	h.ask(3*time.Hour, "3", workflows.BagCommand{Kind: workflows.BagRetry, Role: "manager", Lost: true}, "")
	h.ask(4*time.Hour, "4", bagTake(centre, custody.Count{SealBroken: true, Extra: 2}), "") // one more than was looked into
	h.ask(5*time.Hour, "5", workflows.BagCommand{Kind: workflows.BagRetry, Role: "manager", Lost: true}, "nothing_to_clear")
	h.ask(6*time.Hour, "6", workflows.BagCommand{Kind: workflows.BagRetry, Role: "manager"}, "")
	h.ask(7*time.Hour, "7", bagTake(centre, custody.Count{SealBroken: true, Extra: 2}), "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	require.Equal(t, []string{"bag_offered", "bag_trouble", "bag_cleared", "bag_trouble", "bag_cleared", "bag_taken"}, h.kinds())
	require.Equal(t, []string{"D to-khai"}, h.steps[2].Count.Missing, "which the register takes out of the bag")
	require.Empty(t, h.steps[4].Count.Missing)

	h = newBagHouse(t)
	h.ask(time.Hour, "1", bagOffer(clerk, courier), "")
	h.ask(2*time.Hour, "2", bagTake(courier, custody.Count{}), "")
	h.ask(3*time.Hour, "3", workflows.BagCommand{Kind: workflows.BagLost, Role: "manager"}, "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	require.Equal(t, []string{"bag_offered", "bag_taken", "bag_lost"}, h.kinds())
	require.Equal(t, courier, h.row.Bag.Holder, "who answers for it")
}

// TestBagResetBehindTheRegister: a command that knows of more than the run makes
// it begin anew, and is refused by nobody who knows less.
func TestBagResetBehindTheRegister(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	c := bagTake(centre, custody.Count{})
	c.Operation, c.Step = "1", 3
	h.env.RegisterDelayedCallback(func() {
		h.env.UpdateWorkflow(c.Kind, "1", &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(err error) { t.Error(err) }, OnComplete: func(any, error) {}}, c)
	}, time.Hour)
	h.run()
	var anew *workflow.ContinueAsNewError
	require.ErrorAs(t, h.env.GetWorkflowError(), &anew)
	require.Empty(t, h.steps)
}

// TestOfferingAgainIsNoHaste: the same wait goes on, however often a bag is
// offered to another carrier.
func TestOfferingAgainIsNoHaste(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	other := custody.Holder{Kind: custody.Carrier, ID: "vnpost"}
	h.ask(time.Hour, "0", bagOffer(clerk, courier), "")
	for i := range 6 {
		h.ask(time.Duration(i+1)*day, fmt.Sprint(i+1), bagOffer(clerk, []custody.Holder{other, courier}[i%2]), "")
	}
	h.ask(20*day, "8", bagOffer(clerk, centre), "")
	h.ask(20*day+time.Hour, "9", bagTake(centre, custody.Count{}), "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	require.Contains(t, h.kinds(), "bag_late")
	require.Less(t, slices.Index(h.kinds(), "bag_late"), 7, "not only after the last of them")
}

// TestBagIsMissed: who holds a bag and does nothing is late, and is reminded.
func TestBagIsMissed(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	h.ask(time.Hour, "1", bagOffer(clerk, courier), "")
	h.ask(20*day, "2", bagTake(courier, custody.Count{}), "")
	h.ask(20*day+time.Hour, "3", bagOffer(courier, centre), "")
	h.ask(20*day+2*time.Hour, "4", bagTake(centre, custody.Count{}), "")
	h.run()
	require.NoError(t, h.env.GetWorkflowError())
	late := 0
	for _, s := range h.steps {
		if s.Kind == "bag_late" {
			late++
			require.True(t, s.Late)
			require.Equal(t, late, s.Waiting.Passed)
			require.Equal(t, dossier.WhoCourier, s.Waiting.Who)
		}
	}
	require.GreaterOrEqual(t, late, 3, "the limit and its reminders")
	require.Equal(t, []string{"bag_taken", "bag_offered", "bag_taken"}, h.kinds()[1+late:])
	require.False(t, h.row.Late, "on its way again")
}

// TestBagBehindTheRegister begins anew from what the register knows.
func TestBagBehindTheRegister(t *testing.T) {
	t.Parallel()
	h := newBagHouse(t)
	h.ahead = true
	h.env.RegisterDelayedCallback(func() {
		c := bagOffer(clerk, courier)
		c.Operation = "1"
		h.env.UpdateWorkflow(c.Kind, "1", &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(any, error) {}}, c)
	}, time.Hour)
	h.run()
	var anew *workflow.ContinueAsNewError
	require.ErrorAs(t, h.env.GetWorkflowError(), &anew)
	require.Empty(t, h.steps)
}
