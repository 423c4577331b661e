package call

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
)

// A redirect is not followed, so the token goes nowhere else.
func TestRedirectTargetIsNeverCalled(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(elsewhere.Close)
	following := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		t.Cleanup(srv.Close)
		c := client(t, srv.URL, following)
		requireEnding(t, act(t, c), outcome.Unknown, "redirected", 0)
		requireEnding(t, ask(t, c), outcome.Unknown, "redirected", 0)
	}
	require.Zero(t, hits.Load())
}

func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())

	dead, cancel := context.WithCancel(t.Context())
	cancel()
	tls := httptest.NewTLSServer(http.NotFoundHandler()) // whose certificate nobody vouches for
	t.Cleanup(tls.Close)
	tls.Config.ErrorLog = nil

	noNames := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "portal.invalid", IsNotFound: true}}
	}}}
	for name, c := range map[string]struct {
		ctx  context.Context
		base string
		hc   *http.Client
	}{
		"refused connection": {ctx: t.Context(), base: "http://" + l.Addr().String()},
		"no such name":       {ctx: t.Context(), base: "http://portal.invalid", hc: noNames},
		"bad certificate":    {ctx: t.Context(), base: tls.URL},
		"called off":         {ctx: dead, base: tls.URL},
	} {
		_, err := Act(c.ctx, client(t, c.base, c.hc), "/act", JSON(1), fitsK)
		require.Equal(t, outcome.Retryable, outcome.KindOf(err), name)
		requireEnding(t, err, outcome.Retryable, "unreachable", 0)
	}
}

// raw serves connections by hand, for answers that net/http would not give.
func raw(t *testing.T, serve func(net.Conn)) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = conn.Read(make([]byte, 64<<10))
				serve(conn)
			}()
		}
	}()
	return client(t, "http://"+l.Addr().String(), &http.Client{Timeout: 300 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}})
}

func TestOutcomeUnknownOnceSent(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	forever := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	for name, c := range map[string]struct {
		serve func(net.Conn)
		code  string
	}{
		"closed without a word": {func(net.Conn) {}, "connection_lost"},
		"reset":                 {func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }, "connection_lost"},
		"hang":                  {forever, "timeout"},
		"not http":              {func(conn net.Conn) { _, _ = io.WriteString(conn, "Nguyễn Văn An 001090000001\r\n\r\n") }, "connection_lost"},
		"cut in the body":       {func(conn net.Conn) { _, _ = io.WriteString(conn, head+"Content-Length: 99\r\n\r\n{\"key\":") }, "connection_lost"},
		"hang in the body": {func(conn net.Conn) {
			_, _ = io.WriteString(conn, head+"Content-Length: 99\r\n\r\n{\"key\":")
			forever(conn)
		}, "timeout"},
		"drip": {func(conn net.Conn) {
			_, _ = io.WriteString(conn, head+"Content-Length: 99999\r\n\r\n")
			for tick := time.Tick(10 * time.Millisecond); ; <-tick {
				if _, err := io.WriteString(conn, "{"); err != nil {
					return
				}
			}
		}, "timeout"},
		"endless": {func(conn net.Conn) {
			_, _ = io.WriteString(conn, head+"Transfer-Encoding: chunked\r\n\r\n")
			for chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat("x", 1<<16)); ; {
				if _, err := io.WriteString(conn, chunk); err != nil {
					return
				}
			}
		}, "answer_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := raw(t, c.serve)
			if c.code != "timeout" { // on a busy machine anything takes 300 ms
				p.http.Timeout = time.Minute
			}
			for _, err := range []error{act(t, p), ask(t, p)} {
				requireEnding(t, err, outcome.Unknown, c.code, 0)
				requireNoPerson(t, err)
			}
		})
	}
}

// requireNoPerson walks an error's whole chain for what the other side wrote.
func requireNoPerson(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		require.NotContains(t, err.Error(), "Nguy")
		require.NotContains(t, err.Error(), "001090000001")
	}
}

func TestGarbledAnswersAreNotQuoted(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"key":Nguyễn}`, `"Nguyễn Văn An"`, `{"at":"001090000001"}`} {
		p := party(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		_, err := Act(t.Context(), p, "/", JSON(1), func(struct{ At time.Time }) bool { return true })
		requireEnding(t, err, outcome.Unknown, "garbled_answer", 0)
		requireNoPerson(t, err)
	}
}

// The cap counts unpacked bytes: a small packed answer may hide a big one.
func TestGzipBomb(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = io.CopyN(zip, blanks{}, 8<<20)
	require.NoError(t, zip.Close())
	p := party(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
	requireEnding(t, act(t, p), outcome.Unknown, "answer_too_long", 0)
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
