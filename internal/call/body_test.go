package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
)

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func fileOf(r func() io.Reader, said string) File {
	return File{MediaType: "application/pdf", SHA256: digest(said), Bytes: int64(len(said)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r()), nil }}
}

func text(s string) File { return fileOf(func() io.Reader { return strings.NewReader(s) }, s) }

// formParty counts the whole forms that arrive.
func formParty(t *testing.T, whole *atomic.Int32, seen func(name, mediaType, body string)) *Client {
	return party(t, func(w http.ResponseWriter, r *http.Request) {
		parts, err := r.MultipartReader()
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			body, err := io.ReadAll(p)
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			seen(p.FormName(), p.Header.Get("Content-Type"), string(body))
		}
		whole.Add(1)
		if r.URL.Query().Has("length") && r.ContentLength < 0 {
			w.WriteHeader(http.StatusLengthRequired)
			return
		}
		_, _ = io.WriteString(w, `{"key":"k"}`)
	})
}

func TestFormArrivesWhole(t *testing.T) {
	t.Parallel()
	var whole atomic.Int32
	var got []string
	p := formParty(t, &whole, func(n, m, b string) { got = append(got, n+" "+m+" "+b) })
	big := strings.Repeat("0123456789", 100_000)
	evil := text("x")
	evil.MediaType = "text/plain\r\nX-Evil: 1"
	form := Form{Name: "submission", Value: map[string]int{"a": 1}, Files: []File{text("one"), text(big), evil, text("")}}
	_, err := Act(t.Context(), p, "/f", form, fitsK)
	require.NoError(t, err)
	require.Equal(t, []string{"submission application/json {\"a\":1}", "document-0 application/pdf one",
		"document-1 application/pdf " + big, "document-2 application/octet-stream x", "document-3 application/pdf "}, got)
	require.EqualValues(t, 1, whole.Load())
}

func TestFormKnowsItsLength(t *testing.T) {
	t.Parallel()
	var whole atomic.Int32
	p := formParty(t, &whole, func(string, string, string) {})
	_, err := Act(t.Context(), p, "/f?length", Form{Name: "submission", Files: []File{text("one"), text("two")}}, fitsK)
	require.NoError(t, err)
}

// A file that is not what it was said to be never arrives in a whole form.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	boom := errors.New("disk gone")
	long := strings.Repeat("x", 300_000)
	unsized := func(f File) File { f.Bytes = 0; return f }
	for name, f := range map[string]File{
		"shorter":        fileOf(func() io.Reader { return strings.NewReader(long[:1000]) }, long),
		"a byte longer":  fileOf(func() io.Reader { return strings.NewReader(long + "x") }, long),
		"much longer":    fileOf(func() io.Reader { return strings.NewReader(long) }, long[:10]),
		"changed":        fileOf(func() io.Reader { return strings.NewReader(long[1:] + "y") }, long),
		"unsized change": unsized(fileOf(func() io.Reader { return strings.NewReader(long + "y") }, long)),
		"fails":          fileOf(func() io.Reader { return io.MultiReader(strings.NewReader("x"), iotest.ErrReader(boom)) }, long),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole atomic.Int32
			p := formParty(t, &whole, func(string, string, string) {})
			_, err := Act(t.Context(), p, "/", Form{Name: "submission", Files: []File{text("first"), f, text("last")}}, fitsK)
			requireEnding(t, err, outcome.Unknown, "document_unreadable", 0)
			require.Zero(t, whole.Load())
		})
	}
}

// A file that cannot be opened stops the call before a byte has left, and those
// opened before it are closed again.
func TestUnopenableFile(t *testing.T) {
	t.Parallel()
	var closed, hits atomic.Int32
	p := party(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	first := File{MediaType: "application/pdf", Open: func(context.Context) (io.ReadCloser, error) {
		return closing{strings.NewReader("x"), &closed}, nil
	}}
	missing := File{Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("no such blob") }}
	_, err := Act(t.Context(), p, "/", Form{Name: "submission", Files: []File{first, missing}}, fitsK)
	requireEnding(t, err, outcome.Retryable, "document_unreadable", 0)
	require.EqualValues(t, 1, closed.Load())
	require.Zero(t, hits.Load())
}

type closing struct {
	io.Reader
	n *atomic.Int32
}

func (c closing) Close() error { c.n.Add(1); return nil }
