package program

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/store"
	"hoso/internal/teller"
)

func TestWhichWaysAreReal(t *testing.T) {
	t.Parallel()
	for want, environ := range map[string][]string{
		"no way to tell citizens (HOSO_SMS_URL, HOSO_SMTP_URL): messages go to data/notifications and count as not told": nil,
		"text messages by https://sms.example": {"HOSO_SMS_URL=https://sms.example"},
		"text messages by https://sms.example, e-mail by mail.example:587": {"HOSO_SMS_URL=https://sms.example",
			"HOSO_SMTP_URL=smtp://u:p@mail.example:587", "HOSO_SMTP_FROM=hoso@mail.example"},
	} {
		c := load(t, environ...)
		require.NoError(t, c.Check())
		require.Equal(t, want, c.telling())
	}
}

func TestDoctorSaysWhoCanBeTold(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t)
	_, found := examine(t, c)
	require.Equal(t, Note, found["telling"].State)
	require.Contains(t, found["telling"].Words, "count as not told")
	c.SMSURL = "https://sms.example"
	_, found = examine(t, c)
	require.Equal(t, Finding{"telling", OK, "text messages by https://sms.example"}, found["telling"])
}

// fileOne files a dossier of a citizen with a phone.
func fileOne(t *testing.T, s *store.Store) store.Dossier {
	t.Helper()
	n := store.NewDossier{Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
		Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", Phone: "0900000123"}, Delivery: dossier.Delivery{Method: dossier.ByCourier, Carrier: "viettelpost"}},
		Office: "VNPHKI", Network: "vnpost", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01"}
	a, err := s.File(t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: "k", Digest: "d", Kind: "file"}, n, func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
	require.NoError(t, err)
	d, err := s.Dossier(t.Context(), store.Scope{All: true}, a.Location)
	require.NoError(t, err)
	return d
}

// With no way to a citizen set, what would have been told lies in a file, with
// the catalogue's names in it and without the citizen's.
func TestNobodyIsToldInTheEmbeddedMode(t *testing.T) {
	t.Parallel()
	s, c := newRegister(t)
	c.PublicURL = "https://hoso.example/"
	d := fileOne(t, s)
	ways, err := c.channels()
	require.NoError(t, err)
	var log bytes.Buffer
	_, err = teller.New(s, ways, tidings{&names{store: s}, c.PublicURL}, slog.New(slog.NewTextHandler(&log, nil))).Step(t.Context(), notice.BySMS)
	require.NoError(t, err)
	rows, _, err := s.Notifications(t.Context(), d.Code)
	require.NoError(t, err)
	require.Equal(t, store.NotificationNotTold, rows[0].State)
	raw, err := os.ReadFile(filepath.Join(c.Data, "notifications", "messages.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(raw), "https://hoso.example/v1/track?t="+d.TrackToken)
	require.Contains(t, string(raw), "Xử lý: UBND")
	require.NotContains(t, string(raw), "VNPHKI 0", "the office by its name")
	for _, secret := range []string{"0900000123", "Nguyễn"} {
		require.NotContains(t, string(raw)+log.String(), secret)
	}
}

func TestNoticeNames(t *testing.T) {
	t.Parallel()
	s, _ := newRegister(t)
	cat, err := s.Catalogue(context.Background())
	require.NoError(t, err)
	p := cat.Procedures[0]
	d := store.Dossier{ProcedureCode: p.Code, ProcedureFrom: p.Validity.From, CaseCode: p.Cases[0].Code, Office: "NONE", Authority: "NONE", DeliveryCarrier: "vnpost", FiledAt: s.Now()}
	asked := p.Cases[0].Components[0]
	n := tidings{&names{store: s}, ""}.NoticeNames(d, notice.Facts{Asked: []string{asked.Code, "in_words"}})
	require.Equal(t, []string{asked.Name, ""}, n.Asked)
	require.Equal(t, []string{"NONE", "NONE", p.Name}, []string{n.Office, n.Handler, n.Procedure}, "what nobody knows goes by its code")
	require.NotEqual(t, "vnpost", n.Carrier)
	require.Empty(t, tidings{}.TrackingLink("x"), "no public address, no link")
}
