package sim_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/portal/portaltest"
	"hoso/internal/portal/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simtest"
)

// The test program is also the portal that the test kills.
func TestMain(m *testing.M) {
	if ledger := os.Getenv("PORTAL_SIM_LEDGER"); ledger != "" {
		if err := servePortal(ledger, os.Getenv("PORTAL_SIM_CALLBACK")); err != nil {
			slog.Error("portal", "error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// servePortal is what a portal's command does, on a listener it is given.
func servePortal(ledger, callback string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := sim.New(sim.Config{LedgerPath: ledger, Token: "token", CallbackURL: callback, WebhookSecret: secret})
	if err != nil {
		return err
	}
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	return simulator.Serve(ctx, l, s)
}

// Killed again and again under load, the portal does every act once, keeps
// every receipt it gave and tells of everything.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	const dossiers, kills = 60, 6
	r := receiver(t, time.Now)
	ledger := filepath.Join(t.TempDir(), "portal.jsonl")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	socket, err := listener.(*net.TCPListener).File()
	require.NoError(t, err)
	defer func() { _ = socket.Close() }()
	start := func() *exec.Cmd {
		self, err := os.Executable()
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), "PORTAL_SIM_LEDGER="+ledger, "PORTAL_SIM_CALLBACK="+r.URL+"/v1/webhooks/portal")
		cmd.ExtraFiles, cmd.Stderr = []*os.File{socket}, os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}

	client, err := portal.NewHTTPClient("http://"+listener.Addr().String(), "token", nil)
	require.NoError(t, err)
	var acknowledged atomic.Int32
	receipts := make(chan portal.Receipt, dossiers)
	work := make(chan portal.Submission, dossiers)
	for range dossiers {
		work <- portaltest.Submission()
	}
	close(work)

	program := start()
	var clerks sync.WaitGroup
	for range 4 {
		clerks.Go(func() {
			for s := range work {
				receipts <- surely(t, client, s)
				acknowledged.Add(1)
			}
		})
	}
	for k := 1; k <= kills; k++ {
		for deadline := time.Now().Add(time.Minute); int(acknowledged.Load()) < k*dossiers/(kills+2); {
			require.True(t, time.Now().Before(deadline), "the portal does not get on")
			_, _ = client.Lookup(t.Context(), "pace") // a round trip, to spin no faster than that
		}
		require.NoError(t, program.Process.Signal(syscall.SIGKILL))
		_ = program.Wait()
		program = start()
	}
	clerks.Wait()
	close(receipts)
	settled(t, client, r, dossiers)
	require.NoError(t, program.Process.Signal(os.Interrupt))
	require.NoError(t, program.Wait(), "the last one is stopped cleanly")

	entries, err := simulator.ReadLedger(ledger)
	require.NoError(t, err)
	references := map[string]string{}
	for _, e := range simulator.CountEffects(entries) {
		require.Equal(t, 1, e.Count, e.Key)
	}
	for _, e := range entries {
		if e.Kind == simulator.KindEffect {
			references[e.Key] = e.Ref
		}
	}
	require.Len(t, references, dossiers)
	for receipt := range receipts {
		require.Equal(t, references[receipt.Key], receipt.Reference)
	}

	seen := map[string][]int{} // first tellings, in order
	bodies := map[string]string{}
	for i, e := range told(t, r.Took()) {
		body := string(r.Took()[i].Body)
		if bodies[e.ID] == "" {
			bodies[e.ID] = body
			seen[e.Code] = append(seen[e.Code], e.Status)
		}
		require.Equal(t, bodies[e.ID], body, "told again, it is the same to the byte")
	}
	require.Len(t, seen, dossiers)
	for code, statuses := range seen {
		require.Equal(t, []int{2, 4, 9}, statuses, code)
	}
	require.Zero(t, r.Forged())
}

// surely files a dossier the way an engine does: whenever the outcome is
// unknown, it asks before it tries again.
func surely(t *testing.T, c *portal.HTTPClient, s portal.Submission) portal.Receipt {
	for t.Context().Err() == nil {
		receipt, err := c.Submit(t.Context(), s)
		for err != nil && outcome.KindOf(err) == outcome.Unknown && t.Context().Err() == nil {
			receipt, err = c.Lookup(t.Context(), s.Key)
			if errors.Is(err, portal.ErrNoSuchKey) {
				break
			}
		}
		if err == nil {
			return receipt
		}
	}
	return portal.Receipt{}
}

// settled waits until every dossier's three events were told, some of them
// twice, for a portal killed before it could note that one was taken tells it
// again.
func settled(t *testing.T, c *portal.HTTPClient, r *simtest.Receiver, dossiers int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		once := map[string]bool{}
		for _, d := range r.Took() {
			once[d.ID] = true
		}
		if len(once) == 3*dossiers {
			return
		}
		require.True(t, time.Now().Before(deadline), "%d events of %d told", len(once), 3*dossiers)
		_, _ = c.Lookup(t.Context(), "pace")
	}
}
