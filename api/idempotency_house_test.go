package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// Same key and body: one dossier, the same answer to the byte. Same key, another
// body: refused. Another subject's key is another key.
func TestFilingTwice(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		filing := filingOf(h.document("clerk", dossier.Ready))
		first := h.postAs("clerk", "/v1/dossiers", "k", filing)
		second := h.postAs("clerk", "/v1/dossiers", "k", filing)
		require.Equal(t, http.StatusCreated, second.Code, "its document is used by now, by this very dossier")
		require.Equal(t, first.Body.String(), second.Body.String())
		require.Equal(t, first.Header().Get("Location"), second.Header().Get("Location"))

		p, _ := h.refused(h.postAs("clerk", "/v1/dossiers", "k", filing.with("/quantity", 2)), 422)
		require.Equal(t, KeyReused, p.Code)
		p, _ = h.refused(h.postAs("clerk", "/v1/dossiers", "k", onPaper()), 422)
		require.Equal(t, KeyReused, p.Code)
		require.Equal(t, 1, h.rows("dossiers"))
		require.Equal(t, http.StatusCreated, h.postAs("colleague", "/v1/dossiers", "k", onPaper()).Code)
	})
}

func TestFilingAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		filing := filingOf(h.document("clerk", dossier.Ready))
		answers := together(8, func(int) *httptest.ResponseRecorder { return h.postAs("clerk", "/v1/dossiers", "k", filing) })
		for _, w := range answers {
			require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
			require.Equal(t, answers[0].Body.String(), w.Body.String())
		}
		require.Equal(t, 1, h.rows("dossiers"))
		require.Equal(t, 1, h.rows("audit_entries"))
	})
}

// Of several filings that want the same scan, one gets it.
func TestOneDocumentOneDossier(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		filing := filingOf(h.document("clerk", dossier.Ready))
		won := 0
		for _, w := range together(6, func(int) *httptest.ResponseRecorder { return h.post("clerk", "/v1/dossiers", filing) }) {
			if w.Code == http.StatusCreated {
				won++
				continue
			}
			p, _ := h.refused(w, 422)
			require.Equal(t, "document_used", p.Errors[0].Code)
		}
		require.Equal(t, 1, won)
		require.Equal(t, 1, h.rows("dossiers"), "what lost wrote nothing")
	})
}

func TestCommandAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		h.asked(d.Code, "to-khai")
		given := body{"components": []body{{"code": "to-khai", "document_id": h.document("clerk", dossier.Ready)}}}
		answers := together(8, func(int) *httptest.ResponseRecorder {
			return h.postAs("clerk", command(d.Code, "supplement"), "k", given)
		})
		for _, w := range answers {
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			require.Equal(t, answers[0].Body.String(), w.Body.String())
		}
		later := h.postAs("clerk", command(d.Code, "supplement"), "k", given)
		require.Equal(t, answers[0].Body.String(), later.Body.String(), "whatever has become of the dossier since")
		p, _ := h.refused(h.postAs("clerk", command(d.Code, "supplement"), "k", body{"components": []body{}}), 422)
		require.Equal(t, KeyReused, p.Code)
		shown := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
		require.EqualValues(t, 4, shown.Revision, "filed, with the authority, asked, given")
		require.Len(t, shown.Components, 1)
	})
}

func TestUploadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	answers := together(4, func(int) *httptest.ResponseRecorder { return h.upload("clerk", "k", tinyScan()) })
	for _, w := range answers {
		require.Equal(t, http.StatusCreated, w.Code)
		require.Equal(t, answers[0].Body.String(), w.Body.String())
	}
	require.Equal(t, 1, h.rows("documents"))
}

// together makes n requests at the same time.
func together(n int, ask func(i int) *httptest.ResponseRecorder) []*httptest.ResponseRecorder {
	out := make([]*httptest.ResponseRecorder, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			out[i] = ask(i)
		})
	}
	close(start)
	wg.Wait()
	return out
}

// Running numbers stay without gaps and without doubles when many file at once.
func TestManyFileAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		var codes []string
		for _, w := range together(12, func(int) *httptest.ResponseRecorder { return h.post("clerk", "/v1/dossiers", onPaper()) }) {
			code := read[Dossier](t, w, http.StatusCreated).Code
			codes = append(codes, strings.Split(code, "-")[2])
		}
		require.ElementsMatch(t, []string{"0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012"}, codes)
	})
}
