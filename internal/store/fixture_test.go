package store_test

import (
	"fmt"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

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
