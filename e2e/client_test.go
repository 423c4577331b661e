package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// caller speaks to the API as one subject. A request that fails because
// something was killed is made again with the same Idempotency-Key, as a desk
// program would.
type caller struct {
	base, token string
	request     string        // the X-Request-Id, "" for none
	again       *atomic.Int64 // counts what has to be made again; nil where nobody asks
}

// dossierAnswer is what the tests read of a dossier.
type dossierAnswer struct {
	Code   string `json:"code"`
	Stage  string `json:"stage"`
	Status struct {
		Code int `json:"code"`
	} `json:"status"`
	Route    string `json:"route"`
	Parked   bool   `json:"parked"`
	Revision int64  `json:"revision"`
	Delivery struct {
		State string `json:"state"`
	} `json:"delivery"`
	WaitingFor struct {
		Who  string `json:"who"`
		What string `json:"what"`
	} `json:"waiting_for"`
}

func (c caller) once(ctx context.Context, method, path, key, contentType string, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.request != "" {
		req.Header.Set("X-Request-Id", c.request)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, raw, err
}

// must makes a request until it has an answer that is not "come back later".
func (c caller) must(t testing.TB, method, path, key, contentType string, body []byte, want ...int) []byte {
	t.Helper()
	var status int
	var raw []byte
	err := eventually(2*time.Minute, func(ctx context.Context) error {
		var err error
		status, raw, err = c.once(ctx, method, path, key, contentType, body)
		if err == nil && (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil && c.again != nil {
			c.again.Add(1)
		}
		return err
	})
	require.NoError(t, err, "%s %s", method, path)
	require.Contains(t, want, status, "%s %s: %s", method, path, raw)
	return raw
}

func (c caller) post(t testing.TB, path, key string, body any, want ...int) []byte {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return c.must(t, http.MethodPost, path, key, "application/json", raw, want...)
}

// multipartScan is the body of an upload and its content type.
func multipartScan(file []byte) (body []byte, kind string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if part, err := form.CreateFormFile("file", "scan.jpg"); err == nil { // into memory: no write fails
		_, _ = part.Write(file)
	}
	_ = form.Close()
	return b.Bytes(), form.FormDataContentType()
}

// upload stores a scan and gives its document id.
func (c caller) upload(t testing.TB, key string, file []byte) string {
	t.Helper()
	body, kind := multipartScan(file)
	var doc struct {
		ID      string `json:"id"`
		Verdict string `json:"verdict"`
	}
	raw := c.must(t, http.MethodPost, "/v1/documents", key, kind, body, http.StatusCreated, http.StatusOK)
	require.NoError(t, json.Unmarshal(raw, &doc))
	require.NotEmpty(t, doc.ID)
	return doc.ID
}

func (c caller) dossier(t testing.TB, code string) dossierAnswer {
	t.Helper()
	var d dossierAnswer
	require.NoError(t, json.Unmarshal(c.must(t, http.MethodGet, "/v1/dossiers/"+code, "", "", nil, http.StatusOK), &d))
	return d
}

// person is a citizen of the canary's making: none of these words may be found
// anywhere outside the register.
type person struct{ name, id, phone, address string }

// canary makes a citizen whose particulars are unlike anything else.
func canary(n int) person {
	return person{
		name: fmt.Sprintf("Quạch Thị Hoàng Yến Zyq%05d", n), id: fmt.Sprintf("001190%06d", 770000+n),
		phone: fmt.Sprintf("0987%06d", 310000+n), address: fmt.Sprintf("Số %d ngõ Kỳ Lạ Xqv, phường Hoàn Kiếm", 70000+n),
	}
}

func (p person) filing(document string) map[string]any {
	return map[string]any{
		"procedure_code": "2.000635", "case": "default", "authority": "H26.12.03", "quantity": 1,
		"applicant":  map[string]any{"kind": "citizen", "full_name": p.name, "citizen_id": p.id, "date_of_birth": "1990-01-01", "phone": p.phone, "address": p.address},
		"mandate":    map[string]any{"kind": "self"},
		"components": []map[string]any{{"code": "to-khai", "document_id": document}},
		"delivery": map[string]any{"method": "courier", "carrier": "vnpost",
			"recipient": map[string]any{"full_name": p.name, "phone": p.phone, "address": p.address}},
	}
}
