package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

func TestFilingNumbers(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		lastMoment := time.Date(2025, 2, 5, 23, 59, 59, 999_999_000, dossier.Zone)
		for _, c := range []struct {
			office string
			at     time.Time
			want   string // without the check character
		}{
			{"VNPHKI", moment, "VNPHKI-250205-0001"},
			{"VNPHKI", moment, "VNPHKI-250205-0002"},
			{"VTPCGI", moment, "VTPCGI-250205-0001"}, // each office counts for itself
			{"VNPHKI", lastMoment, "VNPHKI-250205-0003"},
			{"VNPHKI", lastMoment.Add(time.Microsecond), "VNPHKI-250206-0001"}, // 17:00 UTC is midnight in Hà Nội
			{"VNPHKI", lastMoment.Add(8 * time.Hour).UTC(), "VNPHKI-250206-0002"},
			{"VTPCGI", lastMoment.Add(-time.Hour), "VTPCGI-250205-0002"}, // a clock set back takes no number twice
		} {
			f.clock.set(c.at)
			d := f.file(of(c.office, "vnpost", "H26.12.03"))
			require.Equal(t, c.want, d.Code[:strings.LastIndexByte(d.Code, '-')])
			require.True(t, dossier.ValidCode(d.Code), d.Code)
			require.Equal(t, keep(c.at), d.FiledAt)
		}
	})
}

// The code's date is the date of filing, also when midnight passes meanwhile.
func TestFilingOverMidnight(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		midnight := time.Date(2025, 2, 6, 0, 0, 0, 0, dossier.Zone)
		for looks := range 12 {
			f.clock.set(midnight.Add(-time.Duration(looks) * time.Millisecond))
			f.clock.tick = time.Millisecond
			a, err := f.File(t.Context(), request("file"), filing(), render)
			require.NoError(t, err)
			f.clock.tick = 0
			d := f.row(a.Location)
			require.Contains(t, d.Code, "-"+d.FiledAt.In(dossier.Zone).Format("060102")+"-", "midnight at look %d", looks)
		}
	})
}

func TestWhatIsFiled(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		scan := f.document("sha-of-a-scan")
		evidence := f.document("sha-of-a-mandate")
		n := filing()
		n.Components = []dossier.Given{
			{Code: "to-khai", Form: dossier.FormScan, Document: scan.ID},
			{Code: "giay-uy-quyen", Form: dossier.FormPaperCertified},
			{Code: "so-ho-khau", Form: dossier.FormNotAvailable, Reason: "cháy nhà"},
		}
		n.PaperComponents = []string{"giay-uy-quyen", "to-khai"}
		n.Mandate = dossier.Mandate{Kind: "authorised", EvidenceMethod: "document", EvidenceDoc: evidence.ID}
		n.Submitter = &dossier.Person{Kind: dossier.Citizen, FullName: "Trần Thị Bình", CitizenID: "001190000002", Phone: "0911.222.333"}
		n.Delivery.Recipient = dossier.Person{FullName: "Trần Thị Bình", Phone: "0911 222 333", Address: "34 Lý Thái Tổ"}
		n.FreeHelp, n.Vulnerable = true, true
		req := request("file")
		var rendered store.Dossier
		a, err := f.File(ctx, req, n, func(d store.Dossier) store.Answer {
			rendered = d
			return store.Answer{Status: 201, Body: []byte(`{"code":"` + d.Code + `"}`)}
		})
		require.NoError(t, err)
		require.Equal(t, store.Answer{Status: 201, Body: []byte(`{"code":"VNPHKI-250205-0001-M"}`), Location: "VNPHKI-250205-0001-M"}, a)

		d := f.row(a.Location)
		require.Equal(t, rendered, d, "what was answered is what stands in the register")
		require.Len(t, d.TrackToken, 22, "128 bits")
		require.Len(t, d.AuditHead, 64)
		require.Equal(t, store.Dossier{
			Code: "VNPHKI-250205-0001-M", Office: "VNPHKI", Network: "vnpost", Area: "hoan-kiem", Authority: "H26.12.03",
			ProcedureCode: "2.000635", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01", CaseCode: "default", Quantity: 2,
			Clerk: "lan", FreeHelp: true, Vulnerable: true, MandateKind: "authorised", MandateMethod: "document", MandateDocument: evidence.ID,
			DeliveryMethod: dossier.ByCourier, DeliveryCarrier: "viettelpost", DeliveryState: dossier.DeliveryNone, FiledAt: keep(moment),
			Stage: dossier.StageIntake, Status: dossier.Registered, WaitingWho: dossier.WhoNobody, WaitingWhat: dossier.WhatWork, Asked: []string{}, AskedParts: []register.Part{},
			FeeDue: 8000, RulesVersion: "2025-01", SearchName: "nguyen van an", PhoneTail: "0123", IDTail: "0001", Revision: 1,
			TrackToken: d.TrackToken, AuditHead: d.AuditHead, CustodySeq: 2, CustodyHead: d.CustodyHead,
		}, d)

		f.requirePeople(d.Code)
		given, err := f.Components(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, given, 3)
		for i, g := range given {
			require.Equal(t, n.Components[i], dossier.Given{Code: g.Component.Component, Form: g.Form, Document: g.DocumentID, Reason: g.Reason})
			require.Equal(t, store.FiledWith, g.OperationID)
			require.Equal(t, i == 0, g.Document != nil)
		}
		require.Equal(t, "sha-of-a-scan", given[0].Document.SHA256)
		docs, err := f.DocumentsByID(ctx, []string{scan.ID, evidence.ID, "unknown"})
		require.NoError(t, err)
		require.Len(t, docs, 2)
		require.Equal(t, d.Code, docs[scan.ID].DossierCode)
		require.Equal(t, d.Code, docs[evidence.ID].DossierCode)

		papers, err := f.Papers(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, papers, 2)
		for i, form := range []dossier.Form{dossier.FormPaperCertified, dossier.FormPaperOriginal} {
			require.Equal(t, form, papers[i].Form, papers[i].Component)
		}
		for _, p := range papers {
			require.Equal(t, custody.Holder{Kind: custody.Office, ID: "VNPHKI"}, custody.Holder{Kind: p.HolderKind, ID: p.HolderID})
		}
		log, err := f.Timeline(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, log, 1)
		require.Equal(t, []any{int64(1), keep(moment), "filed", "lan", "clerk", ""}, []any{log[0].Seq, log[0].At, log[0].Kind, log[0].Actor, log[0].Role, log[0].Prev})
		require.NotContains(t, log[0].Data, "Nguy", "no personal data in the ledger")
		requireKept(t, []any{d, given, docs[scan.ID], papers, log})
	})
}

// document stores a scan.
func (f *fixture) document(sum string) store.Document {
	f.t.Helper()
	var kept store.Document
	_, err := f.AddDocument(f.t.Context(), request("document"), store.Document{SHA256: sum, StorageName: "e/" + sum, MediaType: "application/pdf", Bytes: 182331,
		Pages: 2, Verdict: "ready", Findings: "[]", Profile: "2025-01", Subject: "lan", Office: "VNPHKI", Network: "vnpost"},
		func(d store.Document) store.Answer {
			kept = d
			return store.Answer{Status: 201, Body: []byte(d.ID)}
		})
	require.NoError(f.t, err)
	row, err := f.Document(f.t.Context(), kept.ID)
	require.NoError(f.t, err)
	require.Equal(f.t, kept, row)
	return row
}

func (f *fixture) requirePeople(code string) {
	f.t.Helper()
	people, err := f.People(f.t.Context(), code)
	require.NoError(f.t, err)
	require.Equal(f.t, map[string]store.Person{
		store.PartApplicant: {DossierCode: code, Part: store.PartApplicant, Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001",
			DateOfBirth: "1990-01-01", Phone: "0900000123", Email: "an@example.vn", Address: "12 Hàng Bài", Area: "00070"},
		store.PartSubmitter: {DossierCode: code, Part: store.PartSubmitter, Kind: dossier.Citizen, FullName: "Trần Thị Bình", CitizenID: "001190000002", Phone: "0911222333"},
		store.PartRecipient: {DossierCode: code, Part: store.PartRecipient, FullName: "Trần Thị Bình", Phone: "0911222333", Address: "34 Lý Thái Tổ"},
	}, people)
}

func TestFilingBeyondTheLastNumber(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		f.exec("INSERT INTO counters (scope, day, n) VALUES ('office:VNPHKI', '2025-02-05', 9998)")
		require.Contains(t, f.file(filing()).Code, "-9999-")
		require.Contains(t, f.file(filing()).Code, "-10000-")
		f.exec("UPDATE counters SET n = 99999")
		_, err := f.File(t.Context(), request("file"), filing(), render)
		require.ErrorContains(t, err, "99999")
		require.Equal(t, 2, f.count("dossiers", ""))
	})
}

func TestTracking(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d, other := f.file(filing()), f.file(filing())
		require.NotEqual(t, d.TrackToken, other.TrackToken)
		got, err := f.Tracked(t.Context(), d.TrackToken)
		require.NoError(t, err)
		require.Equal(t, d, got)
		for _, wrong := range []string{"", d.TrackToken[:21], d.TrackToken + "A", strings.ToLower(d.TrackToken) + "x", d.Code} {
			_, err := f.Tracked(t.Context(), wrong)
			require.ErrorIs(t, err, store.ErrNotFound, wrong)
		}
	})
}
