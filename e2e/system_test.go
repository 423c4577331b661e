package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/simulator"
	"hoso/internal/store"
	"hoso/workflows"
)

// system is the whole engine as processes, on free loopback ports (or where the
// setup places them) and a folder of its own.
type system struct {
	dir        string
	data       string // folder of the engine; the simulators stay in dir
	hoso       string
	env        []string
	key        *identity.DevKey
	api        string // address with http://
	metrics    string // of the worker
	temporalAt string
	portalAt   string // address with http://
	places     map[string]place

	temporal, portal, courier, apiProc, worker *process
}

// setup says what a system is to be like.
type setup struct {
	database string // "" is SQLite in the folder
	portal   any    // knobs
	courier  any
	temporal []string // further arguments of the server
	noWorker bool     // it is the test that starts workers
	env      []string // further variables
	places   map[string]place
}

// place is where a process runs, by its name; the zero value is here.
type place struct {
	ip      string   // where it listens; "" is the loopback
	through []string // what starts it there
}

// addr is an address there that nobody listens on.
func (p place) addr(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort(cmp.Or(p.ip, "127.0.0.1"), freePort(t))
}

// newSystem starts everything and waits until it is ready.
func newSystem(t testing.TB, s setup) *system {
	t.Helper()
	dir := folder(t)
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	y := &system{dir: dir, data: dir, places: s.places, hoso: built(t, "hoso", repo, "./cmd/hoso")}
	devserver := built(t, "hoso-devserver", filepath.Join(repo, "devserver"), ".")
	at := func(name string) string { return s.places[name].addr(t) }
	apiAddr, portalAddr, courierAddr, workerAddr := at("api"), at("portal-sim"), at("courier-sim"), at("worker")
	y.api, y.metrics, y.temporalAt, y.portalAt = "http://"+apiAddr, "http://"+workerAddr, at("temporal"), "http://"+portalAddr
	y.env = []string{
		"HOSO_DATA=" + dir, "HOSO_ADDR=" + apiAddr, "TEMPORAL_ADDRESS=" + y.temporalAt, "HOSO_LOG=info",
		"HOSO_PORTAL_URL=http://" + portalAddr, "HOSO_COURIER_URL=http://" + courierAddr,
		"HOSO_METRICS_ADDR=" + workerAddr,
	}
	y.env = append(y.env, s.env...)
	y.key, err = identity.EnsureDevKey(filepath.Join(dir, "keys"))
	require.NoError(t, err)
	if s.database != "" {
		y.env = append(y.env, "HOSO_DATABASE_URL="+s.database, "HOSO_AUTH_KEYS="+filepath.Join(dir, "keys", "dev-keys.json"))
	}
	y.temporal = y.process("temporal", devserver, append(y.temporalArgs(t), s.temporal...), listens(y.temporalAt))
	y.portal = y.process("portal-sim", y.hoso, []string{"portal-sim", "--addr", portalAddr, "--callback", y.api, "--knobs", y.knobs(t, "portal", s.portal)}, listens(portalAddr))
	y.courier = y.process("courier-sim", y.hoso, []string{"courier-sim", "--addr", courierAddr, "--callback", y.api, "--knobs", y.knobs(t, "courier", s.courier)}, listens(courierAddr))
	y.apiProc = y.process("api", y.hoso, []string{"api"}, answers(y.api+"/readyz"))
	y.worker = y.process("worker", y.hoso, []string{"worker"}, nil)
	t.Cleanup(y.killAll)
	y.temporal.start(t)
	y.run(t, "migrate")
	for _, p := range []*process{y.portal, y.courier, y.apiProc, y.worker} {
		if p == y.worker && s.noWorker {
			continue
		}
		p.start(t)
	}
	return y
}

// folder is the system's own; HOSO_E2E_KEEP keeps it for somebody to look at.
func folder(t testing.TB) string {
	t.Helper()
	if os.Getenv("HOSO_E2E_KEEP") == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("", "hoso-e2e-")
	require.NoError(t, err)
	t.Logf("kept in %s", dir)
	return dir
}

func (y *system) temporalArgs(t testing.TB) []string {
	ip, port, err := net.SplitHostPort(y.temporalAt)
	require.NoError(t, err)
	args := []string{"server", "start-dev", "--ip", ip, "--port", port, "--headless", "--namespace", "default",
		"--db-filename", filepath.Join(y.dir, "temporal.db"), "--log-level", "error"}
	for name, kind := range workflows.SearchAttributes() {
		args = append(args, "--search-attribute", name+"="+kind)
	}
	return args
}

func (y *system) process(name, path string, args []string, ready func(context.Context) error) *process {
	return &process{name: name, path: path, args: args, through: y.places[name].through, env: y.env, log: filepath.Join(y.dir, name+".log"), ready: ready}
}

func (y *system) knobs(t testing.TB, name string, knobs any) string {
	t.Helper()
	raw := []byte(`{}`)
	if knobs != nil {
		var err error
		raw, err = json.Marshal(knobs)
		require.NoError(t, err)
	}
	file := filepath.Join(y.dir, name+"-knobs.json")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	return file
}

// run carries one command of the program out and gives what it printed.
func (y *system) run(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(y.hoso, args...)
	cmd.Env = append(os.Environ(), y.env...)
	out, err := cmd.Output()
	said := ""
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // straight from Output
		said = string(exit.Stderr)
	}
	require.NoError(t, err, "hoso %s: %s", strings.Join(args, " "), said)
	return string(out)
}

// as registers a subject and gives a caller for it.
func (y *system) as(t testing.TB, who identity.Subject) caller {
	t.Helper()
	_, _, err := program.AddSubject(t.Context(), y.register(t), who)
	require.NoError(t, err)
	token, err := identity.Mint(y.key, who.ID, time.Hour)
	require.NoError(t, err)
	return caller{base: y.api, token: token}
}

func (y *system) killAll() {
	for _, p := range []*process{y.worker, y.apiProc, y.portal, y.courier, y.temporal} {
		p.kill()
	}
}

// register opens the database beside the running processes.
func (y *system) register(t testing.TB) *store.Store {
	t.Helper()
	url := cmp.Or(y.variable("HOSO_DATABASE_URL"), "sqlite:"+filepath.Join(y.data, "hoso.db"))
	s, err := store.Open(url, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// variable reads the processes' environment; of several the last counts.
func (y *system) variable(name string) (value string) {
	for _, pair := range y.env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}

func (y *system) dial(t testing.TB) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: y.temporalAt, Logger: quietLogger{}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

type quietLogger struct{}

func (quietLogger) Debug(string, ...any) {}
func (quietLogger) Info(string, ...any)  {}
func (quietLogger) Warn(string, ...any)  {}
func (quietLogger) Error(string, ...any) {}

// effects counts what a simulator did, by business key.
func (y *system) effects(t testing.TB, sim string) map[string]int {
	t.Helper()
	entries, err := simulator.ReadLedger(filepath.Join(y.dir, sim, "ledger.jsonl"))
	require.NoError(t, err)
	count := map[string]int{}
	for _, e := range entries {
		if e.Kind == simulator.KindEffect {
			count[e.Key]++
		}
	}
	return count
}

// allReturned waits until every dossier is closed and returned.
func (y *system) allReturned(t testing.TB, s *store.Store, codes []string, within time.Duration) {
	t.Helper()
	err := eventually(within, func(ctx context.Context) error {
		open := 0
		var example string
		for _, code := range codes {
			d, err := s.Dossier(ctx, store.Scope{All: true}, code)
			if err != nil {
				return err
			}
			if d.Status.Name() != "returned" {
				open++
				example = fmt.Sprintf("%s %s %s waiting for %s %s parked %q", d.Code, d.Stage, d.Status, d.WaitingWho, d.WaitingWhat, d.Parked)
			}
		}
		if open > 0 {
			return fmt.Errorf("%d of %d dossiers are not returned, such as %s", open, len(codes), example)
		}
		return nil
	})
	require.NoError(t, err)
}
