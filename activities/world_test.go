package activities_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/activities"
	"hoso/internal/blob"
	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/store"
	"hoso/workflows"
)

// moment is when everything here happens: a Wednesday morning in Hà Nội.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

// secret stands for what an outside party may quote in an error.
const secret = "Nguyễn Văn An, 001090000001"

// fakePortal answers as a test wants and counts what it is asked.
type fakePortal struct {
	submit    func(portal.Submission) (portal.Receipt, error)
	add       func(portal.Supplement) (portal.Receipt, error)
	confirm   func(portal.Payment) (portal.Receipt, error)
	withdraw  func(portal.Withdrawal) (portal.Receipt, error)
	lookup    func(key string) (portal.Receipt, error)
	events    func(code string) ([]portal.Event, error)
	submitted int
	withdrawn int
	asked     []string // keys looked up
}

func (p *fakePortal) Submit(_ context.Context, s portal.Submission) (portal.Receipt, error) {
	p.submitted++
	return p.submit(s)
}

func (p *fakePortal) Supplement(_ context.Context, s portal.Supplement) (portal.Receipt, error) {
	return p.add(s)
}

func (p *fakePortal) ConfirmPayment(_ context.Context, pay portal.Payment) (portal.Receipt, error) {
	return p.confirm(pay)
}

func (p *fakePortal) Withdraw(_ context.Context, w portal.Withdrawal) (portal.Receipt, error) {
	p.withdrawn++
	return p.withdraw(w)
}

func (p *fakePortal) Lookup(_ context.Context, key string) (portal.Receipt, error) {
	p.asked = append(p.asked, key)
	return p.lookup(key)
}

func (p *fakePortal) Events(_ context.Context, code string) ([]portal.Event, error) {
	return p.events(code)
}

// fakeCarrier does the same for a carrier.
type fakeCarrier struct {
	book   func(courier.Booking) (courier.Confirmation, error)
	cancel func(key string) error
	lookup func(key string) (courier.Confirmation, error)
	events func(key string) ([]courier.Event, error)
	booked int
}

func (c *fakeCarrier) Book(_ context.Context, b courier.Booking) (courier.Confirmation, error) {
	c.booked++
	return c.book(b)
}

func (c *fakeCarrier) Cancel(_ context.Context, key string) error { return c.cancel(key) }

func (c *fakeCarrier) Lookup(_ context.Context, key string) (courier.Confirmation, error) {
	return c.lookup(key)
}

func (c *fakeCarrier) Events(_ context.Context, key string) ([]courier.Event, error) {
	return c.events(key)
}

// world is a register with a catalogue, and outside parties that do as told.
type world struct {
	*activities.Activities
	t       *testing.T
	portal  *fakePortal
	carrier *fakeCarrier
	keys    int
	now     time.Time // what the store's clock says
}

// template is a migrated database with the catalogue, made once.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "hoso-activities-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a few kilobytes
	file := filepath.Join(dir, "r.db")
	s, err := store.Open("sqlite:"+file, store.Options{})
	if err != nil {
		return nil, err
	}
	c, err := catalogue.Default()
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if _, err := s.LoadCatalogue(context.Background(), c); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func newWorld(t *testing.T) *world {
	t.Helper()
	raw, err := template()
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "r.db")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	w := &world{t: t, portal: &fakePortal{}, carrier: &fakeCarrier{}, now: moment}
	s, err := store.Open("sqlite:"+file, store.Options{Now: func() time.Time { return w.now }})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // some tests close it themselves
	folder := filepath.Join(dir, "blobs")
	require.NoError(t, os.Mkdir(folder, 0o700))
	b, err := blob.Open(folder)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	w.Activities = &activities.Activities{Store: s, Blobs: b, Portal: w.portal, Calendars: func(context.Context) (*calendar.Book, error) { return calendar.DefaultBook(), nil },
		Carriers: map[string]courier.Carrier{"viettelpost": w.carrier}}
	return w
}

func (w *world) request(kind string) store.Request {
	w.keys++
	return store.Request{Subject: "lan", Role: "clerk", Key: fmt.Sprintf("key-%d", w.keys), Digest: fmt.Sprint(w.keys), Kind: kind}
}

// scan keeps a scan that the check found to be of some worth.
func (w *world) scan(component string, v dossier.Verdict) dossier.Given {
	w.t.Helper()
	kept, err := w.Blobs.Put(bytes.NewReader([]byte("scan of "+component)), 1<<20)
	require.NoError(w.t, err)
	id := ""
	_, err = w.Store.AddDocument(w.t.Context(), w.request("upload"), store.Document{SHA256: kept.SHA256, StorageName: kept.Name, MediaType: "application/pdf",
		Bytes: kept.Bytes, Verdict: string(v), Findings: "[]", Subject: "lan"}, func(d store.Document) store.Answer {
		id = d.ID
		return store.Answer{Status: 201}
	})
	require.NoError(w.t, err)
	return dossier.Given{Code: component, Form: dossier.FormScan, Document: id}
}

// file files a copy of a birth certificate with the given components.
func (w *world) file(given ...dossier.Given) string {
	w.t.Helper()
	c, err := catalogue.Default()
	require.NoError(w.t, err)
	p, ok := c.Procedure("2.000635", "2025-02-05")
	require.True(w.t, ok)
	n := store.NewDossier{
		Filing: dossier.Filing{Procedure: p.Code, Case: "default", Authority: "H26.12.03", Quantity: 2,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001", DateOfBirth: "1990-01-01",
				Phone: "0900000123", Address: "12 Hàng Bài"},
			Components: given, Delivery: dossier.Delivery{Method: dossier.ByCourier, Carrier: "viettelpost"}},
		Office: "VNPHKI", Network: "vnpost", Area: "002", Clerk: "lan", ProcedureVersion: p.Version, ProcedureFrom: p.Validity.From,
	}
	for _, g := range given {
		if g.Form.Paper() {
			n.PaperComponents = append(n.PaperComponents, g.Code)
		}
	}
	a, err := w.Store.File(w.t.Context(), w.request("file"), n, func(d store.Dossier) store.Answer { return store.Answer{Status: 201, Body: []byte(d.Code)} })
	require.NoError(w.t, err)
	return a.Location
}

// submission orders a dossier's first submission.
func submission(code string) workflows.Effect {
	return workflows.Effect{Code: code, Key: code + "/submit/1", Attempt: 1}
}

// effect reads the one effect of a dossier.
func (w *world) effect(code string) store.Effect {
	w.t.Helper()
	rows, err := w.Store.Effects(w.t.Context(), code)
	require.NoError(w.t, err)
	require.Len(w.t, rows, 1)
	return rows[0]
}
