package program

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"hoso/internal/downstream"
	"hoso/internal/store"
)

// TestAPartsMetricsHaveAnAddressOfTheirOwn: they are served while the part runs,
// with nothing beside, and end with it; an address that is taken ends it at once.
func TestAPartsMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c.MetricsAddr = l.Addr().String()
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	require.ErrorContains(t, m.WithMetrics(t.Context(), func(context.Context) error { return nil }), "metrics: cannot listen on "+c.MetricsAddr)
	require.NoError(t, l.Close())

	ended := errors.New("the part's own end")
	err = m.WithMetrics(t.Context(), func(context.Context) error {
		base := "http://" + c.MetricsAddr
		status, body := get(t, base+"/metrics", "")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `hoso_up{part="database"} 1`)
		require.NotContains(t, body, "hoso_dossiers", "the register's numbers are the API's to tell")
		status, _ = get(t, base+"/healthz", "")
		require.Equal(t, http.StatusOK, status)
		status, _ = get(t, base+"/v1/offices", "")
		require.Equal(t, http.StatusNotFound, status)
		return ended
	})
	require.ErrorIs(t, err, ended)
	_, err = net.Dial("tcp", c.MetricsAddr)
	require.Error(t, err, "nobody listens any more")
}

// TestWhatIsWatchedIsLeftInPeace: a reading is kept for a while, and for long
// where it took long; a failure counts as none, and is not tried again at once.
func TestWhatIsWatchedIsLeftInPeace(t *testing.T) {
	t.Parallel()
	asked, broken := 0, errors.New("away")
	var fails error
	c := cached[int]{fresh: time.Minute, read: func(context.Context) (int, error) { asked++; return asked, fails }}
	first, _, ok := c.get()
	again, _, _ := c.get()
	require.True(t, ok)
	require.Equal(t, []int{1, 1}, []int{first, again})
	c.at = c.at.Add(-90 * time.Second)
	c.took = 5 * time.Second // a large register
	still, _, _ := c.get()
	require.Equal(t, 1, still, "it has cost 5 s, and is not asked again before 100 s are over")
	fails = broken
	c.took = 0
	_, _, ok = c.get()
	require.False(t, ok, "an old number would look like good news")
	_, _, ok = c.get()
	require.False(t, ok)
	require.Equal(t, 2, asked)
}

// TestAScrapeDoesNotOutlastASlowDatabase: what cannot be read is waited for once
// and not in turn, and costs no other number.
func TestAScrapeDoesNotOutlastASlowDatabase(t *testing.T) {
	t.Parallel()
	var together sync.WaitGroup // each reading waits for the others
	together.Add(3)
	met := make(chan struct{})
	go func() { together.Wait(); close(met) }()
	hangs := func(ctx context.Context) error {
		together.Done()
		select {
		case <-met:
			return errors.New("no answer in time")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s := &standing{
		queues:   cached[[]store.Queue]{fresh: time.Minute, read: func(ctx context.Context) ([]store.Queue, error) { return []store.Queue{{}}, hangs(ctx) }},
		dossiers: cached[store.Standing]{fresh: time.Minute, read: func(ctx context.Context) (store.Standing, error) { return store.Standing{}, hangs(ctx) }},
		custody:  cached[store.CustodyProof]{fresh: time.Minute, read: func(ctx context.Context) (store.CustodyProof, error) { return store.CustodyProof{}, hangs(ctx) }},
		pollers:  cached[map[string]polled]{fresh: time.Minute, read: func(context.Context) (map[string]polled, error) { return map[string]polled{"dossier": {2, 3}}, nil }},
	}
	ch := make(chan prometheus.Metric, 100)
	s.Collect(ch)
	select {
	case <-met:
	default:
		t.Fatal("one was read after the other")
	}
	require.Len(t, ch, 2, "pollers and backlog of the queue, and nothing that was not read")
}

// TestEveryMetricIsDescribed: what is served stands in the operator's page.
func TestEveryMetricIsDescribed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "observability.md"))
	require.NoError(t, err)
	name := regexp.MustCompile(`fqName: "(hoso_[a-z_]+)"`)
	all := append(downstream.Collectors(), parts{}, &standing{}, &audited{}, newRequests())
	served := map[string]bool{}
	for _, c := range all {
		ch := make(chan *prometheus.Desc, 100)
		c.Describe(ch)
		close(ch)
		for d := range ch {
			found := name.FindStringSubmatch(d.String())
			require.NotNil(t, found, d.String())
			served[found[1]] = true
		}
	}
	require.Greater(t, len(served), 20)
	for metric := range served {
		require.True(t, regexp.MustCompile("`"+metric+"[{`]").Match(page), "%s is not described", metric)
	}
	for _, m := range regexp.MustCompile("`(hoso_[a-z_]+)[{`]").FindAllStringSubmatch(string(page), -1) {
		require.True(t, served[m[1]], "nobody serves %s", m[1])
	}
}
