package program

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
)

// serving is a running API with nothing but its register.
func serving(t *testing.T) (base, token string) {
	t.Helper()
	s, c := newRegister(t)
	key, err := c.DevKey()
	require.NoError(t, err)
	_, _, err = AddSubject(t.Context(), s, identity.Subject{ID: "manager", Role: identity.Manager})
	require.NoError(t, err)
	token, err = identity.Mint(key, "manager", time.Hour)
	require.NoError(t, err)
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- m.WithRelay(ctx, func(ctx context.Context) error { return m.RunAPI(ctx, func(a string) { ready <- a }) })
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended, "it drains")
		require.NoError(t, m.Close())
	})
	return URLOf(<-ready), token
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(raw)
}

func TestTheAPIServesWhileTemporalIsAway(t *testing.T) {
	t.Parallel()
	base, token := serving(t)
	status, body := get(t, base+"/readyz", "")
	require.Equal(t, http.StatusOK, status, body)
	var ready struct{ Checks map[string]string }
	require.NoError(t, json.Unmarshal([]byte(body), &ready))
	require.Equal(t, map[string]string{"database": "ok", "migrations": "ok", "temporal": "failing", "open": "ok"}, ready.Checks)

	status, body = get(t, base+"/v1/offices", token)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "VNPHKI")
	status, _ = get(t, base+"/v1/offices", "forged")
	require.Equal(t, http.StatusUnauthorized, status)

	status, body = get(t, base+"/metrics", "")
	require.Equal(t, http.StatusOK, status)
	for _, line := range []string{`hoso_up{part="database"} 1`, `hoso_up{part="temporal"} 0`, `hoso_relay_backlog{kind="starts"} 0`, `hoso_dossiers_pressing{why="overdue"} 0`, `route="/v1/offices"`} {
		require.Contains(t, body, line)
	}
	require.NotContains(t, body, "manager", "no subject stands in metrics")
}

func TestTheAPISaysWhatItLacks(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t)
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	err = m.RunAPI(t.Context(), nil)
	require.ErrorContains(t, err, "run `hoso token` once to make a development key")
	err = m.RunWorker(t.Context(), nil)
	require.ErrorContains(t, err, "a worker needs HOSO_PORTAL_URL and HOSO_COURIER_URL")
}

func TestATakenAddressIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	base, _ := serving(t)
	_, c := newRegister(t)
	_, err := c.DevKey()
	require.NoError(t, err)
	c.Addr = strings.TrimPrefix(base, "http://")
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	err = m.RunAPI(t.Context(), nil)
	require.ErrorContains(t, err, "API: cannot listen on "+c.Addr+": address already in use")
}

func TestAWorkerWaitsForTemporalAndStopsWhenTold(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t, "HOSO_PORTAL_URL=http://127.0.0.1:1", "HOSO_COURIER_URL=http://127.0.0.1:1")
	said := make(chan string, 1)
	m, err := Open(t.Context(), c, slog.New(tell(said)))
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.RunWorker(ctx, nil) }()
	for text := range said {
		if text == "waiting for Temporal" {
			break
		}
	}
	stop()
	require.NoError(t, <-ended)
}

// tell is a log that tells each message.
type tell chan string

func (l tell) Enabled(context.Context, slog.Level) bool { return true }
func (l tell) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l tell) WithGroup(string) slog.Handler            { return l }
func (l tell) Handle(_ context.Context, r slog.Record) error {
	select {
	case l <- r.Message:
	default:
	}
	return nil
}

func TestSimulatorsRunOnTheConfigurationsSecrets(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*Config) func(context.Context, Simulator) error{
		"portal":  func(c *Config) func(context.Context, Simulator) error { return c.RunPortalSim },
		"courier": func(c *Config) func(context.Context, Simulator) error { return c.RunCourierSim },
		"sms":     func(c *Config) func(context.Context, Simulator) error { return c.RunSMSSim },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := load(t, "HOSO_DATA="+t.TempDir(), "HOSO_PORTAL_TOKEN=t", "HOSO_COURIER_TOKEN=t", "HOSO_SMS_TOKEN=t")
			require.NoError(t, c.Check())
			ctx, stop := context.WithCancel(t.Context())
			ready, ended := make(chan string, 1), make(chan error, 1)
			go func() {
				ended <- run(&c)(ctx, Simulator{Addr: "127.0.0.1:0", Callback: "http://127.0.0.1:1", Ready: func(a string) { ready <- a }})
			}()
			base := <-ready
			status, _ := get(t, base+"/healthz", "")
			require.Equal(t, http.StatusOK, status)
			status, _ = get(t, base+"/admin/knobs", "")
			require.Equal(t, http.StatusUnauthorized, status)
			status, _ = get(t, base+"/admin/knobs", "t")
			require.Equal(t, http.StatusOK, status)
			stop()
			require.NoError(t, <-ended)
			require.ErrorContains(t, run(&c)(t.Context(), Simulator{Addr: "127.0.0.1:0", Knobs: []byte(`{"rule":1}`)}), "knobs")
		})
	}
}
