package sim_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/portal"
	"hoso/internal/portal/portaltest"
	"hoso/internal/portal/sim"
	"hoso/internal/simulator"
)

func (b *bench) admin(t *testing.T, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer token")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var out json.RawMessage
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return string(out)
}

func TestDesk(t *testing.T) {
	t.Parallel()
	b := setup(t, "", nil)
	s := b.filed(t, "VNPHKI", "vnpost")
	_, err := b.Submit(t.Context(), s)
	require.NoError(t, err)
	b.Settle(t)
	require.JSONEq(t, `{"effects": [{"key": "`+s.Key+`", "act": "submit", "code": "`+s.Code+`", "count": 1}]}`, b.admin(t, "GET", "/admin/effects", ""))
	require.JSONEq(t, `{"pending": 0}`, b.admin(t, "GET", "/admin/pending", ""))
	require.JSONEq(t, `{"rules": []}`, b.admin(t, "PUT", "/admin/knobs", `{"rules": []}`))
	const knobs = `{"seed": 7, "rules": [{"name": "slow", "call": {"delay": "2s"}}]}`
	require.JSONEq(t, knobs, b.admin(t, "PUT", "/admin/knobs", knobs))
	require.JSONEq(t, knobs, b.admin(t, "GET", "/admin/knobs", ""))
	require.Contains(t, b.admin(t, "PUT", "/admin/knobs", `{"rules": [{"when": {"colour": "red"}, "call": {"delay": "2s"}}]}`), "invalid_knobs")
	require.JSONEq(t, knobs, b.admin(t, "GET", "/admin/knobs", ""), "bad knobs change nothing")
	require.Contains(t, b.admin(t, "POST", "/admin/release", `{`), "invalid_request")
}

// The count of a rule goes on after a restart with the same knobs.
func TestFirstOutlivesThePortal(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"act": "submit"}, "first": 2, "call": {"refuse": "no"}}, {"first": 1, "script": {"stop": "no"}}]}`, nil)
	submit := func() (string, error) {
		s := portaltest.Submission()
		_, err := b.Submit(t.Context(), s)
		return s.Code, err
	}
	_, err := submit()
	require.Error(t, err)
	b.Kill(t)
	_, err = submit()
	require.Error(t, err)
	b.Kill(t)
	code, err := submit()
	require.NoError(t, err)
	b.Kill(t)
	b.Settle(t)
	require.Equal(t, []int{2, 4, 8}, b.statuses(t, code))
	code, err = submit()
	require.NoError(t, err)
	b.Settle(t)
	require.Equal(t, []int{2, 4, 9}, b.statuses(t, code))
}

// A lookup that misses draws its faults from what the key itself tells.
func TestRulesReadTheKeyOfUnknownDossiers(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"act": "lookup", "office": "FPT", "code": "FPTCGY-250205"}, "call": {"rate_limit": "3s"}}]}`, nil)
	_, err := b.Lookup(t.Context(), "FPTCGY-250205-0001-M/submit/1")
	require.ErrorContains(t, err, "rate_limited")
	_, err = b.Lookup(t.Context(), "VNPHKI-250205-0001-M/submit/1")
	require.ErrorIs(t, err, portal.ErrNoSuchKey)
}

// Nothing of a person is in the ledger, whatever was filed, refused or taken back.
func TestLedgerKnowsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"act": "submit"}, "first": 1, "call": {"lose_answer": true}}, {"script": {"ask_supplement": {}}}]}`, nil)
	s := portaltest.Submission()
	s.Applicant = portal.Person{Kind: "CANARY", FullName: "CANARY", CitizenID: "CANARY", TaxCode: "CANARY", DateOfBirth: "CANARY", Phone: "CANARY", Email: "CANARY", Address: "CANARY"}
	for range 2 {
		_, _ = b.Submit(t.Context(), s)
	}
	b.Settle(t)
	_, err := b.Supplement(t.Context(), portal.Supplement{Key: s.Code + "/supplement/1", Code: s.Code, Round: 1})
	require.NoError(t, err)
	_, _ = b.Withdraw(t.Context(), portal.Withdrawal{Key: s.Code + "/withdraw/1", Code: s.Code, Reason: "CANARY"})
	b.Settle(t)
	raw, err := os.ReadFile(b.Ledger)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "CANARY")
	require.Contains(t, string(raw), s.Documents[0].SHA256)
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/portal.jsonl"
	for _, c := range []sim.Config{
		{LedgerPath: t.TempDir() + "/no/such/folder"},
		{LedgerPath: path, CallbackURL: "nowhere", WebhookSecret: secret},
		{LedgerPath: path, CallbackURL: "http://127.0.0.1/hook"},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{}}}},
	} {
		_, err := sim.New(c)
		require.Error(t, err)
	}
	s, err := sim.New(sim.Config{LedgerPath: path})
	require.NoError(t, err, "a refused start leaves the ledger free")
	require.NoError(t, s.Shutdown(t.Context()))
}

func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	b := setup(t, "", nil)
	post := func(path, mediaType, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), "POST", b.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer token")
		req.Header.Set("Content-Type", mediaType)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	form := func(parts ...string) string {
		var out strings.Builder
		for i := 0; i < len(parts); i += 2 {
			out.WriteString("--b\r\nContent-Disposition: form-data; name=\"" + parts[i] + "\"\r\n\r\n" + parts[i+1] + "\r\n")
		}
		return out.String() + "--b--\r\n"
	}
	const doc = `{"key":"k","code":"c","procedure":"p","authority":"a","documents":[{"sha256":"00"}]}`
	const bare = `{"key":"k","code":"c","procedure":"p","authority":"a"}`
	const multi = "multipart/form-data; boundary=b"
	for _, c := range []struct{ path, mediaType, body string }{
		{"/v1/submissions", "application/json", bare},
		{"/v1/submissions", multi, ""},
		{"/v1/submissions", multi, form("other", bare)},
		{"/v1/submissions", multi, form("submission", "{")},
		{"/v1/submissions", multi, form("submission", `{"key":"k","code":"c"}`)},
		{"/v1/submissions", multi, form("submission", `{"code":"c","procedure":"p","authority":"a"}`)},
		{"/v1/submissions", multi, form("submission", doc)},
		{"/v1/submissions", multi, form("submission", doc, "document-1", "x")},
		{"/v1/submissions", multi, form("submission", doc, "document-0", "x")},
		{"/v1/submissions", multi, form("submission", bare, "document-0", "x")},
		{"/v1/submissions", multi, strings.TrimSuffix(form("submission", bare), "--b--\r\n")},
		{"/v1/payments", "application/json", "{"},
		{"/v1/payments", "application/json", `{"key":"","code":"c"}`},
		{"/v1/withdrawals", "application/json", `{"key":"` + strings.Repeat("k", 201) + `","code":"c"}`},
	} {
		require.Equal(t, http.StatusBadRequest, post(c.path, c.mediaType, c.body), "%s %s", c.path, c.body)
	}
	require.Zero(t, b.kinds(t, simulator.KindEffect))
	require.Equal(t, http.StatusCreated, post("/v1/submissions", multi, form("submission", bare)))
}
