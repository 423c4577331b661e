package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
	"hoso/internal/trail"
	"hoso/workflows"
)

var moment = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

// secret stands for a person's data.
const secret = "Nguyễn Văn An"

var (
	errAway    = serviceerror.NewUnavailable("away")
	errMissing = serviceerror.NewNotFound("no such workflow")
)

// fake is a Temporal that answers as a test wants and remembers what it is told.
type fake struct {
	client.Client
	mu      sync.Mutex
	starts  []client.StartWorkflowOptions
	started []any
	signals []string // ids of messages, in order
	calls   []int    // how many reports each signal carried
	updates []client.UpdateWorkflowOptions
	start   func() error
	hang    string // the dossier whose start gets no answer
	signal  func([]register.Report) error
	update  func(n int) (workflows.Answer, error) // n counts from 1
	trails  []trail.Trail                         // of starts, signals and updates, as they came
}

func (f *fake) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	if o.ID == f.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.starts, f.trails = append(f.starts, o), append(f.trails, trail.From(ctx))
	f.started = append([]any{workflow}, args...)
	if f.start == nil {
		return nil, nil //nolint:nilnil // nobody looks at the run
	}
	return nil, f.start()
}

// hasStarted says whether a workflow was started.
func (f *fake) hasStarted(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.starts, func(o client.StartWorkflowOptions) bool { return o.ID == id })
}

func (f *fake) SignalWorkflow(ctx context.Context, id, run, name string, payload any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if run != "" {
		return errors.New("a signal goes to whichever run there is")
	}
	// Whatever their kind and number: what goes by another signal is read before or
	// after, not in its turn.
	reports, fits := payload.([]register.Report)
	if !fits || name != workflows.SignalReports || len(reports) == 0 {
		return fmt.Errorf("signal %s does not carry %T", name, payload)
	}
	if f.signal != nil {
		if err := f.signal(reports); err != nil {
			return err
		}
	}
	for _, r := range reports {
		f.signals = append(f.signals, id+" "+r.Message())
	}
	f.calls, f.trails = append(f.calls, len(reports)), append(f.trails, trail.From(ctx))
	return nil
}

func (f *fake) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates, f.trails = append(f.updates, o), append(f.trails, trail.From(ctx))
	answer, err := f.update(len(f.updates))
	refused := new(temporal.ApplicationError)
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	return handle{answer: answer, err: err}, nil
}

type handle struct {
	client.WorkflowUpdateHandle
	answer workflows.Answer
	err    error
}

func (h handle) Get(_ context.Context, value any) error {
	if h.err == nil {
		*value.(*workflows.Answer) = h.answer //nolint:forcetypeassert // a test
	}
	return h.err
}

// desk is a relay between a register and a fake.
type desk struct {
	*Relay
	t    *testing.T
	fake *fake
	mu   sync.Mutex
	now  time.Time
	keys int
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, fake: &fake{}, now: moment}
	s, err := store.Open(sqlitetest.URL(t), store.Options{Now: d.clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	d.Relay = New(s, d.fake, func(store.Dossier) string { return "Trích lục · Bưu điện" }, slog.New(slog.DiscardHandler))
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// later lets the time go by that a row is left to whoever wrote or leased it.
func (d *desk) later() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(hold + time.Second)
}

func (d *desk) request(kind string) store.Request {
	d.keys++
	return store.Request{Subject: "lan", Role: "clerk", Key: fmt.Sprint(d.keys), Digest: fmt.Sprint(d.keys), Kind: kind}
}

func (d *desk) file(vulnerable bool) string {
	d.t.Helper()
	n := store.NewDossier{
		Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1, Vulnerable: vulnerable,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: secret}, Delivery: dossier.Delivery{Method: dossier.AtCounter}},
		Office: "VNPHKI", Network: "vnpost", Area: "002", Clerk: "lan", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01",
	}
	a, err := d.store.File(d.t.Context(), d.request("file"), n, func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
	require.NoError(d.t, err)
	return a.Location
}

func (d *desk) close(code string) {
	d.t.Helper()
	s, err := d.store.Snapshot(d.t.Context(), code)
	require.NoError(d.t, err)
	s.Position.Stage, s.Position.Status = dossier.StageClosed, dossier.Returned
	_, err = d.store.Record(d.t.Context(), register.Transition{Code: code, Step: s.Step + 1, Kind: "closed", Actor: "system", After: s.Position}, store.Plan{})
	require.NoError(d.t, err)
}

func (d *desk) report(code string, n int) store.Inbox {
	d.t.Helper()
	id := fmt.Sprintf("%s/%d", code, n)
	m, _, err := d.store.AcceptReport(d.t.Context(), store.Arrival{Source: "portal", EventID: id, Digest: id, Text: secret}, code,
		register.PortalReport{Status: dossier.Accepted, At: moment}, nil)
	require.NoError(d.t, err)
	return m
}

// state reads what became of a message.
func (d *desk) state(m store.Inbox) (state string) {
	d.t.Helper()
	pool, err := d.store.Pool()
	require.NoError(d.t, err)
	require.NoError(d.t, pool.QueryRowContext(d.t.Context(), "SELECT state FROM inbox WHERE id = ?", m.ID).Scan(&state))
	return state
}

func (d *desk) backlog() store.Backlog {
	d.t.Helper()
	b, err := d.store.Backlog(d.t.Context())
	require.NoError(d.t, err)
	return b
}

// passAll goes once through everything that is due, as each loop does.
func (d *desk) passAll() {
	d.t.Helper()
	for _, step := range []func(context.Context) (int, error){d.passStarts, d.passMessages, d.passOperations} {
		_, err := step(d.t.Context())
		away := new(serviceerror.Unavailable)
		require.True(d.t, err == nil || errors.As(err, &away), err)
	}
}

func TestStartOptions(t *testing.T) {
	t.Parallel()
	d := open(t)
	for vulnerable, priority := range map[bool]int{false: 3, true: 2} {
		code := d.file(vulnerable)
		require.NoError(t, d.Start(t.Context(), code))
		o := d.fake.starts[len(d.fake.starts)-1]
		require.Equal(t, []any{workflows.DossierType, workflows.Start{Code: code}}, d.fake.started)
		require.Equal(t, []any{code, workflows.QueueDossier, "Trích lục · Bưu điện"}, []any{o.ID, o.TaskQueue, o.StaticSummary})
		require.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, o.WorkflowIDConflictPolicy)
		require.Equal(t, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, o.WorkflowIDReusePolicy)
		require.True(t, o.WorkflowExecutionErrorWhenAlreadyStarted)
		require.Equal(t, temporal.Priority{PriorityKey: priority, FairnessKey: "vnpost"}, o.Priority)
		for attribute, want := range map[temporal.SearchAttributeKeyKeyword]string{workflows.AttrOffice: "VNPHKI", workflows.AttrNetwork: "vnpost",
			workflows.AttrProcedure: "2.000635", workflows.AttrAuthority: "H26.12.03", workflows.AttrStage: "intake", workflows.AttrStatus: "registered"} {
			got, ok := o.TypedSearchAttributes.GetKeyword(attribute)
			require.True(t, ok)
			require.Equal(t, want, got)
		}
		require.NotContains(t, fmt.Sprintf("%+v %v", o, d.fake.started), secret)
	}
	require.Zero(t, d.backlog().Starts)
}

func TestAlreadyStartedIsStarted(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.fake.start = func() error { return serviceerror.NewWorkflowExecutionAlreadyStarted("there", "", "") }
	require.NoError(t, d.Start(t.Context(), d.file(false)))
	require.Zero(t, d.backlog().Starts)
}

func TestAClosedDossierIsNotStarted(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	d.close(code)
	require.NoError(t, d.Start(t.Context(), code))
	require.Empty(t, d.fake.starts)
	require.Zero(t, d.backlog().Starts)
}

func TestALaterPassStartsWhatWasLeft(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.fake.start = func() error { return errAway }
	codes := []string{d.file(false), d.file(false), d.file(true)}
	require.Error(t, d.Start(t.Context(), codes[0]))
	d.passAll()
	require.Len(t, d.fake.starts, 1, "left to whoever wrote the rows, for a moment")
	d.later()
	d.passAll()
	require.Len(t, d.fake.starts, 4, "one that fails does not hold up the rest")
	require.Equal(t, int64(3), d.backlog().Starts)

	d.fake.start = nil
	d.passAll()
	require.Equal(t, int64(3), d.backlog().Starts, "leased")
	d.later()
	d.passAll()
	require.Zero(t, d.backlog().Starts)
	var got []string
	for _, o := range d.fake.starts[4:] {
		got = append(got, o.ID)
	}
	require.ElementsMatch(t, codes, got)
	d.later()
	d.passAll()
	require.Len(t, d.fake.starts, 7, "once")
}

func TestSignalsInOrderOfArrival(t *testing.T) {
	t.Parallel()
	d := open(t)
	a, b := d.file(false), d.file(false)
	var want, wantB []string
	var rows []store.Inbox
	for i := range together + 3 {
		m := d.report(a, i)
		rows = append(rows, m)
		want = append(want, a+" "+m.ID)
		wantB = append(wantB, b+" "+d.report(b, i).ID)
	}
	broken := rows[together+1].ID
	d.fake.signal = func(reports []register.Report) error {
		if slices.ContainsFunc(reports, func(r register.Report) bool { return r.Message() == broken }) {
			return errAway
		}
		return nil
	}
	d.later()
	_, err := d.passMessages(t.Context())
	require.ErrorAs(t, err, new(*serviceerror.Unavailable))
	require.Equal(t, want[:together], of(a, d.fake.signals), "nothing overtakes a message that did not go")
	require.Equal(t, wantB, of(b, d.fake.signals), "another dossier's go on")
	require.ElementsMatch(t, []int{together, together, len(wantB) - together}, d.fake.calls, "as many at once as may be")
	broken = ""
	d.later()
	_, err = d.passMessages(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, of(a, d.fake.signals))
	require.Equal(t, store.InboxSignalled, d.state(rows[4]))
	require.Zero(t, d.backlog().Messages)
}

// of picks one dossier's signals.
func of(code string, signals []string) (out []string) {
	for _, s := range signals {
		if s[:len(code)] == code {
			out = append(out, s)
		}
	}
	return out
}

func TestAParcelsReportIsSignalled(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	begun, err := d.store.BeginBooking(t.Context(), code, register.LegHome, 1, "viettelpost", "key")
	sh := begun.Shipment
	require.NoError(t, err)
	m, _, err := d.store.AcceptParcel(t.Context(), store.ParcelArrival{Arrival: store.Arrival{Source: "courier:viettelpost", EventID: "e", Digest: "d", Text: secret},
		Carrier: "viettelpost", Key: sh.Key, Type: dossier.DeliveryLost, OccurredAt: moment})
	require.NoError(t, err)
	d.fake.signal = func(reports []register.Report) error {
		if r := reports[0].Parcel; r == nil || r.State != dossier.DeliveryLost {
			return errors.New("not a parcel's report")
		}
		return nil
	}
	require.NoError(t, d.Signal(t.Context(), m))
	require.Equal(t, store.InboxSignalled, d.state(m))
}

func TestAMissingWorkflowIsStartedAnew(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	m := d.report(code, 1)
	d.fake.signal = func([]register.Report) error {
		if len(d.fake.starts) == 0 {
			return errMissing
		}
		return nil
	}
	d.later()
	_, err := d.passMessages(t.Context())
	require.NoError(t, err)
	require.Len(t, d.fake.starts, 1)
	require.Equal(t, store.InboxPending, d.state(m), "its turn comes with its lease")
	d.later()
	_, err = d.passMessages(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{code + " " + m.ID}, d.fake.signals)
	require.Equal(t, store.InboxSignalled, d.state(m))
}

func TestAMessageForAClosedDossierIsLate(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	m := d.report(code, 1)
	d.close(code)
	d.fake.signal = func([]register.Report) error { return errMissing }
	require.NoError(t, d.Signal(t.Context(), m))
	require.Equal(t, store.InboxLate, d.state(m))
	require.Empty(t, d.fake.starts)
	require.NoError(t, d.Signal(t.Context(), m), "twice is once")
}

// Messages that came in a row: where one cannot be read, those before it are passed
// on and those behind it wait; where the dossier is closed, all are late.
func TestMessagesInARow(t *testing.T) {
	t.Parallel()
	d := open(t)
	code, closed := d.file(false), d.file(false)
	rows := []store.Inbox{d.report(code, 1), d.report(code, 2), d.report(code, 3), d.report(code, 4)}
	rows[2].Payload = "{"
	n, err := d.signal(t.Context(), rows)
	require.Error(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []string{code + " " + rows[0].ID, code + " " + rows[1].ID}, d.fake.signals)
	n, err = d.signal(t.Context(), rows[2:])
	require.Error(t, err)
	require.Zero(t, n)

	late := []store.Inbox{d.report(closed, 1), d.report(closed, 2)}
	d.close(closed)
	d.fake.signal = func([]register.Report) error { return errMissing }
	n, err = d.signal(t.Context(), late)
	require.NoError(t, err)
	require.Zero(t, n, "there is nothing to mark any more")
	require.Equal(t, []string{store.InboxLate, store.InboxLate}, []string{d.state(late[0]), d.state(late[1])})
}

func (d *desk) begin(code string, kind dossier.Command) store.Operation {
	d.t.Helper()
	op, err := d.store.Begin(d.t.Context(), d.request(string(kind)), store.Ask{Code: code, Text: secret})
	require.NoError(d.t, err)
	return op
}

func (d *desk) operation(id string) store.Operation {
	d.t.Helper()
	op, err := d.store.Operation(d.t.Context(), id)
	require.NoError(d.t, err)
	return op
}

func TestSendGivesTheAnswer(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	op := d.begin(code, dossier.Withdraw)
	d.fake.update = func(int) (workflows.Answer, error) { return workflows.Answer{Revision: 7}, nil }
	answer, refusal, err := d.Send(t.Context(), op)
	require.NoError(t, err)
	require.Nil(t, refusal)
	require.Equal(t, workflows.Answer{Revision: 7}, answer)
	require.Equal(t, client.UpdateWorkflowOptions{UpdateID: op.ID, WorkflowID: code, UpdateName: "withdraw", WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{workflows.Command{Operation: op.ID, Kind: dossier.Withdraw, Role: "clerk", TextID: op.TextID}}}, d.fake.updates[0])
	require.Equal(t, store.OperationPending, d.operation(op.ID).State, "the workflow's own step says that it is applied")
}

func TestARefusalIsStored(t *testing.T) {
	t.Parallel()
	d := open(t)
	op := d.begin(d.file(false), dossier.Pickup)
	want := workflows.Refusal{Rule: "wrong_state", Stage: dossier.StageIntake, Status: dossier.Registered, Allowed: []dossier.Command{dossier.Withdraw}}
	d.fake.update = func(int) (workflows.Answer, error) {
		return workflows.Answer{}, temporal.NewNonRetryableApplicationError("refused: wrong_state", workflows.RefusedType, nil, want)
	}
	_, refusal, err := d.Send(t.Context(), op)
	require.NoError(t, err)
	require.Equal(t, &want, refusal)
	got := d.operation(op.ID)
	require.Equal(t, store.OperationRefused, got.State)
	var stored workflows.Refusal
	require.NoError(t, json.Unmarshal([]byte(got.Problem), &stored))
	require.Equal(t, want, stored)
	d.later()
	d.passAll()
	require.Len(t, d.fake.updates, 1, "not sent again")
}

func TestACommandWaitsForTemporal(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{"away": errAway, "no answer in time": context.DeadlineExceeded,
		"an error of another type": temporal.NewApplicationError("x", "Other")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			op := d.begin(d.file(false), dossier.Withdraw)
			d.fake.update = func(int) (workflows.Answer, error) { return workflows.Answer{}, cause }
			_, refusal, err := d.Send(t.Context(), op)
			require.ErrorIs(t, err, cause)
			require.Nil(t, refusal)
			require.Equal(t, store.OperationPending, d.operation(op.ID).State)
			d.later()
			_, err = d.passOperations(t.Context())
			require.ErrorIs(t, err, cause)
			require.Equal(t, []string{op.ID, op.ID}, []string{d.fake.updates[0].UpdateID, d.fake.updates[1].UpdateID}, "sending twice is sending once")
		})
	}
}

func TestSendStartsWhatIsMissing(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	op := d.begin(code, dossier.Withdraw)
	d.fake.update = func(n int) (workflows.Answer, error) {
		if n == 1 {
			return workflows.Answer{}, errMissing
		}
		return workflows.Answer{Revision: 2}, nil
	}
	answer, refusal, err := d.Send(t.Context(), op)
	require.NoError(t, err)
	require.Nil(t, refusal)
	require.Equal(t, int64(2), answer.Revision)
	require.Len(t, d.fake.starts, 1)
	require.Len(t, d.fake.updates, 2)
}

func TestSendToAClosedDossierIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	op := d.begin(code, dossier.Withdraw)
	d.close(code)
	d.fake.update = func(int) (workflows.Answer, error) { return workflows.Answer{}, errMissing }
	_, refusal, err := d.Send(t.Context(), op)
	require.NoError(t, err)
	require.Equal(t, &workflows.Refusal{Rule: "wrong_state", Stage: dossier.StageClosed, Status: dossier.Returned}, refusal)
	require.Empty(t, d.fake.starts)
	require.Equal(t, store.OperationRefused, d.operation(op.ID).State)
}

func TestCommandsCarryCodesOnly(t *testing.T) {
	t.Parallel()
	payload := `{"amount":8000,"method":"cash","reference":"` + secret + `","act":"offer","by":{"kind":"office","id":"VNPHKI","name":"` + secret + `"},
		"to":{"kind":"carrier","id":"viettelpost"},"status":9,"at":"2025-02-05T02:30:00Z","text":"` + secret + `","text_id":"forged","phone":"` + secret + `",
		"recipient":{"FullName":"` + secret + `"},"collector":"` + secret + `","due_at":"2025-02-20T10:00:00Z","route":"paper","need":["to-khai"]}`
	for _, kind := range dossier.Commands() {
		c, err := commandOf(store.Operation{ID: "op", Kind: string(kind), Role: "clerk", TextID: "text-1", Payload: payload, Subject: secret})
		require.NoError(t, err, kind)
		raw, err := json.Marshal(c)
		require.NoError(t, err)
		require.NotContains(t, string(raw), secret, kind)
		want := workflows.Command{Operation: "op", Kind: kind, Role: "clerk", TextID: "text-1"}
		switch kind {
		case dossier.RecordFee:
			want.Amount = 8000
		case dossier.Handover:
			want.Hand = &workflows.Hand{Act: "offer", By: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}, To: custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}}
		case dossier.Decide, dossier.Override:
			due := time.Date(2025, 2, 20, 10, 0, 0, 0, time.UTC)
			want.Decision = &register.PortalReport{Status: dossier.Resolved, At: time.Date(2025, 2, 5, 2, 30, 0, 0, time.UTC), DueAt: &due, TextID: "text-1"}
		case dossier.Reroute:
			want.Route, want.Need = dossier.RoutePaper, []string{"to-khai"}
		case dossier.Extend, dossier.Deadline:
			due := time.Date(2025, 2, 20, 10, 0, 0, 0, time.UTC)
			want.DueAt = &due
		}
		require.Equal(t, want, c, kind)
	}
	for _, kind := range []dossier.Command{dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Override, dossier.Reroute, dossier.Extend, dossier.Deadline} {
		_, err := commandOf(store.Operation{ID: "op", Kind: string(kind), Payload: `"` + secret})
		require.Error(t, err, kind)
		require.NotContains(t, err.Error(), secret)
	}
}

func TestWhatGoesIntoTheLog(t *testing.T) {
	t.Parallel()
	for want, errs := range map[string][]error{
		"temporal away":     {errAway, fmt.Errorf("relay: %w", errAway), context.DeadlineExceeded},
		"database away":     {errors.New("database is locked"), errors.New("sql: database is closed")},
		"refused or failed": {errors.New(secret), errMissing},
	} {
		for _, err := range errs {
			require.Equal(t, want, kindOf(err))
		}
	}
}

// What has just been stored is passed on at once, in order, and marked a little
// later; what did not get through, or was dealt with meanwhile, is not marked.
func TestAMessageThatIsKickedIsPassedOnAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	a, b := d.file(false), d.file(false)
	first, second, dealt, late := d.report(a, 1), d.report(a, 2), d.report(a, 3), d.report(b, 1)
	away := true
	passed := make(chan string, 8)
	d.fake.signal = func(reports []register.Report) error {
		if reports[0].Message() == late.ID && away {
			passed <- "away"
			return errAway
		}
		for _, r := range reports {
			passed <- r.Message()
		}
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	lane := make(chan store.Inbox, 8)
	for _, m := range []store.Inbox{first, late, second, dealt} {
		lane <- m
	}
	ended := make(chan error, 1)
	go func() { ended <- d.passKicked(ctx, lane) }()
	got := []string{<-passed, <-passed, <-passed, <-passed}
	cancel()
	require.NoError(t, <-ended)
	require.ElementsMatch(t, []string{first.ID, second.ID, dealt.ID, "away"}, got)
	require.Equal(t, []string{a + " " + first.ID, a + " " + second.ID, a + " " + dealt.ID}, of(a, d.fake.signals), "in order")
	require.Equal(t, []int{3}, d.fake.calls, "what comes in a row is one signal")

	for _, m := range []store.Inbox{first, second, dealt, late} {
		require.Equal(t, store.InboxPending, d.state(m), "not marked yet")
	}
	s, err := d.store.Snapshot(t.Context(), a)
	require.NoError(t, err)
	_, err = d.store.Record(t.Context(), register.Transition{Code: a, Step: s.Step + 1, Kind: "status", Actor: "portal", After: s.Position, Inbox: []string{dealt.ID}}, store.Plan{})
	require.NoError(t, err)
	require.NoError(t, d.markKicked(ctx), "also by a relay that is told to end")
	require.Equal(t, []string{store.InboxSignalled, store.InboxSignalled, store.InboxApplied, store.InboxPending},
		[]string{d.state(first), d.state(second), d.state(dealt), d.state(late)})

	away = false
	d.later()
	_, err = d.passMessages(t.Context())
	require.NoError(t, err)
	require.Equal(t, late.ID, <-passed, "its row's own time came")
	require.Zero(t, d.backlog().Messages)
}

// Dossiers that are started together: each once, and whatever befalls one of them
// is its own.
func TestStartsTakenTogether(t *testing.T) {
	t.Parallel()
	d := open(t)
	fine, refused, closed := d.file(false), d.file(false), d.file(false)
	d.close(closed)
	d.fake.start = func() error {
		if d.fake.starts[len(d.fake.starts)-1].ID == refused {
			return errAway
		}
		return nil
	}
	for _, code := range []string{fine, refused, "VNPHKI-250205-9999-X", fine, closed} {
		d.KickStart(trail.Trail{RequestID: "of " + code}.Onto(t.Context()), code)
	}
	kicks := d.waiting(<-d.starts)
	require.Len(t, kicks, 5)
	d.startTogether(t.Context(), kicks)
	var asked []string
	for i, o := range d.fake.starts {
		asked = append(asked, o.ID)
		require.Equal(t, "of "+o.ID, d.fake.trails[i].RequestID)
	}
	require.ElementsMatch(t, []string{fine, refused}, asked, "once each, and none that is closed or unknown")
	require.EqualValues(t, 1, d.backlog().Starts, "the one that was refused comes again at its own time")

	for range together + 3 {
		d.KickStart(t.Context(), fine)
	}
	require.Len(t, d.waiting(<-d.starts), together)
	require.Len(t, d.starts, 3, "the others are for the next hand")
}

// One start that hangs holds up neither those that come after it nor what was
// taken with it for long: their rows' own time comes.
func TestAStartThatHangs(t *testing.T) {
	t.Parallel()
	d := open(t)
	hanging, with, after := d.file(false), d.file(false), d.file(false)
	d.fake.hang = hanging
	d.KickStart(t.Context(), hanging)
	d.KickStart(t.Context(), with)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	require.Eventually(t, func() bool { return d.fake.hasStarted(with) }, time.Minute, time.Millisecond)
	d.KickStart(t.Context(), after)
	require.Eventually(t, func() bool { return d.fake.hasStarted(after) }, callWithin/2, time.Millisecond, "another hand takes it")
	d.later()
	require.Eventually(t, func() bool { return d.backlog().Starts == 1 }, callWithin/2, 10*time.Millisecond, "marked by the pass that their time has come for")
	cancel()
	require.NoError(t, <-ended)
}

// A mark that fails is not made up for: the message is passed on again at its own
// time, and marked then.
func TestAMarkThatFails(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	m := d.report(code, 1)
	d.signalAll(t.Context(), map[string][]store.Inbox{code: {m}})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	d.mark(gone)
	d.mark(t.Context())
	require.Equal(t, store.InboxPending, d.state(m))
	d.later()
	_, err := d.passMessages(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{code + " " + m.ID, code + " " + m.ID}, d.fake.signals)
	require.Equal(t, store.InboxSignalled, d.state(m))
}

// A dossier's messages take one lane; when it is full, and when nobody runs, what
// does not fit is passed on at its row's own time.
func TestALaneThatIsFull(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	var all []string
	for i := range cap(d.lanes[0]) + 2 {
		m := d.report(code, i)
		d.KickMessage(m)
		all = append(all, code+" "+m.ID)
	}
	var waiting []int
	for _, lane := range d.lanes {
		waiting = append(waiting, len(lane))
	}
	require.ElementsMatch(t, []int{cap(d.lanes[0]), 0, 0, 0}, waiting)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	require.Eventually(t, func() bool { return d.backlog().Messages == 2 }, time.Minute, 10*time.Millisecond)
	d.later()
	require.Eventually(t, func() bool { return d.backlog().Messages == 0 }, time.Minute, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, all, d.fake.signals, "each once, in their order")
}

func TestKickNeverWaits(t *testing.T) {
	t.Parallel()
	d := open(t)
	for range 2000 {
		d.Kick()
		d.KickMessage(store.Inbox{State: store.InboxPending})
		d.KickStart(t.Context(), "code")
	}
}

// TestWhatIsPassedOnStaysItsRequests: whoever passes a row on, at once or later in
// another process, does so within the request that wrote it.
func TestWhatIsPassedOnStaysItsRequests(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.fake.update = func(int) (workflows.Answer, error) { return workflows.Answer{Revision: 2}, nil }
	asked := func(n int) (trail.Trail, context.Context) {
		a := trail.Trail{RequestID: fmt.Sprint("request-", n), Traceparent: fmt.Sprintf("00-%032d-%016d-01", n, n)}
		return a, a.Onto(t.Context())
	}
	var want []trail.Trail
	code := d.file(false) // by a request of no name
	want = append(want, trail.Trail{})
	reported, ctx := asked(1)
	_, _, err := d.store.AcceptReport(ctx, store.Arrival{Source: "portal", EventID: "e", Digest: "e"}, code, register.PortalReport{Status: dossier.Accepted, At: moment}, nil)
	require.NoError(t, err)
	commanded, ctx := asked(2)
	_, err = d.store.Begin(ctx, d.request(string(dossier.Withdraw)), store.Ask{Code: code})
	require.NoError(t, err)
	d.later()
	d.passAll()
	require.Equal(t, append(want, reported, commanded), d.fake.trails)

	kicked, ctx := asked(3)
	run, stop := context.WithCancel(t.Context())
	began := make(chan struct{})
	d.fake.start = func() error { close(began); return nil }
	d.KickStart(ctx, code)
	ended := make(chan error, 1)
	go func() { ended <- d.startKicked(run) }()
	<-began
	stop()
	require.NoError(t, <-ended)
	require.Equal(t, kicked, d.fake.trails[3])
}

func TestRunStartsWhatIsKicked(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.file(false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := make(chan struct{})
	d.fake.start = func() error {
		close(began)
		return nil
	}
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	d.KickStart(t.Context(), code)
	<-began
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, code, d.fake.starts[0].ID)
}
