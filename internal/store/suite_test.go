package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/register"
	"hoso/internal/store"
)

// TestMain makes the tests stand in Hà Nội: a time that comes back from the
// database in the machine's zone instead of UTC shows.
func TestMain(m *testing.M) {
	time.Local = dossier.Zone
	pgtest.Main(m)
}

// fixture is a store on a database of its own, and what a test may want to bend.
type fixture struct {
	*store.Store
	t     *testing.T
	url   string
	clock *clock
}

// run runs a test on both databases.
func run(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	for name, address := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{t: t, url: address(t), clock: newClock()}
			f.Store = f.open(10)
			test(t, f)
		})
	}
}

func databases() map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
		"sqlite":   migratedSQLite,
	}
}

// emptyDatabases are not migrated.
func emptyDatabases() map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "hoso.db") },
	}
}

// sqliteTemplate is a migrated file, made once.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "hoso-store-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a few kilobytes
	file := filepath.Join(dir, "template.db")
	s, err := store.Open("sqlite:"+file, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // writes the log back into the file
		return nil, err
	}
	return os.ReadFile(file)
})

func migratedSQLite(t *testing.T) string {
	t.Helper()
	raw, err := sqliteTemplate()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "hoso.db")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	return "sqlite:" + file
}

// open opens the fixture's database once more, as another process does.
func (f *fixture) open(connections int) *store.Store {
	f.t.Helper()
	return openAt(f.t, f.url, f.clock.Now, connections)
}

func openAt(t *testing.T, url string, now func() time.Time, connections int) *store.Store {
	t.Helper()
	s, err := store.Open(url, store.Options{Now: now, MaxOpen: connections})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // some tests close it themselves
	return s
}

// exec runs SQL behind the store's back.
func (f *fixture) exec(statement string, args ...any) {
	f.t.Helper()
	require.NoError(f.t, f.Gorm().Exec(statement, args...).Error)
}

// count counts the rows of a table that a condition holds for.
func (f *fixture) count(table, where string, args ...any) (n int) {
	f.t.Helper()
	if where == "" {
		where = "1 = 1"
	}
	require.NoError(f.t, f.Gorm().Raw("SELECT count(*) FROM "+table+" WHERE "+where, args...).Scan(&n).Error)
	return n
}

// spoil makes a kind of change of a table fail, as a full disk would.
func (f *fixture) spoil(change, table string) {
	f.t.Helper()
	if f.Postgres() {
		f.exec("CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spoilt'; END $$")
		f.exec("CREATE TRIGGER spoil BEFORE " + change + " ON " + table + " FOR EACH ROW EXECUTE FUNCTION spoil()")
		return
	}
	f.exec("CREATE TRIGGER spoil BEFORE " + change + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'spoilt'); END")
}

// mend takes spoil back.
func (f *fixture) mend(table string) {
	f.t.Helper()
	if f.Postgres() {
		f.exec("DROP TRIGGER spoil ON " + table)
		return
	}
	f.exec("DROP TRIGGER spoil")
}

// clock is a clock that stands until it is moved.
type clock struct {
	mu   sync.Mutex
	at   time.Time
	tick time.Duration // added at each look
}

// moment is where every clock starts: a Wednesday morning in Hà Nội, with more
// digits than a database keeps.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 123456789, dossier.Zone)

func newClock() *clock { return &clock{at: moment} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.at
	c.at = c.at.Add(c.tick)
	return now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// keep is a time as both databases keep it.
func keep(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func keepP(t time.Time) *time.Time {
	k := keep(t)
	return &k
}

// all sees everything.
var all = store.Scope{All: true}

var keys atomic.Int64

// request is a clerk's request that nobody has made before.
func request(kind string) store.Request {
	n := keys.Add(1)
	return store.Request{Subject: "lan", Role: "clerk", Key: fmt.Sprintf("key-%d", n), Digest: fmt.Sprintf("digest-%d", n), Kind: kind}
}

// filing is a filing of the pilot's named office that has passed every check.
func filing() store.NewDossier {
	return store.NewDossier{
		Filing: dossier.Filing{
			Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 2,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001", DateOfBirth: "1990-01-01",
				Phone: "+84 900 000 123", Email: "an@example.vn", Address: "12 Hàng Bài", Area: "00070"},
			Mandate:    dossier.Mandate{Kind: "assisted", EvidenceMethod: "signature"},
			Components: []dossier.Given{{Code: "to-khai", Form: dossier.FormNotAvailable, Reason: "lost"}},
			Delivery:   dossier.Delivery{Method: dossier.ByCourier, Carrier: "viettelpost"},
		},
		Office: "VNPHKI", Network: "vnpost", Area: "hoan-kiem", Clerk: "lan",
		ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01", RulesVersion: "2025-01", FeeDue: 8000,
	}
}

// of is a filing at another office of a network, for an authority.
func of(office, network, authority string) store.NewDossier {
	f := filing()
	f.Office, f.Network, f.Authority = office, network, authority
	return f
}

// render answers a filing with its code.
func render(d store.Dossier) store.Answer { return store.Answer{Status: 201, Body: []byte(d.Code)} }

// file files a dossier and gives its row.
func (f *fixture) file(n store.NewDossier) store.Dossier {
	f.t.Helper()
	a, err := f.File(f.t.Context(), request("file"), n, render)
	require.NoError(f.t, err)
	return f.row(a.Location)
}

// row reads a dossier's row.
func (f *fixture) row(code string) store.Dossier {
	f.t.Helper()
	d, err := f.Dossier(f.t.Context(), all, code)
	require.NoError(f.t, err)
	return d
}

// paper is a filing that goes on paper.
func paper() store.NewDossier {
	n := filing()
	n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormPaperOriginal}, {Code: "giay-uy-quyen", Form: dossier.FormPaperCertified}}
	n.PaperComponents = []string{"to-khai", "giay-uy-quyen"}
	return n
}

// position is where a dossier stands after filing, ready to be changed.
func position(d store.Dossier) register.Position {
	return register.Position{Stage: d.Stage, Status: d.Status, Route: d.Route, Waiting: register.Waiting{Who: d.WaitingWho, What: d.WaitingWhat},
		Fees: d.Fees(), Asked: []string{}}
}

// step is the next transition of a dossier as it stands.
func (f *fixture) step(code, kind string, change func(*register.Transition)) register.Transition {
	f.t.Helper()
	s, err := f.Snapshot(f.t.Context(), code)
	require.NoError(f.t, err)
	tr := register.Transition{Code: code, Step: s.Step + 1, Kind: kind, Actor: "system", After: s.Position}
	if change != nil {
		change(&tr)
	}
	return tr
}

// record records the next transition of a dossier.
func (f *fixture) record(code, kind string, change func(*register.Transition)) register.Recorded {
	f.t.Helper()
	r, err := f.Record(f.t.Context(), f.step(code, kind, change), store.Plan{})
	require.NoError(f.t, err)
	return r
}

// begin stores a command.
func (f *fixture) begin(code string, kind dossier.Command, ask store.Ask) store.Operation {
	f.t.Helper()
	ask.Code = code
	op, err := f.Begin(f.t.Context(), request(string(kind)), ask)
	require.NoError(f.t, err)
	return op
}

// kinds are the kinds of a dossier's audit entries, oldest first.
func (f *fixture) kinds(code string) (kinds []string) {
	f.t.Helper()
	rows, err := f.Timeline(f.t.Context(), code)
	require.NoError(f.t, err)
	for _, e := range rows {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// together runs a function n times at once and gives the errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			errs[i] = do(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return errs
}

func requireNoErrors(t *testing.T, errs []error) {
	t.Helper()
	for i, err := range errs {
		require.NoError(t, err, "number %d", i)
	}
}

// requireKept walks through a value and finds every time that is not in UTC with
// microseconds, as the store promises to give it.
func requireKept(t *testing.T, v any) {
	t.Helper()
	times := 0
	walk(reflect.ValueOf(v), "", func(path string, at time.Time) {
		times++
		require.Equal(t, time.UTC, at.Location(), path)
		require.Equal(t, keep(at), at, path)
	})
	require.Positive(t, times, "no time in %T", v)
}

func walk(v reflect.Value, path string, seen func(string, time.Time)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), path, seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), seen)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if !at.IsZero() {
				seen(path, at)
			}
			return
		}
		for i := range v.NumField() {
			walk(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), seen)
		}
	default:
	}
}
