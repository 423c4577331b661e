package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/receipt"
	reg "hoso/internal/register"
	"hoso/internal/store"
)

func (h *house) forms(token, code string) []Form {
	h.t.Helper()
	return read[List[Form]](h.t, h.get(token, "/v1/dossiers/"+code+"/forms"), http.StatusOK).Items
}

// The clerk who has just filed prints the slip at once, and anybody can verify it
// with the keys that the API gives.
func TestTheSlipIsThereAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		list := h.forms("clerk", d.Code)
		require.Len(t, list, 1)
		require.Equal(t, []any{dossier.FormSlip, "Phiếu gửi hồ sơ", "pending", "chưa lập", 1}, []any{list[0].Kind, list[0].Name, list[0].State, list[0].StateLabel, list[0].N})
		require.Equal(t, d.FiledAt.String(), list[0].IssuedAt.String())

		w := h.get("clerk", list[0].Content)
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		require.Equal(t, "application/pdf", w.Header().Get("Content-Type"))
		require.Equal(t, `inline; filename="00-`+d.Code+`.pdf"`, w.Header().Get("Content-Disposition"))
		sum := sha256.Sum256(w.Body.Bytes())
		digest := hex.EncodeToString(sum[:])
		require.Equal(t, `"`+digest+`"`, w.Header().Get("ETag"))

		ready := h.forms("auditor", d.Code)[0]
		require.Equal(t, []any{"ready", digest, int64(w.Body.Len()), "application/pdf", 1}, []any{ready.State, ready.SHA256, ready.Bytes, ready.MediaType, ready.Pages})
		require.NotEmpty(t, ready.Mark)
		require.Equal(t, w.Body.Bytes(), h.get("clerk", list[0].Content).Body.Bytes(), "what was kept, to the byte")

		keys := h.get("", "/v1/receipt-keys")
		require.Equal(t, http.StatusOK, keys.Code)
		file := filepath.Join(t.TempDir(), "keys.json")
		require.NoError(t, os.WriteFile(file, keys.Body.Bytes(), 0o600))
		known, err := receipt.LoadKeys(file)
		require.NoError(t, err)
		slip, err := receipt.VerifyPDF(known, w.Body.Bytes())
		require.NoError(t, err)
		require.Equal(t, d.Code, slip.Code)
		require.Len(t, slip.Documents, 1)
	})
}

func TestFormsOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d, other := h.filed(), h.file("clerk-tayho", onPaper())
	slip := h.forms("clerk", d.Code)[0]
	for _, token := range []string{"clerk-tayho", "supervisor-fpt", "centre-city"} {
		require.Equal(t, http.StatusNotFound, h.get(token, "/v1/dossiers/"+d.Code+"/forms").Code)
		require.Equal(t, http.StatusNotFound, h.get(token, slip.Content).Code)
	}
	require.Equal(t, http.StatusNotFound, h.get("clerk-tayho", "/v1/dossiers/"+other.Code+"/forms/"+slip.ID).Code, "under another's code")
	require.Equal(t, http.StatusNotFound, h.get("clerk", "/v1/dossiers/"+d.Code+"/forms/none").Code)
	require.Equal(t, http.StatusForbidden, h.get("courier", slip.Content).Code)
}

func TestAFormThatCannotBeWrittenSaysWhichField(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	pool, err := h.store.Pool()
	require.NoError(t, err)
	_, err = pool.Exec("UPDATE people SET address = ?", strings.Repeat("Số nhà bí mật ", 100))
	require.NoError(t, err)
	slip := h.forms("clerk", d.Code)[0]
	p, _ := h.refused(h.get("clerk", slip.Content), http.StatusConflict)
	require.Equal(t, "Chưa lập được mẫu này (field:sender.address).", p.Errors[0].Detail)
	require.NotContains(t, h.log.String(), "bí mật")
	queues, err := h.store.Queues(t.Context())
	require.NoError(t, err)
	require.Contains(t, queues, store.Queue{Kind: "forms", Rows: 1, Oldest: queues[len(queues)-1].Oldest}, "what was asked for in vain is counted")
}

func TestRefusalsHaveTheirForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.withAuthority(d.Code)
	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Status = dossier.Refused })
	list := h.forms("clerk", d.Code)
	require.Equal(t, dossier.FormRefusal, list[1].Kind)
	require.Equal(t, "03", list[1].Number)
	require.Equal(t, "TT 01/2018/TT-VPCP", list[1].Version, "the law of the reception day")
	w := h.get("centre", list[1].Content)
	require.Equal(t, http.StatusOK, w.Code)
	require.Empty(t, h.forms("clerk", d.Code)[1].Mark)
}

func TestTheOfficesRegister(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		h.filed()
		h.file("clerk-tayho", onPaper())
		for token, office := range map[string]string{"clerk": "VNPHKI", "supervisor": "VNPTAY", "manager": "VTPHKI", "auditor": "VNPHKI", "admin": "VNPHKI"} {
			w := h.get(token, "/v1/offices/"+office+"/register")
			require.Equal(t, http.StatusOK, w.Code, "%s: %s", token, w.Body.String())
			require.Equal(t, `inline; filename="07-`+office+`-250201-250205.pdf"`, w.Header().Get("Content-Disposition"))
		}
		w := h.get("clerk", "/v1/offices/VNPHKI/register?format=xlsx&from=2024-06-01&to=2025-02-05")
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		require.Equal(t, xlsxType, w.Header().Get("Content-Type"))
		for path, want := range map[string]string{
			"?from=2025-02-06":               "to period_backwards",
			"?from=2024-02-04&to=2025-02-04": "to period_too_long",
			"?from=2025-02-30":               "from date_expected",
			"?to=tomorrow":                   "to date_expected",
			"?format=csv":                    "format one_of",
			"?period=all":                    "period unknown_parameter",
		} {
			_, errs := h.refused(h.get("clerk", "/v1/offices/VNPHKI/register"+path), http.StatusBadRequest)
			require.Equal(t, []string{want}, errs, path)
		}
		for token, office := range map[string]string{"clerk": "VNPTAY", "supervisor-fpt": "VNPHKI", "manager": "NONE"} {
			require.Equal(t, http.StatusNotFound, h.get(token, "/v1/offices/"+office+"/register").Code)
		}
		require.Equal(t, http.StatusForbidden, h.get("centre", "/v1/offices/VNPHKI/register").Code)
	})
}

func TestTheHandoverSheet(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	one, two, other := h.file("clerk", onPaper()), h.filed(), h.file("clerk-tayho", onPaper())
	taker := body{"unit": "Bưu cục Hoàn Kiếm", "name": "Lê Văn Tám"}
	w := h.post("clerk", "/v1/offices/VNPHKI/handover-sheet", body{"codes": []string{two.Code, one.Code}, "taker": taker})
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	require.Equal(t, "application/pdf", w.Header().Get("Content-Type"))
	require.Equal(t, `inline; filename="08-VNPHKI-250205-093000.pdf"`, w.Header().Get("Content-Disposition"))

	_, errs := h.refused(h.post("clerk", "/v1/offices/VNPHKI/handover-sheet", body{"codes": []string{one.Code, other.Code}, "taker": taker}), http.StatusUnprocessableEntity)
	require.Equal(t, []string{"/codes/1 dossier_unknown"}, errs)
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for want, bad := range map[string]body{
		"/codes too_many":       {"codes": many, "taker": taker},
		"/codes too_few":        {"codes": []string{}, "taker": taker},
		"/codes not_unique":     {"codes": []string{one.Code, one.Code}, "taker": taker},
		"/taker required":       {"codes": []string{one.Code}},
		"/taker/name too_short": {"codes": []string{one.Code}, "taker": body{"unit": "x", "name": ""}},
	} {
		_, errs := h.refused(h.post("clerk", "/v1/offices/VNPHKI/handover-sheet", bad), http.StatusBadRequest)
		require.Equal(t, []string{want}, errs)
	}
	require.Equal(t, http.StatusNotFound, h.post("clerk", "/v1/offices/VNPTAY/handover-sheet", body{"codes": []string{other.Code}, "taker": taker}).Code)
	require.Equal(t, 3, h.rows("forms"), "three slips; the sheet is kept nowhere")
}

// No person stands in the list of forms.
func TestTheListOfFormsNamesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.get("clerk", h.forms("clerk", d.Code)[0].Content)
	raw, err := json.Marshal(h.forms("clerk", d.Code))
	require.NoError(t, err)
	people, err := h.store.People(t.Context(), d.Code)
	require.NoError(t, err)
	for _, secret := range []string{people[store.PartApplicant].FullName, people[store.PartApplicant].Phone, people[store.PartApplicant].CitizenID} {
		require.NotContains(t, string(raw), secret)
		require.NotContains(t, h.log.String(), secret)
	}
}
