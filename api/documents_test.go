package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/scan"
)

func TestDocumentUpload(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		key := newKey()
		w := h.upload("clerk", key, goodScan())
		d := read[Document](t, w, http.StatusCreated)
		require.Equal(t, "/v1/documents/"+d.ID, w.Header().Get("Location"))
		require.Equal(t, "image/jpeg", d.MediaType)
		require.Equal(t, 1, d.Pages)
		require.EqualValues(t, len(goodScan()), d.Bytes)
		require.Equal(t, "ready", d.Verdict)
		require.Empty(t, d.Findings)

		again := h.upload("clerk", key, goodScan())
		require.Equal(t, w.Body.String(), again.Body.String(), "same key and file, same answer")
		p, _ := h.refused(h.upload("clerk", key, poorScan()), 422)
		require.Equal(t, KeyReused, p.Code)
		require.Equal(t, 1, h.rows("documents"))

		require.Equal(t, d, read[Document](t, h.get("colleague", "/v1/documents/"+d.ID), http.StatusOK))
		content := h.get("clerk", "/v1/documents/"+d.ID+"/content")
		require.Equal(t, string(goodScan()), drain(t, content.Body))
		require.Equal(t, "image/jpeg", content.Header().Get("Content-Type"))
		require.Equal(t, `attachment; filename="`+d.SHA256[:16]+`.jpg"`, content.Header().Get("Content-Disposition"))
		require.Equal(t, "nosniff", content.Header().Get("X-Content-Type-Options"))
		noCanary(t, h.log.String())
	})
}

func TestPoorScanIsStoredWithItsFindings(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := read[Document](t, h.upload("clerk", newKey(), poorScan()), http.StatusCreated)
	require.Equal(t, "unreadable", d.Verdict)
	require.Equal(t, "blurred", d.Findings[0].Code)
	require.Contains(t, d.Findings[0].Message, "bị mờ")
	english := h.do(ask{method: "GET", path: "/v1/documents/" + d.ID, token: "clerk", lang: "en"})
	require.Contains(t, read[Document](t, english, http.StatusOK).Findings[0].Message, "is blurred")
	broken := read[Document](t, h.upload("clerk", newKey(), goodScan()[:2000]), http.StatusCreated)
	require.Equal(t, "unreadable", broken.Verdict, "cut off, and still of a type that is taken")
}

func TestBadUploads(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite, func(d *Deps) {
		d.Scan = scan.DefaultProfile()
		d.Scan.MaxBytes = 4096
	})
	for name, tc := range map[string]struct {
		file   []byte
		status int
		place  string
	}{
		"empty":                 {nil, 400, "/file file_empty"},
		"text named as a PDF":   {[]byte(canary), 415, "/file file_type"},
		"program":               {[]byte("\x7fELF" + strings.Repeat("\x00", 100)), 415, "/file file_type"},
		"page":                  {[]byte("<html><script>alert(1)</script>" + canary), 415, "/file file_type"},
		"too large":             {goodScan()[:5000], 413, " too_large"},
		"too large for reading": {[]byte(strings.Repeat("x", 100_000)), 413, " too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.upload("clerk", newKey(), tc.file)
			_, at := h.refused(w, tc.status)
			require.Equal(t, []string{tc.place}, at)
			noCanary(t, w.Body.String())
		})
	}
	require.Zero(t, h.rows("documents"))
	require.Zero(t, h.rows("operations"))
}

// Who sees a document: its own side, the network's supervisor, those who read
// all, and whoever may see the dossier that it belongs to.
func TestDocumentScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	doc := h.document("clerk", dossier.Ready)
	proof := h.document("courier", dossier.Ready)
	before := []string{"clerk", "colleague", "supervisor", "manager", "auditor", "admin"}
	seen := func(id string) (tokens []string) {
		t.Helper()
		for _, token := range []string{"clerk", "colleague", "clerk-tayho", "clerk-viettel", "supervisor", "supervisor-fpt", "centre", "centre-city", "courier", "courier-vnpost", "manager", "auditor", "admin"} {
			show, content := h.get(token, "/v1/documents/"+id).Code, h.get(token, "/v1/documents/"+id+"/content").Code
			require.Equal(t, show, content, token)
			if show == http.StatusOK {
				tokens = append(tokens, token)
			} else {
				require.Equal(t, http.StatusNotFound, show, token)
			}
		}
		return tokens
	}
	require.ElementsMatch(t, before, seen(doc))
	require.ElementsMatch(t, []string{"courier", "manager", "auditor", "admin"}, seen(proof))
	h.file("clerk", filingOf(doc))
	require.ElementsMatch(t, append(before, "centre"), seen(doc), "the authority reads what it is to decide on")
	require.Empty(t, seen("canary"))
}

// A result can be of any type; what a browser could run is served as bytes.
func TestContentTypeIsNeverActive(t *testing.T) {
	t.Parallel()
	for given, served := range map[string]string{
		"text/html": "application/octet-stream", "image/svg+xml": "application/octet-stream", "": "application/octet-stream", "application/pdf": "application/pdf",
	} {
		got, _ := safeType(given)
		require.Equal(t, served, got)
	}
}
