package apiclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/apiclient"
)

// server answers each request with the next of its answers and keeps what was asked.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	answers []answer
	asked   []asked
}

type answer struct {
	status int
	header map[string]string
	body   string
}

type asked struct{ method, path, key, auth, language, body string }

func newServer(t *testing.T, answers ...answer) (*server, *apiclient.Client) {
	t.Helper()
	s := &server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	c, err := apiclient.New(s.URL+"/", "sesame")
	require.NoError(t, err)
	return s, c
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, asked{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"), r.Header.Get("Accept-Language"), string(body)})
	a := answer{status: http.StatusTeapot}
	if len(s.answers) > 0 {
		a, s.answers = s.answers[0], s.answers[1:]
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

const later = `{"status":503,"code":"unavailable","title":"Later"}`

func TestACommandIsRepeatedUnderItsKeyWhenTheServerSaysLater(t *testing.T) {
	t.Parallel()
	s, c := newServer(t, answer{status: 503, body: later}, answer{status: 201, body: `{"code":"X-1"}`})
	d, err := c.File(t.Context(), "key-1", map[string]any{"a": 1})
	require.NoError(t, err)
	require.Equal(t, "X-1", d.Code)
	require.Len(t, s.asked, 2)
	require.Equal(t, s.asked[0], s.asked[1], "key and body are the same")
	require.Equal(t, asked{"POST", "/v1/dossiers", "key-1", "Bearer sesame", "en", `{"a":1}`}, s.asked[0])
}

func TestAServerThatGoesOnSayingLaterIsGivenUp(t *testing.T) {
	t.Parallel()
	s, c := newServer(t, answer{status: 429, body: later}, answer{status: 503, body: later}, answer{status: 503, body: later}, answer{status: 503, body: later},
		answer{status: 503, body: later}, answer{status: 503, body: later}, answer{status: 503, body: later}, answer{status: 503, body: later})
	_, err := c.Get(t.Context(), "/v1/dossiers")
	var p *apiclient.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, 503, p.Status)
	require.Len(t, s.asked, 8)
}

func TestARefusalIsToldWithItsFields(t *testing.T) {
	t.Parallel()
	s, c := newServer(t, answer{status: 422, body: `{"status":422,"code":"invalid_dossier","title":"Không hợp lệ","detail":"Xem errors.",
		"errors":[{"pointer":"/applicant/citizen_id","code":"citizen_id_shape","detail":"Phải có 12 chữ số."},{"parameter":"limit","code":"too_large"}]}`})
	c.Language("vi")
	_, err := c.File(t.Context(), "k", json.RawMessage(`{}`))
	require.EqualError(t, err, "422 invalid_dossier: Xem errors.\n  /applicant/citizen_id: Phải có 12 chữ số.\n  limit: too_large")
	require.Len(t, s.asked, 1, "a refusal is not repeated")
	require.Equal(t, "vi", s.asked[0].language)
	require.Equal(t, `{}`, s.asked[0].body, "JSON goes as it is")
}

func TestACommandAnswered202IsFollowed(t *testing.T) {
	t.Parallel()
	s, c := newServer(t, answer{status: 202, body: `{"id":"op","dossier":"X-1","state":"pending"}`},
		answer{status: 200, body: `{"id":"op","dossier":"X-1","state":"applied"}`}, answer{status: 200, body: `{"code":"X-1","revision":7}`})
	raw, err := c.Command(t.Context(), "X-1", "withdraw", "k", map[string]any{"reason": "r"})
	require.NoError(t, err)
	require.JSONEq(t, `{"code":"X-1","revision":7}`, string(raw))
	require.Equal(t, []string{"/v1/dossiers/X-1/withdraw", "/v1/operations/op", "/v1/dossiers/X-1"}, []string{s.asked[0].path, s.asked[1].path, s.asked[2].path})
}

func TestACommandAnswered202MayBeRefusedLater(t *testing.T) {
	t.Parallel()
	_, c := newServer(t, answer{status: 202, body: `{"id":"op","state":"refused","problem":{"status":409,"code":"conflict","detail":"Too late."}}`})
	_, err := c.Command(t.Context(), "X-1", "withdraw", "k", map[string]any{})
	require.EqualError(t, err, "409 conflict: Too late.")
}

func TestAScanIsUploadedUnderItsName(t *testing.T) {
	t.Parallel()
	s, c := newServer(t, answer{status: 201, body: `{"id":"d","verdict":"unreadable","findings":[{"code":"blurred","message":"Trang 1 bị mờ."}]}`})
	d, err := c.Scan(t.Context(), "k", "form.pdf", []byte("%PDF"))
	require.NoError(t, err)
	require.Equal(t, "unreadable", d.Verdict)
	require.Contains(t, s.asked[0].body, `name="file"; filename="form.pdf"`)
}

func TestWhoIsNotThereIsSaid(t *testing.T) {
	t.Parallel()
	s, c := newServer(t)
	s.Close()
	_, err := c.Get(t.Context(), "/v1/dossiers")
	require.ErrorIs(t, err, apiclient.ErrAway)
	require.ErrorContains(t, err, "is `hoso up` running?")

	_, c = newServer(t, answer{status: 502, body: "<h1>Bad gateway</h1>"})
	_, err = c.Get(t.Context(), "/")
	require.ErrorContains(t, err, "502 Bad Gateway, and not as hoso does")

	for _, bad := range []string{"", "localhost:8080", "ftp://h", "://"} {
		_, err := apiclient.New(bad, "")
		require.Error(t, err, bad)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, later)
	}))
	t.Cleanup(s.Close)
	c, err := apiclient.New(s.URL, "")
	require.NoError(t, err)
	_, err = c.Get(ctx, "/")
	require.Error(t, err)
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}
