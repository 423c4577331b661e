package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/scan/samplepage"
	"hoso/internal/store"
)

// rollingRate is how many dossiers are filed per second while everything is replaced.
const rollingRate = 5

// TestARollingUpgradeLosesNoRequest replaces two APIs and two workers one after
// the other while dossiers come in: none is lost, none is answered with an error.
// Who files goes by /readyz, as a balancer does, and by the rule for clients: a
// request that got no answer is made again, elsewhere, under the same key.
func TestARollingUpgradeLosesNoRequest(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{database: pgtest.URL(t), env: []string{"HOSO_DRAIN=2s"}})
	b := &balancer{log: &rollingLog{began: time.Now()}}
	second := freeAddr(t)
	api2 := y.process("api-2", y.hoso, []string{"api", "--addr", second}, answers("http://"+second+"/readyz"))
	worker2 := y.process("worker-2", y.hoso, []string{"worker"}, nil)
	worker2.env = append(slices.Clip(worker2.env), "HOSO_METRICS_ADDR=") // the first one has the address
	t.Cleanup(func() { api2.kill(); worker2.kill() })
	for _, p := range []*process{y.worker, worker2} {
		p.ready = saysAgain(p, "worker polls")
	}
	y.worker.await(t)
	api2.start(t)
	worker2.start(t)
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	b.add(y.api, "http://"+second)
	b.documents = y.scansOf(t, clerk, 600)

	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go b.watch(ctx)
	filed := make(chan []string, 1)
	over := make(chan struct{})
	go func() { filed <- b.fileSteadily(t, clerk.token, over) }()

	require.NoError(t, b.filedAtLeast(10), "the stream has begun")
	for _, p := range []*process{y.worker, worker2, y.apiProc, api2} {
		b.log.say("%s: told to stop", p.name)
		require.Zero(t, p.stop(), "%s ends in order", p.name)
		b.log.say("%s: ended; the new one starts", p.name)
		p.start(t)
		b.log.say("%s: ready", p.name)
		require.NoError(t, b.filedAtLeast(b.filed.Load()+2*rollingRate), "dossiers went on coming in")
	}
	require.NoError(t, b.filedAtLeast(20*rollingRate), "twenty seconds of them")
	close(over)
	codes := <-filed
	b.log.say("%d dossiers filed with %d requests; %d got no answer and were made again elsewhere; %d failed", len(codes), b.requests.Load(), b.again.Load(), b.failed.Load())
	require.Zero(t, b.failed.Load())

	y.allReturned(t, y.register(t), codes, time.Duration(60+2*len(codes))*time.Second)
	b.log.say("all returned")
	y.checkLedgers(t, codes)
	checkRegister(t, y.register(t), codes)
	y.checkTemporal(t, codes)
	t.Logf("what was done when\n%s", b.log)
	require.NoError(t, os.WriteFile(filepath.Join(y.dir, "rolling.log"), []byte(b.log.String()), 0o600))
}

// scansOf uploads a scan and gives as many documents of the same picture: to check
// them all would take longer than the upgrade.
func (y *system) scansOf(t testing.TB, clerk caller, n int) []string {
	t.Helper()
	scan, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	require.NoError(t, err)
	s := y.register(t)
	row, err := s.Document(t.Context(), clerk.upload(t, "scan", scan))
	require.NoError(t, err)
	ids := make([]string, n)
	for i := range ids {
		_, err := s.AddDocument(t.Context(), store.Request{Subject: row.Subject, Key: fmt.Sprintf("copy-%d", i), Kind: "document", Digest: row.SHA256}, row,
			func(d store.Document) store.Answer { ids[i] = d.ID; return store.Answer{Status: http.StatusCreated} })
		require.NoError(t, err)
	}
	return ids
}

// rollingLog notes what was done when, in seconds from the beginning.
type rollingLog struct {
	began time.Time
	mu    sync.Mutex
	text  strings.Builder
}

func (l *rollingLog) say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, "%6.1f s  %s\n", time.Since(l.began).Seconds(), fmt.Sprintf(format, args...))
}

// String gives all of it.
func (l *rollingLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// balancer goes round the APIs that say they are ready.
type balancer struct {
	log    *rollingLog
	client http.Client

	mu    sync.Mutex
	all   []string
	ready map[string]bool

	documents []string

	turn, filed, requests, again, failed atomic.Int64
}

func (b *balancer) add(apis ...string) {
	b.all, b.ready = apis, map[string]bool{}
	for _, a := range apis {
		b.ready[a] = true
	}
	b.client.Timeout = 30 * time.Second
}

// watch asks each API five times a second whether it is ready.
func (b *balancer) watch(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, a := range b.all {
			ready := answers(a+"/readyz")(ctx) == nil
			b.mu.Lock()
			if ready != b.ready[a] {
				b.log.say("balancer: %s ready %v", a, ready)
			}
			b.ready[a] = ready
			b.mu.Unlock()
		}
	}
}

// pick is the next API in turn that is ready, or the next one where none says so.
func (b *balancer) pick() string {
	n := int(b.turn.Add(1))
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.all {
		if a := b.all[(n+i)%len(b.all)]; b.ready[a] {
			return a
		}
	}
	return b.all[n%len(b.all)]
}

// send makes one request. What got no answer is tried elsewhere, at most four
// times in all; an answer is an answer, whatever it says.
func (b *balancer) send(ctx context.Context, token, path, key, kind string, body []byte) (int, []byte, error) {
	b.requests.Add(1)
	var last error
	for try := range 4 {
		if try > 0 {
			b.again.Add(1)
			b.log.say("client: no answer (%v), made again elsewhere", last)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.pick()+path, bytes.NewReader(body))
		if err != nil {
			return 0, nil, err
		}
		req.GetBody = nil // no repetition behind our back: we want to see it
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Idempotency-Key", key)
		req.Header.Set("Content-Type", kind)
		res, err := b.client.Do(req)
		if err != nil {
			last = err
			continue
		}
		raw, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil {
			return res.StatusCode, raw, nil
		}
		last = err
	}
	return 0, nil, last
}

// fileSteadily files dossiers at the rate until it is over, each with a scan of
// its own that was uploaded before, and gives the codes of those acknowledged.
func (b *balancer) fileSteadily(t testing.TB, token string, over <-chan struct{}) []string {
	var mu sync.Mutex
	var codes []string
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / rollingRate)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-over:
			wg.Wait()
			return codes
		case <-tick.C:
		}
		wg.Go(func() {
			code, err := b.file(token, i)
			if err != nil {
				b.failed.Add(1)
				t.Errorf("dossier %d: %v", i, err)
				return
			}
			mu.Lock()
			codes = append(codes, code)
			mu.Unlock()
			b.filed.Add(1)
		})
	}
}

func (b *balancer) file(token string, i int) (string, error) {
	filing, err := json.Marshal(canary(i).filing(b.documents[i%len(b.documents)]))
	if err != nil {
		return "", err
	}
	status, raw, err := b.send(context.Background(), token, "/v1/dossiers", fmt.Sprintf("file-%d", i), "application/json", filing)
	switch {
	case err != nil:
		return "", err
	case status != http.StatusCreated:
		return "", fmt.Errorf("status %d: %s", status, raw)
	}
	var d dossierAnswer
	err = json.Unmarshal(raw, &d)
	return d.Code, err
}

// filedAtLeast waits until so many dossiers have been acknowledged.
func (b *balancer) filedAtLeast(n int64) error {
	return eventually(2*time.Minute, func(context.Context) error {
		if got := b.filed.Load(); got < n {
			return fmt.Errorf("%d of %d dossiers are filed", got, n)
		}
		return nil
	})
}
