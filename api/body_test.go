package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wrap := func(n int) string { return `{"title":"` + strings.Repeat("a", n-len(`{"title":""}`)) + `"}` }

	w := b.do(ask{method: "POST", path: "/v1/notes", token: "clerk", key: "k", body: wrap(maxJSON)})
	require.Equal(t, []string{"/title too_long"}, places(problem(t, w)), "at the limit it is read")

	w = b.do(ask{method: "POST", path: "/v1/notes", token: "clerk", key: "k", body: wrap(maxJSON + 1)})
	p := problem(t, w)
	require.Equal(t, http.StatusRequestEntityTooLarge, p.Status)
	require.Contains(t, p.Errors[0].Detail, "262144")

	r := httptest.NewRequest("POST", "/v1/notes", io.MultiReader(strings.NewReader(wrap(maxJSON+1)))) // length unknown
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer clerk")
	w = httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	require.Equal(t, TooLarge, problem(t, w).Code)
}

// form builds an upload; each has a boundary of its own.
func form(t *testing.T, field, filename, content string) (string, string) {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	f, err := m.CreateFormFile(field, filename)
	require.NoError(t, err)
	_, err = f.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, m.Close())
	return buf.String(), m.FormDataContentType()
}

func (b *bundle) upload(t *testing.T, field, filename, content string) *httptest.ResponseRecorder {
	t.Helper()
	body, contentType := form(t, field, filename, content)
	return b.do(ask{
		method: "POST", path: "/v1/files", token: "clerk", key: "k", body: body,
		header: map[string]string{"Content-Type": contentType},
	})
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b := setup(t)
	read := func(w *httptest.ResponseRecorder) (out map[string]string) {
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
		return out
	}
	first := read(b.upload(t, "file", "a.pdf", "%PDF"))
	require.Equal(t, "%PDF", first["content"])
	require.Equal(t, first["digest"], read(b.upload(t, "file", "a.pdf", "%PDF"))["digest"], "whatever the boundary")
	require.NotEqual(t, first["digest"], read(b.upload(t, "file", "a.pdf", "%PDG"))["digest"])

	w := b.upload(t, "other", canary, "%PDF")
	require.Equal(t, []string{"/file required"}, places(problem(t, w)))
	requireNoEcho(t, w.Body.String())
	require.Equal(t, TooLarge, problem(t, b.upload(t, "file", "a", strings.Repeat("x", 2<<20))).Code)

	for name, body := range map[string]string{"cut off": "--x\r\nContent-Disp", "empty": "", "other boundary": "--y--"} {
		w := b.do(ask{
			method: "POST", path: "/v1/files", token: "clerk", key: "k", body: body,
			header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"},
		})
		require.Equal(t, InvalidRequest, problem(t, w).Code, name)
	}
	w = b.do(ask{method: "POST", path: "/v1/files", token: "clerk", key: "k", body: `{}`})
	require.Equal(t, UnsupportedMedia, problem(t, w).Code)
}

func TestUploadLeavesNoFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // hence not parallel
	b := setup(t, func(d *Deps) {})
	w := b.upload(t, "file", "a", strings.Repeat("x", 1<<20-1000))
	require.Equal(t, http.StatusOK, w.Code)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestWebhookKeepsTheRawBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	raw := "{ \"event\" : \"x\",\n\"unknown\":[1 ,2] }"
	w := b.do(ask{method: "POST", path: "/v1/webhooks/test", body: raw})
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var out map[string]string
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	require.Equal(t, raw, out["raw"])
	w = b.do(ask{method: "POST", path: "/v1/webhooks/test", body: raw, header: map[string]string{"Content-Type": "text/xml"}})
	require.Equal(t, UnsupportedMedia, problem(t, w).Code)
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	send := func(key, body string) *httptest.ResponseRecorder {
		return b.do(ask{method: "POST", path: "/v1/notes", token: "clerk", key: key, body: body})
	}
	digest := func(w *httptest.ResponseRecorder) string {
		require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
		var out struct{ Key, Digest string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
		require.Len(t, out.Digest, 64)
		return out.Key + " " + out.Digest
	}
	first := digest(send("k1", `{"title":"a"}`))
	require.True(t, strings.HasPrefix(first, "k1 "))
	require.Equal(t, first, digest(send("k1", `{"title":"a"}`)))
	require.NotEqual(t, first, digest(send("k1", `{"title":"b"}`)))
	digest(send(strings.Repeat("x", 255), `{"title":"a"}`))

	for _, key := range []string{"", strings.Repeat("x", 256), "khóa", "a\x00b", "a\x7f"} {
		p := problem(t, send(key, `{"title":"a"}`))
		require.Equal(t, []string{"Idempotency-Key idempotency_key"}, places(p), "%q", key)
		require.Equal(t, http.StatusBadRequest, p.Status)
	}
	r := httptest.NewRequest("POST", "/v1/notes", strings.NewReader(`{"title":"a"}`))
	r.Header = http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer clerk"}, keyHeader: {"a", "b"},
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	require.Equal(t, http.StatusBadRequest, w.Code, "two keys are none")
}
