package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"

	"hoso/internal/arrivals"
	"hoso/internal/blob"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/portal"
	"hoso/internal/reconcile"
	"hoso/internal/relay"
	"hoso/internal/scan/samplepage"
	"hoso/internal/store"
)

func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return n
}

// faults make the outside world unreliable, and let every call that gets through
// have an effect of its own: a second one would show in the ledger.
func faults(seed uint64) map[string]any {
	return map[string]any{"seed": seed, "rules": []map[string]any{
		{"name": "no-keys", "call": map[string]any{"ignore_keys": true}},
		{"name": "fails", "probability": 0.05, "call": map[string]any{"fail": "before"}},
		{"name": "lost", "probability": 0.05, "call": map[string]any{"lose_answer": true}},
		{"name": "twice", "probability": 0.2, "callbacks": map[string]any{"duplicate": 3}},
		{"name": "muddled", "probability": 0.2, "callbacks": map[string]any{"reorder": true}},
	}}
}

// TestKilledProcessesLoseNothingAndRepeatNothing files dossiers while worker, API
// and Temporal are killed at random, and reads every ledger afterwards. All the while
// samplers look at every open dossier: a killed process is no drift.
func TestKilledProcessesLoseNothingAndRepeatNothing(t *testing.T) {
	t.Parallel()
	dossiers := number(t, "HOSO_CHAOS", 12)
	kills := number(t, "HOSO_CHAOS_KILLS", max(6, dossiers/5))
	seed := uint64(number(t, "HOSO_CHAOS_SEED", 20250205))
	t.Logf("seed %d: %d dossiers, %d kills", seed, dossiers, kills)

	y := newSystem(t, setup{portal: faults(seed), courier: faults(seed + 1)})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})

	register := y.register(t)
	looks := y.sampleAll(t, register)
	stop := make(chan struct{})
	killed := make(chan map[string]int, 1)
	go func() { killed <- y.killAtRandom(t, seed, kills, stop) }()
	codes := fileMany(t, clerk, dossiers)
	count := <-killed
	close(stop)
	t.Logf("killed: %v", count)
	for _, name := range []string{"worker", "api", "temporal"} {
		require.Positive(t, count[name], "the schedule never killed %s", name)
	}

	y.allReturned(t, register, codes, time.Duration(60+2*dossiers)*time.Second)
	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
	y.checkTemporal(t, codes)
	y.checkCanaries(t, dossiers)
	looks(dossiers)
	requireNoDrift(t, register, codes)
}

// sampleAll has samplers look at every open dossier and ask everybody, round after
// round, as patient as they are in production but not as seldom: each round's begins
// without a grudge against who did not answer the one before. What it gives ends
// them and wants so many looks to have come to an end.
func (y *system) sampleAll(t testing.TB, register *store.Store) (end func(atLeast int)) {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(y.data, "blobs"))
	require.NoError(t, err)
	p, err := portal.NewHTTPClient(y.variable("HOSO_PORTAL_URL"), "", nil)
	require.NoError(t, err)
	carriers := map[string]courier.Carrier{}
	for _, id := range []string{"vnpost", "viettelpost"} {
		carriers[id], err = courier.NewHTTPClient(y.variable("HOSO_COURIER_URL"), id, "", nil)
		require.NoError(t, err)
	}
	quiet := slog.New(slog.DiscardHandler)
	r := relay.New(register, y.dial(t), func(store.Dossier) string { return "" }, quiet)
	ctx, cancel := context.WithCancel(context.Background())
	var looked, failed atomic.Int64
	over := make(chan struct{})
	go func() {
		defer close(over)
		pause := time.NewTicker(200 * time.Millisecond)
		defer pause.Stop()
		for ctx.Err() == nil {
			codes, err := register.LookAfter(ctx, time.Now(), "", 1000)
			if err != nil {
				failed.Add(1)
			}
			round := reconcile.New(r, arrivals.Door{Store: register, Blobs: blobs}, p, carriers, reconcile.Options{Log: quiet, Calls: 50})
			g := new(errgroup.Group)
			g.SetLimit(8)
			for _, code := range codes {
				g.Go(func() error {
					if _, err := round.Look(ctx, code, reconcile.Depth{State: true, Outside: true}); err != nil {
						failed.Add(1) // Temporal or the register is away
					} else {
						looked.Add(1)
					}
					return nil
				})
			}
			_ = g.Wait() // each is counted
			select {
			case <-ctx.Done():
			case <-pause.C:
			}
		}
	}()
	stop := func() { cancel(); <-over }
	t.Cleanup(func() { stop(); _ = blobs.Close() })
	return func(atLeast int) {
		stop()
		t.Logf("%d looks, %d in vain because somebody was away", looked.Load(), failed.Load())
		require.Greater(t, looked.Load(), int64(atLeast), "the samplers hardly looked")
	}
}

// requireNoDrift wants nothing to have been put right, and nothing to stand.
func requireNoDrift(t testing.TB, s *store.Store, codes []string) {
	t.Helper()
	for _, code := range codes {
		rows, err := s.CorrectionsOf(context.Background(), code)
		require.NoError(t, err)
		require.Empty(t, rows, "put right in vain")
	}
	d, err := s.Drift(context.Background())
	require.NoError(t, err)
	require.Empty(t, d.Corrections)
	require.Empty(t, d.Standing)
}

// TestTemporalAway files while Temporal is away: the counter acknowledges, and
// the dossiers start when Temporal is back.
func TestTemporalAway(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	y.temporal.kill()
	codes := fileMany(t, clerk, 3)
	register := y.register(t)
	for _, code := range codes {
		d, err := register.Dossier(t.Context(), store.Scope{All: true}, code)
		require.NoError(t, err)
		require.Equal(t, dossier.StageIntake, d.Stage, "nothing can have happened yet")
	}
	y.temporal.start(t)
	y.allReturned(t, register, codes, 3*time.Minute)
	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
}

// fileMany files dossiers from several desks at once. Every 201 is kept: it is
// what was acknowledged.
func fileMany(t testing.TB, clerk caller, n int) []string {
	t.Helper()
	return fileMore(t, clerk, 0, n)
}

// fileMore does so after others have been filed.
func fileMore(t testing.TB, clerk caller, before, n int) []string {
	t.Helper()
	page := samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1})
	codes := make([]string, n)
	var wg sync.WaitGroup
	desks := make(chan int, n)
	for i := range n {
		desks <- before + i
	}
	close(desks)
	for range min(8, n) {
		wg.Go(func() {
			for i := range desks {
				var scan bytes.Buffer
				jpg, err := samplepage.JPEG(page, 85)
				if err != nil {
					t.Error(err)
					return
				}
				scan.Write(jpg)
				who := i
				fmt.Fprintf(&scan, "%08d", who) // another file each time, the same picture
				doc := clerk.upload(t, fmt.Sprintf("scan-%d", who), scan.Bytes())
				raw := clerk.post(t, "/v1/dossiers", fmt.Sprintf("file-%d", who), canary(who).filing(doc), http.StatusCreated)
				var d dossierAnswer
				if err := json.Unmarshal(raw, &d); err != nil {
					t.Error(err)
					return
				}
				codes[i-before] = d.Code
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, c := range codes {
		require.True(t, dossier.ValidCode(c), "code %q", c)
		require.False(t, seen[c], "code %s given twice", c)
		seen[c] = true
	}
	return codes
}

// fileMeanwhile does so beside the test; what it gives waits for the end of it.
func fileMeanwhile(t testing.TB, clerk caller, before, n int) (filed func() []string) {
	t.Helper()
	codes := make(chan []string, 1)
	go func() {
		defer close(codes) // also of one that fails
		codes <- fileMore(t, clerk, before, n)
	}()
	return func() []string {
		t.Helper()
		all, done := <-codes
		require.True(t, done, "not all was filed")
		return all
	}
}

// killAtRandom kills one process after the other, sometimes a second one before
// the first is back, and starts each again.
func (y *system) killAtRandom(t testing.TB, seed uint64, kills int, stop <-chan struct{}) map[string]int {
	draw := rand.New(rand.NewPCG(seed, 1))
	victims := []*process{y.worker, y.apiProc, y.temporal}
	count := map[string]int{}
	for i := range kills {
		first := victims[i%len(victims)]
		if i >= len(victims) {
			first = victims[draw.IntN(len(victims))]
		}
		pause := time.NewTimer(time.Duration(200+draw.IntN(1800)) * time.Millisecond)
		select {
		case <-stop:
			pause.Stop()
			return count
		case <-pause.C:
		}
		first.kill()
		count[first.name]++
		if second := victims[draw.IntN(len(victims))]; second != first && draw.IntN(4) == 0 {
			second.kill()
			count[second.name]++
			second.launch(t)
		}
		first.launch(t)
	}
	for _, p := range victims {
		p.await(t)
	}
	return count
}

// checkLedgers reads what the portal and the carriers did: each act once.
func (y *system) checkLedgers(t testing.TB, codes []string) {
	t.Helper()
	portal, courier := y.effects(t, "portal-sim"), y.effects(t, "courier-sim")
	for _, code := range codes {
		require.Equal(t, 1, portal[code+"/submit/1"], "submissions of %s at the portal", code)
		require.Equal(t, 1, courier[code+"/courier/home/1"], "bookings of %s at the carrier", code)
	}
	for key, n := range portal {
		require.Equal(t, 1, n, "portal effects under %s", key)
	}
	for key, n := range courier {
		require.Equal(t, 1, n, "courier effects under %s", key)
	}
}

// checkRegister walks every dossier's history: a path in the graph, a whole
// chain, nothing left lying about.
func checkRegister(t testing.TB, s *store.Store, codes []string) {
	t.Helper()
	ctx := context.Background()
	for _, code := range codes {
		require.NoError(t, s.VerifyAudit(ctx, code))
		rows, err := s.Timeline(ctx, code)
		require.NoError(t, err)
		at := dossier.Registered
		for _, e := range rows {
			var data map[string]string
			require.NoError(t, json.Unmarshal([]byte(e.Data), &data))
			to, ok := dossier.ParseStatus(data["status"])
			if !ok || to == at {
				continue
			}
			lawful := false
			for _, edge := range dossier.Edges() {
				lawful = lawful || edge.From == at && edge.To == to
			}
			require.True(t, lawful, "%s went from %s to %s", code, at, to)
			at = to
		}
		tasks, err := s.OpenTasks(ctx, code)
		require.NoError(t, err)
		require.Empty(t, tasks, "a returned dossier has open tasks")
	}
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		b, err := s.Backlog(ctx)
		if err == nil && b != (store.Backlog{}) {
			err = fmt.Errorf("still to be passed on: %+v", b)
		}
		return err
	}))
}

// checkTemporal wants every dossier's workflow completed, none open and none
// failed. Some have begun anew on the way: when Temporal is killed between a
// step's record and its own, the register is ahead, and the workflow goes on from
// there. And one may have been started once more after its end, by a relay whose
// order to start it was held up: it finds the dossier closed and does nothing.
func (y *system) checkTemporal(t testing.TB, codes []string) {
	t.Helper()
	c := y.dial(t)
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		completed := map[string]bool{}
		var page []byte
		for first := true; first || len(page) > 0; first = false {
			got, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: "default", Query: "WorkflowType='Dossier'", PageSize: 200, NextPageToken: page})
			if err != nil {
				return err
			}
			for _, e := range got.GetExecutions() {
				switch e.GetStatus() {
				case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
					completed[e.GetExecution().GetWorkflowId()] = true
				case enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
				default:
					return fmt.Errorf("%s is %s", e.GetExecution().GetWorkflowId(), e.GetStatus())
				}
			}
			page = got.GetNextPageToken()
		}
		for _, code := range codes {
			if !completed[code] {
				return fmt.Errorf("%s has no completed workflow", code)
			}
		}
		if len(completed) != len(codes) {
			return fmt.Errorf("%d workflows completed, of %d dossiers", len(completed), len(codes))
		}
		return nil
	}))
}

// checkCanaries looks for the citizens' particulars everywhere but in the
// register: Temporal's database, the logs, the metrics, the simulators' ledgers.
func (y *system) checkCanaries(t testing.TB, dossiers int) {
	t.Helper()
	status, metrics, err := caller{base: y.api}.once(context.Background(), http.MethodGet, "/metrics", "", "", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	places := map[string][]byte{"/metrics": metrics}
	err = filepath.WalkDir(y.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(y.dir, path)
		if strings.HasPrefix(rel, "hoso.db") || strings.HasPrefix(rel, "blobs") {
			return nil // the register itself
		}
		raw, err := os.ReadFile(path)
		places[rel] = raw
		return err
	})
	require.NoError(t, err)
	require.Contains(t, places, "temporal.db")
	for i := range dossiers {
		p := canary(i)
		for _, secret := range []string{p.name, p.id, p.phone, p.address} {
			for form, needle := range encodings(secret) {
				for where, raw := range places {
					require.False(t, bytes.Contains(raw, needle), "a particular of citizen %d stands in %s (%s)", i, where, form)
				}
			}
		}
	}
}

func encodings(s string) map[string][]byte {
	wide := make([]byte, 0, 2*len(s))
	for _, u := range utf16.Encode([]rune(s)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	quoted, _ := json.Marshal(s)
	return map[string][]byte{
		"plain": []byte(s), "base64": []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "=")[:len(s)]),
		"hex": []byte(hex.EncodeToString([]byte(s))), "utf-16": wide, "json": bytes.Trim(quoted, `"`), "ascii": []byte(strings.Trim(strconv.QuoteToASCII(s), `"`)),
	}
}
