package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/arrivals"
	"hoso/internal/blob"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/portal"
	"hoso/internal/reconcile"
	"hoso/internal/register"
	"hoso/internal/relay"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// moment is when everything begins.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

var errAway = errors.New("away")

// temporal plays Temporal and its workers: what it says of each workflow, and what
// was done to them.
type temporal struct {
	mu      sync.Mutex
	store   *store.Store
	runs    map[string]relay.Run
	states  map[string]workflows.State
	away    bool // no worker answers
	asking  func(code string)
	done    []string
	asked   int
	stumped bool // a start anew does not help
	refuses bool // it takes no start
}

func (f *temporal) Look(_ context.Context, id string) (relay.Run, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs[id], nil
}

func (f *temporal) Ask(_ context.Context, id, _ string) (workflows.State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.away {
		return workflows.State{}, errAway
	}
	s := f.states[id]
	if f.asking != nil {
		f.asking(id)
	}
	return s, nil
}

func (f *temporal) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, fmt.Sprintf(format, args...))
}

func (f *temporal) acts() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	done := f.done
	f.done = nil
	return done
}

func (f *temporal) End(_ context.Context, id, run, _ string) error {
	f.note("end %s", run)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[id] = relay.Run{ID: run, Ended: "terminated"}
	return nil
}

// Start begins anew from the register, as the workflow does.
func (f *temporal) Start(ctx context.Context, code string) error {
	f.note("start")
	if f.refuses {
		return errAway
	}
	if f.stumped {
		return nil
	}
	s, err := f.store.Snapshot(ctx, code)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	st := workflows.State{Facts: s.Facts, Position: s.Position, Step: s.Step, Revision: s.Revision}
	for _, r := range s.Portal {
		st.Seen = append(st.Seen, r.Inbox)
	}
	f.states[code] = st
	f.runs[code] = relay.Run{ID: fmt.Sprintf("run-%d", len(f.states)), Running: true, Started: f.store.Now(), Stage: string(s.Position.Stage), Status: s.Position.Status.Name()}
	return nil
}

func (f *temporal) StartBag(_ context.Context, number string) error {
	f.note("start bag")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[number] = relay.Run{ID: "bag-run", Running: true}
	return nil
}

func (f *temporal) Signal(ctx context.Context, m store.Inbox) error {
	f.note("signal %s", m.EventID)
	return f.store.Signalled(ctx, m.ID)
}

func (f *temporal) KickMessage(m store.Inbox) { f.note("kick %s", m.EventID) }

// outside plays the portal and a carrier by their ledgers.
type outside struct {
	portal.Connector
	courier.Carrier
	mu      sync.Mutex
	acts    map[string]bool
	said    []portal.Event
	parcels map[string][]courier.Event
	away    bool
	asked   int
}

func (o *outside) call() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	if o.away {
		return errAway
	}
	return nil
}

type thePortal struct{ *outside }

func (p thePortal) Lookup(_ context.Context, key string) (portal.Receipt, error) {
	if err := p.call(); err != nil {
		return portal.Receipt{}, err
	}
	if !p.acts[key] {
		return portal.Receipt{}, portal.ErrNoSuchKey
	}
	return portal.Receipt{Key: key}, nil
}

func (p thePortal) Events(context.Context, string) ([]portal.Event, error) { return p.said, p.call() }

func (p thePortal) Submit(context.Context, portal.Submission) (portal.Receipt, error) {
	panic("nobody submits here")
}
func (p thePortal) Supplement(context.Context, portal.Supplement) (portal.Receipt, error) {
	panic("nor supplements")
}
func (p thePortal) ConfirmPayment(context.Context, portal.Payment) (portal.Receipt, error) {
	panic("nor pays")
}
func (p thePortal) Withdraw(context.Context, portal.Withdrawal) (portal.Receipt, error) {
	panic("nor withdraws")
}

type theCarrier struct{ *outside }

func (c theCarrier) Book(context.Context, courier.Booking) (courier.Confirmation, error) {
	panic("nobody books here")
}
func (c theCarrier) Cancel(context.Context, string) error { panic("nor cancels") }

func (c theCarrier) Lookup(_ context.Context, key string) (courier.Confirmation, error) {
	if err := c.call(); err != nil {
		return courier.Confirmation{}, err
	}
	if !c.acts[key] {
		return courier.Confirmation{}, courier.ErrNoSuchKey
	}
	return courier.Confirmation{Key: key}, nil
}

func (c theCarrier) Events(_ context.Context, key string) ([]courier.Event, error) {
	return c.parcels[key], c.call()
}

// house is a register with a reconciler, between a Temporal and an outside of the
// test's making.
type house struct {
	*reconcile.Reconciler
	t        *testing.T
	store    *store.Store
	temporal *temporal
	outside  *outside
	door     arrivals.Door
	mu       sync.Mutex
	now      time.Time
	keys     int
	url      string
}

// on runs a test over both databases.
func on(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	for name, url := range map[string]func() string{
		"postgres": func() string { return pgtest.URL(t) },
		"sqlite":   func() string { return sqlitetest.URL(t) },
	} {
		address := url()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, address))
		})
	}
}

func newHouse(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, now: moment, url: url}
	s, err := store.Open(url, store.Options{Now: h.clock, MaxOpen: 6})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	blobs, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	h.store = s
	h.temporal = &temporal{store: s, runs: map[string]relay.Run{}, states: map[string]workflows.State{}}
	h.outside = &outside{acts: map[string]bool{}, parcels: map[string][]courier.Event{}}
	h.door = arrivals.Door{Store: s, Blobs: blobs}
	h.Reconciler = reconcile.New(h.temporal, h.door, thePortal{h.outside}, map[string]courier.Carrier{"viettelpost": theCarrier{h.outside}},
		reconcile.Options{Pause: time.Millisecond, Calls: 1e6, Log: slog.New(slog.DiscardHandler)})
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// filed files a dossier whose workflow runs.
func (h *house) filed() string {
	h.t.Helper()
	h.keys++
	n := store.NewDossier{Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
		Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An"}, Delivery: dossier.Delivery{Method: dossier.ByCourier, Carrier: "viettelpost"}},
		Office: "VNPHKI", Network: "vnpost", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01"}
	a, err := h.store.File(h.t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: fmt.Sprint(h.keys), Digest: "d", Kind: "file"}, n, func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.Started(h.t.Context(), store.KindStart, a.Location))
	require.NoError(h.t, h.temporal.Start(h.t.Context(), a.Location))
	h.temporal.acts()
	return a.Location
}

// step records a step of the dossier, and lets the workflow be there.
func (h *house) step(code string, change func(*register.Position)) {
	h.t.Helper()
	s, err := h.store.Snapshot(h.t.Context(), code)
	require.NoError(h.t, err)
	change(&s.Position)
	_, err = h.store.Record(h.t.Context(), register.Transition{Code: code, Step: s.Step + 1, Kind: "status", Actor: "system", After: s.Position}, store.Plan{})
	require.NoError(h.t, err)
	require.NoError(h.t, h.temporal.Start(h.t.Context(), code))
	h.temporal.acts()
}

// submitted is a dossier that the portal has.
func (h *house) submitted() string {
	h.t.Helper()
	code := h.filed()
	key := code + "/submit/1"
	_, _, err := h.store.BeginEffect(h.t.Context(), key, code, "submit")
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.EndEffect(h.t.Context(), key, store.EffectDone, "ref", ""))
	h.outside.acts[key] = true
	h.step(code, func(p *register.Position) { p.Stage, p.Submitted, p.SubmitAttempt = dossier.StageDecision, true, 1 })
	return code
}

func (h *house) look(code string) reconcile.Looked {
	h.t.Helper()
	l, err := h.Look(h.t.Context(), code, reconcile.Depth{State: true, Outside: true})
	require.NoError(h.t, err)
	return l
}

// requireFine wants nothing to be found.
func (h *house) requireFine(code string, why ...any) {
	h.t.Helper()
	l := h.look(code)
	require.Empty(h.t, l.Corrected, why...)
	require.Empty(h.t, l.Standing, why...)
	require.Empty(h.t, h.temporal.acts(), why...)
}

// corrected counts what was put right, by kind.
func (h *house) drift() store.Drift {
	h.t.Helper()
	d, err := h.store.Drift(h.t.Context())
	require.NoError(h.t, err)
	return d
}

// takesIn takes a carrier's report in by the door, as a webhook does.
func (h *house) takesIn(e courier.Event) {
	h.t.Helper()
	m, err := h.door.Carrier(h.t.Context(), "viettelpost", e)
	require.NoError(h.t, err)
	require.Equal(h.t, store.InboxUnmatched, m.State)
}
